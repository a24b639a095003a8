"""The manifest of a saved run: all of it but the arrays."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from engine.common.errors import InputError
from engine.common.text import clean
from engine.data.source import Source
from engine.data.table.options import TableOptions
from engine.model.hyperparameters import DECLARATIONS, Hyperparameters
from engine.saved.capture import FORMAT, VERSION, require_whole
from engine.saved.json_field import Field
from engine.saved.run_files import Store

T = TypeVar("T")

_PATH = re.compile(rb'"path": ("(?:[^"\\]|\\.)*")')
"""Within a text there is no quotation mark without a backslash before it."""


@dataclass(frozen=True)
class Saved:
    """The facts in a manifest, without its pieces.

    Attributes:
        identity: What the run is called by.
        started: When it was begun, in seconds since 1970.
        saved: When it was saved.
        ended: What ended the session, e.g. quit or SIGHUP; "" if nobody could tell.
        name: What the data are called.
        path: Where they were read from, or None.
        source: How they were read, or None.
        fingerprint: Of the data.
        hyperparameters: Those that the present branch started with.
        iteration: The clock.
        computed: How many iterations are complete.
        planned: How many are to be.
        loss: The last E, in words.
        network: The sizes of its layers.
        document: All of it.
    """

    identity: str
    started: float
    saved: float
    ended: str
    name: str
    path: str | None
    source: Source | None
    fingerprint: str
    hyperparameters: Hyperparameters
    iteration: int
    computed: int
    planned: int
    loss: str
    network: str
    document: Field

    @property
    def is_unfinished(self) -> bool:
        """Whether fewer iterations are complete than planned."""
        return self.computed < self.planned


def read_manifest(content: bytes) -> Saved:
    """Read the facts in a manifest.

    Raises:
        InputError: It is none, is damaged, or comes from a later version.
    """
    document = Field.parse(content)
    if document["format"].raw != FORMAT:
        raise document["format"].refuse(f"{FORMAT!r} is needed")
    version = document["version"].whole()
    if version > VERSION:
        raise InputError(
            f"saved by a later nn-tui (format {version}); this one reads up to {VERSION}"
        )
    require_whole(document)
    data, summary = document["data"], document["summary"]
    branches = list(document["branches"])
    current = document["current"].raw
    present = next((b for b in branches if b["number"].raw == current), None)
    if present is None:
        raise document["current"].refuse("there is no such branch")
    path = None if data["path"].is_null else data["path"].text()
    return Saved(
        identity=document["id"].shown(),
        started=document["started"].moment(),
        saved=document["saved"].moment(),
        ended=document["ended"].shown(),
        name=data["name"].shown(),
        path=path,
        source=None if path is None else _source(path, data),
        fingerprint=data["fingerprint"].text(),
        hyperparameters=read_hyperparameters(present["hyperparameters"]),
        iteration=summary["iteration"].whole(),
        computed=summary["computed"].whole(),
        planned=summary["planned"].whole(),
        loss=summary["E"].shown(),
        network=summary["network"].shown(),
        document=document,
    )


def _source(path: str, data: Field) -> Source:
    options = data["options"]
    given = {name: options[name].raw for name in options.keys()}  # noqa: SIM118 (a Field)
    known = {field.name for field in dataclasses.fields(TableOptions)}
    if set(given) - known:
        raise options.refuse(f"unknown: {clean(', '.join(sorted(set(given) - known)), 60)}")
    for name in ("targets", "ignore", "category"):
        given[name] = tuple(entry.text() for entry in options[name])
    if given.get("index") is not None:
        given["index"] = options["index"].text()
    return Source(path, TableOptions(**given), data["seed"].whole())


def read_hyperparameters(field: Field) -> Hyperparameters:
    """Read hyperparameters as their declarations allow them.

    Raises:
        InputError: One is unknown or not allowed.
    """
    unknown = set(field.keys()) - set(DECLARATIONS)
    if unknown:
        raise field.refuse(f"unknown: {clean(', '.join(sorted(unknown)), 60)}")
    try:
        return Hyperparameters(**{name: field[name].raw for name in field.keys()})  # noqa: SIM118
    except InputError as error:
        raise field.refuse(str(error)) from None


def path_in(manifest: bytes) -> str | None:
    """Return the path of a run's data from a manifest, even a damaged one, or None."""
    found = _PATH.search(manifest)
    try:
        path = json.loads(found[1]) if found else None
    except ValueError:
        return None
    return path if isinstance(path, str) else None


def newest(store: Store) -> Saved:
    """Read the manifest of the last save that is not damaged.

    Raises:
        InputError: There is none.
    """
    return each_save(store, read_manifest)[0]


def each_save(store: Store, read: Callable[[bytes], T]) -> tuple[T, tuple[str, ...]]:
    """Read the newest undamaged save; return it with notices about newer, damaged ones."""
    problems: list[str] = []
    for manifest in store.manifests():
        try:
            if isinstance(manifest, InputError):
                raise manifest
            found = read(manifest)
        except InputError as error:
            problems.append(str(error))
            continue
        told = [f"the last save is damaged ({p}): this is the one before" for p in problems]
        return found, tuple(told)
    why = problems[0] if problems else "there is no saved run"
    raise InputError(f"{store.words}: {why}")

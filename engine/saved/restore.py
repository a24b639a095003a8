"""Opens saved runs; a damaged or untrusted part is refused by name."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.common.progress import Progress, silent
from engine.common.settings import HISTORY, MEGABYTE
from engine.data.dataset import Dataset
from engine.data.table.read import read_dataset
from engine.debugger import Debugger
from engine.model.hyperparameters import DECLARATIONS
from engine.run.branches import Action, Branch, Branches, Changed, Planned, Switched
from engine.run.halt import NONFINITE, Hit
from engine.saved.arrays import Pieces
from engine.saved.charge import require_room
from engine.saved.hit_counts import LONGEST_WORDS
from engine.saved.json_field import Field
from engine.saved.manifest import Saved, each_save, read_manifest
from engine.saved.restore_branch import BranchReader
from engine.saved.run_files import Store
from engine.stops.stop import BUILT_IN, Stop


@dataclass(frozen=True)
class Restored:
    """An opened run.

    Attributes:
        saved: What its manifest tells.
        debugger: As it was when it was saved.
        view: What a screen wanted to have again; not checked.
        notices: What there is to tell, a line each.
    """

    saved: Saved
    debugger: Debugger
    view: Any
    notices: tuple[str, ...]


def open_run(store: Store, dataset: Dataset | None = None, progress: Progress = silent) -> Restored:
    """Open a saved run as it was, to the last bit.

    Args:
        store: Where it is.
        dataset: Its data; by default they are read from where they were.
        progress: Told how far the reading of them is, and then the way to where the run was.

    Raises:
        InputError: It cannot be opened, or the data are not those of the run.
    """
    read: dict[str, Dataset] = {}

    def whole(manifest: bytes, lenient: bool = False) -> Restored:
        saved = read_manifest(manifest)
        if "dataset" not in read:
            read["dataset"] = dataset if dataset is not None else _read_data(saved, progress)
        if read["dataset"].fingerprint != saved.fingerprint:
            raise _FinalError(
                f"the data have changed since the run was saved ({saved.name}): it cannot "
                "continue exactly; --new starts again with the present data"
            )
        require_room(saved, read["dataset"])
        return _Opening(store, saved, read["dataset"], lenient, progress).restored()

    try:
        restored, notices = each_save(store, whole)
    except _FinalError as error:
        raise InputError(f"{store.words}: {error}") from None
    except InputError as error:
        try:
            restored, _ = each_save(store, lambda manifest: whole(manifest, True))
        except InputError:
            raise error from None
        notices = ()
    return dataclasses.replace(restored, notices=(*notices, *restored.notices))


class _FinalError(Exception):
    """An older save will not help, as it is of the same data and as large."""


def _read_data(saved: Saved, progress: Progress) -> Dataset:
    source = saved.source
    if source is None:
        raise InputError("its data did not come from a file: name them too, --open RUN DATA")
    return read_dataset(source.path, source.options, seed=source.seed, progress=progress)


class _Opening:
    """Makes a debugger from a manifest and its pieces.

    Args:
        store: Where the pieces are.
        saved: What the manifest tells.
        dataset: The data.
        lenient: Whether lost losses are to be computed again instead of refused.
        progress: Told how much of a branch is computed again; may raise to give up.
    """

    def __init__(
        self, store: Store, saved: Saved, dataset: Dataset, lenient: bool, progress: Progress
    ) -> None:
        self._saved = saved
        self._document = saved.document
        self._dataset = dataset
        self._pieces = Pieces(store, self._document["state"].text())
        self._reader = BranchReader(
            self._pieces, self._document["blocks"], dataset, lenient, progress
        )
        self._branches: dict[int, Branch] = {}

    def restored(self) -> Restored:
        """Return the run."""
        document = self._document
        listed = []
        for field in document["branches"]:
            if field["number"].whole(1) in self._branches:
                raise field["number"].refuse("there are two of this number")
            branch = self._reader.read(field)
            self._branches[branch.number] = branch
            if field["listed"].flag():
                listed.append(branch)
        current = self._named(document["current"])
        if current not in listed:
            raise document["current"].refuse("it is not in the list")
        history = HISTORY.validate(document["history"].raw)
        assert isinstance(history, int)
        debugger = Debugger(self._dataset, current.run.started_with, self._given(), history)
        branches = Branches.recalled(
            listed,
            current,
            document["next_branch"].whole(max(self._branches) + 1),
            [self._action(field) for field in document["done"]],
            [self._action(field) for field in document["undone"]],
            history * MEGABYTE,
        )
        log = [entry.shown(LONGEST_WORDS) for entry in document["log"]]
        debugger.recall(branches, log, self._hit())
        stops = self._stops()
        most = max((stop.number for stop in stops), default=0)
        debugger.stops.recall(stops, document["next_stop"].whole(most + 1))
        notices = (*self._reader.notices, *self._differences())
        return Restored(self._saved, debugger, document["view"].raw, notices)

    def _differences(self) -> list[str]:
        """Report where this machine computes different numbers."""
        found = self._reader.likeness
        if found.first is None:
            return []
        mine = {"numpy": np.__version__, "machine": platform.machine()}
        other = [
            f"{name} {self._document[name].shown()}, here {value}"
            for name, value in mine.items()
            if self._document[name].raw != value
        ]
        why = f" (it was saved with {'; '.join(other)})" if other else ""
        digits = "the last digits of the losses" if found.is_slight else "the losses"
        return [
            f"this machine computes {digits} differently from iteration "
            f"{grouped(found.first)} on{why}: what is computed from now on is equally right, "
            "but not the same to the last bit"
        ]

    def _given(self) -> Mapping[str, object] | None:
        field = self._document["given"]
        if field.is_null:
            return None
        return {entry.text(): self._pieces.array(f"given.{entry.text()}") for entry in field}

    def _named(self, field: Field) -> Branch:
        number = field.raw
        if not isinstance(number, int) or number not in self._branches:
            raise field.refuse("there is no such branch")
        return self._branches[number]

    def _action(self, field: Field) -> Action:
        kind = field["kind"].raw
        if kind == "switched":
            before, after = self._named(field["before"]), self._named(field["after"])
            return Switched(before, after, field["began"].flag())
        if kind not in ("planned", "changed"):
            raise field["kind"].refuse("unknown")
        branch = self._named(field["branch"])
        if kind == "planned":
            most = int(DECLARATIONS["iterations"].maximum)
            return Planned(branch, field["before"].whole(0, most), field["after"].whole(0, most))
        last = self._reader.last_change(branch.number, len(branch.run.losses))
        change = self._reader.change(field["change"], branch.run, last)
        if not field["place"].is_null:
            made = branch.run.all_changes
            place = field["place"].whole(1)
            if place >= len(made) or made[place] != change:
                raise field["place"].refuse("not a change of this branch")
            change = made[place]
        return Changed(branch, change)

    def _hit(self) -> Hit | None:
        field = self._document["hit"]
        if field.is_null:
            return None
        words = field["words"].shown(LONGEST_WORDS)
        return Hit(words, field["iteration"].whole(), field["position"].whole())

    def _stops(self) -> list[Stop]:
        stops: list[Stop] = []
        known, taken = {name for name, *_ in BUILT_IN}, set[int | str]()
        for field in self._document["stops"]:
            number, name = field["number"].whole(1), _name_of(field)
            if name and name not in known:
                # What another version has built in; the rest of the run is the same without it.
                continue
            if number in taken or name in taken:
                raise field.refuse("there are two of this number or name")
            taken |= {number, name} if name else {number}
            stops.append(
                Stop(
                    number,
                    field["place"].shown(),
                    field["text"].shown(LONGEST_WORDS),
                    field["count"].whole(1),
                    name,
                    enabled=field["enabled"].flag(),
                    problem=field["problem"].shown(),
                )
            )
        return stops


_NUMBERED = (NONFINITE, "growth", "goal", "vanished")
"""The names of the built-in stops that had nothing but a number, from 1 on, when first saved."""


def _name_of(stop: Field) -> str:
    if "name" in stop.keys():  # noqa: SIM118 (a Field)
        return stop["name"].text()
    number = stop["number"].whole(1)
    return _NUMBERED[number - 1] if number <= len(_NUMBERED) else ""

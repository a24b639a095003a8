"""The manifest of a saved run: all that is no array, each record of it declared once.

The same records are made of a run (`capture`), written, read and checked, and made into a run again
(`restore`). What only the rest of the run can tell, e.g. whether a branch has such a parameter, is
checked there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

from engine.common.errors import InputError
from engine.data.source import Source
from engine.model.hyperparameters import Hyperparameters
from engine.saved.json_field import Field
from engine.saved.kinds import (
    ByHand,
    Digest,
    History,
    Iterations,
    LastHit,
    Options,
    Settings,
    StopLine,
    Words,
    digest,
)
from engine.saved.record import Count, Flag, Kind, Moment, Number, Raw, Record, Shown, Text, whole

FORMAT, VERSION = "nn-tui run", 1
LOSSES, HELD_OUT = "losses", "held_out"
BLOCK = 262_144
"""Losses in a piece that, once it is full, is written once and shared by all saves after it."""
_MOST_STOPS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class DataRecord(Record):
    """The data of a run.

    Attributes:
        path: The place they were read from, or None.
        options: How they were read, or None.
        seed: The seed that drew the held-out observations.
    """

    name: Shown
    fingerprint: Text
    path: Text | None
    options: Options | None
    seed: Count

    @property
    def source(self) -> Source | None:
        """The way to read them again, or None."""
        if self.path is None or self.options is None:
            return None
        return Source(self.path, self.options, self.seed)


@dataclass(frozen=True, kw_only=True)
class MetRecord(Record):
    """A stop that was met in a branch; the iterations are an array."""

    stop: Annotated[int, whole(-_MOST_STOPS, _MOST_STOPS)]
    spec: Words
    position: Count


@dataclass(frozen=True, kw_only=True)
class BranchRecord(Record):
    """A branch without its arrays.

    Attributes:
        began: The iteration at which it left the branch that it comes from, or None.
        listed: Whether it is in the list, and not only what undo or redo would bring back.
        origin: The origin of its parameters, in words.
    """

    number: Number
    label: Shown
    began: Count | None
    listed: Flag
    hyperparameters: Settings
    origin: Shown
    iteration: Count
    position: Annotated[int, whole(0, 100_000)]
    changes: tuple[ByHand, ...]
    met: tuple[MetRecord, ...] = ()
    nonfinite: tuple[tuple[Count, Count, Words], ...] = ()


@dataclass(frozen=True, kw_only=True)
class SwitchedRecord(Record):
    """Another branch became the present one; the branches by their numbers."""

    kind: Text = "switched"
    before: Number
    after: Number
    began: Flag


@dataclass(frozen=True, kw_only=True)
class PlannedRecord(Record):
    """Another number of iterations was planned."""

    kind: Text = "planned"
    branch: Number
    before: Iterations
    after: Iterations


@dataclass(frozen=True, kw_only=True)
class ChangedRecord(Record):
    """A change by hand.

    Attributes:
        place: Which change of the branch it is; None for one that was undone, which is in no
            branch's list.
    """

    kind: Text = "changed"
    branch: Number
    place: Number | None
    change: ByHand


def _read_action(field: Field) -> SwitchedRecord | PlannedRecord | ChangedRecord:
    for record in (SwitchedRecord, PlannedRecord, ChangedRecord):
        if field["kind"].raw == record.kind:
            return record.read(field)
    raise field["kind"].refuse("unknown")


ActionRecord = Annotated[
    SwitchedRecord | PlannedRecord | ChangedRecord, Kind(_read_action, Record.written)
]


@dataclass(frozen=True, kw_only=True)
class SummaryRecord(Record):
    """The line of a run in a list of runs.

    Attributes:
        iteration: The clock.
        computed: How many iterations are complete.
        planned: How many are to be.
        E: The last loss, in words, as JSON has no NaN; "" where there is none.
        network: The sizes of its layers.
    """

    iteration: Count
    computed: Count
    planned: Count
    E: Shown
    network: Shown


@dataclass(frozen=True, kw_only=True)
class Saved(Record):
    """A saved run without its arrays.

    Attributes:
        id: The name of the run among the saved ones.
        program: The version that saved it.
        numpy: The version of NumPy that computed it.
        machine: The kind of processor that did.
        started: When it was begun.
        saved: When it was saved.
        ended: The end of the session, e.g. quit or SIGHUP; "" if nobody could tell.
        history: MB that going back may take.
        given: The names of the parameters that were given, or None.
        current: The number of the present branch.
        done: The actions that undo goes through, the last one last.
        undone: The actions that redo goes through, the next one last.
        view: The screen's own state, kept with the run; not checked.
        blocks: The pieces with the full blocks of the losses of each branch.
        state: The piece with all other arrays.
    """

    format: Text = FORMAT
    version: Count = VERSION
    id: Shown
    program: Shown
    numpy: Shown
    machine: Shown
    started: Moment
    saved: Moment
    ended: Shown
    data: DataRecord
    history: History
    given: tuple[Text, ...] | None
    branches: tuple[BranchRecord, ...]
    current: Number
    next_branch: Number
    done: tuple[ActionRecord, ...]
    undone: tuple[ActionRecord, ...]
    stops: tuple[StopLine, ...]
    next_stop: Number
    log: tuple[Words, ...]
    hit: LastHit | None
    view: Raw
    summary: SummaryRecord
    blocks: dict[str, tuple[Digest, ...]]
    state: Digest

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters that the present branch started with.

        Raises:
            InputError: There is no such branch.
        """
        for branch in self.branches:
            if branch.number == self.current:
                return branch.hyperparameters
        raise self.at("current").refuse("there is no such branch")

    @property
    def name(self) -> str:
        """The name of the data."""
        return self.data.name

    @property
    def path(self) -> str | None:
        """The place that the data were read from, or None."""
        return self.data.path

    @property
    def iteration(self) -> int:
        """The clock."""
        return self.summary.iteration

    @property
    def computed(self) -> int:
        """The number of complete iterations."""
        return self.summary.computed

    @property
    def planned(self) -> int:
        """The number of iterations to be computed."""
        return self.summary.planned

    @property
    def loss(self) -> str:
        """The last loss, in words."""
        return self.summary.E

    @property
    def network(self) -> str:
        """The sizes of the layers."""
        return self.summary.network

    @property
    def is_unfinished(self) -> bool:
        """Whether fewer iterations are complete than planned."""
        return self.computed < self.planned

    @property
    def has_begun(self) -> bool:
        """Whether an iteration is complete or something was changed by hand."""
        return bool(self.computed or self.done or self.undone) or len(self.branches) > 1

    @property
    def pieces(self) -> set[str]:
        """The digests of all pieces."""
        return {self.state, *(piece for pieces in self.blocks.values() for piece in pieces)}


def manifest_of(document: dict[str, Any]) -> bytes:
    """Write a document with its checksum."""
    document = document | {"checksum": checksum(document)}
    return json.dumps(document, indent=1, allow_nan=False).encode()


def read_manifest(content: bytes) -> Saved:
    """Read what `manifest_of` wrote.

    Raises:
        InputError: It is something else, is damaged, or comes from a later version.
    """
    document = Field.parse(content)
    if document["format"].raw != FORMAT:
        raise document["format"].refuse(f"{FORMAT!r} is needed")
    version = document["version"].whole()
    if version > VERSION:
        raise InputError(
            f"saved by a later nn-tui (format {version}); this one reads up to {VERSION}"
        )
    _require_whole(document)
    saved = Saved.read(document)
    # Raises where there is no present branch.
    _ = saved.hyperparameters
    return saved


def checksum(document: dict[str, Any]) -> str:
    """Return the digest of a document without its checksum."""
    rest = {name: value for name, value in document.items() if name != "checksum"}
    return digest(json.dumps(rest, sort_keys=True, allow_nan=False).encode())


def _require_whole(document: Field) -> None:
    """Refuse a document that is not as it was written."""
    try:
        is_whole = document["checksum"].raw == checksum(document.raw)
    except (ValueError, RecursionError):
        is_whole = False
    if not is_whole:
        raise InputError("damaged: its checksum is not that of its content")

"""Takes a save of a debugger between two operations, to be encoded later in another thread."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.common.npz import pack
from engine.common.settings import MEGABYTE
from engine.common.version import __version__
from engine.formula.tensor import Array
from engine.run.actions import Action, Branch, Planned, Switched
from engine.run.branches import Branches
from engine.saved import manifest
from engine.saved.hit_counts import met_stops
from engine.saved.kinds import digest
from engine.saved.manifest import (
    HELD_OUT,
    LOSSES,
    BranchRecord,
    ChangedRecord,
    DataRecord,
    PlannedRecord,
    Saved,
    SummaryRecord,
    SwitchedRecord,
    manifest_of,
)

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.debugger import Debugger

_CHECKPOINTS = 4 * 1024 * 1024
"""Bytes that the checkpoints of a save may take, beside those it cannot do without."""


@dataclass(frozen=True)
class Series:
    """The losses of a branch, and how often some of them were forgotten."""

    values: Array
    forgotten: int


@dataclass(frozen=True)
class Capture:
    """The state of a debugger at one time.

    Attributes:
        document: All that is no array, as JSON can hold it.
        arrays: The arrays that differ from save to save.
        series: The losses, which only grow.
    """

    document: dict[str, Any]
    arrays: Mapping[str, Array]
    series: Mapping[str, Series]


@dataclass(frozen=True)
class Encoded:
    """A save as bytes.

    Attributes:
        manifest: The document with its checksum.
        parts: The pieces, by digest.
        named: The digests of all pieces, also of those that were there.
    """

    manifest: bytes
    parts: Mapping[str, bytes]
    named: frozenset[str]


def capture(
    debugger: Debugger, identity: str, started: float, view: object = None, ended: str = ""
) -> Capture:
    """Describe a debugger between two operations; in the thread that runs it.

    Args:
        debugger: Whose run.
        identity: The name of the run among the saved ones.
        started: When it was begun, in seconds since 1970.
        view: The screen's own state, kept with the run; anything that JSON can hold.
        ended: The end of the session, e.g. SIGHUP; "" while it goes on.
    """
    branches = debugger.branches
    listed = list(branches)
    known = _known(branches)
    arrays: dict[str, Array] = {}
    series: dict[str, Series] = {}
    present = {(stop.number, stop.spec) for stop in (*debugger.stops, *debugger.planned)}
    described = []
    for branch in known:
        record = _branch(branch, branch in listed, arrays, series, len(known))
        met = met_stops(branch.run.tallies, branch.number, present, arrays)
        described.append(replace(record, met=met))
    for name, value in (debugger.given or {}).items():
        arrays[f"given.{name}"] = np.array(value, dtype=np.float64)
    saved = Saved(
        id=identity,
        program=__version__,
        numpy=np.__version__,
        machine=platform.machine(),
        started=started,
        saved=time.time(),
        ended=ended,
        data=_data(debugger.dataset),
        history=branches.budget // MEGABYTE,
        given=None if debugger.given is None else tuple(sorted(debugger.given)),
        branches=tuple(described),
        current=branches.current.number,
        next_branch=branches.next_number,
        done=tuple(map(_action, branches.done)),
        undone=tuple(map(_action, branches.undone)),
        stops=tuple(debugger.stops),
        next_stop=debugger.stops.next_number,
        log=tuple(debugger.log),
        hit=debugger.last_hit,
        view=view,
        summary=_summary(debugger),
        # The encoder names the pieces.
        blocks={},
        state="",
    )
    return Capture(saved.written(), arrays, series)


def _known(branches: Branches) -> list[Branch]:
    """Return the branches in the list, and those that undo or redo would bring back."""
    known = list(branches)
    for action in (*branches.done, *branches.undone):
        concerned = (
            (action.before, action.after) if isinstance(action, Switched) else (action.branch,)
        )
        known += [branch for branch in concerned if branch not in known]
    return known


def _branch(
    branch: Branch,
    listed: bool,
    arrays: dict[str, Array],
    series: dict[str, Series],
    share: int,
) -> BranchRecord:
    run, number = branch.run, branch.number
    record = run.record(_CHECKPOINTS // share)
    arrays[f"{number}.at"] = record.checkpoints.at.astype(np.float64)
    arrays[f"{number}.rows"] = record.checkpoints.rows
    for name, array in record.initial.items():
        arrays[f"{number}.initial.{name}"] = array
    series[f"{number}.{LOSSES}"] = Series(record.losses, run.losses.forgotten)
    series[f"{number}.{HELD_OUT}"] = Series(record.held_out, run.held_out.forgotten)
    return BranchRecord(
        number=number,
        label=branch.label,
        began=branch.began,
        listed=listed,
        hyperparameters=record.hyperparameters,
        origin=record.origin,
        iteration=record.iteration,
        position=record.position,
        changes=record.changes,
        nonfinite=tuple((*time, words) for time, words in run.tallies.nonfinite.items()),
    )


def _action(action: Action) -> SwitchedRecord | PlannedRecord | ChangedRecord:
    if isinstance(action, Switched):
        return SwitchedRecord(
            before=action.before.number, after=action.after.number, began=action.began
        )
    number = action.branch.number
    if isinstance(action, Planned):
        return PlannedRecord(branch=number, before=action.before, after=action.after)
    changes = action.branch.run.changes.all
    place = next((i for i, change in enumerate(changes) if change is action.change), None)
    return ChangedRecord(branch=number, place=place, change=action.change)


def _data(dataset: Dataset) -> DataRecord:
    source = dataset.source
    return DataRecord(
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        path=source.path if source else None,
        options=source.options if source else None,
        seed=source.seed if source else 0,
    )


def _summary(debugger: Debugger) -> SummaryRecord:
    losses = debugger.losses
    return SummaryRecord(
        iteration=debugger.branches.current.run.home[0],
        computed=len(losses),
        planned=debugger.hyperparameters.iterations,
        E=repr(float(losses[-1])) if len(losses) else "",
        network="-".join(map(str, debugger.program.network.sizes)),
    )


class Encoder:
    """Encodes the captures of one run as bytes, each full block of losses only once."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[str, int, int], str] = {}

    def encode(self, capture: Capture, has: Callable[[str], bool] = lambda name: False) -> Encoded:
        """Encode a capture.

        Args:
            capture: The capture.
            has: Tells whether a piece of this digest is there already.
        """
        arrays, parts = dict(capture.arrays), {}
        named: set[str] = set()
        block = manifest.BLOCK
        blocks: dict[str, list[str]] = {}
        for name, series in capture.series.items():
            full = series.values.size // block
            blocks[name] = []
            for k in range(full):
                key = (name, series.forgotten, k)
                known = self._blocks.get(key)
                if known is None or not has(known):
                    content = pack({"block": series.values[k * block : (k + 1) * block]})
                    known = self._blocks[key] = digest(content)
                    parts[known] = content
                blocks[name].append(known)
                named.add(known)
            arrays[name] = series.values[full * block :]
        state = pack(arrays)
        parts[digest(state)] = state
        named.add(digest(state))
        written = manifest_of(capture.document | {"blocks": blocks, "state": digest(state)})
        return Encoded(written, parts, frozenset(named))

"""The content of a save: captured between two operations, encoded later in another thread."""

from __future__ import annotations

import dataclasses
import json
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import __version__
from engine.common.errors import InputError
from engine.maths.tensor import Array
from engine.run.branches import Action, Branch, Branches, Planned, Switched
from engine.run.halt import Hit
from engine.run.history import Change, LearningRate
from engine.saved.hit_counts import describe_tallies
from engine.saved.json_field import Field
from engine.saved.npz import digest, pack

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.debugger import Debugger

FORMAT, VERSION = "nn-tui run", 1
LOSSES, HELD_OUT = "losses", "held_out"
BLOCK = 262_144
"""Losses in a piece that, once it is full, is written once and shared by all saves after it."""
_CHECKPOINTS = 4 * 1024 * 1024
"""Bytes that the checkpoints of a save may take, beside those it cannot do without."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Series:
    """The losses of a branch, and how often some of them were forgotten."""

    values: Array
    forgotten: int


@dataclass(frozen=True)
class Capture:
    """The state of a debugger at one time.

    Attributes:
        document: All that is not an array.
        arrays: The arrays that differ from save to save.
        series: The losses, which only grow.
    """

    document: Document
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
        identity: What the run is called by among the saved ones.
        started: When it was begun, in seconds since 1970.
        view: What a screen wants to have again; anything that JSON can hold.
        ended: What ends the session, e.g. SIGHUP; "" while it goes on.
    """
    branches = debugger.branches
    listed = list(branches)
    known = _known(branches)
    arrays: dict[str, Array] = {}
    series: dict[str, Series] = {}
    present = {(stop.number, stop.spec) for stop in (*debugger.stops, *debugger.planned)}
    described = []
    for branch in known:
        about = _describe_branch(branch, branch in listed, arrays, series, len(known))
        about |= describe_tallies(branch.run.tallies, branch.number, present, arrays)
        described.append(about)
    for name, value in (debugger.given or {}).items():
        arrays[f"given.{name}"] = np.array(value, dtype=np.float64)
    document: Document = {
        "format": FORMAT,
        "version": VERSION,
        "id": identity,
        "program": __version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
        "started": started,
        "saved": time.time(),
        "ended": ended,
        "data": _describe_data(debugger.dataset),
        "history": branches.budget // 2**20,
        "given": sorted(debugger.given) if debugger.given is not None else None,
        "branches": described,
        "current": branches.current.number,
        "next_branch": branches.next_number,
        "done": [_describe_action(action) for action in branches.done],
        "undone": [_describe_action(action) for action in branches.undone],
        "stops": [{name: getattr(stop, name) for name in _STOP_FIELDS} for stop in debugger.stops],
        "next_stop": debugger.stops.next_number,
        "log": list(debugger.log),
        "hit": _describe_hit(debugger.last_hit),
        "view": view,
        "summary": _summarise(debugger),
    }
    return Capture(document, arrays, series)


def _describe_hit(hit: Hit | None) -> Document | None:
    if hit is None:
        return None
    return {"words": hit.words, "iteration": hit.iteration, "position": hit.position}


_STOP_FIELDS = ("number", "name", "place", "text", "count", "enabled", "problem")


def _known(branches: Branches) -> list[Branch]:
    """Return the listed branches, and the ones that undo or redo would bring back."""
    known = list(branches)
    for action in (*branches.done, *branches.undone):
        concerned = (
            (action.before, action.after) if isinstance(action, Switched) else (action.branch,)
        )
        known += [branch for branch in concerned if branch not in known]
    return known


def _describe_branch(
    branch: Branch,
    listed: bool,
    arrays: dict[str, Array],
    series: dict[str, Series],
    share: int,
) -> Document:
    run, number = branch.run, branch.number
    record = run.record(_CHECKPOINTS // share)
    arrays[f"{number}.at"] = record.checkpoints.at.astype(np.float64)
    arrays[f"{number}.rows"] = record.checkpoints.rows
    for name, array in record.initial.items():
        arrays[f"{number}.initial.{name}"] = array
    series[f"{number}.{LOSSES}"] = Series(record.losses, run.losses.forgotten)
    series[f"{number}.{HELD_OUT}"] = Series(record.held_out, run.held_out.forgotten)
    return {
        "number": number,
        "label": branch.label,
        "began": branch.began,
        "listed": listed,
        "hyperparameters": record.hyperparameters.as_dict(),
        "origin": record.origin,
        "iteration": record.iteration,
        "position": record.position,
        "changes": [_describe_change(change) for change in record.changes],
    }


def _describe_change(change: Change) -> list[object]:
    what = change.what
    time = [change.iteration, change.position]
    if isinstance(what, LearningRate):
        return [*time, what.value]
    return [*time, what.name, list(map(int, what.index)), what.value]


def _describe_action(action: Action) -> Document:
    if isinstance(action, Switched):
        return {
            "kind": "switched",
            "before": action.before.number,
            "after": action.after.number,
            "began": action.began,
        }
    if isinstance(action, Planned):
        return {
            "kind": "planned",
            "branch": action.branch.number,
            "before": action.before,
            "after": action.after,
        }
    changes = action.branch.run.all_changes
    place = next((i for i, change in enumerate(changes) if change is action.change), None)
    return {
        "kind": "changed",
        "branch": action.branch.number,
        # One that was undone is in no branch's list.
        "place": place,
        "change": _describe_change(action.change),
    }


def _describe_data(dataset: Dataset) -> Document:
    source = dataset.source
    return {
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "path": source.path if source else None,
        "options": dataclasses.asdict(source.options) if source else None,
        "seed": source.seed if source else 0,
    }


def _summarise(debugger: Debugger) -> Document:
    losses = debugger.losses
    return {
        "iteration": debugger.branches.current.run.home[0],
        "computed": len(losses),
        "planned": debugger.hyperparameters.iterations,
        # JSON has no NaN.
        "E": repr(float(losses[-1])) if len(losses) else "",
        "network": "-".join(map(str, debugger.program.network.sizes)),
    }


class Encoder:
    """Turns captures of one run into bytes, each full block of losses only once."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[str, int, int], str] = {}

    def encode(self, capture: Capture, has: Callable[[str], bool] = lambda name: False) -> Encoded:
        """Encode a capture.

        Args:
            capture: What to encode.
            has: Whether there is a piece of this digest already.
        """
        arrays, parts = dict(capture.arrays), {}
        named: set[str] = set()
        blocks: dict[str, list[str]] = {}
        for name, series in capture.series.items():
            full = series.values.size // BLOCK
            blocks[name] = []
            for k in range(full):
                key = (name, series.forgotten, k)
                known = self._blocks.get(key)
                if known is None or not has(known):
                    content = pack({"block": series.values[k * BLOCK : (k + 1) * BLOCK]})
                    known = self._blocks[key] = digest(content)
                    parts[known] = content
                blocks[name].append(known)
                named.add(known)
            arrays[name] = series.values[full * BLOCK :]
        state = pack(arrays)
        parts[digest(state)] = state
        named.add(digest(state))
        document = capture.document | {"blocks": blocks, "state": digest(state)}
        document["checksum"] = checksum(document)
        manifest = json.dumps(document, indent=1, allow_nan=False).encode()
        return Encoded(manifest, parts, frozenset(named))


def checksum(document: Document) -> str:
    """Return the digest of a manifest without its checksum."""
    rest = {name: value for name, value in document.items() if name != "checksum"}
    return digest(json.dumps(rest, sort_keys=True, allow_nan=False).encode())


def require_whole(document: Field) -> None:
    """Check that a manifest is as it was written.

    Raises:
        InputError: It is not.
    """
    try:
        is_whole = document["checksum"].raw == checksum(document.raw)
    except (ValueError, RecursionError):
        is_whole = False
    if not is_whole:
        raise InputError("damaged: its checksum is not that of its content")


def pieces_of(document: Field) -> set[str]:
    """Return the digests of the pieces that a manifest names.

    Raises:
        InputError: The manifest is damaged.
    """
    require_whole(document)
    blocks = document["blocks"]
    listed = (field.text() for name in blocks.keys() for field in blocks[name])  # noqa: SIM118
    return {document["state"].text(), *listed}

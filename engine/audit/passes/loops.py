"""The loops of a script that may be its training loop, and their turns as passes.

A pass begins where the parameters are used and ends where they have changed. Which loop of the
script that is, is not known beforehand: `loops` offers them, the innermost first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.audit.passes.one_pass import Pass, Site
from engine.audit.passes.pass_arrays import Records, pass_of
from engine.audit.recording.recording import Recording


@dataclass(frozen=True)
class Loop:
    """A loop of the script that may be the training loop: its turns."""

    node: int
    passes: Sequence[Pass]


def loops(recording: Recording, fewest: int = 2) -> Iterator[Loop]:
    """Go through the loops that may be the training loop, the innermost first, and the whole.

    The last is no loop: the whole script as one pass.

    Args:
        recording: The recording.
        fewest: How many turns a loop must have.
    """
    paths = recording.paths
    depths: dict[int, int] = {}
    for path in paths:
        for depth, (node, index) in enumerate(path):
            if index >= 0:
                depths[node] = max(depths.get(node, 0), depth)
    for node in sorted(depths, key=lambda node: -depths[node]):
        turns = _turns(recording, node)
        if len(turns) >= fewest:
            yield Loop(node, _Passes(recording, turns))
    whole = np.arange(len(recording.records))
    if len(whole):
        yield Loop(-1, _Passes(recording, [(whole, 0)]))


def passes_from(recording: Recording, record: int) -> Pass:
    """Return what a script does from a record on as one pass."""
    return pass_of(recording, 0, np.arange(record, len(recording.records)), 0)


def follows(passes: Sequence[Pass], number: int, recording: Recording) -> bool:
    """Whether the pass after this one was recorded right behind it."""
    if number + 1 >= len(passes):
        return False
    windows = recording.records["window"]
    return bool(windows[passes[number].bounds[1] - 1] == windows[passes[number + 1].bounds[0]])


def _turns(recording: Recording, node: int) -> list[tuple[Records, int]]:
    """Return the records of each turn of a loop, and how long their common path is."""
    prefix: dict[int, tuple[int, int]] = {}
    numbers: dict[Site, int] = {}
    for number, path in enumerate(recording.paths):
        for depth, (at, index) in enumerate(path):
            if at == node and index >= 0:
                turn = numbers.setdefault(path[: depth + 1], len(numbers))
                prefix[number] = (turn, depth + 1)
                break
    table = np.full(len(recording.paths), -1)
    for number, (turn, _) in prefix.items():
        table[number] = turn
    of_record = table[recording.records["path"]]
    order = np.argsort(of_record, kind="stable")
    sorted_turns = of_record[order]
    starts = np.searchsorted(sorted_turns, np.arange(len(numbers)))
    ends = np.searchsorted(sorted_turns, np.arange(len(numbers)), side="right")
    lengths = dict(prefix.values())
    turns = [
        (order[start:end], lengths[turn])
        for turn, (start, end) in enumerate(zip(starts, ends, strict=True))
        if end > start
    ]
    turns.sort(key=lambda turn: int(turn[0][0]))
    return turns


class _Passes(Sequence[Pass]):
    """The passes of a loop, made when they are asked for."""

    def __init__(self, recording: Recording, turns: list[tuple[Records, int]]) -> None:
        self._recording = recording
        self._turns = turns
        self._made: dict[int, Pass] = {}

    def __len__(self) -> int:
        return len(self._turns)

    def __getitem__(self, number: int) -> Pass:  # type: ignore[override]
        if number < 0:
            number += len(self)
        if number not in self._made:
            records, length = self._turns[number]
            self._made[number] = pass_of(self._recording, number, records, length)
        return self._made[number]

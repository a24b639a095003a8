"""The subtractions of a pass, by their operands and not by the result.

A result may be many things: 1 − f is a difference of f and a target of 1, and a factor of its
slope. The operands, and where the script reads them, leave no such doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.formula.tensor import Array


@dataclass(frozen=True, eq=False)
class Operand:
    """One side of a subtraction.

    Attributes:
        data: Its numbers.
        value: The number of its value in the recording.
        record: The record that was read.
        site: Where the script reads it.
        loose: The same without the object that it belongs to.
    """

    data: Array
    value: int
    record: int
    site: tuple[object, ...]
    loose: tuple[object, ...]


class Differences:
    """The subtractions of a pass, to be found by the numbers of one side or of both.

    Of a step, which puts the difference in the place of what it is subtracted from, that is no
    target from which a prediction was subtracted.

    Attributes:
        records: The records that are read for them.
    """

    def __init__(self, pairs: Iterable[tuple[Operand, Operand, bool]]) -> None:
        self.records: set[int] = set()
        self._of: dict[bytes, list[Operand]] = {}
        self._both: set[tuple[bytes, bytes]] = set()
        self._steps: set[tuple[bytes, bytes]] = set()
        for left, right, is_step in pairs:
            if is_step:
                self._steps.add((_key(left.data), _key(right.data)))
            for one, other in [(left, right)] if is_step else [(left, right), (right, left)]:
                key = _key(one.data)
                self.records.add(one.record)
                self._of.setdefault(key, []).append(other)
                self._both.add((key, _key(other.data)))

    def __bool__(self) -> bool:
        return bool(self._both)

    def others(self, data: Array) -> Iterator[Operand]:
        """Go through what is subtracted from an array, or it from that, of as many numbers."""
        for other in self._of.get(_key(data), ()):
            if other.data.size == data.size:
                yield other

    def has_step(self, of: Array, by: Array) -> bool:
        """Whether an array, N × O, is changed by subtracting another one, N × O."""
        return any((_key(a), _key(b)) in self._steps for a, b in ((of, by), (of.T, by.T)))

    def has(self, one: Array, other: Array) -> bool:
        """Whether one array is subtracted from the other: whole, row by row, or cell by cell.

        Args:
            one: N × O.
            other: N × O.
        """
        ways = [([one], [other])]
        if one.size > 1:
            ways += [
                (list(one), list(other)),
                (list(one.reshape(-1, 1)), list(other.reshape(-1, 1))),
            ]
        return any(
            all((_key(a), _key(b)) in self._both for a, b in zip(first, second, strict=True))
            for first, second in ways
        )


def _key(data: Array) -> bytes:
    # Adding 0 makes −0 a 0.
    return (np.ascontiguousarray(data) + 0.0).tobytes()

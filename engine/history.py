"""What is needed to go back: checkpoints of the parameters, and the changes made on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.tensor import Array

BUDGET = 192 * 1024 * 1024
"""Bytes that the checkpoints of a run may take."""
_WIDEST_FIRST_GAP = 64
_STEP_BACK = 0.03
"""Seconds that going one iteration back should take at most, as long as memory allows."""
_FIRST_ROWS = 256


@dataclass(frozen=True)
class Change:
    """A learning rate that holds from one operation on."""

    iteration: int
    position: int
    learning_rate: float


class History:
    """Checkpoints at a uniform gap, which doubles when their memory is used up.

    Args:
        parameters: The parameters at the start of iteration 0, by name.
        learning_rate: The learning rate at the start.
        budget: How many bytes the checkpoints may take.
    """

    def __init__(
        self, parameters: Mapping[str, Array], learning_rate: float, budget: int = BUDGET
    ) -> None:
        self._sizes = [array.size for array in parameters.values()]
        values = sum(self._sizes)
        self._most_rows = max(budget // (8 * values), 2)
        self._rows: Array = np.empty((min(_FIRST_ROWS, self._most_rows), values))
        self._count = 0
        self.gap = _WIDEST_FIRST_GAP
        self.changes = [Change(0, 0, learning_rate)]
        self.keep(list(parameters.values()))

    @property
    def next_checkpoint(self) -> int:
        """The iteration at whose start the next checkpoint is due."""
        return self._count * self.gap

    def set_pace(self, seconds: float) -> None:
        """Choose the gap from the seconds of an iteration, as long as it can be chosen."""
        if self._count == 1:
            self.gap = min(max(int(_STEP_BACK / seconds), 1), _WIDEST_FIRST_GAP)

    def keep(self, parameters: Sequence[Array]) -> None:
        """Keep the parameters as they are at the start of iteration `next_checkpoint`."""
        if self._count == self._most_rows:
            half = self._rows[: self._count : 2].copy()
            self._rows[: len(half)] = half
            self._count = len(half)
            self.gap *= 2
            if self._most_rows % 2:
                # The checkpoint in hand lies between two of the wider grid.
                return
        if self._count == len(self._rows):
            grown = np.empty((min(2 * self._count, self._most_rows), self._rows.shape[1]))
            grown[: self._count] = self._rows
            self._rows = grown
        row, start = self._rows[self._count], 0
        for array, size in zip(parameters, self._sizes, strict=True):
            row[start : start + size] = array.reshape(-1)
            start += size
        self._count += 1

    def reaches(self, iteration: int) -> int:
        """Return the iteration of the last checkpoint at or before the start of another."""
        return min(iteration // self.gap, self._count - 1) * self.gap

    def restore(self, iteration: int, parameters: Sequence[Array]) -> int:
        """Write the last checkpoint at or before the start of an iteration into parameters.

        Returns:
            The iteration that the checkpoint belongs to.
        """
        found = self.reaches(iteration)
        row, start = self._rows[found // self.gap], 0
        for array, size in zip(parameters, self._sizes, strict=True):
            array[...] = row[start : start + size].reshape(array.shape)
            start += size
        return found

    def learning_rate_at(self, iteration: int, position: int) -> float:
        """Return the learning rate in force before an operation."""
        passed = [c for c in self.changes if (c.iteration, c.position) <= (iteration, position)]
        return passed[-1].learning_rate

    def next_change(self, iteration: int, position: int) -> Change | None:
        """Return the first change after a clock time, or None."""
        for change in self.changes:
            if (change.iteration, change.position) > (iteration, position):
                return change
        return None

    def change(self, change: Change) -> None:
        """Record a change; nothing recorded lies after it."""
        last = self.changes[-1]
        if (last.iteration, last.position) == (change.iteration, change.position):
            self.changes.pop()
        self.changes.append(change)

    def until(self, iteration: int, position: int) -> History:
        """Return a copy that knows nothing of what came after a clock time."""
        copy = object.__new__(History)
        copy.__dict__.update(self.__dict__)
        copy._count = min(self._count, iteration // self.gap + 1)
        copy._rows = self._rows[: copy._count].copy()
        copy.changes = [
            c for c in self.changes if (c.iteration, c.position) <= (iteration, position)
        ]
        return copy

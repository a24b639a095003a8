"""The checkpoints that going back needs, in as much memory as it may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.common.machine_memory import available
from engine.common.settings import HISTORY, MEGABYTE
from engine.formula.tensor import Array

BUDGET = int(HISTORY.default) * MEGABYTE
"""Bytes that the checkpoints of a run may take."""
_WIDEST_FIRST_GAP = 2048
_STEP_BACK = 0.03
"""Seconds that going one iteration back should take at most, as long as memory allows."""
_FIRST_BYTES = 64 * 1024
_LARGE = 16 * 1024 * 1024
"""Bytes from which on it is asked whether there is enough memory."""
_PIECE = 4096


@dataclass(frozen=True)
class Checkpoints:
    """The state at the start of some iterations, in their order; the first is iteration 0.

    Attributes:
        at: The K iterations.
        rows: The state at each, K × values.
    """

    at: NDArray[np.int64]
    rows: Array

    @property
    def bytes(self) -> int:
        """The memory that they take."""
        return int(self.rows.nbytes)

    def until(self, iteration: int) -> Checkpoints:
        """Return the checkpoints up to an iteration."""
        count = int(np.searchsorted(self.at, iteration, side="right"))
        return Checkpoints(self.at[:count], self.rows[:count])

    def thinned(self, most: int) -> Checkpoints:
        """Return every second, fourth … of them, so that there are at most so many."""
        places = _thinned(self.at, most)
        return Checkpoints(self.at[places], self.rows[places])


def _thinned(at: NDArray[np.int64], most: int, always: Sequence[int] = ()) -> NDArray[np.intp]:
    """Return the places of at most so many checkpoints, evenly chosen, and of some more."""
    stride = 1
    while -(-len(at) // stride) > max(most, 1):
        stride *= 2
    even = np.arange(0, len(at), stride)
    more = {place for place in np.searchsorted(at, always).tolist() if place % stride}
    # Few are more: a sort is quicker than a search for what is in both.
    return np.sort(np.append(even, np.array(sorted(more), np.intp)))


class History:
    """Checkpoints at a uniform gap, which doubles when their memory is used up.

    A history that was recalled has older checkpoints, at any iterations, before these.

    Args:
        state: The arrays kept from one iteration to the next, at the start of iteration 0.
        budget: How many bytes the checkpoints may take.

    Attributes:
        gap: How many iterations lie between two checkpoints.
        is_short: Whether it had to do with less, as there was not enough memory.
    """

    def __init__(self, state: Sequence[Array], budget: int = BUDGET) -> None:
        self._sizes = [array.size for array in state]
        values = sum(self._sizes)
        self._most_rows = max(budget // (8 * values), 2)
        rows = min(max(_FIRST_BYTES // (8 * values), 2), self._most_rows)
        self._rows: Array = np.empty((rows, values))
        self._count = 0
        self._first = 0
        self._older = Checkpoints(np.empty(0, np.int64), np.empty((0, values)))
        self.gap = _WIDEST_FIRST_GAP
        self.is_short = False
        self.keep(state)

    @property
    def next_checkpoint(self) -> int:
        """The iteration at whose start the next checkpoint is due."""
        return self._first + self._count * self.gap

    def set_pace(self, seconds: float, iteration: int) -> None:
        """Choose the gap from the seconds of an iteration, as long as it can be chosen.

        Args:
            seconds: What an iteration takes.
            iteration: At the start of which the clock is; a checkpoint before it would never
                be kept, nor any after that.
        """
        if self._count == 1:
            wanted = min(max(int(_STEP_BACK / max(seconds, 1e-9)), 1), _WIDEST_FIRST_GAP)
            self.gap = max(wanted, iteration - self._first)

    def keep(self, state: Sequence[Array]) -> None:
        """Keep the state as it is at the start of iteration `next_checkpoint`."""
        if self._count >= self._most_rows:
            odd = self._count % 2
            self._halve()
            if odd:
                # The checkpoint in hand lies between two of the wider grid.
                return
        if self._count == len(self._rows):
            try:
                grown = self._grown(min(2 * self._count, self._most_rows))
            except MemoryError:
                self._most_rows, self.is_short = self._count, True
                self.keep(state)
                return
            grown[: self._count] = self._rows
            self._rows = grown
        row, start = self._rows[self._count], 0
        for array, size in zip(state, self._sizes, strict=True):
            row[start : start + size] = array.reshape(-1)
            start += size
        self._count += 1

    def _grown(self, rows: int) -> Array:
        """Return room for so many checkpoints; there may not be enough memory."""
        needed = 8 * rows * self._rows.shape[1]
        if needed > _LARGE and needed > available() / 2:
            # The system would end this process rather than tell it.
            raise MemoryError
        return np.empty((rows, self._rows.shape[1]))

    def reaches(self, iteration: int) -> int:
        """Return the iteration of the last checkpoint at or before the start of another."""
        if iteration < self._first:
            return int(self._older.until(iteration).at[-1])
        return self._first + min((iteration - self._first) // self.gap, self._count - 1) * self.gap

    def restore(self, iteration: int, state: Sequence[Array]) -> int:
        """Write the last checkpoint at or before the start of an iteration into the state.

        Returns:
            The iteration that the checkpoint belongs to.
        """
        found = self.reaches(iteration)
        row, start = self._row(found), 0
        for array, size in zip(state, self._sizes, strict=True):
            array[...] = row[start : start + size].reshape(array.shape)
            start += size
        return found

    def _row(self, iteration: int) -> Array:
        """Return the row of the checkpoint of an iteration that has one."""
        if iteration < self._first:
            row: Array = self._older.until(iteration).rows[-1]
            return row
        row = self._rows[(iteration - self._first) // self.gap]
        return row

    def forget(self, iteration: int) -> None:
        """Drop the checkpoints after the start of an iteration."""
        if iteration < self._first:
            self.recall(self._older.until(iteration))
        self._count = min(self._count, (iteration - self._first) // self.gap + 1)

    def recall(self, known: Checkpoints) -> None:
        """Go on with the uniform gap from the last of some checkpoints of the same state on."""
        self._first = int(known.at[-1])
        self._rows = np.array(known.rows[-1:])
        self._count = 1
        self._older = Checkpoints(known.at[:-1], known.rows[:-1])

    def checkpoints(self, most_bytes: int, always: Sequence[int] = ()) -> Checkpoints:
        """Copy the checkpoints.

        Args:
            most_bytes: How many bytes they may take.
            always: The starts of these iterations can be restored as quickly as here.
        """
        older = self._older
        at = np.concatenate([older.at, self._first + self.gap * np.arange(self._count)])
        most = most_bytes // (8 * self._rows.shape[1])
        places = _thinned(at, most, [self.reaches(i) for i in always])
        split = int(np.searchsorted(places, len(older.at)))
        rows = [older.rows[places[:split]], self._rows[places[split:] - len(older.at)]]
        return Checkpoints(at[places], np.concatenate(rows))

    @property
    def bytes(self) -> int:
        """The memory that the checkpoints take."""
        return int(self._rows.nbytes) + self._older.bytes

    def set_budget(self, budget: int) -> None:
        """Change how many bytes the checkpoints may take, dropping every other one to fit."""
        row = 8 * self._rows.shape[1]
        if self._older.bytes > budget // 2:
            self._older = self._older.thinned(budget // 2 // row)
        self._most_rows = max((budget - self._older.bytes) // row, 2)
        while self._count > self._most_rows:
            self._halve()
        if len(self._rows) > self._most_rows:
            self._rows = self._rows[: self._most_rows].copy()

    def _halve(self) -> None:
        half = -(-self._count // 2)
        for first in range(0, half, _PIECE):
            # In pieces, as there may be no memory for a copy.
            last = min(first + _PIECE, half)
            self._rows[first:last] = self._rows[2 * first : 2 * last - 1 : 2]
        self._count = half
        self.gap *= 2

    def until(self, iteration: int) -> History:
        """Return a copy that knows nothing of what came after the start of an iteration."""
        copy = object.__new__(History)
        copy.__dict__.update(self.__dict__)
        copy.forget(iteration)
        copy._rows = copy._rows[: copy._count].copy()
        return copy

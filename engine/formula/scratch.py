"""Temporaries of formulas: buffers that are taken, given back and taken again."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from engine.formula.tensor import blank
from engine.loop.layout import Buffer


class Scratch:
    """Buffers that are needed within one operation only, and by the next one again."""

    is_blank = False
    """Whether there is nothing behind its buffers, so that no call can be made of them."""

    def __init__(self) -> None:
        self._free: dict[tuple[tuple[int, ...], np.dtype[Any]], list[Buffer]] = {}
        self._constants: dict[bytes, Buffer] = {}

    def take(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Buffer:
        """Return a buffer that nobody else has until it is given back."""
        free = self._free.setdefault((shape, dtype), [])
        return free.pop() if free else self._allocate(shape, dtype)

    def _allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Buffer:
        return np.empty(shape, dtype)

    def give_back(self, buffer: Buffer) -> None:
        """Release a buffer, so that it can be taken again."""
        self._free[buffer.shape, buffer.dtype].append(buffer)

    def constant(self, value: float) -> Buffer:
        """Return a number as an array, which spares NumPy a conversion on each call."""
        number = np.array(value, float)
        return self._constants.setdefault(number.tobytes(), number)


class Ledger(Scratch):
    """Counts what formulas would take as temporaries, and allocates nothing.

    Attributes:
        bytes: How many.
    """

    is_blank = True

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def _allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Buffer:
        self.bytes += prod(shape) * dtype.itemsize
        return blank(shape, dtype)

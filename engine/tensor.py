"""A named buffer of the program, with names on its axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.expression import Cell

Array = NDArray[np.float64]
Index = tuple[int, ...]

_SUBSCRIPTS = {"n": "ₙ", "i": "ᵢ", "h": "ₕ", "o": "ₒ"}


@dataclass(frozen=True)
class Axis:
    """What one dimension of a tensor counts."""

    symbol: str
    """The letter of its size, e.g. ``N``."""
    labels: Sequence[str]

    @property
    def counter(self) -> str:
        """The letter that runs over the axis in a sum, e.g. ``n``."""
        return self.symbol.lower()

    @property
    def sum(self) -> str:
        """The sign of a sum over the axis, e.g. ``Σₙ``."""
        return "Σ" + _SUBSCRIPTS[self.counter]


@dataclass(frozen=True, eq=False)
class Tensor:
    """A float64 array of the program; operations write into it in place."""

    name: str
    symbol: str
    axes: tuple[Axis, ...]
    data: Array

    @classmethod
    def zeros(cls, name: str, symbol: str, *axes: Axis) -> Tensor:
        """Allocate a tensor whose shape is that of the axes."""
        return cls(name, symbol, axes, np.zeros(tuple(len(axis.labels) for axis in axes)))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    def cell(self, index: Index) -> Cell:
        """Return one element with its names and its present value."""
        return self.cell_of(self.data, index)

    def cell_of(self, data: Array, index: Index) -> Cell:
        """Return one element with this tensor's names and the value that `data` has there."""
        return Cell(self.name, self.symbol, index, self.labels(index), float(data[index]))

    def labels(self, index: Index) -> tuple[str, ...]:
        """Return the names of row and column of one element."""
        return tuple(axis.labels[i] for axis, i in zip(self.axes, index, strict=True))

    def at(self, *places: str) -> str:
        """Write an element by the names of its places, e.g. ``x[n, input2]``."""
        return f"{self.symbol}[{', '.join(places)}]" if places else self.symbol


Read = Callable[[Tensor, Index], Cell]
"""Gives one cell of a tensor."""

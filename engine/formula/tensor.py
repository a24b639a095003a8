"""A named buffer of the program, with names on its axes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, overload

from engine.common.errors import NotComputedError
from engine.common.lazy_numpy import np
from engine.common.text import normalised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    # Only annotations use it.
    Array = object

Index = tuple[int, ...]

_WHOLE = re.compile(r"[+\-−]?\d+")
NOUNS = {"N": "obs", "I": "input", "O": "target"}
"""The noun before a name that is a number, by the axis; other axes have no such names."""
_SUBSCRIPTS = {"n": "ₙ", "i": "ᵢ", "h": "ₕ", "o": "ₒ"}


def is_whole(text: str) -> bool:
    """Return whether a text is a whole number, with or without a sign."""
    return _WHOLE.fullmatch(text) is not None


@dataclass(frozen=True, eq=False)
class Axis:
    """The meaning of one dimension of a tensor."""

    symbol: str
    """The letter of its size, e.g. ``N``."""
    labels: Sequence[str]

    @property
    def counter(self) -> str:
        """The letter that runs over the axis in a sum, e.g. ``n``."""
        return self.symbol.lower()

    @property
    def noun(self) -> str:
        """The noun before a label that may be a number, e.g. ``obs``; else ""."""
        return NOUNS.get(self.symbol, "")

    def called(self, place: int) -> str:
        """Return a label as it is written in a sentence; a bare number would be a position."""
        label = self.labels[place]
        return f"{self.noun} {label}" if self.noun and is_whole(label) else label

    def as_name(self, number: str) -> str:
        """Say how to write the name that a number is, or such names; "" where there are none."""
        labels = self.labels.names if isinstance(self.labels, BatchLabels) else self.labels
        if self.noun and number in labels:
            return f"; the name {number} is written {self.noun} {number}"
        first = self.called(0)
        return f"; names are written {first}" if first != self.labels[0] else ""

    def place(self, name: str) -> int | Callable[[], int]:
        """Find a row or column by its name, ``obs 4`` or ``input2``.

        Returns:
            The place; of an observation that is not in every batch, what finds it in the one
            that is at hand then, or raises NotComputedError.

        Raises:
            ValueError: No label is called so.
        """
        batch = self.labels if isinstance(self.labels, BatchLabels) else None
        known = [normalised(label) for label in (batch.names if batch else self.labels)]
        label = normalised(name)
        noun, _, rest = label.partition(" ")
        if noun == self.noun and rest.strip() in known:
            label = rest.strip()
        number = known.index(label)
        return number if batch is None else partial(batch.place, number, name)

    @property
    def sum(self) -> str:
        """The sign of a sum over the axis, e.g. ``Σₙ``."""
        return "Σ" + _SUBSCRIPTS[self.counter]


class BatchLabels(Sequence[str]):
    """The names of the observations in the batch at hand.

    Args:
        names: Names of all observations.
        indices: Which of them the largest batch holds; changed in place.
    """

    def __init__(self, names: Sequence[str], indices: NDArray[np.intp]) -> None:
        self.names = names
        self._indices = indices
        self.rows = len(indices)

    def __len__(self) -> int:
        return self.rows

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        within = self._indices[: self.rows]
        if isinstance(place, slice):
            return tuple(self.names[i] for i in within[place])
        return self.names[int(within[place])]

    def __iter__(self) -> Iterator[str]:
        return iter(self[:])

    def place(self, number: int, name: str) -> int:
        """Return the row that an observation has in the batch at hand.

        Args:
            number: Which one it is of all.
            name: What it is called in a refusal.

        Raises:
            NotComputedError: It is not in this batch.
        """
        found = np.flatnonzero(self._indices[: self.rows] == number)
        if not len(found):
            raise NotComputedError(f"{name} is not in this batch")
        return int(found[0])


def blank(shape: tuple[int, ...], dtype: np.dtype[Any] | type[float] = float) -> NDArray[Any]:
    """Return an array of a shape that takes the room of one number, to be looked at only."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def along(value: Any, own: tuple[Axis, ...], axes: tuple[Axis, ...]) -> Any:
    """Return a view to be repeated along the axes that a value has not."""
    if not own or own == axes:
        return value
    return value[tuple(slice(None) if axis in own else None for axis in axes)]


@dataclass(frozen=True)
class Cell:
    """One element of a tensor with its value."""

    tensor: str
    """The identifier of the tensor, e.g. ``dE_dv``."""
    symbol: str
    """The symbol of the tensor, e.g. ``∂E/∂v``."""
    index: tuple[int, ...]
    labels: tuple[str, ...]
    """The names of row and column."""
    value: float
    before: bool = False
    """Whether the value is one that has been updated since, in the same iteration."""

    @property
    def label(self) -> str:
        """The cell in words, e.g. ``∂E/∂v[input2, g1]``."""
        return f"{self.symbol}[{', '.join(self.labels)}]" if self.labels else self.symbol


@dataclass(eq=False)
class Tensor:
    """A float64 array of the program; operations write into it in place.

    Attributes:
        name: The identifier, e.g. ``dE_dw``.
        symbol: As it is written, e.g. ``∂E/∂w``.
        axes: The axes of its rows and columns.
        data: The values; of a tensor with a row per observation, those of the batch.
        stands_for: The tensor whose buffer it shares, to which an explanation leads on.
        whole: The buffer, with the rows of the largest batch.
    """

    name: str
    symbol: str
    axes: tuple[Axis, ...]
    data: Array
    stands_for: Tensor | None = None
    whole: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.whole = self.data

    def take(self, rows: int) -> None:
        """Make the first rows of the buffer the data."""
        self.data = self.whole[:rows]

    @classmethod
    def zeros(cls, name: str, symbol: str, *axes: Axis) -> Tensor:
        """Allocate a tensor whose shape is that of the axes."""
        return cls(name, symbol, axes, np.zeros(tuple(len(axis.labels) for axis in axes)))

    @classmethod
    def blank(cls, name: str, symbol: str, *axes: Axis) -> Tensor:
        """Make a tensor of that shape without its numbers."""
        return cls(name, symbol, axes, blank(tuple(len(axis.labels) for axis in axes)))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    def another(self) -> Array:
        """Return a copy of the data; of a blank tensor, another blank one."""
        is_blank = self.data.base is not None and not any(self.data.strides)
        return blank(self.shape) if is_blank else self.data.copy()

    def require_cell(self, index: Index) -> None:
        """Refuse a place that the tensor has not.

        Raises:
            IndexError: There is no such cell.
        """
        if len(index) != len(self.shape) or not all(
            0 <= i < size for i, size in zip(index, self.shape, strict=True)
        ):
            raise IndexError(f"{self.symbol} has the shape {self.shape}, no cell {list(index)}")

    def cell(self, index: Index) -> Cell:
        """Return one element with its names and its present value."""
        return self.cell_of(self.data, index)

    def cell_of(self, data: Array, index: Index, *, before: bool = False) -> Cell:
        """Return one element with this tensor's names and the value that `data` has there."""
        value = float(data[index])
        return Cell(self.name, self.symbol, index, self.labels(index), value, before)

    def labels(self, index: Index) -> tuple[str, ...]:
        """Return the names of row and column of one element."""
        return tuple(axis.called(i) for axis, i in zip(self.axes, index, strict=True))


Allocate = Callable[..., Tensor]
"""Makes a tensor of its name, its symbol and its axes: `Tensor.zeros` or `Tensor.blank`."""
Read = Callable[[Tensor, Index], Cell]
"""Gives one cell of a tensor."""

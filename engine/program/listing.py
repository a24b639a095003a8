"""A program without its numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.common.errors import InputError, NotComputedError
from engine.common.numbers import MINUS
from engine.common.text import clean, folded
from engine.formula.tensor import Axis, Index, is_whole
from engine.maths.operations.operation import Phase

_MOST_NAMES = 10
"""Of a batch."""
_CELL = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<index>[^\[\]]*)\])?")


@dataclass(frozen=True)
class Line:
    """One operation as it stands in a listing."""

    name: str
    symbol: str
    phase: Phase
    layer: str | None
    formula: str
    shape: tuple[int, ...]
    reads: tuple[str, ...]
    why: str
    note: str
    """Its peculiarity, in a few words, or ""."""


@dataclass(frozen=True)
class Listing:
    """A program's operations and the names of its tensors.

    Attributes:
        lines: The operations in the order of execution.
        axes: For each tensor, by name, its axes.
        symbols: For each tensor, by name, its symbol.
        parameters: For each parameter, by name, the names of its gradient and of its change,
            which is None where the parameter is frozen.
        loss: The right-hand side of E.
        sizes: How many inputs, and neurons of each layer.
        activations: The symbol of each layer's activation.
        assumptions: What the loss takes the targets for, where it is not as in the table.
    """

    lines: tuple[Line, ...]
    axes: Mapping[str, tuple[Axis, ...]]
    symbols: Mapping[str, str]
    parameters: Mapping[str, tuple[str, str | None]]
    loss: str
    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    assumptions: tuple[str, ...]

    def is_by_observation(self, name: str) -> bool:
        """Return whether a tensor has a row for each observation."""
        return self.axes[name][:1] == self.axes["x"][:1]


def parse_cell(listing: Listing, text: str) -> tuple[str, Index]:
    """Turn ``dE_dv[1, 0]`` or ``∂E/∂v[input2, g1]`` into a tensor's name and an index.

    Raises:
        InputError: There is no such tensor or cell.
    """
    match = _CELL.fullmatch(text.strip())
    typed = (match["name"] if match else text).strip()
    by_symbol = {symbol: name for name, symbol in listing.symbols.items()}
    name = typed if typed in listing.axes else by_symbol.get(typed)
    if match is None or name is None:
        known = ", ".join(listing.axes)
        example = f"{next(iter(listing.parameters.values()))[0]}[0, 0]"
        raise InputError(f"{clean(text, 60)}: no element of {known}, such as {example}")
    axes = listing.axes[name]
    parts = [part.strip() for part in match["index"].split(",")] if match["index"] else []
    if len(parts) != len(axes):
        shape = "×".join(str(len(axis.labels)) for axis in axes) or "a scalar"
        raise InputError(
            f"{clean(text, 60)}: the shape is {shape}, so {len(axes)} indices are needed"
        )
    return name, tuple(_place(part, axis) for part, axis in zip(parts, axes, strict=True))


def _place(part: str, axis: Axis) -> int:
    """Find a row or column: a bare number is a position from 0 on, all else a name."""
    size, shown = len(axis.labels), clean(part, 40)
    if is_whole(part):
        place = int(part.replace(MINUS, "-")) if len(part) < 12 else size
        if -size <= place < size:
            return place % size
        raise InputError(
            f"{shown}: a bare number is a position, here from 0 to {size - 1}{axis.as_name(part)}"
        )
    try:
        found = axis.place(part)
        return found() if callable(found) else found
    except NotComputedError as error:
        batch = folded([axis.called(place) for place in range(size)], _MOST_NAMES)
        raise InputError(f"{clean(str(error), 60)}: that has {batch}") from None
    except ValueError:
        raise InputError(
            f"{shown!r}: there is no such name here, and a position is a number from 0 to "
            f"{size - 1}"
        ) from None

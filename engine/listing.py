"""What there is to know of a program without its numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import InputError
from engine.operations.base import Phase
from engine.tensor import Axis, Index
from engine.text import clean

_CELL = re.compile(r"^\s*(?P<name>[^\[\]]+?)\s*(?:\[(?P<index>[^\[\]]*)\])?\s*$")


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
    """What is special about it, in a few words, or ""."""


@dataclass(frozen=True)
class Listing:
    """A program's operations and the names of its tensors.

    Attributes:
        lines: The operations in the order of execution.
        axes: For each tensor, by name, its axes.
        symbols: For each tensor, by name, its symbol.
        parameters: For each parameter, by name, the names of its gradient and its change.
        loss: The right-hand side of E.
        sizes: How many inputs, and neurons of each layer.
        activations: The symbol of each layer's activation.
        assumptions: What the loss takes the targets for, where it is not as in the table.
    """

    lines: tuple[Line, ...]
    axes: Mapping[str, tuple[Axis, ...]]
    symbols: Mapping[str, str]
    parameters: Mapping[str, tuple[str, str]]
    loss: str
    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    assumptions: tuple[str, ...]


def parse_cell(listing: Listing, text: str) -> tuple[str, Index]:
    """Turn ``dE_dv[1, 0]`` or ``∂E/∂v[input2, g1]`` into a tensor's name and an index.

    Raises:
        InputError: There is no such tensor or cell.
    """
    match = _CELL.match(text)
    typed = (match["name"] if match else text).strip()
    by_symbol = {symbol: name for name, symbol in listing.symbols.items()}
    name = typed if typed in listing.axes else by_symbol.get(typed)
    if match is None or name is None:
        known = ", ".join(listing.axes)
        raise InputError(f"{clean(text, 60)}: no element of {known}, such as dE_dv[1, 0]")
    axes = listing.axes[name]
    parts = [part.strip() for part in match["index"].split(",")] if match["index"] else []
    if len(parts) != len(axes):
        shape = "×".join(str(len(axis.labels)) for axis in axes) or "a scalar"
        raise InputError(
            f"{clean(text, 60)}: the shape is {shape}, so {len(axes)} indices are needed"
        )
    return name, tuple(_place(part, axis) for part, axis in zip(parts, axes, strict=True))


def _place(part: str, axis: Axis) -> int:
    """Find a row or column by its number from 0 on, or else by its name."""
    size = len(axis.labels)
    if part.lstrip("-").isdecimal() and len(part) < 12:
        place = int(part) + (size if part.startswith("-") else 0)
        if 0 <= place < size:
            return place
    for place, label in enumerate(axis.labels):
        if part in (label, axis.called(place)):
            return place
    raise InputError(f"{clean(part, 40)!r}: no number from 0 to {size - 1}, and no name here")

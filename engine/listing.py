"""What there is to know of a program without its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.operations.base import Phase
from engine.tensor import Axis


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
    """

    lines: tuple[Line, ...]
    axes: Mapping[str, tuple[Axis, ...]]
    symbols: Mapping[str, str]
    parameters: Mapping[str, tuple[str, str]]
    loss: str
    sizes: tuple[int, ...]
    activations: tuple[str, ...]

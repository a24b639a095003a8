"""What there is to know of a loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.expression import Cell, Expression
from engine.late import np

if TYPE_CHECKING:
    from engine.activations import Run
    from engine.tensor import Array


@dataclass(frozen=True)
class Setting:
    """What a loss depends on beside f and f₀.

    Attributes:
        scale: c.
        delta: δ, where the Huber loss turns from a square into a line.
        signed: Whether the targets are −1 and 1, and not 0 and 1.
    """

    scale: float
    delta: float = 1.0
    signed: bool = False


@dataclass(frozen=True)
class Place:
    """One output of one observation: its cells, and its row of pre-activations."""

    f: Cell
    f0: Cell
    y: Cell | None
    """Where E is computed from the pre-activations; so is the next."""
    row: tuple[Cell, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fused:
    """∂E/∂y in one formula, where ∂E/∂f and the slope of the output cancel in part."""

    formula: str
    why: str
    bind: Callable[[Array, Array, Array, Setting], Run]
    """From f, f₀ and the buffer of ∂E/∂y."""
    cell: Callable[[Place], Expression]
    """Without the scale."""


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One way to turn predictions and targets into the scalar E."""

    name: str
    """As it is written on the command line and in saved files."""
    formula: str
    """The right-hand side of E, with its reduction."""
    slope_formula: str
    """The right-hand side of ∂E/∂f."""
    why: str
    slope_why: str
    scale: Callable[[int, int], float]
    """c, from the numbers of observations and of outputs."""
    bind: Callable[[Array, Array, Array | None, Array, Setting], Run]
    """From f, f₀, y where E is computed from it, and the buffer of E."""
    cell: Callable[[Place, Setting], Expression]
    """ℓ without the scale."""
    bind_slope: Callable[[Array, Array, Array, Setting], Run]
    """From f, f₀ and the buffer of ∂E/∂f."""
    slope: Callable[[Place, Setting], Expression]
    """∂E/∂f of one cell."""
    fused: Mapping[str, Fused] = field(default_factory=dict)
    """For outputs with which E is computed from y, how ∂E/∂y is."""
    outputs: tuple[str, ...] = ()
    """The output activations that it goes with; () for any."""
    given: Callable[[Setting], str] = lambda setting: ""
    """What the formulas leave open, for their end, e.g. ``, δ = 1``, or ""."""
    problem: Callable[[Array], str] = lambda f0: ""
    """Says what is wrong with targets, or ""."""
    assumption: Callable[[Array], str] = lambda f0: ""
    """Says what targets are taken for, where it is not what stands in the table."""
    aim: Callable[[Array], Array] = lambda f0: f0
    """Gives the targets as they are taken; the error of a prediction is their distance."""


def bind_error(f: Array, f0: Array, out: Array, factor: float) -> Run:
    """Have a buffer be a factor times f − f₀."""
    subtract, multiply, scale = np.subtract, np.multiply, np.array(factor)

    def run() -> None:
        subtract(f, f0, out)
        multiply(out, scale, out)

    return run


def summed(fill: Callable[[Array], None], like: Array, E: Array, scale: float) -> Run:
    """Have E be c times the sum of what `fill` writes into a buffer."""
    dot, terms = np.dot, np.empty_like(like)
    flat, scales = terms.reshape(-1), np.full(like.size, scale)

    def run() -> None:
        fill(terms)
        dot(flat, scales, E)

    return run


def mean(n: int, o: int) -> float:
    """Return the scale of a mean over all observations and outputs."""
    return 1.0 / (n * o)

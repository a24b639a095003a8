"""The activations: a new one is one entry in `ACTIVATIONS`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.expression import Cell, Constant, Difference, Expression, Product
from engine.tensor import Array

Run = Callable[[], object]

# An operand that is already an array spares NumPy a conversion on each call.
ONE = np.array(1.0)


@dataclass(frozen=True)
class Activation:
    """A function applied to each pre-activation z, giving a, and its slope."""

    name: str
    symbol: str
    bind: Callable[[Array, Array], Run]
    """From z and the buffer of a, the call that fills the buffer."""
    value: Callable[[float], float]
    """The same for one number."""
    slope_formula: str
    """∂a/∂z with ``{a}`` and ``{z}`` for the symbols."""
    bind_slope: Callable[[Array, Array, Array], Run]
    """From z, a and the buffer of ∂a/∂z, the call that fills the buffer."""
    slope: Callable[[Cell, Cell], Expression]
    """The arithmetic of ∂a/∂z for one cell, from those of z and a."""
    why: str
    """What it does, in a sentence, with ``{a}`` and ``{z}`` for the symbols."""
    slope_why: str
    """What its slope does to learning, in a sentence."""


def _bind_sigmoid(z: Array, a: Array) -> Run:
    negative, exp, add, reciprocal, one = np.negative, np.exp, np.add, np.reciprocal, ONE

    def run() -> None:
        # e^−z may overflow to inf, of which the reciprocal is the right 0.
        negative(z, a)
        exp(a, a)
        add(a, one, a)
        reciprocal(a, a)

    return run


def _sigmoid(z: float) -> float:
    try:
        return 1.0 / (1.0 + math.exp(-z))
    except OverflowError:
        return 0.0


def _bind_sigmoid_slope(z: Array, a: Array, slope: Array) -> Run:
    subtract, multiply, one = np.subtract, np.multiply, ONE

    def run() -> None:
        subtract(one, a, slope)
        multiply(a, slope, slope)

    return run


def _sigmoid_slope(z: Cell, a: Cell) -> Expression:
    return Product((a, Difference(Constant(1.0), a)))


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation(
            name="sigmoid",
            symbol="σ",
            bind=_bind_sigmoid,
            value=_sigmoid,
            slope_formula="{a}(1 − {a})",
            bind_slope=_bind_sigmoid_slope,
            slope=_sigmoid_slope,
            why="σ squeezes any number into the range from 0 to 1; without such a bend, layers "
            "upon layers would still be one linear function.",
            slope_why="The slope of σ at {z}, at most 0.25, where {a} is 0.5; near 0 or 1 it "
            "vanishes, and learning with it.",
        ),
    )
}

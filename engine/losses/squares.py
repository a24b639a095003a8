"""Sums and means of squared errors, and of squares that turn into lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.expression import Call, Constant, Difference, Expression, Product, Square
from engine.late import np
from engine.losses.base import Loss, Place, Setting, bind_error, mean, summed

if TYPE_CHECKING:
    from engine.activations import Run
    from engine.tensor import Array


def _bind_squares(f: Array, f0: Array, y: Array | None, E: Array, setting: Setting) -> Run:
    subtract, dot, multiply = np.subtract, np.dot, np.multiply
    error, scaled = np.empty_like(f), np.empty_like(f)
    flat, flat_scaled = error.reshape(-1), scaled.reshape(-1)
    scale = np.array(setting.scale)

    def run() -> None:
        subtract(f, f0, error)
        multiply(error, scale, scaled)
        dot(flat, flat_scaled, E)

    return run


def _bind_squares_slope(f: Array, f0: Array, out: Array, setting: Setting) -> Run:
    return bind_error(f, f0, out, 2.0 * setting.scale)


def _squares_slope(at: Place, setting: Setting) -> Expression:
    return Product((Constant(2.0 * setting.scale), Difference(at.f, at.f0)))


def _squares(
    name: str, formula: str, slope_formula: str, scale: Callable[[int, int], float]
) -> Loss:
    return Loss(
        name=name,
        formula=formula,
        slope_formula=slope_formula,
        why="One number for how wrong the predictions f are: squares, so that errors of either "
        "sign add up and large ones count most.",
        slope_why="How E changes with each prediction: in proportion to its error, so what is "
        "right already asks for no change. The 2 is the square's, the rest is the scale of E.",
        scale=scale,
        bind=_bind_squares,
        cell=lambda at, setting: Square(Difference(at.f, at.f0)),
        bind_slope=_bind_squares_slope,
        slope=_squares_slope,
    )


def _bind_huber(f: Array, f0: Array, y: Array | None, E: Array, setting: Setting) -> Run:
    subtract, absolute, minimum, multiply = np.subtract, np.absolute, np.minimum, np.multiply
    delta, half, part = np.array(setting.delta), np.array(0.5), np.empty_like(f)

    def fill(terms: Array) -> None:
        # With m = min(|e|, δ), both ½e² and δ(|e| − ½δ) are m·(|e| − ½m).
        subtract(f, f0, terms)
        absolute(terms, terms)
        minimum(terms, delta, out=part)
        multiply(part, half, part)
        subtract(terms, part, terms)
        multiply(terms, part, terms)
        multiply(terms, two, terms)

    two = np.array(2.0)
    return summed(fill, f, E, setting.scale)


def _huber_cell(at: Place, setting: Setting) -> Expression:
    delta = setting.delta

    def value(e: float) -> float:
        size = abs(e)
        return 0.5 * e * e if size <= delta else delta * (size - 0.5 * delta)

    return Call("huber", value, Difference(at.f, at.f0))


def _bind_huber_slope(f: Array, f0: Array, out: Array, setting: Setting) -> Run:
    subtract, minimum, maximum, multiply = np.subtract, np.minimum, np.maximum, np.multiply
    delta, minus, scale = (
        np.array(setting.delta),
        np.array(-setting.delta),
        np.array(setting.scale),
    )

    def run() -> None:
        subtract(f, f0, out)
        minimum(out, delta, out=out)
        maximum(out, minus, out=out)
        multiply(out, scale, out)

    return run


def _huber_slope(at: Place, setting: Setting) -> Expression:
    delta = setting.delta
    clamped = Call("clamp", lambda e: min(max(e, -delta), delta), Difference(at.f, at.f0))
    return Product((Constant(setting.scale), clamped))


SQUARES = (
    _squares("mse", "mean((f − f₀)²)", "2(f − f₀)/(N·O)", mean),
    _squares("sse", "Σ(f − f₀)²", "2(f − f₀)", lambda n, o: 1.0),
    _squares("half-sse", "½·Σ(f − f₀)²", "f − f₀", lambda n, o: 0.5),
)
HUBER = Loss(
    name="huber",
    formula="mean(½(f − f₀)², beyond δ linear)",
    slope_formula="clamp(f − f₀, ±δ)/(N·O)",
    why="Squares for small errors; beyond δ it grows in a straight line, so that a few "
    "wild targets do not rule the rest.",
    slope_why="The error of each prediction, but never more than δ.",
    scale=mean,
    bind=_bind_huber,
    cell=_huber_cell,
    bind_slope=_bind_huber_slope,
    slope=_huber_slope,
)

"""Sums and means of squared errors, and of squares that turn into lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.expression import (
    Call,
    Constant,
    Difference,
    Expression,
    Product,
    Square,
    evaluate,
    format_number,
    scaled,
)
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
    return scaled(2.0 * setting.scale, Difference(at.f, at.f0))


def _squares(
    name: str, formula: str, slope_formula: str, scale: Callable[[int, int], float], factor: str
) -> Loss:
    return Loss(
        name=name,
        formula=formula,
        slope_formula=slope_formula,
        why="One number for how wrong the predictions f are: squares, so that errors of either "
        "sign add up and large ones count most.",
        slope_why="How E changes with each prediction: in proportion to its error, so what is "
        f"right already asks for no change. {factor}",
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
    error, half, delta = Difference(at.f, at.f0), Constant(0.5), Constant(setting.delta)
    size = Call("|{x}|", abs, error)
    if evaluate(size) <= setting.delta:
        return Product((half, Square(error)))
    return Product((delta, Difference(size, Product((half, delta)))))


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
    form = f"clamp({{x}}, ±{format_number(delta)})"
    clamped = Call(form, lambda e: min(max(e, -delta), delta), Difference(at.f, at.f0))
    return scaled(setting.scale, clamped)


SQUARES = (
    _squares(
        "mse",
        "mean((f − f₀)²)",
        "2(f − f₀)/(N·O)",
        mean,
        "The 2 is the square's, N·O the mean's.",
    ),
    _squares("sse", "Σ(f − f₀)²", "2(f − f₀)", lambda n, o: 1.0, "The 2 is the square's."),
    _squares(
        "half-sse",
        "½·Σ(f − f₀)²",
        "f − f₀",
        lambda n, o: 0.5,
        "The 2 of the square and the ½ of E cancel.",
    ),
)
HUBER = Loss(
    name="huber",
    formula="mean(½(f − f₀)², beyond δ linear)",
    slope_formula="clamp(f − f₀, ±δ)/(N·O)",
    why="An error e = f − f₀ counts ½·e² where |e| is at most δ. Beyond it counts "
    "δ·(|e| − ½·δ), a straight line, so that a few wild targets do not rule the rest.",
    slope_why="The error of each prediction, but cut where it is below −δ or above δ.",
    scale=mean,
    bind=_bind_huber,
    cell=_huber_cell,
    bind_slope=_bind_huber_slope,
    slope=_huber_slope,
    given=lambda setting: f", δ = {format_number(setting.delta)}",
)

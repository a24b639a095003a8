"""Sums and means of squared errors, and of squares that turn into lines."""

from __future__ import annotations

from engine.common.numbers import format_number
from engine.formula.primitives import (
    HALF,
    absolute,
    count,
    logaddexp,
    maximum,
    mean,
    minimum,
    square,
    tanh,
    total,
    where,
)
from engine.formula.tree import Formula, Function
from engine.maths.losses.loss import Loss, Setting, Value


def _squares(name: str, value: Value, slope: Value, factor: str) -> Loss:
    return Loss(
        name=name,
        value=value,
        slope=slope,
        why="One number for how wrong the predictions f are: squares, so that errors of either "
        "sign add up and large ones count most.",
        slope_why="How E changes with each prediction: in proportion to its error, so what is "
        f"right already asks for no change. {factor}",
    )


def _huber(f: Formula, f0: Formula, setting: Setting) -> Formula:
    error, delta = f - f0, setting.delta
    size = absolute(error)
    return mean(where(size <= delta, HALF * square(error), delta * (size - HALF * delta)))


def _huber_slope(f: Formula, f0: Formula, setting: Setting) -> Formula:
    error, delta = f - f0, setting.delta
    clamped = minimum(maximum(error, -delta), delta)
    return Function("clamp({0}, ±{1})", (error, delta), clamped) / count(f)


def _log_cosh(error: Formula) -> Formula:
    """Return ln(cosh(e)), which is |e| − ln 2 far from 0, where cosh would overflow."""
    body = logaddexp(error, -error) - 0.6931471805599453
    return Function("ln(cosh({0}))", (error,), body)


SQUARES = (
    _squares(
        "mse",
        lambda f, f0, _: mean(square(f - f0)),
        lambda f, f0, _: 2.0 * (f - f0) / count(f),
        "The 2 is the square's, N·O the mean's.",
    ),
    _squares(
        "half-mse",
        lambda f, f0, _: HALF * mean(square(f - f0)),
        lambda f, f0, _: (f - f0) / count(f),
        "The 2 of the square and the ½ of E cancel, N·O is the mean's.",
    ),
    _squares(
        "sse",
        lambda f, f0, _: total(square(f - f0)),
        lambda f, f0, _: 2.0 * (f - f0),
        "The 2 is the square's.",
    ),
    _squares(
        "half-sse",
        lambda f, f0, _: HALF * total(square(f - f0)),
        lambda f, f0, _: f - f0,
        "The 2 of the square and the ½ of E cancel.",
    ),
)
HUBER = Loss(
    name="huber",
    value=_huber,
    slope=_huber_slope,
    why="An error e = f − f₀ counts ½·e² where |e| is at most δ. Beyond it counts "
    "δ·(|e| − ½·δ), a straight line, so that a few wild targets do not rule the rest.",
    slope_why="The error of each prediction, but cut where it is below −δ or above δ.",
    tells=lambda setting: f", δ = {format_number(setting.delta.value)}",
)
LOG_COSH = Loss(
    name="log-cosh",
    value=lambda f, f0, _: mean(_log_cosh(f - f0)),
    slope=lambda f, f0, _: tanh(f - f0) / count(f),
    why="An error counts half its square where it is small and its size less ln 2 where it is "
    "large, with a smooth passage, so that a few wild targets do not rule the rest.",
    slope_why="The error of each prediction where it is small, at most 1 where it is large.",
)

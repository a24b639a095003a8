"""The functions of the expression language, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.language.lowering import Lowering


@dataclass(frozen=True)
class Function:
    """A function of one argument.

    Attributes:
        name: Its name.
        call: Computes it; never writes into its argument.
        takes: What the argument is: numbers, truth values, or either.
        gives_truth: Whether it returns truth values.
        reduces: Whether it returns a single value whatever the shape of its argument.
        lower: Adds the calls that compute it.
    """

    name: str
    call: Callable[[Any], Any]
    takes: Literal["number", "truth", "any"]
    gives_truth: bool
    reduces: bool
    lower: Callable[[Lowering, Any], Any]


def _in_a_row(value: Any) -> Any:
    """Return all elements in the order in which a reduction takes them."""
    return np.ascontiguousarray(value).reshape(-1)


def _norm(value: Any) -> np.float64:
    return np.float64(np.sqrt(np.add.reduce(np.square(_in_a_row(value)))))


def _sum(value: Any) -> np.float64:
    return np.float64(np.add.reduce(_in_a_row(value), dtype=np.float64))


def _mean(value: Any) -> np.float64:
    return np.float64(_sum(value) / np.size(value))


def _lower_norm(to: Lowering, value: Any) -> Any:
    return to.apply(np.sqrt, to.reduce(np.add, to.apply(np.square, value)))


def _lower_mean(to: Lowering, value: Any) -> Any:
    total = to.reduce(np.add, to.as_number(value))
    return to.apply(np.divide, total, np.array(float(value.size)))


def _number(name: str, ufunc: np.ufunc) -> Function:
    return Function(name, ufunc, "number", False, False, lambda to, x: to.apply(ufunc, x))


def _reduction(
    name: str,
    call: Callable[[Any], Any],
    lower: Callable[[Lowering, Any], Any] | np.ufunc,
    takes: Literal["number", "truth", "any"] = "number",
) -> Function:
    if isinstance(lower, np.ufunc):
        ufunc = lower
        lower = lambda to, x: to.reduce(ufunc, x)  # noqa: E731
    return Function(name, call, takes, takes == "truth", True, lower)


FUNCTIONS = {
    function.name: function
    for function in (
        _number("abs", np.abs),
        _number("sqrt", np.sqrt),
        _number("exp", np.exp),
        _number("log", np.log),
        _number("sin", np.sin),
        _number("cos", np.cos),
        _number("tanh", np.tanh),
        Function(
            "transpose",
            np.transpose,
            "number",
            gives_truth=False,
            reduces=False,
            lower=lambda to, x: x.T,
        ),
        _reduction("norm", _norm, _lower_norm),
        _reduction("min", np.min, np.minimum),
        _reduction("max", np.max, np.maximum),
        _reduction("sum", _sum, lambda to, x: to.reduce(np.add, to.as_number(x)), "any"),
        _reduction("mean", _mean, _lower_mean, "any"),
        _reduction("any", np.any, np.logical_or, "truth"),
        _reduction("all", np.all, np.logical_and, "truth"),
        Function(
            "isfinite",
            np.isfinite,
            "number",
            gives_truth=True,
            reduces=False,
            lower=lambda to, x: to.apply(np.isfinite, x, is_truth=True),
        ),
    )
}
"""``prev(name)`` is part of the language itself: its argument is a name."""

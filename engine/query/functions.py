"""The functions of the expression language, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

import numpy as np


@dataclass(frozen=True)
class Function:
    """A function of one argument.

    Attributes:
        name: What it is called.
        call: Computes it; never writes into its argument.
        takes: What the argument is: numbers, truth values, or either.
        gives_truth: Whether it returns truth values.
        reduces: Whether it returns a single value whatever the shape of its argument.
        help: What it does.
    """

    name: str
    call: Callable[[Any], Any]
    takes: Literal["number", "truth", "any"]
    gives_truth: bool
    reduces: bool
    help: str


def _norm(value: Any) -> np.float64:
    flat = value.reshape(-1)
    return np.float64(sqrt(np.dot(flat, flat)))


def _sum(value: Any) -> np.float64:
    return np.float64(np.add.reduce(value, axis=None))


def _number(name: str, call: Callable[[Any], Any], help: str) -> Function:
    return Function(name, call, "number", gives_truth=False, reduces=False, help=help)


def _reduction(
    name: str,
    call: Callable[[Any], Any],
    help: str,
    takes: Literal["number", "truth", "any"] = "number",
) -> Function:
    return Function(name, call, takes, gives_truth=takes == "truth", reduces=True, help=help)


FUNCTIONS = {
    function.name: function
    for function in (
        _number("abs", np.abs, "the magnitude of each element"),
        _number("sqrt", np.sqrt, "the square root"),
        _number("exp", np.exp, "e to the power of each element"),
        _number("log", np.log, "the natural logarithm"),
        _number("sin", np.sin, "the sine, of radians"),
        _number("cos", np.cos, "the cosine, of radians"),
        _number("tanh", np.tanh, "the hyperbolic tangent"),
        _number("transpose", np.transpose, "rows and columns exchanged"),
        _reduction("norm", _norm, "the square root of the sum of squares"),
        _reduction("min", np.min, "the smallest element"),
        _reduction("max", np.max, "the largest element"),
        _reduction("sum", _sum, "the sum; of a comparison, how often it is true", "any"),
        _reduction("mean", np.mean, "the mean; of a comparison, how large a share is true", "any"),
        _reduction("any", np.any, "whether a comparison is true somewhere", "truth"),
        _reduction("all", np.all, "whether a comparison is true everywhere", "truth"),
        Function(
            "isfinite",
            np.isfinite,
            "number",
            gives_truth=True,
            reduces=False,
            help="whether each element is neither infinite nor NaN",
        ),
    )
}
"""``prev(name)`` is part of the language itself: its argument is a name."""

"""The primitives of all formulas: a new one is one entry in `PRIMITIVES`.

The derivatives are those of any table of them, e.g. Abramowitz and Stegun, chapters 3, 4 and 7.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.common.lazy_numpy import np
from engine.formula.tensor import Axis
from engine.formula.tree import (
    EACH,
    Apply,
    Formula,
    Function,
    Leaf,
    Number,
    Operand,
    Reduce,
    Size,
    Together,
    formula,
)

Derivatives = Callable[..., tuple[Operand, ...]]
Unary = Callable[[Operand], Formula]
Binary = Callable[[Operand, Operand], Formula]


@dataclass(frozen=True)
class Primitive:
    """One thing that is done element by element.

    Attributes:
        name: Its name.
        form: Its text, with ``{0}`` and ``{1}`` for its arguments.
        derivatives: From the arguments, the derivative by each of them.
        ufunc: The name of NumPy's function for it; by default its own.
        torch: Its text in PyTorch; by default ``torch.`` and the name of the ufunc.
        torch_takes_numbers: Whether PyTorch's function takes plain numbers too.
        brief: Its text where the argument is a single symbol.
        gives_truth: Whether it is true or false; as a number that is 1 or 0.
    """

    name: str
    form: str
    derivatives: Derivatives
    ufunc: str = ""
    torch: str = ""
    torch_takes_numbers: bool = True
    brief: str = ""
    gives_truth: bool = False

    @property
    def call(self) -> Any:
        """NumPy's function."""
        return getattr(np, self.ufunc or self.name)

    def of(self, *values: float) -> float:
        """Compute it for numbers, as NumPy does: 1/0 is ∞."""
        if self.name == "erf":
            return math.erf(*values)
        with np.errstate(all="ignore"):
            return float(self.call(*map(np.float64, values)))


def _none(*arguments: Formula) -> tuple[Operand, ...]:
    """Return the derivatives of what is constant between its jumps."""
    return tuple(0.0 for _ in arguments)


PRIMITIVES: dict[str, Primitive] = {
    primitive.name: primitive
    for primitive in (
        Primitive("add", "{0} + {1}", lambda x, y: (1.0, 1.0)),
        Primitive("subtract", "{0} − {1}", lambda x, y: (1.0, -1.0)),
        Primitive("multiply", "{0}·{1}", lambda x, y: (y, x)),
        Primitive("hadamard", "{0} ∘ {1}", lambda x, y: (y, x), "multiply"),
        Primitive("divide", "{0}/{1}", lambda x, y: (1.0 / y, -x / square(y))),
        Primitive("negative", "−{0}", lambda x: (-1.0,)),
        Primitive("square", "{0}²", lambda x: (2.0 * x,)),
        Primitive("power", "{0}^{1}", lambda x, y: (y * x ** (y - 1.0), x**y * ln(x))),
        Primitive("exp", "exp({0})", lambda x: (exp(x),), brief="e^{0}"),
        Primitive("expm1", "exp({0}) − 1", lambda x: (exp(x),)),
        Primitive("log", "ln({0})", lambda x: (1.0 / x,), brief="ln {0}"),
        Primitive("log1p", "ln(1 + {0})", lambda x: (1.0 / (1.0 + x),)),
        Primitive(
            "logaddexp",
            "ln(e^{0} + e^{1})",
            lambda x, y: (1.0 / (1.0 + exp(y - x)), 1.0 / (1.0 + exp(x - y))),
            torch_takes_numbers=False,
        ),
        Primitive("tanh", "tanh({0})", lambda x: (1.0 - square(tanh(x)),)),
        Primitive("cos", "cos({0})", lambda x: (-Apply("sin", (x,)),)),
        Primitive("sin", "sin({0})", lambda x: (cos(x),)),
        Primitive(
            "erf",
            "erf({0})",
            lambda x: (2.0 / math.sqrt(math.pi) * exp(-square(x)),),
        ),
        Primitive("sqrt", "√({0})", lambda x: (0.5 / sqrt(x),), brief="√{0}"),
        Primitive("absolute", "|{0}|", lambda x: (sign(x),), "abs"),
        Primitive("sign", "sign({0})", _none),
        Primitive("floor", "⌊{0}⌋", _none),
        Primitive(
            "maximum",
            "max({0}, {1})",
            lambda x, y: (1.0 - truth(x < y), truth(x < y)),
            torch_takes_numbers=False,
        ),
        Primitive(
            "minimum",
            "min({0}, {1})",
            lambda x, y: (1.0 - truth(x > y), truth(x > y)),
            torch_takes_numbers=False,
        ),
        Primitive("greater", "{0} > {1}", _none, gives_truth=True),
        Primitive("less", "{0} < {1}", _none, gives_truth=True),
        Primitive("less_equal", "{0} ≤ {1}", _none, gives_truth=True),
        Primitive("equal", "{0} = {1}", _none, gives_truth=True),
        Primitive(
            "where",
            "{1} where {0}, else {2}",
            lambda c, x, y: (0.0, truth(c), 1.0 - truth(c)),
            torch="torch.where({0}, {1}, {2})",
        ),
        Primitive("truth", "[{0}]", _none, "positive", "({0}).to(torch.float64)"),
    )
}


def _function(name: str) -> Unary:
    return lambda x: Apply(name, (formula(x),))


def _function_of_two(name: str) -> Binary:
    return lambda x, y: Apply(name, (formula(x), formula(y)))


square: Unary = _function("square")
exp: Unary = _function("exp")
expm1: Unary = _function("expm1")
ln: Unary = _function("log")
log1p: Unary = _function("log1p")
tanh: Unary = _function("tanh")
cos: Unary = _function("cos")
floor: Unary = _function("floor")
erf: Unary = _function("erf")
sqrt: Unary = _function("sqrt")
absolute: Unary = _function("absolute")
sign: Unary = _function("sign")
truth: Unary = _function("truth")
maximum: Binary = _function_of_two("maximum")
minimum: Binary = _function_of_two("minimum")
logaddexp: Binary = _function_of_two("logaddexp")
equal: Binary = _function_of_two("equal")
hadamard: Binary = _function_of_two("hadamard")


def where(condition: Formula, true: Operand, false: Operand) -> Formula:
    """Return a choice, element by element."""
    return Apply("where", (condition, formula(true), formula(false)))


def total(argument: Formula, over: Axis | None = None) -> Formula:
    """Return the sum over an axis, by default over all."""
    return Reduce("add", argument, argument.axes if over is None else (over,))


def mean(argument: Formula) -> Formula:
    """Return the mean over all axes."""
    return Reduce("add", argument, argument.axes, is_mean=True)


def largest(argument: Formula, over: Axis) -> Formula:
    """Return the largest along an axis."""
    return Reduce("maximum", argument, (over,))


def total_of_all(tensors: tuple[Leaf, ...], of_each: Callable[[Formula], Formula]) -> Formula:
    """Return the sum over all elements of several tensors of what is made of each."""
    return Together(tensors, of_each(EACH))


def count(like: Formula) -> Formula:
    """Return how many elements a matrix has, N·O."""
    rows, columns = like.axes
    return Size(rows) * Size(columns)


def setting(value: float, symbol: str) -> Number:
    """Return a hyperparameter, which is written by its symbol or, in numbers, by its value."""
    return Number(value, symbol, is_named=True)


HALF, PI = Number(0.5, "½"), Number(math.pi, "π")


def soft_plus(z: Formula) -> Formula:
    """Return ln(1 + e^z), finite for any z."""
    return Function("ln(1 + e^{p0})", (z,), logaddexp(z, 0.0))

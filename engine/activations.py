"""The activations: a new one is one entry in `ACTIVATIONS`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.expression import Call, Cell, Constant, Difference, Expression, Product, Square
from engine.late import np

if TYPE_CHECKING:
    from engine.tensor import Array

Run = Callable[[], object]

LEAK = 0.01
"""The slope of the leaky rectifier below 0, as in PyTorch."""


@dataclass(frozen=True, kw_only=True)
class Activation:
    """A function applied to the pre-activations z of a layer, giving a, and its slope."""

    name: str
    symbol: str
    bind: Callable[[Array, Array], Run]
    """From z and the buffer of a, the call that fills the buffer."""
    value: Callable[[float], float]
    """The same for one number."""
    why: str
    """What it does, in a sentence, with ``{a}`` and ``{z}`` for the symbols."""
    slope_formula: str
    """∂a/∂z with ``{a}`` and ``{z}`` for the symbols."""
    bind_slope: Callable[[Array, Array, Array], Run]
    """From z, a and the buffer of ∂a/∂z, the call that fills the buffer."""
    slope: Callable[[Cell, Cell], Expression]
    """The arithmetic of ∂a/∂z for one cell, from those of z and a."""
    slope_why: str
    """What its slope does to learning, in a sentence."""
    slope_reads: str = "a"
    """Which of a and z the slope is computed from."""
    steepest: float = 1.0
    """The largest slope that it can have."""
    limits: tuple[float, float] | None = None
    """Between which values a lies, where it has two ends."""
    saturates: bool = False
    """Whether the slope vanishes at both ends."""
    dies: bool = False
    """Whether a neuron that is 0 for every observation has no slope anywhere."""
    joint: bool = False
    """Whether each a depends on every z of its observation: the slope is a matrix then, and
    an operation of its own multiplies it out."""


def one() -> Array:
    """Return 1 as an array: that spares NumPy a conversion on each call."""
    return np.array(1.0)


def _bind_sigmoid(z: Array, a: Array) -> Run:
    negative, exp, add, reciprocal, unit = np.negative, np.exp, np.add, np.reciprocal, one()

    def run() -> None:
        # e^−z may overflow to inf, of which the reciprocal is the right 0.
        negative(z, a)
        exp(a, a)
        add(a, unit, a)
        reciprocal(a, a)

    return run


def _sigmoid(z: float) -> float:
    try:
        return 1.0 / (1.0 + math.exp(-z))
    except OverflowError:
        return 0.0


def _bind_sigmoid_slope(z: Array, a: Array, slope: Array) -> Run:
    subtract, multiply, unit = np.subtract, np.multiply, one()

    def run() -> None:
        subtract(unit, a, slope)
        multiply(a, slope, slope)

    return run


def _bind_tanh(z: Array, a: Array) -> Run:
    tanh = np.tanh
    return lambda: tanh(z, a)


def _bind_tanh_slope(z: Array, a: Array, slope: Array) -> Run:
    subtract, multiply, unit = np.subtract, np.multiply, one()

    def run() -> None:
        multiply(a, a, slope)
        subtract(unit, slope, slope)

    return run


def _bind_relu(z: Array, a: Array) -> Run:
    maximum, zero = np.maximum, np.array(0.0)
    return lambda: maximum(z, zero, out=a)


def _bind_step(z: Array, a: Array, slope: Array) -> Run:
    greater, zero = np.greater, np.array(0.0)
    return lambda: greater(z, zero, slope)


def _bind_leaky(z: Array, a: Array) -> Run:
    maximum, multiply, leak = np.maximum, np.multiply, np.array(LEAK)

    def run() -> None:
        multiply(z, leak, a)
        maximum(z, a, out=a)

    return run


def _bind_leaky_slope(z: Array, a: Array, slope: Array) -> Run:
    greater, maximum = np.greater, np.maximum
    zero, leak = np.array(0.0), np.array(LEAK)

    def run() -> None:
        greater(z, zero, slope)
        maximum(slope, leak, out=slope)

    return run


def _bind_elu(z: Array, a: Array) -> Run:
    minimum, expm1, maximum, zero = np.minimum, np.expm1, np.maximum, np.array(0.0)

    def run() -> None:
        # Below 0, e^z − 1 is at least z, so the larger of the two is the right one.
        minimum(z, zero, out=a)
        expm1(a, a)
        maximum(z, a, out=a)

    return run


def _bind_elu_slope(z: Array, a: Array, slope: Array) -> Run:
    minimum, exp, zero = np.minimum, np.exp, np.array(0.0)

    def run() -> None:
        minimum(z, zero, out=slope)
        exp(slope, slope)

    return run


def _bind_softplus(z: Array, a: Array) -> Run:
    logaddexp, zero = np.logaddexp, np.array(0.0)
    return lambda: logaddexp(z, zero, a)


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def _bind_softplus_slope(z: Array, a: Array, slope: Array) -> Run:
    return _bind_sigmoid(z, slope)


def _bind_identity(z: Array, a: Array) -> Run:
    return lambda: a.__setitem__(..., z)


def _bind_ones(z: Array, a: Array, slope: Array) -> Run:
    return lambda: slope.fill(1.0)


def _bind_softmax(z: Array, a: Array) -> Run:
    subtract, exp, divide = np.subtract, np.exp, np.divide
    largest = np.maximum.reduce
    total = np.add.reduce
    column = np.empty((len(z), 1))

    def run() -> None:
        # Less the largest of its row no exponent overflows, and the quotient is the same.
        largest(z, axis=1, out=column, keepdims=True)
        subtract(z, column, a)
        exp(a, a)
        total(a, axis=1, out=column, keepdims=True)
        divide(a, column, a)

    return run


def _bind_nothing(z: Array, a: Array, slope: Array) -> Run:
    raise NotImplementedError("the slope of a joint activation is a matrix")


def _no_slope(z: Cell, a: Cell) -> Expression:
    raise NotImplementedError("the slope of a joint activation is a matrix")


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation(
            name="sigmoid",
            symbol="σ",
            bind=_bind_sigmoid,
            value=_sigmoid,
            why="σ({z}) is 1/(1 + e^(−{z})): any number is squeezed into the range from 0 to 1. "
            "Without such a bend, layers upon layers would still be one linear function.",
            slope_formula="{a}(1 − {a})",
            bind_slope=_bind_sigmoid_slope,
            slope=lambda z, a: Product((a, Difference(Constant(1.0), a))),
            slope_why="The slope of σ at {z}, at most 0.25, where {a} is 0.5; near 0 or 1 it "
            "vanishes, and learning with it.",
            steepest=0.25,
            limits=(0.0, 1.0),
            saturates=True,
        ),
        Activation(
            name="tanh",
            symbol="tanh",
            bind=_bind_tanh,
            value=math.tanh,
            why="tanh squeezes any number into the range from −1 to 1, with 0 staying 0.",
            slope_formula="1 − {a}²",
            bind_slope=_bind_tanh_slope,
            slope=lambda z, a: Difference(Constant(1.0), Square(a)),
            slope_why="The slope of tanh at {z}, at most 1, where {a} is 0; near −1 or 1 it "
            "vanishes, and learning with it.",
            limits=(-1.0, 1.0),
            saturates=True,
        ),
        Activation(
            name="relu",
            symbol="relu",
            bind=_bind_relu,
            value=lambda z: max(z, 0.0),
            why="relu lets what is positive pass and makes the rest 0.",
            slope_formula="[{z} > 0]",
            bind_slope=_bind_step,
            slope=lambda z, a: Call("[{x} > 0]", lambda v: float(v > 0.0), z),
            slope_why="The slope of relu: 1 where {z} is positive, else 0 (also at the kink). A "
            "neuron with 0 for every observation is dead: it learns no more.",
            slope_reads="z",
            dies=True,
        ),
        Activation(
            name="leaky-relu",
            symbol="lrelu",
            bind=_bind_leaky,
            value=lambda z: max(z, LEAK * z),
            why=f"Like relu, but what is negative passes too, times {LEAK}.",
            slope_formula=f"1 where {{z}} > 0, else {LEAK}",
            bind_slope=_bind_leaky_slope,
            slope=lambda z, a: Call(
                f"1 where {{x}} > 0, else {LEAK}", lambda v: 1.0 if v > 0 else LEAK, z
            ),
            slope_why=f"The slope of the leaky relu: {LEAK} where {{z}} is negative, so that no "
            "neuron dies.",
            slope_reads="z",
        ),
        Activation(
            name="elu",
            symbol="elu",
            bind=_bind_elu,
            value=lambda z: max(z, math.expm1(min(z, 0.0))),
            why="What is positive passes, what is negative becomes eᶻ − 1, which never falls below "
            "−1.",
            slope_formula="e^min({z}, 0)",
            bind_slope=_bind_elu_slope,
            slope=lambda z, a: Call("e^min({x}, 0)", lambda v: math.exp(min(v, 0.0)), z),
            slope_why="The slope of elu: 1 where {z} is positive, and e^{z} below, without a kink.",
            slope_reads="z",
        ),
        Activation(
            name="softplus",
            symbol="softplus",
            bind=_bind_softplus,
            value=_softplus,
            why="ln(1 + eᶻ): relu with its kink rounded.",
            slope_formula="σ({z})",
            bind_slope=_bind_softplus_slope,
            slope=lambda z, a: Call("σ({x})", _sigmoid, z),
            slope_why="The slope of softplus is σ: near 0 where {z} is far below 0, near 1 far "
            "above.",
            slope_reads="z",
        ),
        Activation(
            name="identity",
            symbol="id",
            bind=_bind_identity,
            value=lambda z: z,
            why="Nothing is bent: {a} is {z}, any number.",
            slope_formula="1",
            bind_slope=_bind_ones,
            slope=lambda z, a: Constant(1.0),
            slope_why="{a} is {z} itself, so the slope is 1 everywhere.",
        ),
        Activation(
            name="softmax",
            symbol="softmax",
            bind=_bind_softmax,
            value=math.exp,
            why="Each output becomes its share of the sum of e^{z}: positive numbers that add up "
            "to 1, one probability per class.",
            slope_formula="",
            bind_slope=_bind_nothing,
            slope=_no_slope,
            slope_why="",
            limits=(0.0, 1.0),
            joint=True,
        ),
    )
}

HIDDEN = tuple(name for name, activation in ACTIVATIONS.items() if not activation.joint)
"""The activations that a hidden layer can have."""
OUTPUT = ("sigmoid", "identity", "tanh", "softmax")
"""The activations that the output layer can have."""

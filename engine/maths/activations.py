"""The activations: a new one is one entry in `ACTIVATIONS`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from engine.common.numbers import general, rounded
from engine.common.text import subscript
from engine.formula.primitives import (
    HALF,
    erf,
    exp,
    expm1,
    largest,
    maximum,
    minimum,
    soft_plus,
    square,
    tanh,
    total,
    truth,
    where,
)
from engine.formula.tree import Formula, Function, Number

_LEAK, _ALPHA = 0.01, 1.0
"""The slope of the leaky rectifier below 0, and where elu ends, as in PyTorch."""
_DIGITS = 10
"""The significant digits of a constant that is typed."""


@dataclass(frozen=True, kw_only=True)
class Activation:
    """A function applied to the pre-activations z of a layer, giving a, and its slope.

    Attributes:
        name: As it is written on the command line and in saved files.
        symbol: As it is written in a formula, by default as its name.
        value: a, from z.
        why: What it does, in a sentence, with ``{a}`` and ``{z}`` for the symbols.
        slope: ∂a/∂z, from z and a; None for a joint one.
        slope_why: What its slope does to learning, in a sentence.
        steepest: The largest slope that it can have.
        limits: Between which values a lies, where it has two ends.
        saturates: Whether the slope vanishes at both ends.
        dies: Whether a neuron that is 0 for every observation has no slope anywhere.
        joint: Whether each a depends on every z of its observation: the slope is a matrix then,
            and an operation of its own multiplies it out.
        output: Whether the output layer can have it.
        torch: PyTorch's own function, with ``{0}`` for z; "" where the formula is to do.
    """

    name: str
    symbol: str = ""
    value: Callable[[Formula], Formula]
    why: str
    slope: Callable[[Formula, Formula], Formula] | None = None
    slope_why: str = ""
    steepest: float = 1.0
    limits: tuple[float, float] | None = None
    saturates: bool = False
    dies: bool = False
    joint: bool = False
    output: bool = False
    torch: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "symbol", self.symbol or self.name)

    def of(self, z: Formula) -> Formula:
        """Return the activation of a pre-activation, by its name."""
        return Function(f"{self.symbol}({{0}})", (z,), self.value(z), opens=self.joint)


def _softmax(z: Formula) -> Formula:
    """Return e^z by its sum; less the largest of its row no exponent overflows."""
    _, outputs = z.axes
    power = exp(z - largest(z, outputs))
    return power / total(power, outputs)


def _normal(z: Formula) -> Formula:
    """Return Φ(z), the share of the standard normal distribution that lies below z."""
    return Function("Φ({0})", (z,), HALF * (1.0 + erf(z / math.sqrt(2.0))))


def _density(z: Formula) -> Formula:
    """Return φ(z), the slope of Φ."""
    return Function("φ({0})", (z,), exp(-HALF * square(z)) / math.sqrt(2.0 * math.pi))


_BEND, _CUBIC = math.sqrt(2.0 / math.pi), 0.044715
"""The constants of GELU with tanh (Hendrycks and Gimpel 2016, section 2)."""


def _bent(z: Formula) -> Formula:
    """Return the tanh of GELU, which goes from −1 to 1 much like 2Φ(z) − 1."""
    return tanh(_BEND * (z + _CUBIC * (z * square(z))))


def _bent_slope(z: Formula) -> Formula:
    return _BEND * (1.0 + 3.0 * _CUBIC * square(z)) * (1.0 - square(_bent(z)))


def sigma(z: Formula) -> Formula:
    """Return σ(z)."""
    return ACTIVATIONS["sigmoid"].of(z)


def _leaky_relu(leak: float) -> Activation:
    own = "" if leak == _LEAK else general(leak, _DIGITS)
    return Activation(
        name=_with("leaky-relu", own),
        symbol=f"lrelu{subscript(own)}",
        value=lambda z: maximum(z, leak * z),
        slope=lambda z, a: where(z > 0.0, 1.0, leak),
        why=f"Like relu, but what is negative passes too, times {general(leak, _DIGITS)}.",
        slope_why=f"The slope of the leaky relu: {general(leak, _DIGITS)} where {{z}} is negative, "
        "so that no neuron dies.",
        torch=f"torch.nn.functional.leaky_relu({{0}}{', ' if own else ''}{own})",
    )


def _elu(alpha: float) -> Activation:
    own = "" if alpha == _ALPHA else general(alpha, _DIGITS)
    times = f"{own}·" if own else ""

    def value(z: Formula) -> Formula:
        bent = expm1(minimum(z, 0.0))
        # Below 0, e^z − 1 is at least z, so the larger of the two is the right one.
        return where(z > 0.0, z, alpha * bent) if own else maximum(z, bent)

    def slope(z: Formula, a: Formula) -> Formula:
        power = exp(minimum(z, 0.0))
        return where(z > 0.0, 1.0, alpha * power) if own else power

    return Activation(
        name=_with("elu", own),
        symbol=f"elu{subscript(own)}",
        value=value,
        slope=slope,
        why=f"What is positive passes, what is negative becomes {times}(eᶻ − 1), which never falls "
        f"below −{general(alpha, _DIGITS)}.",
        slope_why=f"The slope of elu: 1 where {{z}} is positive, and {times}e^{{z}} below.",
        steepest=max(1.0, alpha),
        torch=f"torch.nn.functional.elu({{0}}{', ' if own else ''}{own})",
    )


def _with(family: str, constant: str) -> str:
    return f"{family}:{constant}" if constant else family


_FAMILIES: dict[str, tuple[Callable[[float], Activation], float]] = {
    "leaky-relu": (_leaky_relu, 1.0),
    "elu": (_elu, 100.0),
}
"""The families with a constant of their own, each with the bound that it stays below."""


@cache
def _with_a_constant(name: str) -> Activation:
    family, _, typed = name.partition(":")
    make, end = _FAMILIES.get(family, (None, 0.0))
    try:
        constant = rounded(float(typed), _DIGITS)
    except ValueError:
        raise KeyError(name) from None
    if make is None or not 0.0 < constant < end:
        raise KeyError(name)
    return make(constant)


class _Activations(dict[str, Activation]):
    """The activations by name; those with another constant are there too: ``leaky-relu:0.2``."""

    def __missing__(self, name: str) -> Activation:
        return _with_a_constant(name)


ACTIVATIONS = _Activations(
    (activation.name, activation)
    for activation in (
        Activation(
            name="sigmoid",
            symbol="σ",
            # Where e^−z overflows to inf, its reciprocal is the right 0.
            value=lambda z: 1.0 / (1.0 + exp(-z)),
            slope=lambda z, a: a * (1.0 - a),
            why="σ({z}) is 1/(1 + e^(−{z})): any number is squeezed into the range from 0 to 1. "
            "Without such a bend, layers upon layers would still be one linear function.",
            slope_why="The slope of σ at {z}, at most 0.25, where {a} is 0.5; near 0 or 1 it "
            "vanishes, and learning with it.",
            steepest=0.25,
            limits=(0.0, 1.0),
            saturates=True,
            output=True,
            torch="torch.sigmoid({0})",
        ),
        Activation(
            name="tanh",
            value=tanh,
            slope=lambda z, a: 1.0 - square(a),
            why="tanh squeezes any number into the range from −1 to 1, with 0 staying 0.",
            slope_why="The slope of tanh at {z}, at most 1, where {a} is 0; near −1 or 1 it "
            "vanishes, and learning with it.",
            limits=(-1.0, 1.0),
            saturates=True,
            output=True,
            torch="torch.tanh({0})",
        ),
        Activation(
            name="relu",
            value=lambda z: maximum(z, 0.0),
            slope=lambda z, a: truth(z > 0.0),
            why="relu lets what is positive pass and makes the rest 0.",
            slope_why="The slope of relu: 1 where {z} is positive, else 0 (also at the kink). A "
            "neuron with 0 for every observation is dead: it learns no more.",
            dies=True,
            output=True,
            torch="torch.relu({0})",
        ),
        _leaky_relu(_LEAK),
        _elu(_ALPHA),
        Activation(
            name="softplus",
            value=soft_plus,
            slope=lambda z, a: sigma(z),
            why="ln(1 + eᶻ): relu with its kink rounded.",
            slope_why="The slope of softplus is σ: near 0 where {z} is far below 0, near 1 far "
            "above.",
            torch="torch.nn.functional.softplus({0})",
        ),
        Activation(
            name="swish",
            value=lambda z: z * sigma(z),
            slope=lambda z, a: a + sigma(z) * (1.0 - a),
            why="{z}·σ({z}), or SiLU: relu, its kink rounded, with a shallow dip below 0.",
            slope_why="The slope of swish: near 0 where {z} is far below 0, near 1 far above, a "
            "little below 0 in the dip and a little above 1 beyond {z} = 2.4.",
            steepest=1.1,
            torch="torch.nn.functional.silu({0})",
        ),
        Activation(
            name="gelu",
            value=lambda z: z * _normal(z),
            slope=lambda z, a: _normal(z) + z * _density(z),
            why="{z}·Φ({z}): {z} times the share of a normal distribution that lies below it.",
            slope_why="The slope of gelu: near 0 where {z} is far below 0, near 1 far above; Φ is "
            "the normal distribution, φ its density.",
            steepest=1.129,
            torch="torch.nn.functional.gelu({0})",
        ),
        Activation(
            name="gelu-tanh",
            symbol="geluₜ",
            value=lambda z: HALF * z * (1.0 + _bent(z)),
            slope=lambda z, a: HALF * (1.0 + _bent(z)) + HALF * z * _bent_slope(z),
            why="gelu with tanh in the place of the normal distribution, nearly the same.",
            slope_why="The slope of gelu with tanh: near 0 where {z} is far below 0, near 1 far "
            "above.",
            steepest=1.129,
        ),
        Activation(
            name="identity",
            symbol="id",
            value=lambda z: z,
            slope=lambda z, a: Number(1.0),
            why="Nothing is bent: {a} is {z}, any number.",
            slope_why="{a} is {z} itself, so the slope is 1 everywhere.",
            output=True,
        ),
        Activation(
            name="softmax",
            value=_softmax,
            why="Each output becomes its share of the sum of e^{z}: positive numbers that add up "
            "to 1, one probability per class.",
            limits=(0.0, 1.0),
            joint=True,
            output=True,
            torch="torch.softmax({0}, dim=1)",
        ),
    )
)

HIDDEN = tuple(name for name, activation in ACTIVATIONS.items() if not activation.joint)
"""The activations that a hidden layer can have."""
OUTPUT = tuple(name for name, activation in ACTIVATIONS.items() if activation.output)
"""The activations that the output layer can have."""

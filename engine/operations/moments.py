"""What optimisers make of a gradient: running means, their correction, and directions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.activations import Run
from engine.expression import (
    Call,
    Constant,
    Difference,
    Expression,
    Power,
    Product,
    Quotient,
    Square,
    Sum,
)
from engine.late import np
from engine.operations.base import InPlace, Operation
from engine.tensor import Index, Read, Tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class Average(InPlace):
    """What is kept of the gradients so far: m ← β·m + (1 − β)·∂E/∂v.

    Attributes:
        incoming: The gradient.
        kept: The share β that is kept.
        gain: With what the gradient comes in: 1 − β for a mean, 1 for a velocity.
        symbol_kept: The symbol of β.
        squared: Whether the squares of the gradient come in.
    """

    incoming: Tensor
    kept: float
    gain: float
    symbol_kept: str
    squared: bool = False

    @property
    def formula(self) -> str:
        return f"{self.symbol} {self.sign} {self._rule(self.symbol, self.incoming.symbol)}"

    def _rule(self, m: str, incoming: str) -> str:
        b = self.symbol_kept
        gain = "" if self.gain == 1.0 else f"(1 − {b})·"
        return f"{b}·{m} + {gain}{incoming}{'²' if self.squared else ''}"

    @property
    def why(self) -> str:
        if self.squared:
            return (
                "A running mean of the squared gradients, element by element: how large they have "
                "been lately, whatever their sign."
            )
        if self.gain == 1.0:
            return (
                "The velocity: gradients of one direction add up, those that change their sign "
                "cancel."
            )
        return "A running mean of the gradients: the older, the less they count."

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.target, self.incoming)

    def bind(self) -> Run:
        multiply, add = np.multiply, np.add
        m, gradient, before = self.target.data, self.incoming.data, self.before
        kept, gain, part = np.array(self.kept), np.array(self.gain), np.empty_like(m)
        squared, scaled = self.squared, self.gain != 1.0

        def run() -> None:
            before[...] = m
            multiply(m, kept, m)
            if squared:
                multiply(gradient, gradient, part)
                multiply(part, gain, part)
                add(m, part, m)
            elif scaled:
                multiply(gradient, gain, part)
                add(m, part, m)
            else:
                add(m, gradient, m)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        m, gradient = read(self.target, index), read(self.incoming, index)
        new: Expression = Square(gradient) if self.squared else gradient
        if self.gain != 1.0:
            new = Product((Constant(self.gain), new))
        rule = self._rule(m.label, gradient.label)
        return rule, Sum((Product((Constant(self.kept), m)), new))


@dataclass(frozen=True, eq=False, kw_only=True)
class Correct(Operation):
    """A running mean without its bias towards the 0 that it began with: m/(1 − βᵗ)."""

    mean: Tensor
    count: Tensor
    kept: float
    symbol_kept: str

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.mean.symbol}/(1 − {self.symbol_kept}ᵗ)"

    @property
    def why(self) -> str:
        return (
            f"{self.mean.symbol} began at 0 and is too small at first; divided by 1 − "
            f"{self.symbol_kept}ᵗ it is the mean of what has come in."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.mean, self.count)

    def bind(self) -> Run:
        divide, m, t, out = np.divide, self.mean.data, self.count.data, self.target.data
        kept = self.kept

        def run() -> None:
            divide(m, 1.0 - kept ** float(t), out)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        m, t = read(self.mean, index), read(self.count, ())
        b = self.symbol_kept
        power = Power(Constant(self.kept), t)
        return f"{m.label}/(1 − {b}ᵗ)", Quotient(m, Difference(Constant(1.0), power))


@dataclass(frozen=True, eq=False, kw_only=True)
class LookAhead(Operation):
    """Nesterov's direction: the gradient and, once more, the velocity that it has made."""

    gradient: Tensor
    velocity: Tensor
    momentum: float

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.gradient.symbol} + μ·{self.velocity.symbol}"

    @property
    def why(self) -> str:
        return "The step that the velocity will make anyway is made before the next gradient."

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.gradient, self.velocity)

    def bind(self) -> Run:
        multiply, add, mu = np.multiply, np.add, np.array(self.momentum)
        gradient, velocity, out = self.gradient.data, self.velocity.data, self.target.data

        def run() -> None:
            multiply(velocity, mu, out)
            add(gradient, out, out)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        gradient, velocity = read(self.gradient, index), read(self.velocity, index)
        rule = f"{gradient.label} + μ·{velocity.label}"
        return rule, Sum((gradient, Product((Constant(self.momentum), velocity))))


@dataclass(frozen=True, eq=False, kw_only=True)
class Rescale(Operation):
    """A direction in units of the usual size of the gradient: m/(√s + ε), perhaps + λ·v.

    Attributes:
        numerator: The gradient, or its mean.
        squares: The mean s of the squared gradients.
        epsilon: ε.
        parameter: v, where a share of it is taken off.
        weight_decay: λ, that share.
    """

    numerator: Tensor
    squares: Tensor
    epsilon: float
    parameter: Tensor | None = None
    weight_decay: float = 0.0

    @property
    def formula(self) -> str:
        decay = f" + λ·{self.parameter.symbol}" if self.parameter else ""
        return f"{self.symbol} = {self.numerator.symbol}/(√{self.squares.symbol} + ε){decay}"

    @property
    def why(self) -> str:
        words = (
            "Divided by their usual size, small gradients and large ones make steps of like "
            "length, about η."
        )
        if self.parameter:
            words += " λ times the parameter draws it towards 0, apart from the gradient."
        return words

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.numerator, self.squares) + ((self.parameter,) if self.parameter else ())

    def bind(self) -> Run:
        sqrt, add, divide, multiply = np.sqrt, np.add, np.divide, np.multiply
        m, s, out = self.numerator.data, self.squares.data, self.target.data
        epsilon, decay = np.array(self.epsilon), np.array(self.weight_decay)
        v, part = self.parameter.data if self.parameter else None, np.empty_like(out)

        def run() -> None:
            sqrt(s, out)
            add(out, epsilon, out)
            divide(m, out, out)
            if v is not None:
                multiply(v, decay, part)
                add(out, part, out)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        m, s = read(self.numerator, index), read(self.squares, index)
        root = Sum((Call("√({x})", math.sqrt, s), Constant(self.epsilon)))
        rule, step = f"{m.label}/(√{s.label} + ε)", Quotient(m, root)
        if self.parameter is None:
            return rule, step
        v = read(self.parameter, index)
        return f"{rule} + λ·{v.label}", Sum((step, Product((Constant(self.weight_decay), v))))


@dataclass(frozen=True, eq=False, kw_only=True)
class ClipFactor(Operation):
    """The share of the gradients that is used, so that their norm is at most c.

    PyTorch's `clip_grad_norm_`: c/(norm + 1e-6), but at most 1.
    """

    gradients: tuple[Tensor, ...]
    most: float

    @property
    def formula(self) -> str:
        return f"{self.symbol} = min(1, c/(‖∂E‖ + 1e-6))"

    @property
    def why(self) -> str:
        return (
            "Where the norm of all gradients together exceeds c they are all shortened alike, so "
            "that one steep place does not throw the parameters far away."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return self.gradients

    def bind(self) -> Run:
        dot, out, most = np.dot, self.target.data, self.most
        flats = [gradient.data.reshape(-1) for gradient in self.gradients]

        def run() -> None:
            norm = math.sqrt(sum(float(dot(flat, flat)) for flat in flats))
            # As min(1, NaN) is 1 in Python, the order matters.
            out[...] = min(most / (norm + 1e-6), 1.0)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        squares = tuple(
            Square(read(gradient, place))
            for gradient in self.gradients
            for place in np.ndindex(*gradient.shape)
        )
        norm = Sum((Call("√({x})", math.sqrt, Sum(squares)), Constant(1e-6)))
        share = Quotient(Constant(self.most), norm)
        return "min(1, c/(‖∂E‖ + 1e-6))", Call("min(1, {x})", lambda v: min(v, 1.0), share)


@dataclass(frozen=True, eq=False, kw_only=True)
class Shorten(Operation):
    """A gradient times the share that is used."""

    gradient: Tensor
    share: Tensor

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.share.symbol}·{self.gradient.symbol}"

    @property
    def why(self) -> str:
        return "The gradient, shortened where all gradients together were too long."

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.share, self.gradient)

    def bind(self) -> Run:
        multiply = np.multiply
        gradient, share, out = self.gradient.data, self.share.data, self.target.data
        return lambda: multiply(gradient, share, out)

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        share, gradient = read(self.share, ()), read(self.gradient, index)
        return f"{share.label}·{gradient.label}", Product((share, gradient))

"""The update phase: the only one that changes parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.activations import Run
from engine.expression import Difference, Expression, Product
from engine.operations.base import Operation
from engine.tensor import Array, Index, Read, Tensor
from engine.text import MINUS


@dataclass(frozen=True, eq=False, kw_only=True)
class Descend(Operation):
    """One step of gradient descent: v ← v − η·∂E/∂v.

    Attributes:
        gradient: ∂E/∂v.
        eta: The learning rate η, a scalar tensor, so that it can change between steps.
        minus_eta: −η.
        change: The tensor that keeps the last change, −η·∂E/∂v.
        before: The parameter's values before the step: what every other operation of
            the iteration read.
    """

    gradient: Tensor
    eta: Tensor
    minus_eta: Array
    change: Tensor
    before: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "before", self.target.data.copy())
        super().__post_init__()

    @property
    def formula(self) -> str:
        v, eta = self.symbol, self.eta.symbol
        return f"{v} ← {v} {MINUS} {eta}·{self.gradient.symbol}"

    @property
    def why(self) -> str:
        return (
            f"A step against the gradient, downhill for E, of the length {self.eta.symbol} times "
            "the slope. Every gradient was computed from the weights before any update."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.target, self.eta, self.gradient)

    def bind(self) -> Run:
        multiply, add = np.multiply, np.add
        v, gradient, minus_eta = self.target.data, self.gradient.data, self.minus_eta
        change, before = self.change.data, self.before

        def run() -> None:
            before[...] = v
            multiply(gradient, minus_eta, change)
            add(v, change, v)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        gradient = read(self.gradient, index)
        before = read(self.target, index)
        eta = read(self.eta, ())
        rule = f"{before.label} {MINUS} {eta.label}·{gradient.label}"
        return rule, Difference(before, Product((eta, gradient)))

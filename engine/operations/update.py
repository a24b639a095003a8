"""The update phase: the only one that changes parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.activations import Run
from engine.expression import Constant, Difference, Expression, Product, Sum
from engine.late import np
from engine.operations.base import InPlace, Operation
from engine.schedules import Schedule
from engine.tensor import Index, Read, Tensor
from engine.text import MINUS

if TYPE_CHECKING:
    from engine.tensor import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Descend(InPlace):
    """One step against a direction: v ← v − η·∂E/∂v.

    Attributes:
        gradient: The direction: ∂E/∂v, or what the optimiser made of it.
        aim: What such a step is, with ``{d}`` for the direction.
        eta: The learning rate η, a scalar tensor, so that it can change between steps.
        minus_eta: −η.
        change: The tensor that keeps the last change, −η·∂E/∂v.
    """

    gradient: Tensor
    aim: str
    eta: Tensor
    minus_eta: Array
    change: Tensor

    @property
    def formula(self) -> str:
        v, eta = self.symbol, self.eta.symbol
        return f"{v} {self.sign} {v} {MINUS} {eta}·{self.gradient.symbol}"

    @property
    def why(self) -> str:
        return (
            f"{self.aim.format(d=self.gradient.symbol)} All gradients of an iteration are computed "
            "before its first update."
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


@dataclass(frozen=True, eq=False, kw_only=True)
class Count(InPlace):
    """How many updates were made: t ← t + 1."""

    @property
    def formula(self) -> str:
        return f"{self.symbol} {self.sign} {self.symbol} + 1"

    @property
    def why(self) -> str:
        return "This update is counted, for what follows depends on how many there were."

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.target,)

    def bind(self) -> Run:
        add, t, before, unit = np.add, self.target.data, self.before, np.array(1.0)

        def run() -> None:
            before[...] = t
            add(t, unit, t)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        before = read(self.target, index)
        return f"{before.label} + 1", Sum((before, Constant(1.0)))


@dataclass(frozen=True, eq=False, kw_only=True)
class Rate(Operation):
    """The learning rate of this iteration, from the one that is set and the count.

    Attributes:
        start: η₀, the learning rate that is set.
        count: t, how many updates were made before.
        schedule: How η follows from η₀ and t.
        steps: s.
        base: q.
        minus_eta: −η, written too.
    """

    start: Tensor
    count: Tensor
    schedule: Schedule
    steps: int
    base: float
    minus_eta: Array

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.schedule.formula}"

    @property
    def why(self) -> str:
        return (
            "The learning rate follows a schedule: t counts the updates that were made before, s "
            "and q are hyperparameters."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.start, self.count)

    def bind(self) -> Run:
        start, t, eta = self.start.data, self.count.data, self.target.data
        factor, minus_eta, negative = self.schedule.factor, self.minus_eta, np.negative
        s, q = self.steps, self.base

        def run() -> None:
            try:
                share = factor(float(t), s, q)
            except OverflowError:
                share = math.inf
            eta[...] = start * share
            negative(eta, minus_eta)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        start, t = read(self.start, ()), read(self.count, ())
        share = self.schedule.arithmetic(t, Constant(self.steps), Constant(self.base))
        return self.schedule.formula, Product((start, share))

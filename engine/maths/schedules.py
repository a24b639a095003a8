"""Schedules of the learning rate: a new one is one entry in `SCHEDULES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.formula.primitives import HALF, PI, cos, floor, minimum, setting
from engine.formula.tree import Formula, Leaf, Variable
from engine.formula.writing import in_symbols


@dataclass(frozen=True)
class Schedule:
    """η at an iteration, from the learning rate that is set.

    Attributes:
        name: As it is written on the command line and in saved files.
        eta: η, from η₀, t, s and q: t is the iteration from 0 on.
    """

    name: str
    eta: Callable[[Formula, Formula, Formula, Formula], Formula]

    @property
    def formula(self) -> str:
        """The right-hand side in symbols."""
        start, t = Leaf(Variable("η₀")), Leaf(Variable("t"))
        return in_symbols(self.eta(start, t, setting(1.0, "s"), setting(1.0, "q")))


SCHEDULES: dict[str, Schedule] = {
    way.name: way
    for way in (
        Schedule("constant", lambda eta0, t, s, q: eta0),
        Schedule("step", lambda eta0, t, s, q: eta0 * q ** floor(t / s)),
        Schedule("exponential", lambda eta0, t, s, q: eta0 * q ** (t / s)),
        Schedule(
            "cosine",
            lambda eta0, t, s, q: eta0 * (HALF * (1.0 + cos(PI * minimum(t / s, 1.0)))),
        ),
        Schedule("warm-up", lambda eta0, t, s, q: eta0 * minimum((t + 1.0) / s, 1.0)),
        Schedule("linear", lambda eta0, t, s, q: eta0 * (1.0 - (1.0 - q) * minimum(t / s, 1.0))),
    )
}

"""How the learning rate changes with time: a new schedule is one entry in `SCHEDULES`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.expression import Call, Constant, Expression, Power, Product, Quotient, Sum


@dataclass(frozen=True)
class Schedule:
    """η at an iteration as a multiple of the learning rate that is set."""

    name: str
    formula: str
    factor: Callable[[float, int, float], float]
    """From t, the iteration from 0 on, s and q."""
    arithmetic: Callable[[Expression, Expression, Expression], Expression]
    """The same for one t, s and q as an expression."""


def _at_most_1(expression: Expression) -> Expression:
    return Call("min({x}, 1)", lambda v: min(v, 1.0), expression)


def _cosine(t: Expression, s: Expression) -> Expression:
    angle = Product((Constant(math.pi, "π"), _at_most_1(Quotient(t, s))))
    return Call("cos({x})", math.cos, angle)


SCHEDULES: dict[str, Schedule] = {
    way.name: way
    for way in (
        Schedule("constant", "η₀", lambda t, s, q: 1.0, lambda t, s, q: Constant(1.0)),
        Schedule(
            "step",
            "η₀·q^⌊t/s⌋",
            lambda t, s, q: q ** (t // s),
            lambda t, s, q: Power(q, Call("⌊{x}⌋", math.floor, Quotient(t, s))),
        ),
        Schedule(
            "exponential",
            "η₀·q^(t/s)",
            lambda t, s, q: q ** (t / s),
            lambda t, s, q: Power(q, Quotient(t, s)),
        ),
        Schedule(
            "cosine",
            "η₀·½(1 + cos(π·min(t/s, 1)))",
            lambda t, s, q: 0.5 * (1.0 + math.cos(math.pi * min(t / s, 1.0))),
            lambda t, s, q: Product((Constant(0.5, "½"), Sum((Constant(1.0), _cosine(t, s))))),
        ),
        Schedule(
            "warm-up",
            "η₀·min((t + 1)/s, 1)",
            lambda t, s, q: min((t + 1) / s, 1.0),
            lambda t, s, q: _at_most_1(Quotient(Sum((t, Constant(1.0))), s)),
        ),
    )
}

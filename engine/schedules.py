"""How the learning rate changes with time: a new schedule is one entry in `SCHEDULES`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """η at an iteration as a multiple of the learning rate that is set."""

    name: str
    formula: str
    factor: Callable[[float, int, float], float]
    """From t, the iteration from 0 on, s and q."""


def _cosine(t: float, steps: int, factor: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * min(t / steps, 1.0)))


SCHEDULES: dict[str, Schedule] = {
    way.name: way
    for way in (
        Schedule("constant", "η₀", lambda t, s, q: 1.0),
        Schedule("step", "η₀·q^⌊t/s⌋", lambda t, s, q: q ** (t // s)),
        Schedule("exponential", "η₀·q^(t/s)", lambda t, s, q: q ** (t / s)),
        Schedule("cosine", "η₀·½(1 + cos(π·min(t/s, 1)))", _cosine),
        Schedule("warm-up", "η₀·min((t + 1)/s, 1)", lambda t, s, q: min((t + 1) / s, 1.0)),
    )
}

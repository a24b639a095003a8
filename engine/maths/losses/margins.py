"""Losses that ask only for the right side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.formula.primitives import count, maximum, mean, truth
from engine.formula.tree import Formula, Function
from engine.maths.losses.loss import Loss, Setting

if TYPE_CHECKING:
    from engine.formula.tensor import Array


def _side(f0: Formula, setting: Setting) -> Formula:
    """Return t, −1 or 1."""
    return Function("t", (f0,), f0 if setting.signed else 2.0 * f0 - 1.0, opens=True)


def _hinge(f: Formula, f0: Formula, setting: Setting) -> Formula:
    return mean(maximum(0.0, 1.0 - _side(f0, setting) * f))


def _hinge_slope(f: Formula, f0: Formula, setting: Setting) -> Formula:
    t = _side(f0, setting)
    return -t * truth(t * f < 1.0) / count(f)


def _needs_sides(f0: Array) -> str:
    for low in (0.0, -1.0):
        if ((f0 == low) | (f0 == 1.0)).all():
            return ""
    return "targets that are all 0 and 1, or all −1 and 1"


def _aim(f0: Array) -> Array:
    """Return t, −1 or 1."""
    return f0 if is_signed(f0) else 2.0 * f0 - 1.0


def is_signed(f0: Array) -> bool:
    """Return whether two-sided targets are −1 and 1."""
    return bool((f0 == -1.0).any())


HINGE = Loss(
    name="hinge",
    value=_hinge,
    slope=_hinge_slope,
    given=", t = ±1",
    why="Nothing is lost where f lies on the side of its target t by 1 or more. Targets of "
    "0 and 1 are taken as t = −1 and 1.",
    slope_why="Every prediction that is not beyond 1 on its side pulls equally, the others "
    "not at all (nor at the kink): […] is 1 where that holds, else 0.",
    outputs=("identity", "tanh"),
    problem=_needs_sides,
    assumption=lambda f0: "" if is_signed(f0) else "targets 0 and 1 are −1 and 1, t = 2·f₀ − 1",
    aim=_aim,
)

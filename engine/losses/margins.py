"""Losses that ask only for the right side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.expression import Call, Constant, Difference, Expression, Product
from engine.late import np
from engine.losses.base import Loss, Place, Setting, mean, summed

if TYPE_CHECKING:
    from engine.activations import Run
    from engine.tensor import Array


def _bind_hinge(f: Array, f0: Array, y: Array | None, E: Array, setting: Setting) -> Run:
    multiply, subtract, maximum = np.multiply, np.subtract, np.maximum
    side, zero, unit = _sides(f0, setting), np.array(0.0), np.array(1.0)

    def fill(terms: Array) -> None:
        side(terms)
        multiply(terms, f, terms)
        subtract(unit, terms, terms)
        maximum(terms, zero, out=terms)

    return summed(fill, f, E, setting.scale)


def _sides(f0: Array, setting: Setting) -> Callable[[Array], None]:
    """Return what writes t, −1 or 1, into a buffer."""
    multiply, subtract, two, unit = np.multiply, np.subtract, np.array(2.0), np.array(1.0)

    def side(out: Array) -> None:
        if setting.signed:
            out[...] = f0
        else:
            multiply(f0, two, out)
            subtract(out, unit, out)

    return side


def _side(at: Place, setting: Setting) -> Expression:
    if setting.signed:
        return at.f0
    return Difference(Product((Constant(2.0), at.f0)), Constant(1.0))


def _hinge_cell(at: Place, setting: Setting) -> Expression:
    margin = Difference(Constant(1.0), Product((_side(at, setting), at.f)))
    return Call("max(0, {x})", lambda v: max(v, 0.0), margin)


def _bind_hinge_slope(f: Array, f0: Array, out: Array, setting: Setting) -> Run:
    multiply, less = np.multiply, np.less
    side, unit, scale = _sides(f0, setting), np.array(1.0), np.array(-setting.scale)
    within = np.empty_like(f)

    def run() -> None:
        side(out)
        multiply(out, f, within)
        less(within, unit, within)
        multiply(out, within, out)
        multiply(out, scale, out)

    return run


def _hinge_slope(at: Place, setting: Setting) -> Expression:
    side = _side(at, setting)
    inside = Call("[{x} < 1]", lambda v: float(v < 1.0), Product((side, at.f)))
    return Product((Constant(-setting.scale), side, inside))


def _needs_sides(f0: Array) -> str:
    for low in (0.0, -1.0):
        if ((f0 == low) | (f0 == 1.0)).all():
            return ""
    return "targets that are all 0 and 1, or all −1 and 1"


def _aim(f0: Array) -> Array:
    """Return t, −1 or 1."""
    return f0 if is_signed(f0) else 2.0 * f0 - 1.0


def is_signed(f0: Array) -> bool:
    """Whether two-sided targets are −1 and 1."""
    return bool((f0 == -1.0).any())


HINGE = Loss(
    name="hinge",
    formula="mean(max(0, 1 − t·f)), t = ±1",
    slope_formula="−t/(N·O) where t·f < 1, else 0",
    why="Nothing is lost where f lies on the side of its target t by 1 or more. Targets of "
    "0 and 1 are taken as t = −1 and 1.",
    slope_why="Every prediction that is not beyond 1 on its side pulls equally, the others "
    "not at all (nor at the kink): […] is 1 where that holds, else 0.",
    scale=mean,
    bind=_bind_hinge,
    cell=_hinge_cell,
    bind_slope=_bind_hinge_slope,
    slope=_hinge_slope,
    outputs=("identity", "tanh"),
    problem=_needs_sides,
    assumption=lambda f0: "" if is_signed(f0) else "targets 0 and 1 are −1 and 1, t = 2·f₀ − 1",
    aim=_aim,
)

"""The penalty on large weights: its value in E, and its slopes."""

from __future__ import annotations

from functools import reduce
from operator import add

from engine.formula.primitives import HALF, absolute, setting, sign, square, total_of_all
from engine.formula.tensor import Tensor
from engine.formula.tree import Formula, Leaf
from engine.maths.operations.operation import Rule


def _weighed(l1: float, l2: float, first: Formula, second: Formula) -> Formula:
    """Return the sum of both terms, without what is not asked for."""
    return reduce(add, [term for weight, term in ((l1, first), (l2, second)) if weight])


def penalty(tensors: tuple[Tensor, ...], l1: float, l2: float) -> Rule:
    """Return R = λ₁·Σ|w| + ½·λ₂·Σw², over these parameters."""
    members = tuple(map(Leaf, tensors))
    return Rule(
        tree=_weighed(
            l1,
            l2,
            setting(l1, "λ₁") * total_of_all(members, absolute),
            HALF * setting(l2, "λ₂") * total_of_all(members, square),
        ),
        why="Large weights cost something, so that they grow only where they lower the loss. L1 "
        "draws small weights to 0, L2 draws large ones most.",
    )


def penalty_slope(weights: Tensor, l1: float, l2: float) -> Rule:
    """Return ∂R/∂w = λ₁·sign(w) + λ₂·w."""
    w = Leaf(weights)
    return Rule(
        tree=_weighed(l1, l2, setting(l1, "λ₁") * sign(w), setting(l2, "λ₂") * w),
        why=f"The part of the penalty in the gradient: it pulls {weights.symbol} towards 0.",
    )

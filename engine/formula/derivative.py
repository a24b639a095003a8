"""The derivative of a formula, by the table of primitives."""

from __future__ import annotations

from functools import reduce
from operator import add

from engine.formula.primitives import PRIMITIVES, count
from engine.formula.tree import (
    Apply,
    Formula,
    Function,
    Kept,
    Leaf,
    Number,
    Reduce,
    formula,
    leaves,
)

ZERO, ONE = Number(0.0), Number(1.0)


def derivative(tree: Formula, by: Leaf) -> Formula:
    """Return the derivative of a formula by each element of a tensor.

    A sum over axes is taken of what depends, in each of its terms, on one element only.

    Raises:
        TypeError: It has none that can be written element by element.
    """
    if tree == by:
        return ONE
    if by not in leaves(tree):
        return ZERO
    match tree:
        case Apply():
            slopes = PRIMITIVES[tree.primitive].derivatives(*tree.arguments)
            inner = [derivative(argument, by) for argument in tree.arguments]
            parts = [
                _times(formula(slope), part)
                for slope, part in zip(slopes, inner, strict=True)
                if part is not ZERO
            ]
            return reduce(add, parts) if parts else ZERO
        case Function():
            return derivative(tree.body, by)
        case Kept():
            return derivative(tree.argument, by)
        case Reduce(primitive="add"):
            inner_one = derivative(tree.argument, by)
            return inner_one / count(tree.argument) if tree.is_mean else inner_one
    raise TypeError(f"{type(tree).__name__} has no derivative element by element")


def _times(left: Formula, right: Formula) -> Formula:
    return left if right == ONE else right if left == ONE else left * right

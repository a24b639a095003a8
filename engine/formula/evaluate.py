"""The value of a formula for given arrays, whatever their sizes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.formula.primitives import PRIMITIVES
from engine.formula.tensor import Axis, Tensor, along
from engine.formula.tree import (
    Apply,
    Contract,
    Formula,
    Function,
    Kept,
    Leaf,
    Number,
    Reduce,
    Seen,
    Size,
    Together,
    leaves,
)

Values = Mapping[str, NDArray[Any]]
_erf = np.vectorize(math.erf, otypes=[float])


def evaluate(tree: Formula, values: Values) -> NDArray[Any]:
    """Compute a formula.

    Args:
        tree: The formula.
        values: For each tensor, by its name, an array with as many axes as the tensor has. A
            tensor that stands for another may be left out for it.

    Returns:
        An array with the axes of the formula; a scalar has the shape ``()``.

    Raises:
        KeyError: A tensor has no value.
        ValueError: The arrays do not fit together.
    """
    with np.errstate(all="ignore"):
        found = _Evaluation(tree, values).of(tree)
    return np.array(found, float)


def names(tree: Formula) -> frozenset[str]:
    """Return the names of the tensors that `evaluate` wants the values of."""
    return frozenset(_name(leaf) for leaf in leaves(tree))


class _Evaluation:
    def __init__(self, tree: Formula, values: Values) -> None:
        self._tree, self._values = tree, values

    @cached_property
    def _sizes(self) -> dict[Axis, int]:
        sizes: dict[Axis, int] = {}
        for leaf in leaves(self._tree):
            sizes.update(zip(leaf.axes, np.shape(self.of(leaf)), strict=True))
        return sizes

    def of(self, tree: Formula) -> Any:
        """Return the value of a part."""
        match tree:
            case Leaf():
                return self._leaf(tree)
            case Number():
                return np.float64(tree.value)
            case Size():
                return np.float64(self._sizes.get(tree.axis, len(tree.axis.labels)))
            case Apply():
                return self._apply(tree)
            case Function():
                return self.of(tree.body)
            case Kept():
                return self.of(tree.argument)
            case Reduce():
                return self._reduce(tree)
            case Together():
                return sum((np.sum(self.of(part)) for part in tree.parts), np.float64(0.0))
            case Contract():
                factors = zip(map(self.of, tree.parts), tree.is_turned, strict=True)
                return np.matmul(*(value.T if turned else value for value, turned in factors))
        raise TypeError(f"{tree!r} cannot be computed")

    def _leaf(self, leaf: Leaf) -> Any:
        if isinstance(leaf.of, Seen):
            return leaf.of.view(self._given(Leaf(leaf.of.of)))
        return self._given(leaf)

    def _given(self, leaf: Leaf) -> Any:
        name, of = leaf.name, leaf.of
        if name not in self._values and isinstance(of, Tensor) and of.stands_for is not None:
            name = of.stands_for.name
        value = np.asarray(self._values[name], float)
        if value.ndim != len(of.axes):
            raise ValueError(f"{name} has {len(of.axes)} axes, not {value.ndim}")
        return value

    def _apply(self, tree: Apply) -> Any:
        axes = tree.axes
        arguments = [along(self.of(a), a.axes, axes) for a in tree.arguments]
        match tree.primitive:
            case "truth":
                return np.asarray(arguments[0]).astype(float)
            case "erf":
                return _erf(arguments[0])
        return PRIMITIVES[tree.primitive].call(*arguments)

    def _reduce(self, tree: Reduce) -> Any:
        value = np.asarray(self.of(tree.argument))
        own = tree.argument.axes
        over = tuple(own.index(axis) for axis in tree.over)
        found = PRIMITIVES[tree.primitive].call.reduce(value, axis=over)
        return found / math.prod(value.shape[i] for i in over) if tree.is_mean else found


def _name(leaf: Leaf) -> str:
    return leaf.of.of.name if isinstance(leaf.of, Seen) else leaf.name

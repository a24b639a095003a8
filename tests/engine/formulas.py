"""Computes formulas on arrays of a test's own."""

from typing import Any

import numpy as np

from engine.formula.lowering import lower
from engine.formula.scratch import Scratch
from engine.formula.tensor import Axis, Tensor
from engine.formula.tree import Formula, Leaf
from engine.loop.row import LoopClock

ROWS = Axis("N", tuple(map(str, range(40))))
COLUMNS = Axis("O", tuple("abc"))


def leaf(name: str, data: np.ndarray[Any, Any] | None = None, *, rows: Axis = ROWS) -> Leaf:
    """Return a leaf of the shape 40 × 3, or of an array of that shape."""
    axes = (rows, COLUMNS)
    if data is None:
        return Leaf(Tensor.zeros(name, name, *axes))
    return Leaf(Tensor(name, name, axes, np.array(data, dtype=np.float64)))


def computed(tree: Formula) -> np.ndarray[Any, Any]:
    """Return the value of a formula, by its calls."""
    out = np.full(tuple(len(axis.labels) for axis in tree.axes), np.nan)
    with np.errstate(all="ignore"):
        for call in lower(tree, out, Scratch()):
            call.bind(LoopClock())()
    return out

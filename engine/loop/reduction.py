"""Sums, maxima and the like of the numbers of a buffer."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.loop.layout import (
    Buffer,
    address,
    index_of_loop,
    is_repeated,
    require_apart,
    require_output,
    require_plain,
)
from engine.loop.row import Bound, LoopClock, Row

if TYPE_CHECKING:
    from types import ModuleType

_FROM = {
    "add": 0.0,
    "multiply": 1.0,
    "maximum": -math.inf,
    "minimum": math.inf,
    "logical_or": False,
    "logical_and": True,
}
"""The number that a reduction starts from."""


@dataclass(frozen=True, eq=False)
class Reduce:
    """A ufunc over an axis, which stays with the length 1, or over everything.

    Starts from what changes nothing: 0 for a sum, −∞ for a maximum; that is what comes of no
    numbers. Over everything the numbers are taken in the order in which they lie in memory.
    Over an axis, where the numbers of a sum lie closer to each other than the sums do, each
    sum is made at once (NumPy adds in pairs); else they are added up row by row.

    Args:
        ufunc: add, multiply, maximum, minimum, logical_or or logical_and.
        x: With at most two axes; contiguous where everything is reduced.
        out: One number, or one for each place of the other axis; may have the length 1 along
            the reduced axis.
        axis: 0, 1, or None for everything.
    """

    ufunc: np.ufunc
    x: Buffer
    out: Buffer
    axis: int | None = None
    views: tuple[Buffer, Buffer] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        x, out = self.x, self.out
        require_plain(x, out)
        require_output(out)
        require_apart(x, out)
        if self.ufunc.__name__ not in _FROM:
            raise ValueError(f"{self.ufunc.__name__} does not reduce")
        index_of_loop(self.ufunc, (x, x), out)
        if is_repeated(x):
            raise ValueError("what is reduced has each number in a place of its own")
        view = self._view()
        object.__setattr__(self, "views", (view, self._target(view.shape[1:])))

    def _view(self) -> Buffer:
        """Return x with the reduced axis first, without the other one if that has length 1."""
        x, axis = self.x, self.axis
        if axis is None:
            x = x if x.flags.c_contiguous or x.ndim < 2 else x.T
            if x.ndim == 2 and not x.flags.c_contiguous:
                raise ValueError("what is reduced over everything is contiguous")
            return x.reshape(-1)
        if axis not in range(x.ndim):
            raise ValueError(f"there is no axis {axis}")
        x = x.T if axis == 1 else x
        return x[:, 0] if x.shape[1:] == (1,) else x

    def _target(self, kept: tuple[int, ...]) -> Buffer:
        """Return the output without the axes of length 1, in the shape `kept`."""
        out = self.out
        strides = [step for size, step in zip(out.shape, out.strides, strict=True) if size != 1]
        if len(strides) != len(kept) or out.size != math.prod(kept):
            raise ValueError(f"the output's shape {out.shape} does not fit")
        return as_strided(out, kept, strides)

    def bind(self, clock: LoopClock) -> Bound:
        x, out = self.views
        start = _FROM[self.ufunc.__name__]
        reduce: Callable[..., object] = self.ufunc.reduce
        # Axis, type, output, whether to keep the axis, start: by place, which is quicker.
        return partial(reduce, x, 0, None, out, False, start)

    def row(self, loop: ModuleType) -> Row:
        x, out = self.views
        start = np.array(_FROM[self.ufunc.__name__], dtype=out.dtype)
        # How many, from number to number, from sum to sum: along the reduced axis, then the other.
        inner = (x.shape[0], x.strides[0], 0)
        outer = (1, 0, 0)
        if x.ndim == 2:
            outer = (x.shape[1], x.strides[1], out.strides[0])
            # NumPy's innermost axis is the one whose numbers are closest together.
            if x.shape[0] == 1 or x.strides[1] <= x.strides[0]:
                inner, outer = outer, inner
        return Row(
            loop.REDUCE,
            loop=loop.inner_loop(self.ufunc, index_of_loop(self.ufunc, (x, x), out)),
            at=(address(out), address(x), address(out), address(start)),
            dims=(inner[0],),
            steps=(inner[2], inner[1], inner[2]),
            outer=outer[0],
            outer_steps=(outer[2], outer[1], outer[2]),
            extra=(out.size, out.strides[0] if out.ndim else 0, out.itemsize, _at_once()),
            holds=(start,),
        )


@cache
def _at_once() -> int:
    """Return how many numbers NumPy hands to a reduction at once: before 2.3, a buffer of them."""
    buffer = 8192
    numbers = np.zeros(buffer + 8)
    numbers[[0, buffer - 1, buffer]] = 2.0**53, 1.0, 1.0
    # The two ones are lost unless they are added to each other first.
    return sys.maxsize if np.add.reduce(numbers) > 2.0**53 else buffer

"""Lowers expressions to calls, so that the loop of the iterations computes them.

What depends on which observations a batch has cannot be lowered; it is evaluated from Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.loop.calls import Apply, Copy, Matmul, Where
from engine.loop.reduction import Reduce

if TYPE_CHECKING:
    from engine.loop.layout import Buffer
    from engine.loop.row import Call


class Lowering:
    """Collects the calls of an expression, each into a buffer of its own.

    Attributes:
        calls: The calls so far, in their order.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def apply(self, ufunc: np.ufunc, *inputs: Buffer, is_truth: bool = False) -> Buffer:
        """Apply a ufunc element by element."""
        shape = np.broadcast_shapes(*(buffer.shape for buffer in inputs))
        out: Buffer = np.empty(shape, bool if is_truth else float)
        self.calls.append(Apply(ufunc, inputs, out))
        return out

    def as_number(self, buffer: Buffer) -> Buffer:
        """Return booleans as 0 and 1, and numbers unchanged."""
        if buffer.dtype != np.bool_:
            return buffer
        return self._copied(buffer, float)

    def reduce(self, ufunc: np.ufunc, buffer: Buffer) -> Buffer:
        """Reduce everything to a scalar."""
        if not buffer.flags.c_contiguous:
            buffer = self._copied(buffer, buffer.dtype)
        out: Buffer = np.empty((), buffer.dtype)
        self.calls.append(Reduce(ufunc, buffer, out))
        return out

    def matmul(self, left: Buffer, right: Buffer) -> Buffer:
        """Multiply two matrices.

        Raises:
            ValueError: They are not both matrices.
        """
        if left.ndim != 2 or right.ndim != 2:
            raise ValueError("only matrices are multiplied here")
        out: Buffer = np.empty((len(left), right.shape[1]))
        self.calls.append(Matmul(left, right, out))
        return out

    def where(self, condition: Buffer, value: Buffer, other: Buffer) -> Buffer:
        """Choose a scalar."""
        out: Buffer = np.empty(())
        self.calls.append(Where(condition, value, other, out))
        return out

    def _copied(self, buffer: Buffer, dtype: Any) -> Buffer:
        out: Buffer = np.empty(buffer.shape, dtype)
        self.calls.append(Copy(buffer, out))
        return out


Lower = Callable[[Lowering], "Buffer"]
"""Adds the calls of a part of an expression; returns where its value is."""


def lowered(make: Callable[..., Buffer], *parts: Lower | None) -> Lower | None:
    """Return a function that lowers an operation, or None if a part of it cannot be lowered.

    Args:
        make: From the collected calls and the values of the parts, the value.
        parts: How the parts are lowered.
    """
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return lambda calls: make(calls, *(part(calls) for part in known))

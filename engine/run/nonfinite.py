"""Values that are no finite numbers: noticed by their traces, found in an operation's target."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from engine.formula.tensor import Tensor
from engine.maths.operations.operation import Operation
from engine.run.clock import Time

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.program.program import Program


class Finiteness:
    """Looks for values that are not finite where they leave a trace.

    Looking at every value of every iteration would take longer than the training. It
    looks at the loss of every iteration, and, now and then, at all tensors: a value that
    is not finite stays in the parameters, or comes back as long as they do not change.
    """

    def __init__(self, program: Program) -> None:
        made: list[tuple[int, Tensor]] = []
        for position, operation in enumerate(program.operations):
            if not operation.aside:
                made += ((position, tensor) for tensor in operation.writes)
        zeros = np.zeros(max(tensor.whole.size for _, tensor in made))
        self._pairs = [(t.whole.reshape(-1), zeros[: t.whole.size]) for _, t in made]
        self._positions = [position for position, _ in made]

    def holds(self, time: Time, losses: Array | None = None) -> bool:
        """Return whether the tensors at a moment, and some losses, are finite."""
        dot = np.dot
        with np.errstate(all="ignore"):
            # Zero times a value that is not finite is NaN.
            # In iteration 0, those beyond the clock may hold what lies ahead of it.
            known = (
                len(self._positions)
                if time.iteration
                else bisect_left(self._positions, time.position)
            )
            pairs = self._pairs[:known]
            traces = sum(float(dot(flat, zeros)) for flat, zeros in pairs)
        if traces != 0.0:
            return False
        return losses is None or bool(np.isfinite(losses).all())


def first_nonfinite(operation: Operation) -> str:
    """Return the first cell of an operation's target that is not finite, in words, or ""."""
    target = operation.target
    if operation.aside:
        return ""
    bad = np.argwhere(~np.isfinite(target.data))
    if not len(bad):
        return ""
    cell = target.cell(tuple(int(i) for i in bad[0]))
    return f"{cell.label} is {cell.value}: the first value that is no finite number"

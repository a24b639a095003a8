"""Values that are no finite numbers: noticed by their traces, found in an operation's target."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from engine.maths.operations.operation import Operation
from engine.maths.tensor import Tensor

if TYPE_CHECKING:
    from engine.run.run import Run


class Finiteness:
    """Looks for values that are not finite where they leave a trace.

    Looking at every value of every iteration would take longer than the training. It
    looks at the loss of every iteration, and, now and then, at all tensors: a value that
    is not finite stays in the parameters, or comes back as long as they do not change.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        program = run.program
        made: list[tuple[int, Tensor]] = []
        for position, operation in enumerate(program.operations):
            if not operation.aside:
                made += ((position, tensor) for tensor in operation.writes)
        zeros = np.zeros(max(tensor.whole.size for _, tensor in made))
        self._pairs = [(t.whole.reshape(-1), zeros[: t.whole.size]) for _, t in made]
        self._positions = [position for position, _ in made]

    def holds(self, first: int | None = None) -> bool:
        """Whether the tensors, and the losses from an iteration on, are finite."""
        dot, run = np.dot, self._run
        with np.errstate(all="ignore"):
            # Zero times a value that is not finite is NaN.
            # In iteration 0, those beyond the clock may hold what lies ahead of it.
            known = (
                len(self._positions)
                if run.iteration
                else bisect_left(self._positions, run.position)
            )
            pairs = self._pairs[:known]
            traces = sum(float(dot(flat, zeros)) for flat, zeros in pairs)
        if traces != 0.0:
            return False
        if first is None:
            return True
        return bool(np.isfinite(run.losses.values[first : run.iteration]).all())


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

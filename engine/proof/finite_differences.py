"""One gradient against the differences of E that the program's own operations give.

The numeric gradient is the central difference n = (E(θ + ε) − E(θ − ε)) / 2ε. It agrees with
the program's gradient a where |a − n| / (|a| + |n|) is at most `TOLERANCE`. Where it is not,
a closer look tells a wrong derivative from what the difference itself cannot do:

- A step of finite length errs by about ε²·E‴/6. The differences with ε and 2ε give the
  extrapolated n* = n + (n − n(2ε))/3, which errs only by a multiple of ε⁴ (Richardson, 1911).
- E is rounded. Its noise σ is measured at nearby points by differences of fourth order (Moré
  and Wild, Estimating computational noise, SIAM J. Sci. Comput. 33, 2011) and is at least half
  a unit in the last place. Below 12·σ/ε nothing can be told.
- E may have a kink within the step (relu, |w|). Then shorter steps agree; or, where it lies at
  θ itself, the slopes on both sides stay apart however short the step, and a is between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from engine.formula.scratch import Scratch
from engine.loop.plan import Plan
from engine.maths.operations.operation import Operation, Phase
from engine.run.run import Run

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.formula.tensor import Array, Index, Tensor

STEP = 1e-5
"""ε: where rounding and the length of the step, in float64, leave the smallest error."""
TOLERANCE = 1e-6
"""The largest relative error of a gradient that agrees."""

_SHORTER = tuple(2.0**-k for k in (1, 3, 5, 7, 9, 12, 15))
_SIGMAS = 12.0
_NOISE_STEP, _NOISE_POINTS, _NOISE_ORDER = 1e-9, 25, 4
_MEDIAN = 0.6745
"""The median magnitude of what is normally distributed with σ = 1."""


class Verdict(StrEnum):
    """The result of comparing a gradient with finite differences."""

    AGREES = "agrees"
    KINK = "at a kink"
    UNTOLD = "too small to tell"
    DIFFERS = "differs"
    NOT_FINITE = "not finite"

    @property
    def fails(self) -> bool:
        """Whether the gradient is wrong."""
        return self in (Verdict.DIFFERS, Verdict.NOT_FINITE)


@dataclass(frozen=True)
class Finding:
    """A gradient beside its difference.

    Attributes:
        analytic: a, what the backward phase computes.
        numeric: n; the extrapolated one, or that of a shorter step, where that decided.
        verdict: What follows.
    """

    analytic: float
    numeric: float
    verdict: Verdict

    @property
    def relative_error(self) -> float:
        """|a − n| / (|a| + |n|), 0 where both are 0."""
        return relative_error(self.analytic, self.numeric)


@dataclass(frozen=True)
class _Slopes:
    """Differences of E on both sides of a parameter, and across it."""

    left: float
    right: float
    central: float

    @property
    def jump(self) -> float:
        return self.right - self.left


class Probe:
    """E as a function of the parameters, computed by the operations of a program of its own.

    It starts with the parameters, and has the observations, of the debugger's clock, and
    leaves the debugger as it is.

    Attributes:
        parameters: The tensors of the parameters, by name.
        gradients: ∂E/∂(parameter) as the backward phase computes it, by name.
        E: The loss.
    """

    def __init__(self, debugger: Debugger) -> None:
        run = Run(debugger.dataset, debugger.hyperparameters, debugger.parameters)
        debugger.amend(run.program)
        run.iteration = debugger.iteration
        operations = run.program.operations
        while operations[run.position].phase is not Phase.UPDATE:
            run.step()
        tensors = run.program.tensors
        self.parameters: dict[str, Tensor] = run.program.parameters
        self.gradients = {n: tensors[f"dE_d{n}"].data.copy() for n in self.parameters}
        needed, scratch = _needed_for(tensors["E"], operations), Scratch()
        self._plan = Plan([call for operation in needed for call in operation.calls(scratch)])
        self._loss = tensors["E"].data
        self.E = self._evaluate()
        self._sigma: float | None = None

    def _evaluate(self) -> float:
        self._plan.run(0, 1)
        return float(self._loss)

    def _at(self, data: Array, index: Index, value: float) -> float:
        before = data[index]
        data[index] = value
        try:
            return self._evaluate()
        finally:
            data[index] = before

    def _slopes(self, name: str, index: Index, step: float) -> _Slopes | None:
        """Return the differences; None if the parameter is too large to be moved by the step."""
        data = self.parameters[name].data
        theta = float(data[index])
        up, down = theta + step, theta - step
        if not down < theta < up:
            return None
        above, below = self._at(data, index, up), self._at(data, index, down)
        return _Slopes(
            left=(self.E - below) / (theta - down),
            right=(above - self.E) / (up - theta),
            central=(above - below) / (up - down),
        )

    @property
    def sigma(self) -> float:
        """The rounding noise of E."""
        if self._sigma is None:
            self._sigma = max(self._measured_noise(), abs(self.E) * np.finfo(float).eps / 2)
        return self._sigma

    def _measured_noise(self) -> float:
        """Estimate the standard deviation of E's rounding from points on a line nearby.

        Along so short a line E is straight but for its noise, so that differences of
        fourth order hold nothing else.
        """
        random = np.random.RandomState(0)
        arrays = [tensor.data for tensor in self.parameters.values()]
        before = [array.copy() for array in arrays]
        ways = [random.choice((-1.0, 1.0), a.shape) * np.maximum(1.0, np.abs(a)) for a in arrays]
        losses = []
        for point in range(1, _NOISE_POINTS + 1):
            for array, start, way in zip(arrays, before, ways, strict=True):
                array[...] = start + point * _NOISE_STEP * way
            losses.append(self._evaluate())
        for array, start in zip(arrays, before, strict=True):
            array[...] = start
        order = _NOISE_ORDER
        factor = math.factorial(order) ** 2 / math.factorial(2 * order)
        with np.errstate(all="ignore"):
            # The median is not moved by a kink that a few of the points happen to lie around.
            typical = float(np.median(np.abs(np.diff(losses, order))))
        return typical * math.sqrt(factor) / _MEDIAN

    def _rounding(self, step: float) -> float:
        """Estimate the rounding error of a central difference with a given step."""
        return _SIGMAS * self.sigma / step

    def compare(self, name: str, index: Index) -> Finding:
        """Compare one gradient with the differences.

        Args:
            name: The parameter, e.g. ``v``.
            index: The place of the cell; ``()`` for a scalar.
        """
        a = float(self.gradients[name][index])
        if not (math.isfinite(a) and math.isfinite(self.E)):
            return Finding(a, math.nan, Verdict.NOT_FINITE)
        slopes = self._slopes(name, index, STEP)
        if slopes is None:
            return Finding(a, math.nan, Verdict.UNTOLD)
        n = slopes.central
        if not math.isfinite(n):
            return Finding(a, n, Verdict.NOT_FINITE)
        if relative_error(a, n) <= TOLERANCE:
            return Finding(a, n, Verdict.AGREES)
        return self._look_closer(name, index, a, slopes)

    def _look_closer(self, name: str, index: Index, a: float, slopes: _Slopes) -> Finding:
        n, rounding = slopes.central, self._rounding(STEP)
        wide = self._slopes(name, index, 2 * STEP)
        if wide is not None and math.isfinite(wide.central):
            better = n + (n - wide.central) / 3
            if relative_error(a, better) <= TOLERANCE:
                return Finding(a, better, Verdict.AGREES)
            # What the extrapolation leaves is smaller than what it corrects by about ε².
            if abs(a - better) <= 2 * rounding + TOLERANCE * abs(better - n):
                return Finding(a, better, Verdict.UNTOLD)
        if abs(a - n) <= rounding:
            return Finding(a, n, Verdict.UNTOLD)
        for share in _SHORTER:
            closer = self._slopes(name, index, STEP * share)
            if closer is None:
                break
            if self._shrinks(a, slopes, closer, share) or self._stays_apart(
                a, slopes, closer, share
            ):
                return Finding(a, closer.central, Verdict.KINK)
        return Finding(a, n, Verdict.DIFFERS)

    def _shrinks(self, a: float, slopes: _Slopes, closer: _Slopes, share: float) -> bool:
        """Return whether a shorter step agrees, and not because its rounding hides the error."""
        rounding = self._rounding(STEP * share)
        error = abs(a - closer.central)
        hidden = rounding >= abs(a - slopes.central) / 2
        return not hidden and error <= max(rounding, TOLERANCE * (abs(a) + abs(closer.central)))

    def _stays_apart(self, a: float, slopes: _Slopes, closer: _Slopes, share: float) -> bool:
        """Return whether the one-sided slopes stay apart, unlike under curvature, with a between.

        Of a smooth E they differ by ε·E″: an eighth of the step leaves an eighth of it.
        """
        rounding = 2 * self._rounding(STEP * share)
        if share > 1 / 8 or abs(closer.jump) < max(abs(slopes.jump) / 2, 4 * rounding):
            return False
        low, high = sorted((closer.left, closer.right))
        curvature = abs(slopes.jump - closer.jump) * share
        slack = rounding + curvature + TOLERANCE * (abs(low) + abs(high))
        return low - slack <= a <= high + slack


def _needed_for(E: Tensor, operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations that E is computed from; others of its phases are left out."""
    read, needed = {E.name}, []
    for operation in reversed(operations):
        if operation.phase in (Phase.FORWARD, Phase.LOSS) and operation.name in read:
            needed.append(operation)
            read |= {tensor.name for tensor in operation.reads}
    return needed[::-1]


def relative_error(a: float, b: float) -> float:
    """Return |a − b| / (|a| + |b|), 0 where both are 0."""
    scale = abs(a) + abs(b)
    return abs(a - b) / scale if scale else 0.0

"""The predictions for single observations, and which are wrong or far off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.analysis.evaluate import Forward
from engine.analysis.metrics import Decision, decision_of
from engine.run import computed as reading

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.program.program import Program
    from engine.run.run import Run


class Observations:
    """Looks at the training observations one by one."""

    def __init__(self, run: Callable[[], Run]) -> None:
        self._run = run
        self._decided: tuple[Program, Decision | None] | None = None
        self._forward: tuple[Program, tuple[int, ...], Forward] | None = None

    @property
    def decision(self) -> Decision | None:
        """The rule that reads outputs as classes; None where they are numbers."""
        run = self._run()
        if self._decided is None or self._decided[0] is not run.program:
            decision = decision_of(run.dataset, run.hyperparameters.loss)
            self._decided = (run.program, decision)
        return self._decided[1]

    def predict(self, numbers: Sequence[int]) -> Mapping[int, Array]:
        """Return f of some observations.

        It is the f of this iteration where that is computed. For observations outside the batch
        it is computed with the parameters as they are now.

        Args:
            numbers: Their places in the table, from 0 on.

        Returns:
            f by number; nothing as long as no f is computed.
        """
        run = self._run()
        f = reading.computed_tensors(run).get("f")
        if f is None:
            return {}
        batch = run.program.batch
        places = {n: n for n in numbers} if batch is None else {n: i for i, n in enumerate(batch)}
        found = {n: f.data[places[n]].copy() for n in numbers if n in places}
        others = tuple(n for n in numbers if n not in places)
        if others:
            found |= zip(others, self._computed(run, others), strict=True)
        return found

    def _computed(self, run: Run, numbers: tuple[int, ...]) -> Array:
        known = self._forward
        if known is None or known[0] is not run.program or known[1] != numbers:
            forward = Forward(run.dataset, run.hyperparameters, run.dataset.x[list(numbers)])
            known = self._forward = (run.program, numbers, forward)
        parameters = {name: tensor.data for name, tensor in run.program.parameters.items()}
        return known[2].predict(parameters).copy()

    def _all(self) -> Array | None:
        """Return f of all observations, or None as long as no f is computed."""
        run = self._run()
        f, batch = reading.computed_tensors(run).get("f"), run.program.batch
        if f is None or batch is None:
            return None if f is None else f.data
        parameters = {name: tensor.data for name, tensor in run.program.parameters.items()}
        found = Forward(run.dataset, run.hyperparameters).predict(parameters)
        found[list(batch)] = f.data
        return found

    def by_error(self) -> tuple[int, ...]:
        """Return the numbers of all observations, the one with the largest error first.

        The error is the largest of |f₀ − f|, over the outputs. Where no f is computed yet, the
        order is that of the table.
        """
        run, f = self._run(), self._all()
        if f is None:
            return tuple(range(len(run.dataset.observations)))
        with np.errstate(all="ignore"):
            errors = np.abs(run.program.loss.aim(run.dataset.f0) - f).max(axis=1)
        errors[np.isnan(errors)] = np.inf
        return tuple(int(n) for n in np.argsort(-errors, kind="stable"))

    def wrong(self) -> tuple[int, ...]:
        """Return the numbers of the observations that are taken for another class, in order.

        There are none where the targets are numbers, or no f is computed yet.
        """
        f, decision = self._all(), self.decision
        if f is None or decision is None:
            return ()
        wrong = decision.decide(f) != decision.truth(self._run().dataset.f0)
        return tuple(int(n) for n in np.flatnonzero(wrong))

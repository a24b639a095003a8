"""Questions about a run that change nothing."""

from __future__ import annotations

from engine.analysis.evaluate import Forward
from engine.analysis.held_out import Evaluation, Evaluator
from engine.common.errors import QueryError
from engine.common.numbers import grouped
from engine.common.progress import Cancel, never
from engine.debugger.base import DebuggerBase
from engine.formula.arithmetic import Explanation
from engine.formula.tensor import Array
from engine.inspection import ask, explain
from engine.inspection.ask import Scan
from engine.inspection.experiments import Experiment
from engine.language.query import Query
from engine.program.iterations import END
from engine.run import computed as reading

_QUICK = 0.050
"""Seconds that the held-out part may take in a snapshot."""


class AskingDebugger(DebuggerBase):
    """Answers what the values are, where they come from, and what the network predicts."""

    def is_computed(self, name: str) -> bool:
        """Return whether a tensor holds a value now.

        The values of an iteration stay until the first operation of the next one.
        """
        return name in reading.computed_tensors(self._run)

    def value(self, name: str) -> Array:
        """Return a copy of a tensor.

        Args:
            name: Its identifier, e.g. ``dE_dw``.

        Raises:
            NotComputedError: Its operation has not run in this iteration.
            KeyError: There is no such tensor.
        """
        return reading.read_value(self._run, name)

    def evaluate(self, text: str) -> Array:
        """Evaluate an expression with the values at the clock.

        Returns:
            An array of float64 or bool; a scalar has the shape ``()``.

        Raises:
            QueryError: It cannot be read, or has no value here.
        """
        return self._query(text).value()

    def require_expression(self, text: str, *, is_single: bool = False) -> None:
        """Refuse an expression that has no value at the end of any iteration.

        Args:
            text: The expression.
            is_single: Whether its value must be a single one, as for `scan`.

        Raises:
            QueryError: It cannot be read, or has another shape.
        """
        ask.compile_at_end(self._run, text, is_single=is_single)

    def _query(self, text: str) -> Query:
        run = self._run
        between = run.position == 0 and run.iteration > 0
        return ask.evaluate(run, text, END if between else run.position)

    def scan(
        self, text: str, first: int = 0, last: int | None = None, cancel: Cancel = never
    ) -> Scan | None:
        """Evaluate an expression at the end of each of the computed iterations.

        Args:
            text: An expression with a single value.
            first: The first iteration.
            last: The last one; by default the last one computed.
            cancel: As for `run_to`; the result is then None.

        Raises:
            QueryError: It cannot be read, or there are no such iterations.
        """
        computed = len(self.losses) - 1
        end = computed if last is None else min(last, computed)
        if last is not None and last < first:
            raise QueryError(
                f"{grouped(first)}..{grouped(last)} runs backwards: "
                f"write {grouped(last)}..{grouped(first)}"
            )
        if not 0 <= first <= end:
            raise QueryError(
                f"only the iterations before {grouped(computed + 1)} are computed: "
                f"run first, then look through those from {grouped(first)} on"
            )
        return ask.scan(self._run, text, first, end, cancel)

    def explain(
        self, name: str, *index: int, as_read: bool = False, after: int | None = None
    ) -> Explanation:
        """Explain one cell with the numbers that made it.

        Args:
            name: The identifier of a tensor, e.g. ``dE_dv``.
            index: The place of the cell, e.g. ``1, 0``; nothing for a scalar.
            as_read: For what is kept from one iteration to the next, and for η, explain the
                value that this iteration found, and not the one that there is now; for a
                cell of an explanation, its `before`.
            after: Explain with the values that there were when this iteration was complete;
                by default with those at the clock.

        Raises:
            NotComputedError: Its operation has not run in this iteration.
            KeyError: There is no such tensor.
            IndexError: There is no such cell.
        """
        return explain.explain(self._run, name, index, as_read=as_read, after=after)

    def explain_chain(self, name: str, *index: int) -> list[Explanation]:
        """Explain a cell and, for each tensor on the way back to the data, one cell more.

        From a sum the way leads through its largest term.

        Args:
            name: As for `explain`.
            index: As for `explain`.

        Returns:
            The explanations, the latest operation first.

        Raises:
            NotComputedError, KeyError, IndexError: As for `explain`.
        """
        return explain.chain(self._run, name, index)

    def predict(self, points: Array | None = None) -> Array:
        """Return f with the parameters as they are now.

        Args:
            points: The inputs to predict for, P × I; by default those of every observation.

        Returns:
            f, P × O.

        Raises:
            InputError: The points do not have a column for each input, or there are none.
        """
        return Forward(self.dataset, self.hyperparameters, points).predict(self.parameters)

    def evaluate_held_out(self, *, quickly: bool = False) -> Evaluation | None:
        """Compute f and E for the held-out observations, with the parameters as they are now.

        Args:
            quickly: Whether to leave it where it took more than 50 ms the time before.

        Returns:
            None where nothing is held out, or it was left.
        """
        if self.dataset.held_out is None:
            return None
        program = self.program
        if self._evaluator is None or self._evaluator[0] is not program:
            decision = self.observations.decision
            evaluator = Evaluator(self.dataset.held_out, self.hyperparameters, decision)
            self._evaluator = (program, evaluator)
        evaluator = self._evaluator[1]
        if quickly and evaluator.seconds > _QUICK:
            return None
        return evaluator.evaluate({name: t.data for name, t in program.parameters.items()})

    def experiments(self) -> tuple[Experiment, ...]:
        """Compare the branches: what differs, and the losses and the accuracy reached.

        Returns:
            A line for each branch; `branches.rename`, `switch` and `drop` take its number.
        """
        return self._experiments.compare(self.branches, self.branches.current)

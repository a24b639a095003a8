"""The clock of a run: steps by operation or iteration, runs, resets, and tells values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engine.analysis.evaluate import Forward
from engine.analysis.held_out import Evaluation, Evaluator
from engine.common.declaration import Value
from engine.common.errors import InputError, QueryError
from engine.common.numbers import grouped
from engine.common.progress import Cancel, never
from engine.common.settings import HISTORY, MEGABYTE
from engine.common.text import clean
from engine.data.dataset import Dataset
from engine.inspection import ask, explain
from engine.inspection.ask import Scan
from engine.inspection.experiments import Experiment, Experiments
from engine.inspection.observations import Observations
from engine.inspection.snapshot import Snapshot
from engine.inspection.take_snapshot import take_snapshot
from engine.language.query import Query
from engine.maths.arithmetic import Explanation
from engine.maths.operations.operation import Operation
from engine.maths.tensor import Array
from engine.model.hyperparameters import DECLARATIONS, Hyperparameters
from engine.model.network import Network
from engine.program.footprint import require_for_training
from engine.program.iterations import END
from engine.program.program import Program
from engine.run import computed as reading
from engine.run.branches import Branches
from engine.run.changes import Change, Edit, LearningRate
from engine.run.halt import Hit
from engine.run.run import Run
from engine.stops.run_until import Stopping
from engine.stops.stop import Stop
from engine.stops.stop_list import Stops

_QUICK = 0.050
"""Seconds that the held-out part may take in a snapshot."""


class Debugger:
    """A network in training that can be stepped.

    Args:
        dataset: What to learn.
        hyperparameters: By default the notebook's.
        parameters: The parameters to start from, by name; by default they are drawn
            from the seed.
        history: How many MB of memory going back may take, all branches together; by
            default as declared in `engine.common.settings`.

    Attributes:
        given: The parameters that it was given, or None.
        amend: Changes the program of each run that is started anew, before it runs.
        observations: Looks at single observations: their predictions, which are wrong.

    Raises:
        InputError: The parameters do not fit the network.
    """

    def __init__(
        self,
        dataset: Dataset,
        hyperparameters: Hyperparameters | None = None,
        parameters: Mapping[str, object] | None = None,
        history: int | None = None,
    ) -> None:
        self.dataset = dataset
        self.given = parameters
        self.amend: Callable[[Program], object] = lambda program: None
        self._stopping = Stopping(lambda: self._run)
        self.observations = Observations(lambda: self._run)
        run = self._start(hyperparameters or Hyperparameters())
        megabytes = HISTORY.validate(HISTORY.default if history is None else history)
        self.branches = Branches(run, int(megabytes) * MEGABYTE)
        self._evaluator: tuple[Program, Evaluator] | None = None
        self._experiments = Experiments()

    def _start(self, hyperparameters: Hyperparameters) -> Run:
        require_for_training(self.dataset, hyperparameters)
        network = Network(self.dataset, hyperparameters)
        if self.given is None:
            initial = network.draw_parameters(hyperparameters.seed)
            origin = f"the start, drawn from seed {hyperparameters.seed}"
        else:
            initial = network.check_parameters(self.given)
            origin = "the start, as given"
        run = Run(self.dataset, hyperparameters, initial, origin)
        self.amend(run.program)
        return run

    def recall(self, branches: Branches, log: Sequence[str], hit: Hit | None) -> None:
        """Go on from what another debugger on the same data knew.

        Args:
            branches: Its branches.
            log: Its log.
            hit: The reason of its last stop, if that was in the present branch.
        """
        self.branches = branches
        self._stopping.recall(log, hit)

    @property
    def last_hit(self) -> Hit | None:
        """The last stop, if it was in the present branch."""
        return self._stopping.last_hit

    @property
    def stops(self) -> Stops:
        """Breakpoints, watches and the built-in stops."""
        return self._stopping.stops

    @property
    def log(self) -> Sequence[str]:
        """Why the run stopped, each time, the last one last."""
        return self._stopping.log

    @property
    def _run(self) -> Run:
        return self.branches.current.run

    @property
    def program(self) -> Program:
        """The operations and tensors of the present run."""
        return self._run.program

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters in force."""
        return self._run.hyperparameters

    @property
    def started_with(self) -> Hyperparameters:
        """The hyperparameters that the run started with, and the iterations planned now."""
        return self._run.started_with

    @property
    def changes_by_hand(self) -> tuple[Change, ...]:
        """What was changed by hand in the present run, in the order of the clock."""
        return self._run.changes.by_hand

    @property
    def iteration(self) -> int:
        """The number of complete iterations."""
        return self._run.iteration

    @property
    def position(self) -> int:
        """The number of operations of the present iteration that have run."""
        return self._run.position

    @property
    def next_operation(self) -> Operation:
        """The operation that runs next."""
        return self.program.operations[self.position]

    @property
    def losses(self) -> Array:
        """E of every iteration ever completed, before its update; read-only."""
        return self._run.losses.values

    @property
    def held_out_losses(self) -> Array:
        """The same of what is held out, as each epoch begins; empty if nothing is."""
        return self._run.held_out.values

    @property
    def initial_parameters(self) -> dict[str, Array]:
        """Copies of the parameters that the run started from."""
        return {name: array.copy() for name, array in self._run.initial.items()}

    @property
    def parameters(self) -> dict[str, Array]:
        """Copies of the parameters as they are now."""
        return {name: tensor.data.copy() for name, tensor in self.program.parameters.items()}

    def step_operation(self) -> Operation:
        """Run one operation and return it."""
        return self._run.step()

    def finish_iteration(self) -> None:
        """Run to the end of this iteration; from between two, run the next one whole."""
        self._run.run_to(self.iteration + 1)

    def step_iteration(self) -> None:
        """Run to the same operation of the next iteration."""
        self._run.go_to(self.iteration + 1, self.position)

    def back_operation(self) -> None:
        """Take the last operation back; at the start of a run nothing happens."""
        self._run.go_to(*self._run.time.previous(len(self.program.operations)))

    def back_iteration(self) -> None:
        """Go back to the same operation of the iteration before, or to the start of the run."""
        if self.iteration:
            self._run.go_to(self.iteration - 1, self.position)
        else:
            self._run.go_to(0)

    def start_iteration(self) -> None:
        """Go back to the start of this iteration; from there, to that of the one before."""
        self._run.go_to(self.iteration if self.position else max(self.iteration - 1, 0))

    def go_to(self, iteration: int, position: int = 0, cancel: Cancel = never) -> bool:
        """Move the clock to any time, back or forward; exact to the last bit.

        Args:
            iteration: How many iterations are complete there.
            position: How many operations of the next one have run.
            cancel: As for `run_to`; a move that is cancelled leaves the clock as it was.

        Returns:
            Whether the clock is there.

        Raises:
            InputError: There is no such time.
        """
        if iteration < 0 or not 0 <= position < len(self.program.operations):
            raise InputError(f"there is no operation {position} of iteration {iteration}")
        return self._run.go_to(iteration, position, cancel)

    def run(self, iterations: int, cancel: Cancel = never) -> None:
        """Complete that many more iterations, counting one that has begun.

        Args:
            iterations: How many.
            cancel: As for `run_to`.
        """
        self._run.run_to(self.iteration + iterations, cancel)

    def run_to(self, iteration: int, cancel: Cancel = never) -> None:
        """Run until so many iterations are complete.

        Args:
            iteration: How many; where they are complete already, nothing happens.
            cancel: Asked every few milliseconds between two iterations, and before each
                operation where an iteration takes longer than 15 ms; true ends the run there.
        """
        self._run.run_to(iteration, cancel)

    # Stopping

    def proceed(
        self,
        iteration: int | None = None,
        cancel: Cancel = never,
        operations: int | None = None,
    ) -> Hit | None:
        """Run on until there is a reason to stop.

        Args:
            iteration: Run at most until so many iterations are complete; by default the
                planned ones.
            cancel: As for `run_to`.
            operations: Run at most so many operations.

        Returns:
            Why it stopped, or None where the iterations are complete or it was cancelled.
        """
        end = self.hyperparameters.iterations if iteration is None else iteration
        return self._stopping.proceed(end, cancel, operations)

    def train(self, cancel: Cancel = never) -> Hit | None:
        """Run until the planned iterations are complete, the target is reached, or patience ends.

        Breakpoints and watches stop nothing here. After patience, `restore_best` goes back to
        the best parameters.

        Args:
            cancel: As for `run_to`.

        Returns:
            Why it stopped before the planned iterations, or None; `is_patience` says which.
        """
        return self._stopping.train(cancel)

    @property
    def best_iteration(self) -> int | None:
        """The iteration whose parameters had the smallest held-out loss of all computed ones.

        None where nothing is held out, or none of its losses is a number.
        """
        held_out = self.held_out_losses
        if np.isnan(held_out).all():
            return None
        return int(np.nanargmin(held_out))

    def restore_best(self, cancel: Cancel = never) -> int | None:
        """Go to the best iteration, where the best parameters are; nothing is lost by it.

        Args:
            cancel: As for `go_to`.

        Returns:
            Which one it is; None if it was cancelled.

        Raises:
            InputError: Nothing is held out, or no iteration is computed.
        """
        if self.dataset.held_out is None:
            raise InputError("nothing is held out: --split 0.2 or --validation FILE")
        iteration = self.best_iteration
        if iteration is None:
            raise InputError("no held-out loss is computed yet")
        return iteration if self._run.go_to(iteration, cancel=cancel) else None

    @property
    def planned(self) -> list[Stop]:
        """The stops that the hyperparameters ask for, beside those of the list."""
        return self._stopping.planned

    def back_to_stop(self, cancel: Cancel = never) -> Hit | None:
        """Go back to the last time at which a run would have stopped.

        Args:
            cancel: As for `run_to`; the clock then stays.

        Returns:
            Why it would have stopped there, or None if there is no such time.
        """
        return self._stopping.back(cancel)

    @property
    def stopped(self) -> str:
        """Why the run stopped where the clock is, in words, or ""."""
        return self._stopping.words

    @property
    def ended_by(self) -> Hit | None:
        """The stop that ended the run; None where it has gone on since, or nothing did."""
        return self._stopping.end

    # Asking

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

    # Changing

    def change(self, **values: Value) -> None:
        """Change hyperparameters that apply live; they hold from the next operation on.

        Another learning rate in the past starts a branch there.

        Raises:
            InputError: A value is not allowed, or needs a reset.
        """
        for name in values:
            if DECLARATIONS[name].applies != "live":
                raise InputError(f"{DECLARATIONS[name].label} needs a reset")
        changed = self.hyperparameters.replace(**values)
        self.branches.plan(changed.iterations)
        if changed.learning_rate != self.hyperparameters.learning_rate:
            self.branches.apply(LearningRate(changed.learning_rate))

    def edit(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Set one cell of a parameter; in the past this starts a branch.

        Args:
            name: The parameter, e.g. ``v``.
            index: The place of the cell; ``()`` for a scalar.
            value: A finite number.

        Raises:
            InputError: There is no such parameter or cell, or the value is not finite.
        """
        tensor = self.program.parameters.get(name)
        if tensor is None:
            known = ", ".join(self.program.parameters)
            raise InputError(f"only parameters can be set ({known}), not {clean(name, 40)}")
        try:
            tensor.require_cell(index)
        except IndexError as error:
            raise InputError(str(error)) from None
        if not np.isfinite(value):
            raise InputError(f"a finite number is needed, not {value}")
        self.branches.apply(Edit(name, index, float(value)))

    def reset(self, hyperparameters: Hyperparameters | None = None) -> None:
        """Start again at iteration 0; the present run stays as a branch.

        Args:
            hyperparameters: Those of the new run; by default the present ones.

        Raises:
            InputError: The parameters given to the constructor do not fit the new network.
        """
        wanted, origin = hyperparameters or self.hyperparameters, self.branches.origin
        before = origin.run.hyperparameters
        differing = [
            f"{declaration.label} = {getattr(wanted, name)}"
            for name, declaration in DECLARATIONS.items()
            if getattr(wanted, name) != getattr(before, name)
        ]
        label = ", ".join(differing) or (origin.label if origin.is_empty else "reset")
        self.branches.start(self._start(wanted), label)

    def undo(self) -> str:
        """Take the last change, reset or switch of branches back.

        Returns:
            What was undone, in words; "" if there is nothing to undo.
        """
        return self.branches.undo()

    def redo(self) -> str:
        """Do what was undone last again.

        Returns:
            What was done, in words; "" if there is nothing to do again.
        """
        return self.branches.redo()

    # Seeing

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

    def explain(
        self, name: str, *index: int, as_read: bool = False, after: int | None = None
    ) -> Explanation:
        """Explain one cell with the numbers that made it.

        Args:
            name: The identifier of a tensor, e.g. ``dE_dv``.
            index: The place of the cell, e.g. ``1, 0``; nothing for a scalar.
            as_read: For a parameter, explain the value that the operations of this
                iteration read, and not the one that its update left.
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

        Args:
            name: As for `explain`.
            index: As for `explain`.

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

    def snapshot(
        self,
        observations: slice | None = None,
        buckets: int = 0,
        summary_of: str | None = None,
        predicted: Sequence[int] = (),
    ) -> Snapshot:
        """Copy the present values for a view.

        Args:
            observations: Which rows to copy of tensors with a row per observation; by
                default all. Its start is not negative and its step is 1.
            buckets: Into how many points to thin the losses; 0 for no outline.
            summary_of: Of which tensor to include a summary.
            predicted: Of which observations to include f, also where they are in no batch.
        """
        return take_snapshot(self, observations, buckets, summary_of, predicted)

"""One training run: its clock, forward and backward, exact to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import numpy as np

from engine.common.numbers import grouped
from engine.common.progress import Cancel, never
from engine.data.dataset import Dataset
from engine.data.provenance import origin_of_input
from engine.maths.operations.operation import Operation
from engine.maths.tensor import Array
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Parameters
from engine.program.program import Program
from engine.run.changes import Change, Changes, Edit, LearningRate
from engine.run.clock import Time
from engine.run.halt import NONFINITE, Halt, Hit, Watch
from engine.run.history import History
from engine.run.hit_counts import Tallies
from engine.run.loss_history import LossHistory
from engine.run.nonfinite import first_nonfinite
from engine.run.record import Record

_SLOW_ITERATION = 0.050
"""Seconds; where an iteration takes longer, a run can stop between two operations."""

_UNASKED = 0.005
"""Seconds that a run may go on before it is asked again whether it is cancelled."""

_GUARDED_STRETCH = 256
"""Iterations after which a guarded run looks for values that are not finite."""


class Run:
    """The state of a run between two operations.

    Going back restores a checkpoint and runs the same operations again, so what was
    computed once is computed alike each time it is passed.

    Args:
        dataset: What to learn.
        hyperparameters: Those to start with.
        initial: The parameters to start from, checked.
        origin: Where these come from, in words.

    Attributes:
        program: The operations, bound to their buffers.
        losses: E of every iteration that was ever completed, also of those ahead of
            the clock.
        held_out: The same of the observations that are held out; empty if none are.
        tallies: How often each stop was met.
        changes: What was changed by hand.
        iteration: How many iterations are complete.
        position: How many operations of the present iteration have run.
    """

    def __init__(
        self,
        dataset: Dataset,
        hyperparameters: Hyperparameters,
        initial: Parameters,
        origin: str = "given",
    ) -> None:
        self.program = Program(dataset, hyperparameters, initial)
        self.initial = initial
        self.origin = origin
        self.losses = LossHistory()
        self.tallies = Tallies()
        self.iteration = 0
        self.position = 0
        self.seconds_per_iteration = 0.0
        self._dataset = dataset
        self._hyperparameters = hyperparameters
        self._state = [tensor.data for tensor in self.program.state.values()]
        self._history = History(self._state)
        self.changes = Changes.none(hyperparameters.learning_rate)
        self._home: Time | None = None
        self._loss = self.program.tensors["E"].data
        self.held_out = LossHistory()
        validation = self.program.tensors.get("E_val")
        self._held_out = None if validation is None else validation.data

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters in force at the clock."""
        eta = self.changes.learning_rate_at(self.time)
        return self._hyperparameters.replace(learning_rate=eta)

    @property
    def time(self) -> Time:
        """Where the clock is."""
        return Time(self.iteration, self.position)

    @property
    def is_in_the_past(self) -> bool:
        """Whether complete iterations lie ahead of the clock."""
        return self.iteration < len(self.losses)

    @property
    def dataset(self) -> Dataset:
        """What it learns."""
        return self._dataset

    def origin_of_input(self, row: int, column: int) -> str:
        """Say where an element of x comes from; in a batch, by its row there."""
        batch = self.program.batch
        return origin_of_input(self._dataset, row if batch is None else batch[row], column)

    @contextmanager
    def away(self) -> Iterator[Time]:
        """Let records made meanwhile tell where the clock is now, and yield that time."""
        outer, here = self._home, self.time
        self._home = outer or here
        try:
            yield here
        finally:
            self._home = outer

    @property
    def home(self) -> Time:
        """Where the clock is, or is going to be again after a look elsewhere."""
        return self._home or self.time

    @property
    def has_future(self) -> bool:
        """Whether anything is recorded that lies ahead of the clock."""
        ahead = self.changes.next_after(self.time)
        return self.is_in_the_past or ahead is not None

    def step(self) -> Operation:
        """Run one operation and return it."""
        operation = self.program.operations[self.position]
        self._prepare()
        self.program.iterations.step(*self.time)
        self._passed()
        self._settle()
        return operation

    def _prepare(self) -> None:
        """Do what is due before the operation at the clock."""
        if self.position == 0:
            self.program.arrive(self.iteration)
        if self.position == 0 and self.iteration == self._history.next_checkpoint:
            self._history.keep(self._state)
        self._settle()

    def _settle(self) -> None:
        """Apply the user's changes that take effect at the clock."""
        eta = self.changes.learning_rate_at(self.time)
        self.program.set_learning_rate(eta)
        for edit in self.changes.edits_at(self.time):
            self.program.parameters[edit.name].data[edit.index] = edit.value

    def _passed(self) -> None:
        self.position += 1
        if self.position == len(self.program.operations):
            if not self.is_in_the_past:
                self.losses.append(self._loss)
                if self._held_out is not None:
                    self.held_out.append(self._held_out)
            self.iteration += 1
            self.position = 0

    def run_to(
        self,
        iteration: int,
        cancel: Cancel = never,
        guard: Watch | None = None,
        operations: int | None = None,
    ) -> None:
        """Run until so many iterations are complete.

        Args:
            iteration: How many; where they are complete already, nothing happens.
            cancel: Asked every few milliseconds between two iterations, and before each
                operation where an iteration takes longer than 50 ms; true ends the run there.
            guard: Ends the run where it finds a reason to, which is then its `hit`.
            operations: Run at most so many operations, one by one.
        """
        by_one = operations is not None
        if operations is not None:
            cancel = self._after(operations, cancel)
        watched, known = self.time, len(self.losses)
        try:
            with np.errstate(all="ignore"):
                going = True
                while going and self.iteration < iteration:
                    watched, known = self.time, len(self.losses)
                    end = iteration
                    if guard is not None and guard.watches_nonfinite:
                        end = min(iteration, self._end_of_watch())
                    going = self._run_to(end, cancel, guard, by_one)
                    if guard is not None and not guard.is_finite(watched[0]):
                        self._retrace(watched, guard, known)
                        break
        except Halt as halt:
            self.position = halt.position
            if guard is not None and not guard.is_finite(watched[0]):
                self._retrace(watched, guard, known)
        self._settle()

    def _after(self, operations: int, cancel: Cancel) -> Cancel:
        """Return what is true once so many more operations have run, or when `cancel` is."""
        each = len(self.program.operations)
        end = self.iteration * each + self.position + operations
        return lambda: self.iteration * each + self.position >= end or cancel()

    def _end_of_watch(self) -> int:
        """Return the iteration up to which a value that is not finite leaves a trace."""
        end = self.iteration + max(_GUARDED_STRETCH, self._unasked)
        change = self.changes.next_after(self.time)
        # A change by hand can make everything finite again.
        return end if change is None else min(end, max(change.iteration, self.iteration + 1))

    def _run_to(self, iteration: int, cancel: Cancel, guard: Watch | None, by_one: bool) -> bool:
        """The same without an eye on what is not finite; false if cancelled."""
        began, first = perf_counter(), self.iteration
        skips = guard is not None and guard.skip == self.time
        while self.iteration < iteration:
            if cancel():
                return False
            change = self.changes.next_after(self.time)
            within = change is not None and change.iteration == self.iteration
            slow = by_one or self.seconds_per_iteration > _SLOW_ITERATION
            if self.position or within or slow or skips:
                if not self._finish(cancel if slow else never, guard):
                    return False
            else:
                self._prepare()
                end = self._end_of_stretch(iteration, change)
                if not self._run_freely(end, cancel, guard):
                    return False
            skips = False
            if not by_one:
                self._measure((perf_counter() - began) / (self.iteration - first))
        return True

    def _measure(self, seconds: float) -> None:
        self.seconds_per_iteration = seconds
        self._history.set_pace(seconds, self.iteration)

    def _finish(self, cancel: Cancel, guard: Watch | None) -> bool:
        """Complete the iteration operation by operation; false if cancelled in it."""
        iteration = self.iteration
        while self.iteration == iteration:
            self._prepare()
            if guard is not None:
                guard.before(self.position)
            self.program.iterations.step(*self.time)
            self._passed()
            if self.position and cancel():
                return False
        if guard is not None:
            guard.at_end()
        return True

    def _end_of_stretch(self, iteration: int, change: Change | None) -> int:
        """Return the iteration up to which there is nothing to do but run."""
        ends = [iteration, self._history.next_checkpoint]
        if change is not None:
            ends.append(change.iteration)
        if self.is_in_the_past:
            ends.append(len(self.losses))
        if not self.seconds_per_iteration:
            ends.append(self.iteration + 1)
        return min(end for end in ends if end > self.iteration)

    def _run_freely(self, end: int, cancel: Cancel, guard: Watch | None) -> bool:
        """Run up to an iteration in the loop; false if cancelled before."""
        iterations, resume = self.program.iterations, 0
        if guard is not None and guard.iterations is not None:
            iterations = guard.iterations
        cancelled = False
        while self.iteration < end:
            first = self.iteration
            if guard is not None:
                guard.begin()
            last = first + 1 if cancelled else min(end, first + self._unasked)
            reached = iterations.run(first, last, resume)
            if reached.complete > first:
                self._keep(first, iterations.kept(first, reached.complete), guard)
            self.iteration, resume = reached.complete, reached.resume
            self.program.arrive(self.iteration if resume else self.iteration - 1)
            if guard is not None and reached.place is not None:
                self.position = max(reached.place, 0)
                guard.halted(reached.place)
                self.position = 0
            # An iteration that has begun is completed.
            cancelled = cancelled or (self.iteration < end and cancel())
            if cancelled and not resume:
                return False
        return True

    def _keep(self, first: int, kept: list[Array], guard: Watch | None) -> None:
        """Keep the losses of iterations that were just completed."""
        if not self.is_in_the_past:
            self.losses.extend(kept[0])
            if self._held_out is not None:
                self.held_out.extend(kept[1])
        if guard is not None:
            guard.take(first, kept[1 if self._held_out is None else 2 :])

    @property
    def _unasked(self) -> int:
        """The iterations that may run before it is asked again whether to go on."""
        return max(int(_UNASKED / max(self.seconds_per_iteration, 1e-9)), 1)

    def _retrace(self, start: Time, guard: Watch, known: int) -> None:
        """Go back to the operation that first made a value that is not finite.

        Args:
            start: A clock time when there was none.
            guard: What has noticed it.
            known: How many iterations had been completed before it started there; what
                was computed beyond these and the operation is forgotten.
        """
        end = self.time
        self.go_to(*start)
        while self.time < end:
            at, operation = self.iteration, self.step()
            words = first_nonfinite(operation)
            if words:
                words += f", in iteration {grouped(at)}"
                self.tallies.nonfinite[self.time] = words
                guard.halt_back_at(Hit(words, *self.time, (NONFINITE,)))
                kept = max(known, self.iteration)
                self.losses.forget(kept)
                self.held_out.forget(min(kept, len(self.held_out)))
                self._history.forget(kept)
                return

    def pass_to(self, iteration: int, position: int, guard: Watch, cancel: Cancel = never) -> bool:
        """Run to a clock time with a guard that only listens; false if cancelled."""
        self.run_to(iteration, cancel, guard)
        while self.iteration == iteration and self.position < position and not cancel():
            guard.before(self.position)
            self.step()
        return self.time == (iteration, position)

    def go_to(self, iteration: int, position: int = 0, cancel: Cancel = never) -> bool:
        """Move the clock, back or forward.

        Args:
            iteration: How many iterations are complete there.
            position: How many operations of the next one have run.
            cancel: Asked as in `run_to`; true ends the move, the clock being where it was.

        Returns:
            Whether the clock is there.
        """
        before = self.time
        # Until they are written anew the buffers hold the values of the iteration before.
        start = max(iteration - 1, 0)
        if (iteration, position) < before or self._history.reaches(start) > self.iteration:
            self.iteration = self._history.restore(start, self._state)
            self.position = 0
        self.run_to(iteration, cancel)
        if self.iteration == iteration:
            while self.position < position:
                self.step()
        if self.time == (iteration, position):
            return True
        self.go_to(*before)
        return False

    def plan(self, iterations: int) -> None:
        """Plan another number of iterations."""
        self._hyperparameters = self._hyperparameters.replace(iterations=iterations)

    def change(self, what: LearningRate | Edit) -> Change:
        """Apply a change from the clock on.

        Raises:
            RuntimeError: It would change what was computed already.
        """
        if self.has_future:
            raise RuntimeError("iterations lie ahead; fork the run first")
        change = Change(*self.time, what)
        self.changes.add(change)
        self._settle()
        return change

    def take_back(self) -> None:
        """Undo the last change, which must be at the clock."""
        change = self.changes.pop()
        here = self.time
        # The checkpoint at the change's own time may have been kept after it.
        self._history.forget(max(change.iteration - 1, 0))
        self.iteration = self._history.restore(max(self.iteration - 1, 0), self._state)
        self.position = 0
        self.go_to(*here)

    def take_back_until(self, change: Change) -> None:
        """Undo the changes at the clock down to one of them."""
        while (last := self.changes.last) is not None and last.time == change.time:
            self.take_back()
            if last is change:
                return

    def record(self, most_bytes: int) -> Record:
        """Describe the run as it is between two operations.

        Args:
            most_bytes: How many bytes the checkpoints may take, beside those that are
                needed where the clock is and where the run ends.
        """
        iteration, position = self.home
        ends = (max(iteration - 1, 0), len(self.losses))
        return Record(
            self._hyperparameters,
            self.initial,
            self.origin,
            iteration,
            position,
            self.losses.values,
            self.held_out.values,
            self._history.checkpoints(most_bytes, ends),
            self.changes.all,
            self.tallies.until(Time(len(self.losses) + 1)),
        )

    def recall(self, record: Record, cancel: Cancel = never) -> None:
        """Restore another run on the same data, to the last bit.

        Args:
            record: What that one told; its hyperparameters and initial parameters are those
                of this one.
            cancel: Asked as in `run_to`, and may raise to give up.
        """
        self.losses = LossHistory.of(record.losses)
        self.held_out = LossHistory.of(record.held_out)
        self.tallies = record.tallies
        self._history.recall(record.checkpoints)
        self.changes = Changes(record.changes)
        self.iteration = self._history.restore(max(record.iteration - 1, 0), self._state)
        self.position = 0
        self.go_to(record.iteration, record.position, cancel)

    @property
    def started_with(self) -> Hyperparameters:
        """The hyperparameters that the run started with, and the iterations planned now."""
        return self._hyperparameters

    @property
    def state_size(self) -> int:
        """The number of values kept from one iteration to the next."""
        return sum(array.size for array in self._state)

    @property
    def is_short_of_memory(self) -> bool:
        """Whether going back has to do with less memory than it may take."""
        return self._history.is_short

    @property
    def history_bytes(self) -> int:
        """The memory that going back takes."""
        return self._history.bytes

    def set_budget(self, budget: int) -> None:
        """Change how many bytes going back may take."""
        self._history.set_budget(budget)

    def fork(self) -> Run:
        """Return a copy at the same clock that knows nothing of what lies ahead."""
        copy = Run(self._dataset, self._hyperparameters, self.initial, self.origin)
        copy._history = self._history.until(self.iteration)
        copy.changes = self.changes.until(self.time)
        copy.losses = self.losses.until(self.iteration)
        copy.tallies = self.tallies.until(self.time)
        copy.held_out = self.held_out.until(min(self.iteration, len(self.held_out)))
        copy.iteration = copy._history.restore(max(self.iteration - 1, 0), copy._state)
        copy.go_to(*self.time)
        return copy

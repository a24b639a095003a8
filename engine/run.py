"""One training run: its clock, forward and backward, exact to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from engine.dataset import Dataset
from engine.history import Change, History
from engine.hyperparameters import Hyperparameters
from engine.loss_history import LossHistory
from engine.network import Parameters
from engine.operations.base import Operation
from engine.program import Program

_SLOW_ITERATION = 0.050
"""Seconds; where an iteration takes longer, a run can stop between two operations."""

Stop = Callable[[], bool]


def never() -> bool:
    """Stop nothing."""
    return False


class Run:
    """The state of a run between two operations.

    Going back restores a checkpoint and runs the same operations again, so what was
    computed once is computed alike each time it is passed.

    Args:
        dataset: What to learn.
        hyperparameters: Those to start with.
        initial: The parameters to start from, checked.

    Attributes:
        program: The operations, bound to their buffers.
        losses: E of every iteration that was ever completed, also of those ahead of
            the clock.
        iteration: How many iterations are complete.
        position: How many operations of the present iteration have run.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, initial: Parameters
    ) -> None:
        self.program = Program(dataset, hyperparameters, initial)
        self.initial = initial
        self.losses = LossHistory()
        self.iteration = 0
        self.position = 0
        self.seconds_per_iteration = 0.0
        self._dataset = dataset
        self._hyperparameters = hyperparameters
        self._history = History(initial, hyperparameters.learning_rate)
        self._calls = [operation.run for operation in self.program.operations]
        self._parameters = [tensor.data for tensor in self.program.parameters.values()]
        self._loss = self.program.tensors["E"].data

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters in force at the clock."""
        eta = self._history.learning_rate_at(self.iteration, self.position)
        return self._hyperparameters.replace(learning_rate=eta)

    @property
    def is_in_the_past(self) -> bool:
        """Whether complete iterations lie ahead of the clock."""
        return self.iteration < len(self.losses)

    def step(self) -> Operation:
        """Run one operation and return it."""
        operation = self.program.operations[self.position]
        self._prepare()
        with np.errstate(all="ignore"):
            operation.run()
        self._passed()
        self._settle()
        return operation

    def _prepare(self) -> None:
        """Do what is due before the operation at the clock."""
        if self.position == 0 and self.iteration == self._history.next_checkpoint:
            self._history.keep(self._parameters)
        self._settle()

    def _settle(self) -> None:
        """Have η be the one in force at the clock."""
        eta = self._history.learning_rate_at(self.iteration, self.position)
        self.program.set_learning_rate(eta)

    def _passed(self) -> None:
        self.position += 1
        if self.position == len(self._calls):
            if not self.is_in_the_past:
                self.losses.append(self._loss)
            self.iteration += 1
            self.position = 0

    def run_to(self, iteration: int, stop: Stop = never) -> None:
        """Run until so many iterations are complete.

        Args:
            iteration: How many; where they are complete already, nothing happens.
            stop: Asked before each iteration, and before each operation where an
                iteration takes longer than 50 ms; true ends the run there.
        """
        with np.errstate(all="ignore"):
            self._run_to(iteration, stop)
        self._settle()

    def _run_to(self, iteration: int, stop: Stop) -> None:
        began, first = perf_counter(), self.iteration
        while self.iteration < iteration:
            if stop():
                return
            change = self._history.next_change(self.iteration, self.position)
            within = change is not None and change.iteration == self.iteration
            slow = self.seconds_per_iteration > _SLOW_ITERATION
            if self.position or within or slow:
                if not self._finish(stop if slow else never):
                    return
            else:
                self._prepare()
                if not self._run_freely(self._end_of_stretch(iteration, change), stop):
                    return
            self._measure((perf_counter() - began) / (self.iteration - first))

    def _measure(self, seconds: float) -> None:
        self.seconds_per_iteration = seconds
        self._history.set_pace(seconds)

    def _finish(self, stop: Stop) -> bool:
        """Complete the iteration operation by operation; false if stopped in it."""
        iteration = self.iteration
        while self.iteration == iteration:
            self._prepare()
            self._calls[self.position]()
            self._passed()
            if self.position and stop():
                return False
        return True

    def _end_of_stretch(self, iteration: int, change: Change | None) -> int:
        """The iteration up to which there is nothing to do but run."""
        ends = [iteration, self._history.next_checkpoint]
        if change is not None:
            ends.append(change.iteration)
        if self.is_in_the_past:
            ends.append(len(self.losses))
        if not self.seconds_per_iteration:
            ends.append(self.iteration + 1)
        return min(end for end in ends if end > self.iteration)

    def _run_freely(self, end: int, stop: Stop) -> bool:
        """Run up to an iteration without looking left or right; false if stopped before."""
        calls, loss = self._calls, self._loss
        append = None if self.is_in_the_past else self.losses.append
        while True:
            for call in calls:
                call()
            if append is not None:
                append(loss)
            self.iteration += 1
            if self.iteration >= end:
                return True
            if stop():
                return False

    def go_to(self, iteration: int, position: int = 0, stop: Stop = never) -> bool:
        """Move the clock, back or forward.

        Args:
            iteration: How many iterations are complete there.
            position: How many operations of the next one have run.
            stop: Asked as in `run_to`; true ends the move, the clock being where it was.

        Returns:
            Whether the clock is there.
        """
        before = (self.iteration, self.position)
        # Between two iterations the buffers hold the values of the one before.
        start = iteration if position or not iteration else iteration - 1
        if (iteration, position) < before or self._history.reaches(start) > self.iteration:
            self.iteration = self._history.restore(start, self._parameters)
            self.position = 0
        self.run_to(iteration, stop)
        if self.iteration == iteration:
            while self.position < position:
                self.step()
        if (self.iteration, self.position) == (iteration, position):
            return True
        self.go_to(*before)
        return False

    def change(self, iterations: int, learning_rate: float) -> None:
        """Have other live hyperparameters hold from the clock on.

        Raises:
            RuntimeError: The learning rate would change what was computed already.
        """
        now = self.hyperparameters.learning_rate
        self._hyperparameters = self._hyperparameters.replace(iterations=iterations)
        if learning_rate != now:
            if self.is_in_the_past:
                raise RuntimeError("iterations lie ahead; fork the run first")
            self._history.change(Change(self.iteration, self.position, learning_rate))
            self._settle()

    def fork(self) -> Run:
        """Return a copy at the same clock that knows nothing of what lies ahead."""
        copy = Run(self._dataset, self._hyperparameters, self.initial)
        copy._history = self._history.until(self.iteration, self.position)
        copy.losses = self.losses.until(self.iteration)
        copy.iteration = copy._history.restore(max(self.iteration - 1, 0), copy._parameters)
        copy.go_to(self.iteration, self.position)
        return copy

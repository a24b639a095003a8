"""One training run: its clock, forward and backward, exact to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.common.progress import Cancel, never
from engine.data.dataset import Dataset
from engine.data.provenance import origin_of_input
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Parameters
from engine.run.changes import Change, Changes, Edit, LearningRate
from engine.run.clock import Time
from engine.run.loss_history import LossHistory
from engine.run.motion import Motion
from engine.run.record import Record


class Run(Motion):
    """A state that moves, is changed and is copied.

    Going back restores a checkpoint and runs the same operations again, so what was
    computed once is computed alike each time it is passed.

    Args:
        dataset: The table to learn.
        hyperparameters: The hyperparameters to start with.
        initial: The parameters to start from, checked.
        origin: Where these come from, in words.
    """

    def __init__(
        self,
        dataset: Dataset,
        hyperparameters: Hyperparameters,
        initial: Parameters,
        origin: str = "given",
    ) -> None:
        super().__init__(dataset, hyperparameters, initial)
        self.initial = initial
        self.origin = origin
        self.dataset = dataset
        self._hyperparameters = hyperparameters
        self._home: Time | None = None

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters in force at the clock."""
        eta = self.changes.learning_rate_at(self.time)
        return self._hyperparameters.replace(learning_rate=eta)

    def origin_of_input(self, row: int, column: int) -> str:
        """Say where an element of x comes from; in a batch, by its row there."""
        batch = self.program.batch
        return origin_of_input(self.dataset, row if batch is None else batch[row], column)

    @contextmanager
    def away(self) -> Iterator[Time]:
        """Date the records made meanwhile by the present time, and yield it."""
        outer, here = self._home, self.time
        self._home = outer or here
        try:
            yield here
        finally:
            self._home = outer

    @property
    def home(self) -> Time:
        """The time of the clock; during a look elsewhere, the time to which it returns."""
        return self._home or self.time

    @property
    def has_future(self) -> bool:
        """Whether anything is recorded that lies ahead of the clock."""
        ahead = self.changes.next_after(self.time)
        return self.is_in_the_past or ahead is not None

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
        self.settle()
        return change

    def take_back(self) -> None:
        """Undo the last change, which must be at the clock."""
        change = self.changes.pop()
        here = self.time
        # The checkpoint at the change's own time may have been kept after it.
        self.history.forget(max(change.iteration - 1, 0))
        self.restore(max(self.iteration - 1, 0))
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
            self.history.checkpoints(most_bytes, ends),
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
        self.history.recall(record.checkpoints)
        self.changes = Changes(record.changes)
        self.restore(max(record.iteration - 1, 0))
        self.go_to(record.iteration, record.position, cancel)

    @property
    def started_with(self) -> Hyperparameters:
        """The hyperparameters that the run started with, and the iterations planned now."""
        return self._hyperparameters

    def fork(self) -> Run:
        """Return a copy at the same clock that knows nothing of what lies ahead."""
        copy = Run(self.dataset, self._hyperparameters, self.initial, self.origin)
        copy.history = self.history.until(self.iteration)
        copy.changes = self.changes.until(self.time)
        copy.losses = self.losses.until(self.iteration)
        copy.tallies = self.tallies.until(self.time)
        copy.held_out = self.held_out.until(min(self.iteration, len(self.held_out)))
        copy.restore(max(self.iteration - 1, 0))
        copy.go_to(*self.time)
        return copy

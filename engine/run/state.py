"""The state of a run between two operations, and its change by one operation."""

from __future__ import annotations

from engine.data.dataset import Dataset
from engine.formula.tensor import Array
from engine.maths.operations.operation import Operation
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Parameters
from engine.program.program import Program
from engine.run.changes import Changes
from engine.run.clock import Time
from engine.run.history import History
from engine.run.hit_counts import Tallies
from engine.run.loss_history import LossHistory


class State:
    """The program with its buffers, the clock, and all that is kept of what was computed.

    Attributes:
        program: The operations, bound to their buffers.
        losses: E of every iteration that was ever completed, also of those ahead of
            the clock.
        held_out: The same of the observations that are held out; empty if none are.
        tallies: How often each stop was met.
        changes: The changes made by hand.
        history: The checkpoints.
        iteration: How many iterations are complete.
        position: How many operations of the present iteration have run.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, initial: Parameters
    ) -> None:
        self.program = Program(dataset, hyperparameters, initial)
        self.losses, self.held_out = LossHistory(), LossHistory()
        self.tallies = Tallies()
        self.changes = Changes.none(hyperparameters.learning_rate)
        self.iteration = self.position = 0
        self._state = [tensor.data for tensor in self.program.state.values()]
        self.history = History(self._state)
        self._loss = self.program.tensors["E"].data
        validation = self.program.tensors.get("E_val")
        self._held_out = None if validation is None else validation.data

    @property
    def time(self) -> Time:
        """The time of the clock."""
        return Time(self.iteration, self.position)

    @property
    def is_in_the_past(self) -> bool:
        """Whether complete iterations lie ahead of the clock."""
        return self.iteration < len(self.losses)

    def step(self) -> Operation:
        """Run one operation and return it."""
        operation = self.program.operations[self.position]
        self.prepare()
        self.program.iterations.step(*self.time)
        self.passed()
        self.settle()
        return operation

    def prepare(self) -> None:
        """Do what is due before the operation at the clock."""
        if self.position == 0:
            self.program.arrive(self.iteration)
        if self.position == 0 and self.iteration == self.history.next_checkpoint:
            self.history.keep(self._state)
        self.settle()

    def settle(self) -> None:
        """Apply the user's changes that take effect at the clock."""
        eta = self.changes.learning_rate_at(self.time)
        self.program.set_learning_rate(eta)
        for edit in self.changes.edits_at(self.time):
            self.program.parameters[edit.name].data[edit.index] = edit.value

    def passed(self) -> None:
        """Move the clock over an operation that has run."""
        self.position += 1
        if self.position == len(self.program.operations):
            if not self.is_in_the_past:
                self.losses.append(self._loss)
                if self._held_out is not None:
                    self.held_out.append(self._held_out)
            self.iteration += 1
            self.position = 0

    def keep(self, kept: list[Array]) -> list[Array]:
        """Keep the losses of iterations that were just completed, and return the rest.

        Args:
            kept: What the iterations have left: E, the held-out loss if there is one, and more.
        """
        losses = 1 if self._held_out is None else 2
        if not self.is_in_the_past:
            for history, values in zip((self.losses, self.held_out), kept[:losses], strict=False):
                history.extend(values)
        return kept[losses:]

    def restore(self, iteration: int) -> None:
        """Go to the last checkpoint at or before the start of an iteration."""
        self.iteration = self.history.restore(iteration, self._state)
        self.position = 0

    def forget(self, iterations: int) -> None:
        """Forget what was computed after so many iterations."""
        self.losses.forget(iterations)
        self.held_out.forget(min(iterations, len(self.held_out)))
        self.history.forget(iterations)

    @property
    def state_size(self) -> int:
        """The number of values kept from one iteration to the next."""
        return sum(array.size for array in self._state)

"""Moves of the clock: steps, runs, and ways back."""

from __future__ import annotations

import numpy as np

from engine.common.errors import InputError
from engine.common.progress import Cancel, never
from engine.debugger.base import DebuggerBase
from engine.maths.operations.operation import Operation


class MovingDebugger(DebuggerBase):
    """Moves the clock, by operations and iterations."""

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

"""Runs that stop where there is a reason."""

from __future__ import annotations

from collections.abc import Sequence

from engine.common.progress import Cancel, never
from engine.debugger.base import DebuggerBase
from engine.run.halt import Hit
from engine.stops.stop import Stop
from engine.stops.stop_list import Stops


class StoppingDebugger(DebuggerBase):
    """Runs to the next stop, or back to the last."""

    @property
    def stops(self) -> Stops:
        """Breakpoints, watches and the built-in stops."""
        return self._stopping.stops

    @property
    def log(self) -> Sequence[str]:
        """The reasons why the run stopped, the last one last."""
        return self._stopping.log

    @property
    def last_hit(self) -> Hit | None:
        """The last stop, if it was in the present branch."""
        return self._stopping.last_hit

    @property
    def planned(self) -> list[Stop]:
        """The stops that the hyperparameters ask for, which are not in the list."""
        return self._stopping.planned

    @property
    def stopped(self) -> str:
        """The reason why the run stopped where the clock is, in words, or ""."""
        return self._stopping.words

    @property
    def ended_by(self) -> Hit | None:
        """The stop that ended the run; None where it has gone on since, or nothing did."""
        return self._stopping.end

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

    def back_to_stop(self, cancel: Cancel = never) -> Hit | None:
        """Go back to the last time at which a run would have stopped.

        Args:
            cancel: As for `run_to`; the clock then stays.

        Returns:
            Why it would have stopped there, or None if there is no such time.
        """
        return self._stopping.back(cancel)

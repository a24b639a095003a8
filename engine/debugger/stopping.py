"""Runs that stop where there is a reason, and the reasons."""

from __future__ import annotations

from collections.abc import Sequence

from engine.common.progress import Cancel, never
from engine.debugger.base import DebuggerBase
from engine.run.branches import Branches
from engine.run.halt import Hit
from engine.stops import look_back
from engine.stops.guard import Guard
from engine.stops.stop import Stop, planned_stops

_LOG = 200
"""The number of stops that the log keeps."""


class StoppingDebugger(DebuggerBase):
    """Runs to the next stop, or back to the last."""

    def recall(self, branches: Branches, log: Sequence[str], hit: Hit | None) -> None:
        """Go on from what another debugger on the same data knew.

        Args:
            branches: Its branches.
            log: Its log.
            hit: The reason of its last stop, if that was in the present branch.
        """
        self.branches = branches
        self.log = list(log)[-_LOG:]
        self._last_stop = None if hit is None else (self._run, hit)

    @property
    def planned(self) -> list[Stop]:
        """The stops that the hyperparameters ask for, which are not in the list."""
        return planned_stops(self.hyperparameters)

    @property
    def last_hit(self) -> Hit | None:
        """The last stop, if it was in the present branch."""
        if self._last_stop is None or self._last_stop[0] is not self._run:
            return None
        return self._last_stop[1]

    @property
    def stopped(self) -> str:
        """The reason why the run stopped where the clock is, in words, or ""."""
        hit = self.last_hit
        return hit.words if hit is not None and hit.time == self._run.time else ""

    @property
    def ended_by(self) -> Hit | None:
        """The stop that ended the run; None where it has gone on since, or nothing did."""
        hit = self.last_hit
        if hit is None or hit.iteration < len(self.losses) or self._run.time > hit.time:
            return None
        return hit

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
        guard = self._going_on()
        self._run.run_to(end, cancel, guard, operations)
        self._guard = None if guard.hit else (self._place(), guard)
        return self._noted(guard.hit)

    def train(self, cancel: Cancel = never) -> Hit | None:
        """Run until the planned iterations are complete, the target is reached, or patience ends.

        Breakpoints and watches stop nothing here. After patience, `restore_best` goes back to
        the best parameters.

        Args:
            cancel: As for `run_to`.

        Returns:
            Why it stopped before the planned iterations, or None; `is_patience` says which.
        """
        guard = Guard(self._run, self.planned)
        self._run.run_to(self.hyperparameters.iterations, cancel, guard)
        return self._noted(guard.hit)

    def back_to_stop(self, cancel: Cancel = never) -> Hit | None:
        """Go back to the last time at which a run would have stopped.

        Args:
            cancel: As for `run_to`; the clock then stays.

        Returns:
            Why it would have stopped there, or None if there is no such time.
        """
        return self._noted(look_back.last_hit(self._run, self._all_stops(), cancel))

    def _all_stops(self) -> list[Stop]:
        return [*self.stops, *self.planned]

    def _place(self) -> object:
        """Return what differs where another guard is needed to go on."""
        run = self._run
        return (run, run.iteration, run.position, self.stops.version)

    def _going_on(self) -> Guard:
        """Return the guard of the run before if nothing has changed since, else a new one."""
        if self._guard is not None and self._guard[0] == self._place():
            return self._guard[1]
        guard = Guard(self._run, self._all_stops())
        look_back.prime(self._run, guard)
        guard.skip = self._run.time
        return guard

    def _noted(self, hit: Hit | None) -> Hit | None:
        if hit is not None:
            self._last_stop = (self._run, hit)
            self.log.append(hit.words)
            del self.log[:-_LOG]
        return hit

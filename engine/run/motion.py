"""The motion of a run: forward to a clock time or a reason to stop, back to a checkpoint."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from engine.common.numbers import grouped
from engine.common.progress import Cancel, never
from engine.run.changes import Change
from engine.run.clock import Time
from engine.run.halt import NONFINITE, Halted, Hit, Watch
from engine.run.nonfinite import first_nonfinite
from engine.run.state import State

_SLOW_ITERATION = 0.015
"""Seconds; where an iteration takes longer, a run can stop between two operations."""

_UNASKED = 0.005
"""Seconds that a run may go on before it is asked again whether it is cancelled."""

_GUARDED_STRETCH = 256
"""Iterations after which a guarded run looks for values that are not finite."""


class Motion(State):
    """A state that moves, at the pace that it has measured."""

    seconds_per_iteration = 0.0
    """The duration of an iteration; 0 as long as none was measured."""

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
                operation where an iteration takes longer than 15 ms; true ends the run there.
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
        except Halted as halt:
            self.position = halt.position
            if guard is not None and not guard.is_finite(watched[0]):
                self._retrace(watched, guard, known)
        self.settle()

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
        """Do the same without an eye on what is not finite; false if cancelled."""
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
                self.prepare()
                end = self._end_of_stretch(iteration, change)
                if not self._run_freely(end, cancel, guard):
                    return False
            skips = False
            if not by_one:
                self._measure((perf_counter() - began) / (self.iteration - first))
        return True

    def _measure(self, seconds: float) -> None:
        self.seconds_per_iteration = seconds
        self.history.set_pace(seconds, self.iteration)

    def _finish(self, cancel: Cancel, guard: Watch | None) -> bool:
        """Complete the iteration operation by operation; false if cancelled in it."""
        iteration = self.iteration
        while self.iteration == iteration:
            self.prepare()
            if guard is not None:
                guard.before(self.position)
            self.program.iterations.step(*self.time)
            self.passed()
            if self.position and cancel():
                return False
        if guard is not None:
            guard.at_end()
        return True

    def _end_of_stretch(self, iteration: int, change: Change | None) -> int:
        """Return the iteration up to which there is nothing to do but run."""
        ends = [iteration, self.history.next_checkpoint]
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
                more = self.keep(iterations.kept(first, reached.complete))
                if guard is not None:
                    guard.take(first, more)
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
                self.forget(max(known, self.iteration))
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
        if (iteration, position) < before or self.history.reaches(start) > self.iteration:
            self.restore(start)
        self.run_to(iteration, cancel)
        if self.iteration == iteration:
            while self.position < position:
                self.step()
        if self.time == (iteration, position):
            return True
        self.go_to(*before)
        return False

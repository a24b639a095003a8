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


class Motion:
    """Moves the clock of a state, which it does not keep, at the pace that it has measured.

    Attributes:
        seconds_per_iteration: How long an iteration takes; 0 as long as none was measured.
    """

    def __init__(self) -> None:
        self.seconds_per_iteration = 0.0

    def run_to(
        self,
        state: State,
        iteration: int,
        cancel: Cancel = never,
        guard: Watch | None = None,
        operations: int | None = None,
    ) -> None:
        """Run until so many iterations are complete.

        Args:
            state: What moves.
            iteration: How many; where they are complete already, nothing happens.
            cancel: Asked every few milliseconds between two iterations, and before each
                operation where an iteration takes longer than 15 ms; true ends the run there.
            guard: Ends the run where it finds a reason to, which is then its `hit`.
            operations: Run at most so many operations, one by one.
        """
        by_one = operations is not None
        if operations is not None:
            cancel = self._after(state, operations, cancel)
        watched, known = state.time, len(state.losses)
        try:
            with np.errstate(all="ignore"):
                going = True
                while going and state.iteration < iteration:
                    watched, known = state.time, len(state.losses)
                    end = iteration
                    if guard is not None and guard.watches_nonfinite:
                        end = min(iteration, self._end_of_watch(state))
                    going = self._run_to(state, end, cancel, guard, by_one)
                    if guard is not None and not guard.is_finite(watched[0]):
                        self._retrace(state, watched, guard, known)
                        break
        except Halted as halt:
            state.position = halt.position
            if guard is not None and not guard.is_finite(watched[0]):
                self._retrace(state, watched, guard, known)
        state.settle()

    def _after(self, state: State, operations: int, cancel: Cancel) -> Cancel:
        """Return what is true once so many more operations have run, or when `cancel` is."""
        each = len(state.program.operations)
        end = state.iteration * each + state.position + operations
        return lambda: state.iteration * each + state.position >= end or cancel()

    def _end_of_watch(self, state: State) -> int:
        """Return the iteration up to which a value that is not finite leaves a trace."""
        end = state.iteration + max(_GUARDED_STRETCH, self._unasked)
        change = state.changes.next_after(state.time)
        # A change by hand can make everything finite again.
        return end if change is None else min(end, max(change.iteration, state.iteration + 1))

    def _run_to(
        self, state: State, iteration: int, cancel: Cancel, guard: Watch | None, by_one: bool
    ) -> bool:
        """Do the same without an eye on what is not finite; false if cancelled."""
        began, first = perf_counter(), state.iteration
        skips = guard is not None and guard.skip == state.time
        while state.iteration < iteration:
            if cancel():
                return False
            change = state.changes.next_after(state.time)
            within = change is not None and change.iteration == state.iteration
            slow = by_one or self.seconds_per_iteration > _SLOW_ITERATION
            if state.position or within or slow or skips:
                if not self._finish(state, cancel if slow else never, guard):
                    return False
            else:
                state.prepare()
                end = self._end_of_stretch(state, iteration, change)
                if not self._run_freely(state, end, cancel, guard):
                    return False
            skips = False
            if not by_one:
                self._measure(state, (perf_counter() - began) / (state.iteration - first))
        return True

    def _measure(self, state: State, seconds: float) -> None:
        self.seconds_per_iteration = seconds
        state.history.set_pace(seconds, state.iteration)

    def _finish(self, state: State, cancel: Cancel, guard: Watch | None) -> bool:
        """Complete the iteration operation by operation; false if cancelled in it."""
        iteration = state.iteration
        while state.iteration == iteration:
            state.prepare()
            if guard is not None:
                guard.before(state.position)
            state.program.iterations.step(*state.time)
            state.passed()
            if state.position and cancel():
                return False
        if guard is not None:
            guard.at_end()
        return True

    def _end_of_stretch(self, state: State, iteration: int, change: Change | None) -> int:
        """Return the iteration up to which there is nothing to do but run."""
        ends = [iteration, state.history.next_checkpoint]
        if change is not None:
            ends.append(change.iteration)
        if state.is_in_the_past:
            ends.append(len(state.losses))
        if not self.seconds_per_iteration:
            ends.append(state.iteration + 1)
        return min(end for end in ends if end > state.iteration)

    def _run_freely(self, state: State, end: int, cancel: Cancel, guard: Watch | None) -> bool:
        """Run up to an iteration in the loop; false if cancelled before."""
        iterations, resume = state.program.iterations, 0
        if guard is not None and guard.iterations is not None:
            iterations = guard.iterations
        cancelled = False
        while state.iteration < end:
            first = state.iteration
            if guard is not None:
                guard.begin()
            last = first + 1 if cancelled else min(end, first + self._unasked)
            reached = iterations.run(first, last, resume)
            if reached.complete > first:
                more = state.keep(iterations.kept(first, reached.complete))
                if guard is not None:
                    guard.take(first, more)
            state.iteration, resume = reached.complete, reached.resume
            state.program.arrive(state.iteration if resume else state.iteration - 1)
            if guard is not None and reached.place is not None:
                state.position = max(reached.place, 0)
                guard.halted(reached.place)
                state.position = 0
            # An iteration that has begun is completed.
            cancelled = cancelled or (state.iteration < end and cancel())
            if cancelled and not resume:
                return False
        return True

    @property
    def _unasked(self) -> int:
        """The iterations that may run before it is asked again whether to go on."""
        return max(int(_UNASKED / max(self.seconds_per_iteration, 1e-9)), 1)

    def _retrace(self, state: State, start: Time, guard: Watch, known: int) -> None:
        """Go back to the operation that first made a value that is not finite.

        Args:
            state: What moves.
            start: A clock time when there was none.
            guard: What has noticed it.
            known: How many iterations had been completed before it started there; what
                was computed beyond these and the operation is forgotten.
        """
        end = state.time
        self.go_to(state, *start)
        while state.time < end:
            at, operation = state.iteration, state.step()
            words = first_nonfinite(operation)
            if words:
                words += f", in iteration {grouped(at)}"
                state.tallies.nonfinite[state.time] = words
                guard.halt_back_at(Hit(words, *state.time, (NONFINITE,)))
                state.forget(max(known, state.iteration))
                return

    def pass_to(
        self, state: State, iteration: int, position: int, guard: Watch, cancel: Cancel = never
    ) -> bool:
        """Run to a clock time with a guard that only listens; false if cancelled."""
        self.run_to(state, iteration, cancel, guard)
        while state.iteration == iteration and state.position < position and not cancel():
            guard.before(state.position)
            state.step()
        return state.time == (iteration, position)

    def go_to(
        self, state: State, iteration: int, position: int = 0, cancel: Cancel = never
    ) -> bool:
        """Move the clock, back or forward.

        Args:
            state: What moves.
            iteration: How many iterations are complete there.
            position: How many operations of the next one have run.
            cancel: Asked as in `run_to`; true ends the move, the clock being where it was.

        Returns:
            Whether the clock is there.
        """
        before = state.time
        # Until they are written anew the buffers hold the values of the iteration before.
        start = max(iteration - 1, 0)
        if (iteration, position) < before or state.history.reaches(start) > state.iteration:
            state.restore(start)
        self.run_to(state, iteration, cancel)
        if state.iteration == iteration:
            while state.position < position:
                state.step()
        if state.time == (iteration, position):
            return True
        self.go_to(state, *before)
        return False

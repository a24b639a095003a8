"""The loop of `_loop.c` in Python: slower, to the same bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial

import numpy as np

from engine.maths.clocked import Halt, without_period
from engine.maths.row import Bound, Call, Clock

DONE, HALTED, CANCELLED = range(3)
"""Why a run has ended, as in C."""

_SELDOM = 50
"""Iterations for which it does not pay to write a function of their calls."""


class PythonLoop:
    """Makes calls, for many iterations; its arguments are those of `Plan`."""

    def __init__(
        self, lists: Sequence[Sequence[Call]], an_epoch: int, is_slow: bool, stop: bytearray
    ) -> None:
        self._an_epoch, self._is_slow, self._stop = an_epoch, is_slow, stop
        self._clock = Clock()
        self._lists = [_List(calls, self._clock, stop) for calls in lists]

    def run(self, first: int, position: int, end: int, until: int) -> tuple[int, int, int]:
        """Run from a call of one iteration up to a call of another, see `Plan.run`.

        Returns:
            The iteration and the position where it has ended, and DONE, HALTED or CANCELLED.
        """
        iteration = first
        with np.errstate(all="ignore"):
            while (iteration, position) < (end, until):
                if self._stop[0]:
                    return iteration, position, CANCELLED
                now, alike = self._at(iteration, end)
                now.runs += 1
                if position or iteration == end or self._is_slow or now.runs < _SELDOM:
                    limit = until if iteration == end else len(now.bound)
                    position, why = self._run_one(iteration, now.bound[:limit], position)
                    if why != DONE or iteration == end:
                        return iteration, position, why
                    iteration, position = iteration + 1, 0
                else:
                    position = now.unrolled(iteration, iteration + alike)
                    iteration = self._clock.iteration
                    if position:
                        return iteration, position, HALTED
        return iteration, position, DONE

    def _at(self, iteration: int, end: int) -> tuple[_List, int]:
        """Return the list of an iteration, and how many iterations from it on have the same."""
        left = self._an_epoch - 1 - iteration % self._an_epoch
        if len(self._lists) == 1:
            return self._lists[0], end - iteration
        return self._lists[not left], min(left or 1, end - iteration)

    def _run_one(self, iteration: int, calls: Sequence[Bound], position: int) -> tuple[int, int]:
        """Make calls of one iteration, from a position on; return where it ended, and why."""
        self._clock.iteration = iteration
        while position < len(calls):
            if self._is_slow and self._stop[0]:
                return position, CANCELLED
            position += 1
            if calls[position - 1]() is True:
                return position, HALTED
        return position, DONE


class _List:
    """Calls bound to a clock."""

    def __init__(self, calls: Sequence[Call], clock: Clock, stop: bytearray) -> None:
        self.bound = tuple(call.bind(clock) for call in calls)
        self.runs = 0
        self._clock, self._stop = clock, stop
        self._halts = [isinstance(without_period(call), Halt) for call in calls]

    @cached_property
    def unrolled(self) -> Callable[[int, int], int]:
        """Makes the calls in each iteration from one up to another.

        Returns the position after the halt that was met, else 0. The clock tells in which
        iteration it was, else the first one that was not run.

        A function in which each call has a line takes less time than a loop over them.
        """
        names: dict[int, tuple[str, object]] = {}

        def name(thing: object) -> str:
            return names.setdefault(id(thing), (f"_{len(names)}", thing))[0]

        lines = []
        for position, (call, is_halt) in enumerate(zip(self.bound, self._halts, strict=True), 1):
            line = f"{name(call)}()"
            if isinstance(call, partial):
                given = [*map(name, call.args)]
                given += [f"{key}={name(value)}" for key, value in call.keywords.items()]
                line = f"{name(call.func)}({', '.join(given)})"
            lines.append(f"if {line}: return {position}" if is_halt else line)
        source = [
            f"def bind(clock, stop, {', '.join(key for key, _ in names.values())}):",
            " def run(first, end):",
            "  for clock.iteration in range(first, end):",
            "   if stop[0]: return 0",
            *(f"   {line}" for line in lines),
            "  clock.iteration = end",
            "  return 0",
            " return run",
        ]
        made: dict[str, Callable[..., Callable[[int, int], int]]] = {}
        exec("\n".join(source), made)
        return made["bind"](self._clock, self._stop, *(thing for _, thing in names.values()))

"""The loop of `_loop.c` in Python: slower, to the same bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial

import numpy as np

from engine.loop.clocked import Halt, without_period
from engine.loop.row import Bound, Call, LoopClock

_SELDOM = 50
"""Iterations for which it does not pay to write a function of their calls."""


class PythonLoop:
    """Makes the calls of many iterations; takes the same arguments as `Plan`."""

    def __init__(self, lists: Sequence[Sequence[Call]], an_epoch: int) -> None:
        self._an_epoch = an_epoch
        self._clock = LoopClock()
        self._lists = [_List(calls, self._clock) for calls in lists]

    def run(self, first: int, position: int, end: int, until: int) -> tuple[int, int, bool]:
        """Run from a call of one iteration up to a call of another, see `Plan.run`.

        Returns:
            The iteration and the position where it has ended, and whether a halt was met.
        """
        iteration = first
        with np.errstate(all="ignore"):
            while (iteration, position) < (end, until):
                now, alike = self._at(iteration, end)
                now.runs += 1
                if position or iteration == end or now.runs < _SELDOM:
                    limit = until if iteration == end else len(now.bound)
                    position, is_halted = self._run_one(iteration, now.bound[:limit], position)
                    if is_halted or iteration == end:
                        return iteration, position, is_halted
                    iteration, position = iteration + 1, 0
                else:
                    position = now.unrolled(iteration, iteration + alike)
                    iteration = self._clock.iteration
                    if position:
                        return iteration, position, True
        return iteration, position, False

    def _at(self, iteration: int, end: int) -> tuple[_List, int]:
        """Return the list of an iteration, and how many iterations from it on have the same."""
        left = self._an_epoch - 1 - iteration % self._an_epoch
        if len(self._lists) == 1:
            return self._lists[0], end - iteration
        return self._lists[not left], min(left or 1, end - iteration)

    def _run_one(self, iteration: int, calls: Sequence[Bound], position: int) -> tuple[int, bool]:
        """Make calls of one iteration, from a position on; return where it ended, and if halted."""
        self._clock.iteration = iteration
        while position < len(calls):
            position += 1
            if calls[position - 1]() is True:
                return position, True
        return position, False


class _List:
    """Calls bound to a clock."""

    def __init__(self, calls: Sequence[Call], clock: LoopClock) -> None:
        self.bound = tuple(call.bind(clock) for call in calls)
        self.runs = 0
        self._clock = clock
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
            f"def bind(clock, {', '.join(key for key, _ in names.values())}):",
            " def run(first, end):",
            "  for clock.iteration in range(first, end):",
            *(f"   {line}" for line in lines),
            "  clock.iteration = end",
            "  return 0",
            " return run",
        ]
        made: dict[str, Callable[..., Callable[[int, int], int]]] = {}
        exec("\n".join(source), made)
        return made["bind"](self._clock, *(thing for _, thing in names.values()))

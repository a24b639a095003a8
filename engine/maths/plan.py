"""Lists of calls, run for many iterations at once: in C, or one by one from Python."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.maths.clocked import Every, Halt, Pick
from engine.maths.layout import Indices
from engine.maths.row import Call, Clock, Row

try:
    from engine.maths import _loop
except ImportError:  # Not built here, or for another NumPy.
    _built = None
else:
    _built = _loop

if TYPE_CHECKING:
    from types import ModuleType

_SLOW = 200_000
"""Numbers gone through in an iteration, from which on it can be left between two calls."""


def loop_name() -> str:
    """Return which loop runs, ``C`` or ``Python``; NN_TUI_LOOP=python chooses the latter."""
    return "Python" if _native() is None else "C"


def _native() -> ModuleType | None:
    wanted = os.environ.get("NN_TUI_LOOP", "").strip().lower()
    return None if wanted == "python" else _built


class Why(StrEnum):
    """Why a run of a plan has ended."""

    DONE = "done"
    HALTED = "halted"
    CANCELLED = "cancelled"


class Left(NamedTuple):
    """Where a run of a plan has ended.

    Attributes:
        iteration: The iteration at hand.
        position: The call of its list that is next; after a halt at the end of the list, the
            length of the list.
        why: What has ended it.
        halt: The halt that was met, or None.
    """

    iteration: int
    position: int
    why: Why
    halt: Halt | None = None


class Plan:
    """One iteration as a list of calls, made ready to run many times.

    The buffers of the calls stay where they are as long as the plan is used. Floating-point
    faults give no warning, as with ``numpy.errstate(all="ignore")``.

    Args:
        calls: The calls of an iteration.
        last: Those of the last iteration of each epoch; None where they are the same.
        an_epoch: How many iterations an epoch has.
        stop: One byte; ends a run soon when another thread sets it to anything but 0. It is
            looked at before each iteration, and before each call where an iteration is long.

    Attributes:
        bound: For each list, its calls as callables, to be run by hand.
        clock: What these take for the iteration at hand.
    """

    def __init__(
        self,
        calls: Sequence[Call],
        last: Sequence[Call] | None = None,
        an_epoch: int = 1,
        stop: bytearray | None = None,
    ) -> None:
        self.clock = Clock()
        self.stop = bytearray(1) if stop is None else stop
        self.an_epoch = an_epoch
        self._lists = [tuple(calls)] if last is None else [tuple(calls), tuple(last)]
        self._require_batches()
        self.bound = [[call.bind(self.clock) for call in calls] for calls in self._lists]
        self._is_slow = max(sum(call.cost for call in calls) for calls in self._lists) > _SLOW
        self._pauses = [_pauses(calls) for calls in self._lists]
        self._loop = _native()
        if self._loop is not None:
            self._loop = self._described(self._loop)

    def run(self, first: int, end: int, position: int = 0, until: int = 0) -> Left:
        """Run from a call of one iteration up to a call of another.

        Args:
            first: The iteration to start in.
            end: The iteration to end in; with `until` 0, the first one that is not run.
            position: The first call that is run.
            until: The first call of `end` that is not run.

        Raises:
            ValueError: There is no such iteration or call.
        """
        if min(first, position, until) < 0 or until > len(self.calls_of(end)):
            raise ValueError(f"no iterations from {first}, call {position}, to call {until}")
        run = self._run_from_python if self._loop is None else self._run_in_c
        return run(first, end, position, until)

    def calls_of(self, iteration: int) -> tuple[Call, ...]:
        """Return the list of calls of an iteration."""
        return self._lists[self._which(iteration)]

    def _which(self, iteration: int) -> int:
        is_last = iteration % self.an_epoch == self.an_epoch - 1
        return -1 if is_last else 0

    def _require_batches(self) -> None:
        """Have each batch lie in the order of its epoch."""
        for place, calls in enumerate(self._lists, self.an_epoch - len(self._lists)):
            for call in calls:
                if isinstance(call, Pick):
                    call.require_place(place)
                    if call.an_epoch != self.an_epoch:
                        raise ValueError("a plan and its batches have the same epochs")

    def _described(self, loop: ModuleType) -> ModuleType | None:
        """Describe the calls to the loop in C; return it, or None where one is only Python's."""
        try:
            self._rows = [[call.row(loop) for call in calls] for calls in self._lists]
        except NotImplementedError:
            return None
        self._tables = [_table(rows) for rows in self._rows]
        return loop

    def _run_in_c(self, first: int, end: int, position: int, until: int) -> Left:
        loop = self._loop
        assert loop is not None
        iteration, position, code = loop.run(
            *(self._tables[0], self._tables[-1]),
            *(self.an_epoch, self._is_slow, self.stop),
            *(first, position, end, until),
        )
        if code == loop.DONE:
            return Left(iteration, position, Why.DONE)
        if code == loop.CANCELLED:
            return Left(iteration, position, Why.CANCELLED)
        return self._halted(iteration, position)

    def _run_from_python(self, first: int, end: int, position: int, until: int) -> Left:
        iteration = first
        with np.errstate(all="ignore"):
            while (iteration, position) < (end, until):
                if self.stop[0]:
                    return Left(iteration, position, Why.CANCELLED)
                self.clock.iteration = iteration
                which = self._which(iteration)
                bound, pauses = self.bound[which], self._pauses[which]
                limit = until if iteration == end else len(bound)
                while position < limit:
                    if self._is_slow and self.stop[0]:
                        return Left(iteration, position, Why.CANCELLED)
                    pause = position if self._is_slow else pauses[position]
                    for call in bound[position : min(pause, limit)]:
                        call()
                    position = min(pause, limit)
                    if position < limit:
                        position += 1
                        if bound[position - 1]() is True:
                            return self._halted(iteration, position)
                if iteration == end:
                    break
                iteration, position = iteration + 1, 0
        return Left(iteration, position, Why.DONE)

    def _halted(self, iteration: int, position: int) -> Left:
        halt = _without_period(self.calls_of(iteration)[position - 1])
        assert isinstance(halt, Halt)
        return Left(iteration, position, Why.HALTED, halt)


def _without_period(call: Call) -> Call:
    return call.call if isinstance(call, Every) else call


def _pauses(calls: Sequence[Call]) -> list[int]:
    """Return for each position the next halt from there on, or the end."""
    pauses, pause = [], len(calls)
    for position in reversed(range(len(calls))):
        if isinstance(_without_period(calls[position]), Halt):
            pause = position
        pauses.append(pause)
    return pauses[::-1]


def _table(rows: Sequence[Row]) -> Indices:
    width = len(Row(0).words())
    return np.array([row.words() for row in rows], dtype=np.intp).reshape(-1, width)

"""Lists of calls, run for many iterations at once: in C, or one by one from Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.loop.clocked import Pick
from engine.loop.layout import Indices
from engine.loop.python_loop import PythonLoop
from engine.loop.row import Call, Row

try:
    from engine.loop import _loop
except ImportError:  # Not built here, or for another NumPy.
    _built = None
else:
    _built = _loop

if TYPE_CHECKING:
    from types import ModuleType


def loop_name() -> str:
    """Return which loop runs, ``C`` or ``Python``; NN_TUI_LOOP=python chooses the latter."""
    return "Python" if _native() is None else "C"


def _native() -> ModuleType | None:
    wanted = os.environ.get("NN_TUI_LOOP", "").strip().lower()
    return None if wanted == "python" else _built


class Left(NamedTuple):
    """The end of a run of a plan.

    Attributes:
        iteration: The iteration at hand.
        position: The call of its list that is next; after a halt at the end of the list, the
            length of the list.
        is_halted: Whether a halt has ended it.
    """

    iteration: int
    position: int
    is_halted: bool = False


class Plan:
    """One iteration as a list of calls, made ready to run many times.

    The buffers of the calls stay where they are as long as the plan is used. Floating-point
    faults give no warning, as with ``numpy.errstate(all="ignore")``.

    Args:
        calls: The calls of an iteration.
        last: The calls of the last iteration of each epoch; None where they are the same.
        an_epoch: How many iterations an epoch has.
    """

    def __init__(
        self, calls: Sequence[Call], last: Sequence[Call] | None = None, an_epoch: int = 1
    ) -> None:
        self.an_epoch = an_epoch
        self._lists = [tuple(calls)] if last is None else [tuple(calls), tuple(last)]
        self._require_batches()
        self._run = self._chosen()

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
        return Left(*self._run(first, position, end, until))

    def calls_of(self, iteration: int) -> tuple[Call, ...]:
        """Return the list of calls of an iteration."""
        return self._lists[self.list_of(iteration)]

    def list_of(self, iteration: int) -> int:
        """Return the place of an iteration's list: 0, or −1 for the last one of an epoch."""
        is_last = iteration % self.an_epoch == self.an_epoch - 1
        return -1 if is_last else 0

    def _require_batches(self) -> None:
        """Require that each batch lies in the order of its epoch."""
        for place, calls in enumerate(self._lists, self.an_epoch - len(self._lists)):
            for call in calls:
                if isinstance(call, Pick):
                    call.require_place(place)
                    if call.an_epoch != self.an_epoch:
                        raise ValueError("a plan and its batches have the same epochs")

    def _chosen(self) -> Callable[[int, int, int, int], tuple[int, int, bool]]:
        """Return what runs it: in C where each call can be described to the loop."""
        loop = _native()
        try:
            if loop is not None:
                self._rows = [[call.row(loop) for call in calls] for calls in self._lists]
                tables = [_table(rows) for rows in self._rows]
                return partial(loop.run, tables[0], tables[-1], self.an_epoch)
        except NotImplementedError:
            pass
        return PythonLoop(self._lists, self.an_epoch).run


def _table(rows: Sequence[Row]) -> Indices:
    width = len(Row(0).words())
    return np.array([row.words() for row in rows], dtype=np.intp).reshape(-1, width)

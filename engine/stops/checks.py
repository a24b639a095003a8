"""The checks of stops, each at its place in an iteration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.common.errors import NotComputedError
from engine.common.text import clean
from engine.language.lowering import Lowering
from engine.language.query import Query
from engine.loop.calls import Apply, Copy, Where
from engine.loop.clocked import Halt
from engine.stops.scope import Memory
from engine.stops.stop import Stop

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.loop.row import Call


class Check:
    """One stop at its place: whether it is met, and what is said then.

    Args:
        stop: The stop; disabled, with the reason, where its expression fails.
        query: Its condition; None for a breakpoint without one.
        memories: The values that the condition has to remember.
        words: Counts that it is met; gives why the run stops, "" if it goes on.

    Attributes:
        is_met: Whether it is met here, which calls can find out too.
    """

    def __init__(
        self,
        stop: Stop,
        query: Query | None,
        memories: Sequence[Memory],
        words: Callable[[], str],
    ) -> None:
        self.stop = stop
        self._query, self._memories, self._words = query, memories, words
        self._row = np.array(0.0)
        self.is_met = np.array(False)

    @property
    def reason(self) -> str:
        """The reason to stop, where it is met; "" where it is not, or the run goes on."""
        return self._words() if self.is_met and self.stop.enabled else ""

    def look(self) -> None:
        """Find out from Python whether it is met."""
        holds = self.stop.enabled and self._holds()
        if not self.stop.is_watch:
            self.is_met[...] = holds
            return
        self._row[...] = self._row + 1.0 if holds else 0.0
        self.is_met[...] = self._row == self.stop.count

    def _holds(self) -> bool:
        if self._query is None:
            return True
        try:
            return bool(self._query.term.evaluate())
        except (NotComputedError, IndexError):
            # There is no iteration before, or the batch lacks an observation.
            return False
        except Exception as error:
            disable(self.stop, str(error))
            return False

    def calls(self) -> list[Call] | None:
        """Return the calls that find it out where the iterations run; None if none can."""
        to = Lowering()
        try:
            holds = self._lower(to)
        except ValueError:
            return None
        if holds is None:
            return None
        if not self.stop.is_watch:
            return [*to.calls, Copy(holds, self.is_met)]
        more, zero = np.empty(()), np.array(0.0)
        return [
            *to.calls,
            Apply(np.add, [self._row, np.array(1.0)], more),
            Where(holds, more, zero, self._row),
            Apply(np.equal, [self._row, np.array(float(self.stop.count))], self.is_met),
        ]

    def _lower(self, to: Lowering) -> Array | None:
        if self._query is None:
            return np.array(True)
        if self._query.term.lower is None:
            return None
        holds = self._query.term.lower(to)
        for memory in self._memories:
            holds = to.apply(np.logical_and, holds, memory.is_of_the_last(to), is_truth=True)
        return holds


class Place:
    """The checks of one place in an iteration, and what is remembered there.

    Attributes:
        checks: The checks, in the order of the list of stops.
        memories: The values remembered for ``prev``.
    """

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.memories: list[Memory] = []
        self._is_lowered = False

    def calls(self) -> list[Call]:
        """Return the calls of this place: they leave the iterations where a check is met.

        What they cannot find out is looked at from Python, in each iteration.
        """
        parts = [check.calls() for check in self.checks]
        parts += [memory.calls() for memory in self.memories]
        known = [part for part in parts if part is not None]
        self._is_lowered = len(known) == len(parts)
        if not self._is_lowered:
            return [Halt(np.array(True))]
        calls = [call for part in known for call in part]
        if not self.checks:
            return calls
        is_any = np.array(False)
        calls.append(Copy(self.checks[0].is_met, is_any))
        for check in self.checks[1:]:
            calls.append(Apply(np.logical_or, [is_any, check.is_met], is_any))
        return [*calls, Halt(is_any)]

    def arrive(self, iteration: int) -> None:
        """Take over from the iterations, which were left here."""
        if not self._is_lowered:
            self.look(iteration)

    def look(self, iteration: int) -> None:
        """Find out from Python which checks are met, and remember the values of an iteration."""
        for check in self.checks:
            check.look()
        self.remember(iteration)

    def remember(self, iteration: int) -> None:
        """Remember the present values as the values of an iteration."""
        for memory in self.memories:
            memory.take(iteration)


def disable(stop: Stop, problem: str) -> None:
    """Disable a stop whose expression has failed."""
    stop.enabled, stop.problem = False, clean(problem)

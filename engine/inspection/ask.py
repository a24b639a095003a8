"""Expressions asked of a run: now, or over many iterations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.common.errors import NotComputedError, QueryError
from engine.common.progress import Cancel, never
from engine.language.compiler import compile_query
from engine.language.lowering import Lowering
from engine.language.query import Query
from engine.loop.calls import Copy
from engine.loop.clocked import Halt
from engine.program.iterations import END
from engine.run.halt import Watch
from engine.run.run import Run
from engine.stops.checks import Place
from engine.stops.scope import Memory, Scope, remember

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.loop.row import Call


@dataclass(frozen=True)
class Scan:
    """An expression over many iterations.

    Attributes:
        query: The expression, evaluated when each iteration was complete.
        first: The first iteration.
        values: Its value in each iteration; NaN where it has none.
    """

    query: Query
    first: int
    values: np.ndarray[tuple[int], np.dtype[np.float64]]

    @property
    def largest(self) -> tuple[int, float] | None:
        """The iteration of the largest value, and the value."""
        return self._extreme(np.nanargmax)

    @property
    def smallest(self) -> tuple[int, float] | None:
        """The iteration of the smallest value, and the value."""
        return self._extreme(np.nanargmin)

    def _extreme(self, find: Callable[..., np.intp]) -> tuple[int, float] | None:
        if np.isnan(self.values).all():
            return None
        place = int(find(self.values))
        return self.first + place, float(self.values[place])


def scan(run: Run, text: str, first: int, last: int, cancel: Cancel = never) -> Scan | None:
    """Evaluate an expression at the end of some computed iterations, see `Debugger.scan`."""
    query, scope = compile_at_end(run, text, is_single=True)
    recorder = Recorder(run, query, scope, first, last)
    with run.away() as here:
        run.go_to(max(first - 1, 0))
        run.run_to(last + 1, cancel, recorder)
        complete = run.iteration > last
        run.go_to(*here)
    return Scan(query, first, recorder.values) if complete else None


def compile_at_end(run: Run, text: str, *, is_single: bool) -> tuple[Query, Scope]:
    """Compile an expression for the end of an iteration, see `Debugger.require_expression`."""
    scope = Scope(run, END)
    query = compile_query(text, scope)
    if is_single and query.term.shape:
        raise QueryError(f"{query.text}: a single value is needed, as in norm({query.text})")
    return query, scope


class Recorder(Watch):
    """Keeps the value that an expression has at the end of each iteration.

    Args:
        run: What it looks at.
        query: The expression, with a single value.
        scope: What it was compiled for.
        first: The first iteration whose value is kept.
        last: The last one.

    Attributes:
        values: The values; NaN where there is none.
        iterations: The iterations with the calls of the expression in them.
    """

    def __init__(self, run: Run, query: Query, scope: Scope, first: int, last: int) -> None:
        self._run, self._query, self._scope, self._first = run, query, scope, first
        self.values = np.full(last - first + 1, np.nan)
        self._place = Place()
        self._place.memories = scope.memories
        iterations = run.program.iterations
        calls = self._calls()
        if calls is None:
            self.iterations = iterations.with_calls({END: [Halt(np.array(True))]})
        else:
            self.iterations = iterations.with_calls({END: calls}, [self._value])

    def _calls(self) -> list[Call] | None:
        """Return the calls that compute the value; None if none can."""
        remember = [memory.calls() for memory in self._scope.memories]
        if self._query.term.lower is None or None in remember:
            return None
        to = Lowering()
        try:
            value = to.as_number(self._query.term.lower(to))
            for memory in self._scope.memories:
                is_there = memory.is_of_the_last(to)
                value = to.where(is_there, value, np.array(np.nan))
        except ValueError:
            return None
        self._value = np.empty(())
        more = [call for calls in remember if calls is not None for call in calls]
        return [*to.calls, Copy(value, self._value), *more]

    def begin(self) -> None:
        self._scope.begin()

    def halted(self, place: int) -> None:
        # What the iterations cannot evaluate is evaluated from Python.
        self.at_end()

    def take(self, first: int, kept: Sequence[Array]) -> None:
        if kept:
            ends = max(first, self._first), first + len(kept[0])
            self.values[ends[0] - self._first : max(ends[1] - self._first, 0)] = kept[0][
                ends[0] - first :
            ]

    def at_end(self) -> None:
        iteration = self._run.iteration - 1
        if iteration >= self._first:
            self.values[iteration - self._first] = _value(self._query)
        self._place.remember(iteration)


def _value(query: Query) -> float:
    try:
        with np.errstate(all="ignore"):
            return float(query.term.evaluate())
    except NotComputedError:
        return np.nan


def evaluate(run: Run, text: str, place: int) -> Query:
    """Compile an expression for the clock, with what `prev` needs.

    Args:
        run: Stands before the operation at `place`, or, for END, between two iterations.
        text: The expression.
        place: Where in the program the clock is.

    Raises:
        QueryError: It cannot be read or does not fit.
    """
    scope = Scope(run, place)
    query = compile_query(text, scope)
    if scope.memories and scope.iteration > 0:
        _recall(run, scope.memories, scope.iteration)
    return query


def _recall(run: Run, memories: list[Memory], iteration: int) -> None:
    """Fill the memories with the values of the iteration before another."""
    here = run.time
    for place in {memory.place for memory in memories}:
        run.go_to(*((iteration, 0) if place == END else (iteration - 1, place)))
        remember((m for m in memories if m.place == place), iteration - 1)
    run.go_to(*here)

"""Looks through what was computed: for the last stop before the clock, for extremes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.common.errors import NotComputedError, QueryError
from engine.common.progress import Cancel, never
from engine.language.compiler import Query, compile_query
from engine.run.run import Run
from engine.stops.checks import Guard
from engine.stops.scope import END, Memory, Scope, remember
from engine.stops.stop import NONFINITE, Hit, Stop

_FIRST_STRETCH = 64
_WIDENING = 4


def prime(run: Run, guard: Guard) -> None:
    """Have a guard see the iterations before the clock that it needs to know."""
    with run.away() as here:
        if guard.run_up and here > (0, 0):
            guard.listen(lambda hit: None)
            run.go_to(max(run.iteration - guard.run_up, 0))
            run.pass_to(*here, guard)
            guard.listen(None)


def last_hit(run: Run, stops: Iterable[Stop], cancel: Cancel = never) -> Hit | None:
    """Find the last time before the clock at which a run would have stopped, and go there.

    A hit that was met while running forward is the same one here. Where none is found, or the
    search is cancelled, the clock stays.

    Args:
        run: Where to look.
        stops: What for.
        cancel: As for `Run.run_to`.
    """
    wanted = [stop for stop in stops if stop.enabled]
    expressed = [stop for stop in wanted if stop.name != NONFINITE]
    with run.away() as here:
        known = _nonfinite_before(run, here) if len(expressed) < len(wanted) else None
        hit = _look_back(run, here, expressed, known, cancel)
        run.go_to(*(here if hit is None else (hit.iteration, hit.position)))
    return hit


def _nonfinite_before(run: Run, here: tuple[int, int]) -> Hit | None:
    """The last time that a run has stopped at for a value that is no finite number."""
    times = run.tallies.nonfinite
    last = max((time for time in times if time < here), default=None)
    return None if last is None else Hit(times[last], *last, (NONFINITE,))


def _look_back(
    run: Run,
    here: tuple[int, int],
    wanted: Sequence[Stop],
    known: Hit | None,
    cancel: Cancel,
) -> Hit | None:
    """Find the last hit, going back in ever longer stretches, but not beyond one that is known."""
    end, width = here, _FIRST_STRETCH
    least = (0, 0) if known is None else (known.iteration, known.position)
    while end > least:
        found: list[Hit] = []
        start = max(end[0] - width, 0)
        run.go_to(start)
        guard = Guard(run, wanted)
        if guard.is_idle:
            return known
        prime(run, guard)
        guard.listen(_keep_before(here, end, found))
        complete = run.pass_to(*end, guard, cancel)
        guard.listen(None)
        if not complete:
            return None
        if found and (found[-1].iteration, found[-1].position) >= least:
            return found[-1]
        end = (start, 0)
        width *= _WIDENING
    return known


def _keep_before(
    here: tuple[int, int], end: tuple[int, int], found: list[Hit]
) -> Callable[[Hit], None]:
    def report(hit: Hit) -> None:
        if (hit.iteration, hit.position) < here and (hit.iteration, hit.position) <= end:
            found.append(hit)

    return report


@dataclass(frozen=True)
class Scan:
    """An expression over many iterations.

    Attributes:
        query: What was evaluated, when each iteration was complete.
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
    """Evaluate an expression at the end of each of some computed iterations.

    The clock is where it was afterwards.

    Args:
        run: Where to look.
        text: The expression; its value is a single number, or true or false.
        first: The first iteration.
        last: The last one, complete already.
        cancel: Asked before each iteration; true ends the scan, which is then None.

    Raises:
        QueryError: It has no such value.
    """
    scope = Scope(run, END)
    query = compile_query(text, scope)
    if query.term.shape:
        raise QueryError(f"{query.text}: a single value is needed, as in norm({query.text})")
    values = np.full(last - first + 1, np.nan)
    with run.away() as here:
        run.go_to(max(first - 1, 0))
        try:
            while run.iteration <= last and not cancel():
                run.run_to(run.iteration + 1)
                iteration = run.iteration - 1
                if iteration >= first:
                    values[iteration - first] = _value(query)
                remember(scope.memories, iteration)
            complete = run.iteration > last
        finally:
            run.go_to(*here)
    return Scan(query, first, values) if complete else None


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
    here = (run.iteration, run.position)
    for place in {memory.place for memory in memories}:
        run.go_to(*((iteration, 0) if place == END else (iteration - 1, place)))
        remember((m for m in memories if m.place == place), iteration - 1)
    run.go_to(*here)

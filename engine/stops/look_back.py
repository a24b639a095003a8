"""Looks back for the last stop before the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from engine.common.progress import Cancel, never
from engine.run.clock import Time
from engine.run.halt import NONFINITE, Hit
from engine.run.run import Run
from engine.stops.guard import Guard
from engine.stops.stop import Stop

_FIRST_STRETCH = 64
_WIDENING = 4


def prime(run: Run, guard: Guard) -> None:
    """Show a guard the iterations before the clock that it needs to know."""
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
        run.go_to(*(here if hit is None else hit.time))
    return hit


def _nonfinite_before(run: Run, here: Time) -> Hit | None:
    """Return the last time that a run has stopped at for a value that is no finite number."""
    times = run.tallies.nonfinite
    last = max((time for time in times if time < here), default=None)
    return None if last is None else Hit(times[last], *last, (NONFINITE,))


def _look_back(
    run: Run,
    here: Time,
    wanted: Sequence[Stop],
    known: Hit | None,
    cancel: Cancel,
) -> Hit | None:
    """Find the last hit, going back in ever longer stretches, but not beyond one that is known."""
    end, width = here, _FIRST_STRETCH
    least = (0, 0) if known is None else known.time
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
        end = Time(start)
        width *= _WIDENING
    return known


def _keep_before(here: Time, end: Time, found: list[Hit]) -> Callable[[Hit], None]:
    def report(hit: Hit) -> None:
        if hit.time < here and hit.time <= end:
            found.append(hit)

    return report

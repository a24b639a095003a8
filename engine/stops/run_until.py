"""Runs on until there is a reason to stop, and remembers the reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.common.progress import Cancel
from engine.run.halt import Hit
from engine.run.run import Run
from engine.stops import look_back
from engine.stops.guard import Guard
from engine.stops.stop import Stop, planned_stops
from engine.stops.stop_list import Stops

_LOG = 200
"""The number of stops that the log keeps."""


class Stopping:
    """Why the runs of a debugger stop.

    Args:
        run: Gives the present run.

    Attributes:
        stops: Breakpoints, watches and the built-in stops.
        log: Why the run stopped, each time, the last one last.
    """

    def __init__(self, run: Callable[[], Run]) -> None:
        self.stops = Stops(run)
        self.log: list[str] = []
        self._present = run
        self._guard: tuple[object, Guard] | None = None
        self._last: tuple[Run, Hit] | None = None

    def recall(self, log: Sequence[str], hit: Hit | None) -> None:
        """Remember what another debugger on the same data knew."""
        self.log = list(log)[-_LOG:]
        self._last = None if hit is None else (self._present(), hit)

    @property
    def planned(self) -> list[Stop]:
        """The stops that the hyperparameters ask for, which are not in the list."""
        return planned_stops(self._present().hyperparameters)

    @property
    def _wanted(self) -> list[Stop]:
        return [*self.stops, *self.planned]

    def proceed(self, iteration: int, cancel: Cancel, operations: int | None = None) -> Hit | None:
        """See `Debugger.proceed`."""
        guard = self._going_on()
        self._present().run_to(iteration, cancel, guard, operations)
        self._guard = None if guard.hit else (self._key(), guard)
        return self._noted(guard.hit)

    def train(self, cancel: Cancel) -> Hit | None:
        """See `Debugger.train`."""
        run = self._present()
        guard = Guard(run, self.planned)
        run.run_to(run.hyperparameters.iterations, cancel, guard)
        return self._noted(guard.hit)

    def back(self, cancel: Cancel) -> Hit | None:
        """See `Debugger.back_to_stop`."""
        return self._noted(look_back.last_hit(self._present(), self._wanted, cancel))

    def _key(self) -> object:
        run = self._present()
        return (run, run.iteration, run.position, self.stops.version)

    def _going_on(self) -> Guard:
        """Return the guard of the run before if nothing has changed since, else a new one."""
        if self._guard is not None and self._guard[0] == self._key():
            return self._guard[1]
        run = self._present()
        guard = Guard(run, self._wanted)
        look_back.prime(run, guard)
        guard.skip = run.time
        return guard

    def _noted(self, hit: Hit | None) -> Hit | None:
        if hit is not None:
            self._last = (self._present(), hit)
            self.log.append(hit.words)
            del self.log[:-_LOG]
        return hit

    @property
    def last_hit(self) -> Hit | None:
        """The last stop, if it was in the present branch."""
        if self._last is None or self._last[0] is not self._present():
            return None
        return self._last[1]

    @property
    def words(self) -> str:
        """The reason why the run stopped where the clock is, or ""."""
        hit, run = self.last_hit, self._present()
        here = hit is not None and hit.time == run.time
        return hit.words if hit is not None and here else ""

    @property
    def end(self) -> Hit | None:
        """The stop that ended the run; None where it has gone on since, or nothing did."""
        hit, run = self.last_hit, self._present()
        if hit is None or hit.iteration < len(run.losses):
            return None
        beyond = run.time > hit.time
        return None if beyond else hit

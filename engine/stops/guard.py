"""The stops of a list, bound to one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.common.text import counted
from engine.language.query import Query
from engine.program.iterations import END
from engine.run.halt import NONFINITE, PATIENCE, Halted, Hit, Watch
from engine.run.hit_counts import Tally
from engine.run.nonfinite import Finiteness
from engine.stops.checks import Check, Place, disable
from engine.stops.compile import compiled, operation_of
from engine.stops.scope import Scope
from engine.stops.stop import TARGET, Stop

if TYPE_CHECKING:
    from engine.run.run import Run


class Guard(Watch):
    """Looks at a run for a list of stops.

    Args:
        run: The run to guard.
        stops: What to stop for; one whose expression fails is disabled, with the reason.

    Attributes:
        run_up: How many iterations before the clock the checks need to have seen, so
            that those that remember something are right from the first one on.
        hit: The last stop, once there was one.
    """

    def __init__(self, run: Run, stops: Iterable[Stop]) -> None:
        self._run = run
        self._places: dict[int, Place] = {}
        self._scopes: list[Scope] = []
        self._report: Callable[[Hit], None] = self._halt
        self._counting = True
        self._counted: list[tuple[int, Tally]] = []
        """The hits counted since all was last known to be finite."""
        self.run_up = 0
        self.hit: Hit | None = None
        for stop in stops:
            if stop.enabled:
                self._bind(stop)
        if self._places:
            inserted = {place: found.calls() for place, found in self._places.items()}
            self.iterations = run.program.iterations.with_calls(inserted)
        if self.watches_nonfinite:
            self._finite = Finiteness(run.program)
            self._armed = self._finite.holds(run.time)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to stop for but values that are not finite."""
        return not self._places

    def _bind(self, stop: Stop) -> None:
        if stop.name == NONFINITE:
            self.watches_nonfinite = True
            return
        try:
            query, scope = compiled(self._run, stop)
        except InputError as error:
            disable(stop, str(error))
            return
        if stop.is_watch and not (query is not None and query.is_condition):
            return
        words = self._watch(stop, query) if stop.is_watch else self._breakpoint(stop, query, scope)
        self._place(scope.place).checks.append(Check(stop, query, scope.memories, words))
        for memory in scope.memories:
            self._place(memory.place).memories.append(memory)
        self._scopes.append(scope)
        needed = (stop.count if stop.is_watch else 0) + bool(scope.memories)
        self.run_up = max(self.run_up, needed)

    def _place(self, place: int) -> Place:
        return self._places.setdefault(place, Place())

    def _watch(self, stop: Stop, query: Query | None) -> Callable[[], str]:
        assert query is not None
        tally = self._run.tallies.of(stop.number, stop.spec, 0)
        words = f"{query.text} became true"
        if stop.count > 1:
            words = f"{query.text} for {counted(stop.count, 'iteration')} in a row"
        if stop.name == TARGET:
            words = f"{stop.title}, {query.text}"
        tensors = self._run.program.tensors
        best_at = tensors["best_at"].data if stop.name == PATIENCE else None

        def reason() -> str:
            self._count(tally)
            if best_at is None:
                return words
            return f"patience: held-out E no better since iteration {grouped(int(best_at))}"

        return reason

    def _breakpoint(self, stop: Stop, query: Query | None, scope: Scope) -> Callable[[], str]:
        position, operation = operation_of(self._run, stop.place)
        side = "before" if scope.place == position else "after"
        words = f"breakpoint {side} {operation.symbol}" + (f": {query.text}" if query else "")
        run = self._run
        tally = run.tallies.of(stop.number, stop.spec, max(scope.place, 0))

        def reason() -> str:
            self._count(tally)
            if stop.count == 1:
                return words
            rank = tally.rank(run.iteration)
            return f"{words}, hit {grouped(rank)}" if rank >= stop.count else ""

        return reason

    def _count(self, tally: Tally) -> None:
        if self._counting:
            iteration = self._run.iteration
            if tally.meet(iteration) and self.watches_nonfinite:
                self._counted.append((iteration, tally))

    def begin(self) -> None:
        for scope in self._scopes:
            scope.begin()

    def halted(self, place: int) -> None:
        self._places[place].arrive(self._iteration(place))
        self._tell(place)

    def before(self, position: int) -> None:
        if position not in self._places:
            return
        if self.skip == (self._run.iteration, position):
            self._places[position].remember(self._run.iteration)
            return
        self._look(position)

    def at_end(self) -> None:
        if END in self._places:
            self._look(END)

    def _look(self, place: int) -> None:
        self._places[place].look(self._iteration(place))
        self._tell(place)

    def _iteration(self, place: int) -> int:
        """Return the iteration whose values there are at a place."""
        return self._run.iteration - (place == END)

    def _tell(self, place: int) -> None:
        checks = self._places[place].checks
        reasons = [(check.stop.name, reason) for check in checks if (reason := check.reason)]
        if reasons:
            names, told = zip(*reasons, strict=True)
            when = (
                f"{'after' if place == END else 'in'} iteration {grouped(self._iteration(place))}"
            )
            words = f"{'; '.join(told)}, {when}"
            self._report(Hit(words, self._run.iteration, max(place, 0), names))

    def _halt(self, hit: Hit) -> None:
        self.hit = hit
        raise Halted(hit.position)

    def listen(self, report: Callable[[Hit], None] | None) -> None:
        """Report hits and do not count them, instead of ending the run; None ends it again."""
        self._counting = report is None
        self._report = report or self._halt

    def is_finite(self, first: int) -> bool:
        # Values that are not finite at the start are no reason to stop, as long as they stay.
        if not (self.watches_nonfinite and self._counting):
            return True
        run = self._run
        finite = self._finite.holds(run.time, run.losses.values[first : run.iteration])
        if finite or not self._armed:
            self._armed = finite
            self._counted.clear()
            return True
        return False

    def halt_back_at(self, hit: Hit) -> None:
        self.hit = hit
        for iteration, tally in self._counted:
            if (iteration, tally.position) > hit.time:
                tally.forget(iteration)
        self._counted.clear()

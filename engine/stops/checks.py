"""Stops bound to one run: checks that run between its operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from engine.common.errors import InputError, NotComputedError
from engine.common.text import clean
from engine.language.compiler import Query
from engine.run.hit_counts import Tally
from engine.run.nonfinite import Finiteness
from engine.stops.compile import compiled, operation_of
from engine.stops.scope import END, Memory, remember
from engine.stops.stop import NONFINITE, PATIENCE, TARGET, Hit, Stop

if TYPE_CHECKING:
    from engine.run.run import Run

Check = Callable[[], str]
"""Gives the reason to stop, or ""."""


class Halt(Exception):  # noqa: N818 (no error: how a check leaves the loop)
    """Leaves the loop over the operations.

    Args:
        position: The operation that was about to run.
    """

    def __init__(self, position: int) -> None:
        super().__init__()
        self.position = position


class Guard:
    """The checks of a list of stops, spliced between the operations of a run.

    Args:
        run: What to guard.
        stops: What to stop for; one whose expression fails is disabled, with the reason.

    Attributes:
        run_up: How many iterations before the clock the checks need to have seen, so
            that those that remember something are right from the first one on.
        hit: The last stop, once there was one.
        skip: A clock time at which there is to be no stop, because there was one.
    """

    def __init__(self, run: Run, stops: Iterable[Stop]) -> None:
        self._run = run
        self._before: dict[int, Callable[[], None]] = {}
        self._end: Callable[[], None] | None = None
        self._memories: dict[int, list[Memory]] = {}
        self._report: Callable[[Hit], None] = self._halt
        self._counting = True
        self._counted: list[tuple[int, Tally]] = []
        """What was counted since all was last known to be finite."""
        self.run_up = 0
        self.hit: Hit | None = None
        self.skip: tuple[int, int] | None = None
        self.watches_nonfinite = False
        self._bind([stop for stop in stops if stop.enabled])
        self._spliced: dict[int, list[Callable[[], object]]] = {}
        if self.watches_nonfinite:
            self._finite = Finiteness(run)
            self._armed = self._finite.holds()

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to stop for but values that are not finite."""
        return not self._before and self._end is None

    def splice(self, calls: list[Callable[[], object]]) -> list[Callable[[], object]]:
        """Return the calls of an iteration with the checks between them."""
        spliced = self._spliced.get(id(calls))
        if spliced is None:
            spliced = []
            for position, call in enumerate(calls):
                if position in self._before:
                    spliced.append(self._before[position])
                spliced.append(call)
            self._spliced[id(calls)] = spliced
        return spliced

    def _bind(self, stops: list[Stop]) -> None:
        checks: dict[int, list[tuple[str, Check]]] = {}
        memories = self._memories
        for stop in stops:
            if stop.name == NONFINITE:
                self.watches_nonfinite = True
                continue
            try:
                query, scope = compiled(self._run, stop)
            except InputError as error:
                _disable(stop, str(error))
                continue
            check = self._check(stop, query, scope.place)
            if check is not None:
                checks.setdefault(scope.place, []).append((stop.name, check))
                for memory in scope.memories:
                    memories.setdefault(memory.place, []).append(memory)
                needed = (stop.count if stop.is_watch else 0) + bool(scope.memories)
                self.run_up = max(self.run_up, needed)
        for place in {*checks, *memories}:
            hook = self._hook(place, checks.get(place, []), memories.get(place, []))
            if place == END:
                self._end = hook
            else:
                self._before[place] = hook

    def _check(self, stop: Stop, query: Query | None, place: int) -> Check | None:
        if not stop.is_watch:
            return self._breakpoint(stop, query, place)
        assert query is not None
        return self._watch(stop, query) if query.is_condition else None

    def _watch(self, stop: Stop, query: Query) -> Check:
        evaluate, row = query.term.evaluate, 0
        tally = self._run.tallies.of(stop.number, stop.spec, 0)
        words = f"{query.text} became true"
        if stop.count > 1:
            words = f"{query.text} for {stop.count:,} iterations in a row"
        if stop.name == TARGET:
            words = f"{stop.title}, {query.text}"
        tensors = self._run.program.tensors
        best_at = tensors["best_at"].data if stop.name == PATIENCE else None

        def check() -> str:
            nonlocal row
            if not stop.enabled:
                return ""
            try:
                row = row + 1 if evaluate() else 0
            except (NotComputedError, IndexError):
                row = 0
            except Exception as error:
                _disable(stop, str(error))
                return ""
            if row != stop.count:
                return ""
            self._count(tally)
            if best_at is None:
                return words
            return f"patience: held-out E no better since iteration {int(best_at):,}"

        return check

    def _breakpoint(self, stop: Stop, query: Query | None, place: int) -> Check:
        position, operation = operation_of(self._run, stop.place)
        side = "before" if place == position else "after"
        words = f"breakpoint {side} {operation.symbol}" + (f": {query.text}" if query else "")
        run, at = self._run, 0 if place == END else place
        tally = run.tallies.of(stop.number, stop.spec, at)

        def check() -> str:
            if not stop.enabled:
                return ""
            try:
                if query is not None and not query.term.evaluate():
                    return ""
            except (NotComputedError, IndexError):
                # A smaller batch may lack the observation that was asked for.
                return ""
            except Exception as error:
                _disable(stop, str(error))
                return ""
            self._count(tally)
            if stop.count == 1:
                return words
            rank = tally.rank(run.iteration)
            return f"{words}, hit {rank:,}" if rank >= stop.count else ""

        return check

    def _count(self, tally: Tally) -> None:
        if self._counting:
            iteration = self._run.iteration
            if tally.meet(iteration) and self.watches_nonfinite:
                self._counted.append((iteration, tally))

    def _hook(
        self, place: int, checks: list[tuple[str, Check]], memories: list[Memory]
    ) -> Callable[[], None]:
        run, at_end = self._run, place == END
        position = 0 if at_end else place

        def hook() -> None:
            reasons = [(name, reason) for name, check in checks if (reason := check())]
            if memories:
                remember(memories, run.iteration - at_end)
            if reasons:
                names, told = zip(*reasons, strict=True)
                when = f"{'after' if at_end else 'in'} iteration {run.iteration - at_end:,}"
                self._report(Hit(f"{'; '.join(told)}, {when}", run.iteration, position, names))

        return hook

    def _halt(self, hit: Hit) -> None:
        self.hit = hit
        raise Halt(hit.position)

    def before(self, position: int) -> None:
        """Check before an operation runs.

        Raises:
            Halt: There is a reason to stop.
        """
        hook = self._before.get(position)
        if hook is None:
            return
        if self.skip == (self._run.iteration, position):
            remember(self._memories.get(position, ()), self._run.iteration)
        else:
            hook()

    def at_end(self) -> None:
        """Check after an iteration is complete.

        Raises:
            Halt: There is a reason to stop.
        """
        if self._end is not None:
            self._end()

    def listen(self, report: Callable[[Hit], None] | None) -> None:
        """Have hits reported and not counted, instead of ending the run; None ends it again."""
        self._counting = report is None
        self._report = report or self._halt

    def is_finite(self, first: int) -> bool:
        """Whether all that the iterations from `first` on have left behind is finite.

        Values that are not finite at the start are no reason to stop, as long as they stay.
        """
        if not (self.watches_nonfinite and self._counting):
            return True
        finite = self._finite.holds(first)
        if finite or not self._armed:
            self._armed = finite
            self._counted.clear()
            return True
        return False

    def halt_back_at(self, hit: Hit) -> None:
        """Have the last stop be one before others that were met already."""
        self.hit = hit
        for iteration, tally in self._counted:
            if (iteration, tally.position) > (hit.iteration, hit.position):
                tally.forget(iteration)
        self._counted.clear()


def _disable(stop: Stop, problem: str) -> None:
    stop.enabled, stop.problem = False, clean(problem)

"""The hits of the stops in a run: a fact about the run, however often it is passed again."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from engine.run.clock import Time


class Tally:
    """The iterations in which a stop was met while running forward, each once.

    They take 8 bytes each, as the losses do.

    Args:
        position: The operation at the clock when the stop is met.
        iterations: The iterations at the clock then, in ascending order.
    """

    def __init__(self, position: int, iterations: Iterable[int] = ()) -> None:
        self.position = position
        self.iterations = array("q", iterations)

    def __len__(self) -> int:
        return len(self.iterations)

    def rank(self, iteration: int) -> int:
        """Return which hit one is that is met there, from 1 on, met already or not."""
        return bisect_left(self.iterations, iteration) + 1

    def meet(self, iteration: int) -> bool:
        """Count a hit; false if it was counted already."""
        at = self.iterations
        if not at or iteration > at[-1]:
            at.append(iteration)
            return True
        place = bisect_left(at, iteration)
        if at[place] == iteration:
            return False
        at.insert(place, iteration)
        return True

    def forget(self, iteration: int) -> None:
        """Take a hit back that was counted."""
        place = bisect_left(self.iterations, iteration)
        if place < len(self.iterations) and self.iterations[place] == iteration:
            del self.iterations[place]

    def until(self, time: Time) -> Tally:
        """Return a copy that knows nothing of what came after a clock time."""
        iteration, position = time
        last = iteration if self.position <= position else iteration - 1
        return Tally(self.position, self.iterations[: bisect_right(self.iterations, last)])


class Tallies:
    """The tallies of one run, and where its values first were no finite numbers.

    Attributes:
        nonfinite: The clock times right behind such an operation, each with the words for it.
    """

    def __init__(self) -> None:
        self._of: dict[tuple[int, str], Tally] = {}
        self.nonfinite: dict[Time, str] = {}

    def of(self, number: int, spec: str, position: int) -> Tally:
        """Return the tally of a stop, a new one if it was not met yet.

        Args:
            number: The number of the stop.
            spec: Its condition and count; with another one it is another stop.
            position: The operation at the clock when it is met.
        """
        return self._of.setdefault((number, spec), Tally(position))

    def hits(self, number: int, spec: str) -> int:
        """Return how often a stop was met."""
        tally = self._of.get((number, spec))
        return 0 if tally is None else len(tally)

    def items(self) -> list[tuple[int, str, Tally]]:
        """Yield each stop that was met: its number, its condition and count, its tally."""
        return [(number, spec, tally) for (number, spec), tally in self._of.items() if len(tally)]

    def keep(self, number: int, spec: str, tally: Tally) -> None:
        """Put a tally back."""
        self._of[number, spec] = tally

    def until(self, time: Time) -> Tallies:
        """Return copies that know nothing of what came after a clock time."""
        copies = Tallies()
        copies._of = {key: tally.until(time) for key, tally in self._of.items()}
        copies.nonfinite = {at: words for at, words in self.nonfinite.items() if at <= time}
        return copies

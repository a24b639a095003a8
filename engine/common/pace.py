"""The speed of a run: the speeds to choose from, and when the next share of it is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

_SHARE = 0.02
"""Seconds between two shares at least: of a fast run each has several iterations."""
_LATE = 0.25
"""Seconds that a run may be behind its speed."""


@dataclass(frozen=True)
class Speed:
    """A number of operations or iterations a second.

    Attributes:
        name: As it is chosen by, e.g. on the command line.
        words: As it is told.
        rate: How many a second; None for as many as there can be.
        by_operation: Whether operations are counted, not iterations.
    """

    name: str
    words: str
    rate: float | None
    by_operation: bool = False

    @property
    def walks(self) -> bool:
        """Whether it is slow enough to follow from operation to operation."""
        return self.by_operation or (self.rate is not None and self.rate <= 1)

    def beside(self, step: int) -> Speed:
        """Return the next faster or slower one; at the end, the same."""
        return SPEEDS[min(max(SPEEDS.index(self) + step, 0), len(SPEEDS) - 1)]


SPEEDS = (
    Speed("1op", "1 operation/s", 1, by_operation=True),
    Speed("4op", "4 operations/s", 4, by_operation=True),
    Speed("1", "1 iteration/s", 1),
    Speed("10", "10 iterations/s", 10),
    Speed("100", "100 iterations/s", 100),
    Speed("1000", "1,000 iterations/s", 1000),
    Speed("full", "full speed", None),
)
"""From the slowest to the fastest."""
FULL = SPEEDS[-1]


class Clock:
    """Time as it passes; a test may put another one in its place."""

    def now(self) -> float:
        """Return the seconds since some moment."""
        return monotonic()

    def next_of(self, queue: SimpleQueue[T], seconds: float | None) -> T | None:
        """Wait for what comes next out of a queue; None if nothing does in so many seconds."""
        try:
            return queue.get(timeout=seconds)
        except Empty:
            return None


class Pace:
    """Tells when the next operations or iterations are due.

    Args:
        now: Gives the time in seconds.

    Attributes:
        speed: The speed to keep.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.speed = FULL
        self._now = now
        self._due = 0.0

    def begin(self) -> None:
        """Start now, with the first share at once."""
        self._due = self._now()

    def change(self, speed: Speed, operations: int) -> None:
        """Keep another speed; what comes next is due when it would be at that one.

        Args:
            speed: The speed to keep from now on.
            operations: How many operations an iteration has.
        """
        self.speed = speed
        rate = self._rate(operations)
        self._due = self._now() + (1 / rate if rate else 0.0)

    def wait(self) -> float:
        """Return the seconds until the next share is due."""
        return 0.0 if self.speed.rate is None else max(self._due - self._now(), 0.0)

    def take(self, operations: int) -> int | None:
        """Take the share that is due.

        Args:
            operations: How many operations an iteration has.

        Returns:
            How many operations, of a speed that walks, or iterations; None for all there are.
        """
        rate = self._rate(operations)
        if rate is None:
            return None
        count = max(round(rate * _SHARE), 1)
        # A little that could not be done in time is made up for; after a long wait, nothing.
        self._due = max(self._due + count / rate, self._now() - _LATE)
        return count

    def _rate(self, operations: int) -> float | None:
        """Return how many shares of one there are in a second."""
        speed = self.speed
        whole = speed.walks and not speed.by_operation
        return speed.rate if speed.rate is None or not whole else speed.rate * operations

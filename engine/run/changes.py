"""The changes of a run by hand, replayed with everything else."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from engine.formula.tensor import Index
from engine.run.clock import Time


@dataclass(frozen=True)
class LearningRate:
    """Another η, from one operation on."""

    value: float


@dataclass(frozen=True)
class Edit:
    """Another value of one cell of a parameter, set before one operation."""

    name: str
    index: Index
    value: float


@dataclass(frozen=True)
class Change:
    """A change by the user, and its time."""

    iteration: int
    position: int
    what: LearningRate | Edit

    @property
    def time(self) -> Time:
        """The clock before which it takes effect."""
        return Time(self.iteration, self.position)


_TIME = attrgetter("time")


class Changes:
    """The changes of a run, in the order of the clock.

    Args:
        all: The first one is the η that the run starts with.
    """

    def __init__(self, all: Sequence[Change]) -> None:
        self._all = list(all)

    @classmethod
    def none(cls, learning_rate: float) -> Changes:
        """Return the changes of a run in which nothing was changed."""
        return cls([Change(0, 0, LearningRate(learning_rate))])

    @property
    def all(self) -> tuple[Change, ...]:
        """The changes, the first one being the η that the run started with."""
        return tuple(self._all)

    @property
    def by_hand(self) -> tuple[Change, ...]:
        """The changes that the user made."""
        return tuple(self._all[1:])

    @property
    def last(self) -> Change | None:
        """The last change by hand, or None."""
        return self._all[-1] if len(self._all) > 1 else None

    def add(self, change: Change) -> None:
        """Record a change; nothing recorded lies after it."""
        self._all.append(change)

    def pop(self) -> Change:
        """Forget the last change by hand, and return it."""
        return self._all.pop()

    def learning_rate_at(self, time: Time) -> float:
        """Return the η that is in force before an operation."""
        for i in range(self._until(time) - 1, -1, -1):
            what = self._all[i].what
            if isinstance(what, LearningRate):
                return what.value
        raise AssertionError("a run starts with a learning rate")

    def edits_at(self, time: Time) -> list[Edit]:
        """Return the edits that take effect before an operation, in their order."""
        first = self._until(Time(time.iteration, time.position - 1))
        return [c.what for c in self._all[first : self._until(time)] if isinstance(c.what, Edit)]

    def has_edits_after(self, time: Time) -> bool:
        """Return whether an edit takes effect after a clock time."""
        return any(isinstance(c.what, Edit) for c in self._all[self._until(time) :])

    def has_edit(self, name: str, index: Index, since: Time, until: Time) -> bool:
        """Return whether a cell was set from one clock time to another, both included."""
        return any(
            since <= change.time <= until and (change.what.name, change.what.index) == (name, index)
            for change in self._all
            if isinstance(change.what, Edit)
        )

    def next_after(self, time: Time) -> Change | None:
        """Return the first change after a clock time, or None."""
        found = self._until(time)
        return self._all[found] if found < len(self._all) else None

    def until(self, time: Time) -> Changes:
        """Return a copy that knows nothing of what came after a clock time."""
        return Changes(self._all[: self._until(time)])

    def _until(self, time: Time) -> int:
        """Return how many changes took effect by a clock time, itself included."""
        return bisect_right(self._all, time, key=_TIME)

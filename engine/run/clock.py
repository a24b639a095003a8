"""The clock of a run."""

from __future__ import annotations

from typing import NamedTuple


class Time(NamedTuple):
    """A moment of a run, between two operations; earlier ones are smaller.

    Attributes:
        iteration: How many iterations are complete.
        position: How many operations of the next one have run.
    """

    iteration: int
    position: int = 0

    def previous(self, operations: int) -> Time:
        """Return the moment one operation before; the start of a run is its own.

        Args:
            operations: How many operations an iteration has.
        """
        if self.position:
            return Time(self.iteration, self.position - 1)
        return Time(self.iteration - 1, operations - 1) if self.iteration else self

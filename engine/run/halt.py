"""The stop of a run: the protocol of a watch over it, and the report of a stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.run.clock import Time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.formula.tensor import Array
    from engine.program.iterations import Iterations

NONFINITE, PATIENCE = "nonfinite", "patience"
"""The names of the stop for values that are no finite numbers, and of that for patience."""


@dataclass(frozen=True)
class Hit:
    """A stop, in words.

    Attributes:
        words: Why the run stopped.
        iteration: The iteration at the clock.
        position: The operation at the clock.
        names: What the stops that were met are known by; "" for one of the user.
    """

    words: str
    iteration: int
    position: int
    names: tuple[str, ...] = ()

    @property
    def time(self) -> Time:
        """The clock at that moment."""
        return Time(self.iteration, self.position)

    @property
    def is_patience(self) -> bool:
        """Whether patience alone ended the run, so that its best parameters lie before."""
        return self.names == (PATIENCE,)


class Halted(Exception):  # noqa: N818 (no error: how a check leaves the loop)
    """Leaves the loop over the operations.

    Args:
        position: The operation that was about to run.
    """

    def __init__(self, position: int) -> None:
        super().__init__()
        self.position = position


class Watch:
    """Looks at a run as it goes on, and may end it; this one does neither.

    Attributes:
        iterations: The iterations with the watch's own calls in them; None where it has none.
        watches_nonfinite: Whether the run is to end at a value that is no finite number.
        skip: A clock time at which there is to be no stop, because there was one.
    """

    iterations: Iterations | None = None
    watches_nonfinite = False
    skip: Time | None = None

    def begin(self) -> None:
        """Prepare for iterations from the clock on."""

    def halted(self, place: int) -> None:
        """Look, as a call of the watch has left the iterations at a place.

        Raises:
            Halted: There is a reason to stop.
        """

    def take(self, first: int, kept: Sequence[Array]) -> None:
        """Take what the watch's own calls have kept of iterations from `first` on."""

    def before(self, position: int) -> None:
        """Look before an operation that runs by itself.

        Raises:
            Halted: There is a reason to stop.
        """

    def at_end(self) -> None:
        """Look after an iteration whose operations ran by themselves.

        Raises:
            Halted: There is a reason to stop.
        """

    def is_finite(self, first: int) -> bool:
        """Return whether all that the iterations from `first` on have left behind is finite."""
        return True

    def halt_back_at(self, hit: Hit) -> None:
        """Take a stop before others that were met already for the last one."""

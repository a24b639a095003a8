"""When a picture is computed anew, and what has been computed last."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from engine.common.errors import InputError
from tui.panes.pictures.worker import Order, Painted, Studio

PACE = 0.25
"""Seconds between two pictures while training."""
_TOLD = (InputError, MemoryError)
"""The errors of a picture that do not end the app."""
_SHARE = 0.2
"""The share of its time that the studio may be busy while training."""


class Requests:
    """Asks the studio for a picture where it differs from the last one and is due.

    Args:
        deliver: Takes each picture; called in the studio's thread.

    Attributes:
        painted: The last picture of each view.
    """

    def __init__(self, deliver: Callable[[Painted], None]) -> None:
        self.painted: dict[str, Painted] = {}
        self.studio = Studio(deliver)
        self._last: Order | None = None
        self._next = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time for another picture while training."""
        return monotonic() >= self._next

    def request(self, order: Order) -> None:
        """Request a picture, unless it is what was requested last."""
        last = self._last
        if last is None or last.snapshot is not order.snapshot or not order.resembles(last):
            self._last = order
            self._next = monotonic() + PACE
            self.studio.submit(order)

    def keep(self, painted: Painted) -> None:
        """Keep a picture that has come.

        Raises:
            BaseException: What went wrong with it, if that is not to be told in its place.
        """
        problem = painted.picture
        if isinstance(problem, BaseException) and not isinstance(problem, _TOLD):
            raise problem
        self._next = max(self._next, monotonic() + painted.seconds / _SHARE)
        self.painted[painted.order.view] = painted

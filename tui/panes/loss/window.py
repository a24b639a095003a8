"""The stretch of iterations that the chart draws."""

from __future__ import annotations

from dataclasses import dataclass

_ZOOM = 4
"""The factor by which a step of zoom draws fewer iterations."""
_PAN = 4
"""The part of the window by which a step goes sideways, as a divisor."""
_NARROWEST = 8


@dataclass(frozen=True)
class Window:
    """The iterations from the first to the last that are drawn."""

    first: int
    last: int

    @property
    def width(self) -> int:
        """The iterations from the first to the last."""
        return self.last - self.first

    def holds(self, iteration: int) -> bool:
        """Return whether an iteration is drawn."""
        return self.first <= iteration <= self.last

    def zoomed(self, step: int, at: int, whole: int) -> Window:
        """Return a window with fewer iterations, or with more.

        Args:
            step: 1 for fewer, −1 for more.
            at: The iteration that stays where it is, or the nearest one that is drawn.
            whole: The iterations of the whole chart.
        """
        at = min(max(at, self.first), self.last)
        width = self.width // _ZOOM if step > 0 else self.width * _ZOOM
        width = max(width, min(_NARROWEST, whole))
        share = (at - self.first) / max(self.width, 1)
        return self._from(round(at - share * width), width)

    def panned(self, step: int) -> Window:
        """Return a window of the same width with later iterations, or with earlier ones."""
        return self._from(self.first + step * max(self.width // _PAN, 1), self.width)

    def around(self, iteration: int) -> Window:
        """Return a window of the same width with an iteration in its middle."""
        return self._from(iteration - self.width // 2, self.width)

    def within(self, whole: int, computed: int) -> Window | None:
        """Move it to where losses are; return None where it holds the whole chart."""
        first = max(min(self.first, whole - self.width, computed - 2), 0)
        return None if self.width >= whole else self._from(first, self.width)

    @staticmethod
    def _from(first: int, width: int) -> Window:
        return Window(first, first + width)

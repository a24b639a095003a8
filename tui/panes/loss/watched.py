"""Watched numbers in the chart of the losses, each on a scale of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.common.numbers import format_number
from engine.common.scale import share
from tui.drawing.lines import Row
from tui.drawing.palette import Palette

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.style import Style

    from engine.formula.tensor import Array
    from engine.run.loss_history import Outline
    from tui.drawing.chart import Axes

MOST = 3
"""The watches that are drawn."""
WATCH_MARKS = ("1", "2", "3")
"""The marks of watches where colours cannot tell them apart."""
_DECADES = 2.5
"""From so many on the scale is logarithmic."""
_AIR = 0.03
"""The part of the height that is left free above and below."""
_DIGITS = 3


@dataclass(frozen=True)
class Scale:
    """The range of some values.

    Attributes:
        low: The smallest, or its logarithm.
        high: The largest, or its logarithm.
        log: Whether it is the logarithm.
    """

    low: float
    high: float
    log: bool

    def share(self, values: Array) -> Array:
        """Return where values lie between the two ends, from 0 to 1."""
        import numpy as np

        with np.errstate(all="ignore"):
            return share(np.log10(values) if self.log else values, self.low, self.high)

    @property
    def words(self) -> str:
        """Its two ends."""
        ends = (10**self.low, 10**self.high) if self.log else (self.low, self.high)
        low, high = (format_number(end, _DIGITS) for end in ends)
        return f"{low} … {high}" + (" log" if self.log else "")


def scale_of(values: Array) -> Scale | None:
    """Return the scale that suits values; None where none of them is finite."""
    import numpy as np

    finite = values[np.isfinite(values)]
    if not finite.size:
        return None
    low, high = float(finite.min()), float(finite.max())
    if low > 0 and math.log10(high) - math.log10(low) >= _DECADES:
        return Scale(math.log10(low), math.log10(high), True)
    return Scale(low, high, False)


def laid_over(values: Array, scale: Scale, axes: Axes, columns: int) -> Outline:
    """Thin values for drawing, and put them where the axes of the losses have room."""
    from dataclasses import replace

    import numpy as np

    from engine.run.loss_history import outline_between

    outline = outline_between(values, axes.first, axes.iterations, columns)

    def placed(heights: Array) -> Array:
        height = _AIR + (1 - 2 * _AIR) * scale.share(heights)
        found: Array = axes.bottom + height * (axes.top - axes.bottom)
        with np.errstate(all="ignore"):
            return 10**found if axes.log else found

    return replace(outline, lows=placed(outline.lows), highs=placed(outline.highs))


def in_view(values: Array, axes: Axes) -> Array:
    """Return the values of the iterations that are drawn."""
    return values[axes.first : axes.iterations + 1]


def styles(palette: Palette) -> list[Style]:
    """Return the styles of the watches."""
    from rich.style import Style

    return [Style(color=palette.hues[i].rich_color) for i in (3, 5, 2)]


def watched_row(
    curves: Mapping[str, Array],
    axes: Axes,
    at: int,
    marks: tuple[str, ...],
    palette: Palette,
    width: int,
) -> Row:
    """Name the watches, as there is room with their values at an iteration, and their scales."""
    for told in (2, 1, 0):
        row = _row(curves, axes, at, marks, palette, told)
        if row.width <= width:
            break
    return row


def _row(
    curves: Mapping[str, Array],
    axes: Axes,
    at: int,
    marks: tuple[str, ...],
    palette: Palette,
    told: int,
) -> Row:
    row = Row()
    for (text, values), mark, style in zip(curves.items(), marks, styles(palette), strict=False):
        scale = scale_of(in_view(values, axes))
        row.add("  " if row.width else "").add(f"{mark} ", style).add(text, palette.text)
        if at < values.size and told:
            row.add(f" {format_number(float(values[at]), _DIGITS)}", palette.label)
        if scale is not None and told > 1:
            row.add(f" ({scale.words})", palette.dim)
    return row

"""The loss curve as lines of characters; the only place that knows plotext."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.common.numbers import decimal, general, grouped, scientific
from engine.common.scale import LARGEST, share, widened

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.run.loss_history import Outline

LEAST_WIDTH, LEAST_HEIGHT = 16, 4
"""The smallest chart in which there is something to see."""
_CURVE = range(0x2801, 0x2900)
"""The braille patterns with at least one dot."""
_AIR = 0.05
"""The part of the values' range that narrow axes reach beyond it."""
_SMALLEST_TOP, _LARGEST_MULTIPLE = 1e-300, 1e300
"""The magnitudes between which parts and multiples of a number are what they should be."""
_MANY_DECADES = 6
"""Between the smallest and the largest E, from which on a linear scale hides most of them."""


@dataclass(frozen=True)
class Axes:
    """The ranges of a chart: iterations, and E or its logarithm to base 10.

    Attributes:
        iterations: The last iteration.
        bottom: The smallest E, or its logarithm.
        top: The largest.
        log: Whether it is the logarithm.
        first: The first iteration.
        narrow: Whether they hold only what lies in some of the iterations.
    """

    iterations: int
    bottom: float
    top: float
    log: bool
    first: int = 0
    narrow: bool = False

    @property
    def width(self) -> int:
        """The number of iterations that the axes span."""
        return self.iterations - self.first

    def holds(self, iteration: int) -> bool:
        """Return whether an iteration lies within the axes."""
        return self.first <= iteration <= self.iterations

    def narrowed(self, first: int, last: int, outline: Outline) -> Axes:
        """Return axes for some of the iterations, with the values that lie there filling them."""
        import numpy as np

        values = np.concatenate((outline.lows, outline.highs))
        with np.errstate(all="ignore"):
            values = np.log10(values) if self.log else values
        values = values[np.isfinite(values)]
        bottom, top = self.bottom, self.top
        if values.size:
            low = float(values.min())
            bottom, top = widened(low, float(values.max()), _AIR)
            if not self.log and low >= 0.0:
                bottom = max(bottom, 0.0)
        return Axes(last, bottom, top, self.log, first, narrow=True)

    def including(self, planned: int, done: int, outline: Outline) -> Axes:
        """Return axes that include all curves, changed as little as possible."""
        # Imported here, as the first frame has no curve and need not wait for it.
        import numpy as np

        iterations = max(planned, 1)
        while done > iterations:
            iterations *= 2
        finite = np.concatenate((outline.lows, outline.highs))
        if self.log:
            finite = np.log10(finite[finite > 0])
        finite = finite[np.isfinite(finite)]
        bottom, top = self.bottom, self.top
        if finite.size:
            low, high = float(finite.min()), float(finite.max())
            if self.log:
                bottom = min(bottom, math.floor(low))
                top = max(top, math.ceil(high), bottom + 1)
            else:
                top = max(top, _round_up(high))
                bottom = min(bottom, -_round_up(-low) if low < 0 else 0.0)
        return Axes(iterations, bottom, top, self.log)


def empty_axes(log: bool) -> Axes:
    """Return the axes of an empty chart."""
    return Axes(1, math.inf, -math.inf, True) if log else Axes(1, 0.0, 0.0, False)


def decades(outline: Outline) -> int:
    """Return the number of decades between the smallest and the largest E above 0."""
    import numpy as np

    values = np.concatenate((outline.lows, outline.highs))
    values = values[(values > 0) & np.isfinite(values)]
    if not values.size:
        return 0
    return round(math.log10(float(values.max())) - math.log10(float(values.min())))


def wants_log(outline: Outline) -> bool:
    """Return whether E spans too many decades for a linear scale to show them."""
    return decades(outline) >= _MANY_DECADES and suits_log(outline)


def suits_log(outline: Outline) -> bool:
    """Return whether a logarithmic scale shows something, and hides nothing but 0."""
    return bool((outline.highs > 0).any()) and not (outline.lows < 0).any()


def is_curve(character: str) -> bool:
    """Return whether a character of the chart belongs to the curve."""
    return ord(character) in _CURVE


@dataclass(frozen=True)
class Chart:
    """A drawn curve.

    Attributes:
        lines: Its lines of characters; none if there was no room or nothing to draw.
        first: The column of iteration 0.
        last: The column of the last iteration of the axes.
    """

    lines: tuple[str, ...] = ()
    first: int = 0
    last: int = 0

    @property
    def span(self) -> int:
        """The number of columns that the iterations take."""
        return self.last - self.first

    def column_of(self, iteration: int, axes: Axes) -> int:
        """Return the column of an iteration."""
        part = (iteration - axes.first) / axes.width
        return self.first + round(self.span * min(max(part, 0.0), 1.0))

    def iteration_at(self, column: int, axes: Axes) -> int:
        """Return the iteration at a column."""
        return axes.first + round((column - self.first) / max(self.span, 1) * axes.width)


def _points(outline: Outline, axes: Axes) -> tuple[Array, Array]:
    """Return the iterations and the heights of all that can be drawn."""
    import numpy as np

    steps = np.repeat(outline.positions, 2)
    values = np.empty(steps.size)
    values[0::2], values[1::2] = outline.highs, outline.lows
    if axes.log:
        values = np.where(values > 0, values, np.nan)
        values = np.log10(values)
    good = np.isfinite(values) & (steps >= axes.first) & (steps <= axes.iterations)
    return steps[good], values[good]


def is_drawable(outline: Outline, axes: Axes) -> bool:
    """Return whether there is anything to draw, given the room for it."""
    finite = math.isfinite(axes.bottom) and math.isfinite(axes.top)
    return finite and bool(_points(outline, axes)[0].size)


def get_ready() -> None:
    """Import what draws; the first curve would keep a key waiting for it."""
    import plotext  # noqa: F401


def chart(width: int, height: int, outline: Outline, axes: Axes) -> Chart:
    """Draw the losses into `height` lines of `width` characters."""
    if width < LEAST_WIDTH or height < LEAST_HEIGHT or not is_drawable(outline, axes):
        return Chart()
    import numpy as np
    import plotext

    steps, values = _points(outline, axes)
    # Far beyond the axes plotext would draw, and fill its memory, all the same.
    heights = np.clip(share(values, axes.bottom, axes.top), -1.0, 2.0)
    # plotext keeps one figure for all, and changes what it is given.
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limitsize(False, False)
    plotext.plotsize(width, height)
    plotext.xaxes(True, False)
    plotext.yaxes(True, False)
    plotext.plot(steps.tolist(), heights.tolist(), marker="braille")
    plotext.xlim(axes.first, axes.iterations)
    plotext.ylim(0.0, 1.0)
    xs = [axes.first + axes.width * i // 2 for i in range(3)]
    plotext.xticks(xs, [grouped(x) for x in xs])
    ys = _ticks(axes, height)
    places = [share(y, axes.bottom, axes.top) for y in ys]
    plotext.yticks(places, _tick_labels(axes, ys))
    text = plotext.uncolorize(plotext.build())
    lines = tuple(line.ljust(width)[:width] for line in text.split("\n")[:height])
    ticks = [column for column, character in enumerate(lines[-2]) if character == "┬"]
    return Chart(lines, ticks[0], ticks[-1]) if len(ticks) > 1 else Chart()


def _ticks(axes: Axes, height: int) -> list[float]:
    count = max(2, min(5, height // 3))
    if axes.narrow and axes.log:
        return _round_log_ticks(axes.bottom, axes.top, count)
    if axes.log:
        return _power_ticks(round(axes.bottom), round(axes.top), count)
    if axes.narrow or axes.bottom < 0.0 or axes.top > _LARGEST_MULTIPLE:
        return _round_steps(axes.bottom, axes.top, count) or [axes.bottom, axes.top]
    parts = min(range(count, 1, -1), key=lambda parts: _digits(axes.top / parts))
    return [float(general(axes.top * i / parts)) for i in range(parts + 1)]


def _digits(step: float) -> int:
    """Return how many digits a step is written with, zeros at either end left out."""
    return len(scientific(step, 5).partition("e")[0].replace(".", "").rstrip("0"))


def _power_ticks(bottom: int, top: int, count: int) -> list[float]:
    """Return about `count` multiples of 1, 2, 5, 10, 20 … between two powers of ten."""
    for stride in (1, 2, 5, 10, 20, 50, 100, 200):
        ticks = range(-(-bottom // stride) * stride, top + 1, stride)
        if 1 < len(ticks) <= count + 1:
            return [float(tick) for tick in ticks]
    return [float(bottom), float(top)]


def _round_log_ticks(bottom: float, top: float, count: int) -> list[float]:
    """Return logarithms of 1, 2 and 5 times powers of ten; where few lie there, of steps as round.

    Args:
        bottom: The logarithm that the axis begins with.
        top: The one it ends with.
        count: About how many there may be.
    """
    powers = range(math.floor(bottom), math.ceil(top) + 1)
    for factors in ((1, 2, 5), (1,)):
        ticks = [math.log10(factor) + power for power in powers for factor in factors]
        ticks = [tick for tick in ticks if bottom <= tick <= top]
        if len(ticks) <= count + 1:
            break
    if len(ticks) > 1:
        return ticks[:: -(-len(ticks) // (count + 1))]
    low, high = (min(float(_power_text(end, 17)), LARGEST) for end in (bottom, top))
    steps = _round_steps(low, high, count)
    return [math.log10(step) for step in steps if step > 0] or [bottom, top]


def _round_steps(low: float, high: float, count: int) -> list[float]:
    """Return about `count` multiples of 1, 2 or 5 times a power of ten; none for an empty range."""
    least = high / count - low / count
    if not least > 0.0:
        return []
    power = math.floor(math.log10(least))
    steps = (float(f"{factor}e{power}") for factor in (1, 2, 5, 10))
    # Of two numbers that are the same but for rounding either will do.
    step = next(step for step in steps if step * (1 + 1e-9) >= least)
    if not 0.0 < step <= LARGEST:
        return []
    first, last = math.ceil(low / step), math.floor(high / step)
    if first >= last:
        # One tick alone tells no scale.
        return _round_steps(low, high, 2 * count)
    return [i * step for i in range(first, last + 1)]


def _tick_labels(axes: Axes, ys: list[float]) -> list[str]:
    if not axes.narrow:
        return [f"1e{decimal(y, 0)}" if axes.log else general(y) for y in ys]
    labels: list[str] = []
    for digits in (6, 9, 12, 15, 17):
        labels = [_power_text(y, digits) if axes.log else general(y, digits) for y in ys]
        # Two heights are never called the same.
        if len(set(labels)) == len(labels):
            break
    return labels


def _power_text(logarithm: float, digits: int) -> str:
    """Write a power of 10, which may lie a little beyond the range of floats."""
    if -300 <= logarithm <= 300:
        return general(10.0**logarithm, digits)
    power = math.floor(logarithm)
    mantissa = general(10.0 ** (logarithm - power), digits)
    return f"1e{power + 1}" if float(mantissa) >= 10 else f"{mantissa}e{power}"


def _round_up(value: float) -> float:
    """Return the next 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 times a power of ten, with a little air."""
    if value <= 0:
        return 1.0
    value = max(value, _SMALLEST_TOP)
    power = math.floor(math.log10(value))
    tops = (float(f"{factor}e{power}") for factor in (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 20))
    return min(next(top for top in tops if value * 1.02 <= top), LARGEST)

"""Two watched numbers against each other: the path that a run takes, and the clock on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.common.numbers import format_number, grouped
from tui.drawing.canvas import Canvas
from tui.drawing.lines import Row, wrap
from tui.drawing.palette import Palette

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from tui.view_state import Moment

_HINT = (
    "w watches a number, e.g. v[0, 0] and w[0, 0]; W then looks through the iterations, and two "
    "of them are drawn here against each other"
)
_POINTS = 4000
"""Of the path."""
_LEAST = 4
_DIGITS = 3
_START, _CLOCK = "○", "●"


def pairs_of(moment: Moment) -> list[tuple[str, str]]:
    """Return the pairs of watched numbers."""
    names = list(moment.curves)
    return [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]


def phase_rows(moment: Moment, palette: Palette, size: tuple[int, int], pair: int) -> list[Row]:
    """Draw the path of two watched numbers, brighter the later it is."""
    import numpy as np

    width, height = size
    pairs = pairs_of(moment)
    if not pairs or height < _LEAST:
        return [Row().add(line, palette.dim) for line in wrap(_HINT, width)]
    across, up = pairs[pair % len(pairs)]
    x, y = (moment.curves[name] for name in (across, up))
    count = min(x.size, y.size)
    at = min(moment.snapshot.values_iteration, count - 1)
    step = max(-(-count // _POINTS), 1)
    chosen = np.unique(np.append(np.arange(0, count, step), [at, count - 1]))
    chosen = chosen[np.isfinite(x[chosen]) & np.isfinite(y[chosen])]
    if not chosen.size:
        return [Row().add("no finite numbers to draw", palette.dim)]
    canvas = Canvas(width, height - 2)
    xs, low, high = _placed(x[chosen], 2 * width - 3)
    ys, bottom, top = _placed(y[chosen], 4 * canvas.height - 5)
    points = [(int(a) + 1, 4 * canvas.height - 3 - int(b)) for a, b in zip(xs, ys, strict=True)]
    for k in range(1, len(points)):
        canvas.line(points[k - 1], points[k], palette.plus[3 * k // (len(points) + 1)])
    for mark, place, style in (
        (_START, points[0], palette.label),
        (
            _CLOCK,
            points[int(np.searchsorted(chosen, at).clip(0, len(points) - 1))],
            palette.heading,
        ),
    ):
        canvas.write(place[0] // 2, place[1] // 4, mark, style)
    head = Row().add("↑ ", palette.heading).add(f"{up}  ", palette.text)
    head.add(f"{bottom} … {top}", palette.dim)
    foot = Row().add("→ ", palette.heading).add(f"{across}  ", palette.text)
    foot.add(f"{low} … {high}", palette.dim)
    clock = Row().add(f"{_CLOCK} ", palette.heading).add(f"iteration {grouped(at)}", palette.label)
    return [head.justified(clock, width), *canvas.rows(palette.text), foot]


def _placed(values: Array, dots: int) -> tuple[Array, str, str]:
    """Return the places of values among so many dots, and the ends of their range."""
    low, high = float(values.min()), float(values.max())
    ends = format_number(low, _DIGITS), format_number(high, _DIGITS)
    if low == high:
        return values * 0.0 + dots // 2, *ends
    share: Array = (values / 2 - low / 2) / (high / 2 - low / 2)
    return (share * dots).round(), *ends

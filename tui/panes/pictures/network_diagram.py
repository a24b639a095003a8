"""The network: inputs, neurons and outputs with the weights between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from engine.common.numbers import grouped
from tui.drawing.canvas import Canvas
from tui.drawing.lines import Row
from tui.drawing.numbers import NARROWEST, fixed, largest_magnitude, missing
from tui.drawing.palette import Palette
from tui.drawing.short_names import shortened
from tui.panes.pictures.network_layers import Column, Touch, chosen, columns_of, row_of, touch_of

if TYPE_CHECKING:
    from engine.maths.tensor import Array
    from tui.panes.pictures.worker import Reading
    from tui.view_state import Moment

_NUMBER = NARROWEST
_GAP = 5
"""The cells that edges need between two columns."""
_FAINT, _THICK = 0.12, 0.66
"""Of the largest weight of a layer: below it an edge is dotted, above it is double."""
_DIMMED = 0.1
"""Of the largest weight: as strong as that a weight is drawn that is not touched."""
_EIGHTHS = ("", *"▏▎▍▌▋▊▉")
_LONGEST = 10
"""The cells of a bar at most."""
_SHORTEST = 4
"""Those of a bar beside a name."""
_LEAST = 5
"""The cells that a layer of bars needs."""
_HEAD = 2
_OUTER = 2
"""The inputs and the outputs, which are always seen."""
_BETWEEN = 4
"""The cells that tell of layers out of sight on one side."""


@dataclass(frozen=True)
class _Form:
    """How a neuron is written: its name as wide as that, the number beside or under it."""

    name: int
    under: bool

    @property
    def width(self) -> int:
        return max(self.name, _NUMBER) if self.under else self.name + 1 + _NUMBER

    @property
    def lines(self) -> int:
        return 2 if self.under else 1


def diagram_rows(
    moment: Moment,
    palette: Palette,
    size: tuple[int, int],
    reading: Reading | None = None,
    first: int = 0,
) -> list[Row]:
    """Draw the network as it is for the selected observation, else for the first.

    Args:
        moment: What there is to see.
        palette: The colours.
        size: Columns and lines.
        reading: What was computed aside for an observation that the moment has no row for.
        first: The hidden layer that is the first to be seen, where not all fit.
    """
    width, height = size
    observation = chosen(moment)
    aside = reading.values if reading and reading.observation == observation else None
    columns = columns_of(moment, observation, aside)
    touch = touch_of(moment.snapshot) if not moment.is_blurred else None
    rows = _head(moment, observation, touch, palette, width)
    form = _form(columns, width, height - _HEAD)
    if form is None:
        return rows + _bars(columns, touch, palette, (width, height - _HEAD), first)
    canvas = Canvas(width, height - _HEAD)
    wide = [min(form.width, _widest(column, form)) for column in columns]
    lefts = _lefts(wide, width)
    for k in range(1, len(columns)):
        ends = (lefts[k - 1] + wide[k - 1], lefts[k] - 1)
        _edges(canvas, moment, columns[k - 1], columns[k], ends, form, touch, palette)
    for column, left, cells in zip(columns, lefts, wide, strict=True):
        _neurons(canvas, column, left, cells, form, touch, palette)
    return rows + canvas.rows(palette.text)


def _head(
    moment: Moment, observation: int, touch: Touch | None, palette: Palette, width: int
) -> list[Row]:
    """Lay out the heading: the observation and the next operation."""
    dataset = moment.dataset
    name = f"{dataset.index} {dataset.observations[observation]}"
    first = Row().add(name if cell_len(name) <= 30 else name[:29] + "…", palette.heading)
    if row_of(moment, observation) is None and not moment.is_blurred:
        where = "not in this batch" if moment.snapshot.batch is not None else "not in sight"
        told = (f"  {where}: computed with the present weights", f"  {where}")
        fitting = (words for words in told if first.width + len(words) <= width)
        first.add(next(fitting, ""), palette.dim)
    second = Row()
    if touch is not None:
        second.add("▶ ", palette.heading).add(touch.formula, palette.label)
    return [first, second]


def _form(columns: list[Column], width: int, height: int) -> _Form | None:
    """Return the form in which all columns fit, or None."""
    most = max(len(column.names) for column in columns)
    names = max(cell_len(name) for column in columns for name in column.names)
    for form in (
        *(_Form(min(names, cells), under=False) for cells in (14, 10)),
        *(_Form(min(names, cells), under=True) for cells in (14, 10, 7)),
        _Form(min(names, 5), under=False),
    ):
        needed = sum(min(form.width, _widest(c, form)) for c in columns)
        gaps = _GAP * (len(columns) - 1)
        if needed + gaps <= width and most * form.lines <= height:
            return form
    return None


def _widest(column: Column, form: _Form) -> int:
    name = min(max(map(cell_len, column.names)), form.name)
    return max(name, _NUMBER) if form.under else name + 1 + _NUMBER


def _lefts(wide: list[int], width: int) -> list[int]:
    """Return the left edges of the columns, evenly spaced."""
    gaps = (width - sum(wide)) / max(len(wide) - 1, 1)
    return [round(sum(wide[:k]) + gaps * k) for k in range(len(wide))]


def _top(index: int, count: int, height: int, form: _Form) -> int:
    """Return the line on which a neuron begins."""
    return min(max(round((index + 0.5) * height / count - form.lines / 2), 0), height - form.lines)


def _edges(
    canvas: Canvas,
    moment: Moment,
    before: Column,
    after: Column,
    ends: tuple[int, int],
    form: _Form,
    touch: Touch | None,
    palette: Palette,
) -> None:
    """Draw the weights between two columns, the strongest over the others."""
    assert after.weights is not None
    weights = moment.snapshot.values[after.weights]
    largest = largest_magnitude(weights)
    pairs = (before.axis, after.axis)
    # Between two iterations nothing is under way that the other weights have no part in.
    touched = touch.weights if touch is not None and moment.snapshot.position else ()
    dimmed = bool(touched) and pairs not in touched
    for i, j in _by_strength(weights):
        value = float(weights[i, j])
        share = abs(value) / largest if largest and math.isfinite(value) else 1.0
        style = palette.number(value, largest)
        if dimmed and math.isfinite(value):
            style = palette.number(math.copysign(_DIMMED, value) if value else 0.0, 1.0)
        start, end = (
            4 * _top(place, len(column.names), canvas.height, form) + 2 * form.lines - 1
            for place, column in ((i, before), (j, after))
        )
        across = (2 * ends[0] + 1, 2 * ends[1])
        gap = 1 if share >= _FAINT else 4
        canvas.line((across[0], start), (across[1], end), style, gap)
        if share >= _THICK:
            canvas.line((across[0], start + 1), (across[1], end + 1), style)


def _by_strength(weights: Array) -> list[tuple[int, int]]:
    places = [(i, j) for i in range(weights.shape[0]) for j in range(weights.shape[1])]
    return sorted(places, key=lambda place: abs(float(weights[place])))


def _lit(column: Column, touch: Touch | None, palette: Palette) -> Style | None:
    """Return the background of a column's names, lit if the operation touches it."""
    if touch is not None and column.axis in touch.written:
        return palette.current
    if touch is not None and column.axis in touch.read:
        return palette.selected
    return None


def _neurons(
    canvas: Canvas,
    column: Column,
    left: int,
    cells: int,
    form: _Form,
    touch: Touch | None,
    palette: Palette,
) -> None:
    """Write the names and the numbers of a column."""
    lit = _lit(column, touch, palette)
    largest = 0.0 if column.values is None else largest_magnitude(column.values)
    room = cells if form.under else cells - 1 - _NUMBER
    for i, title in enumerate(shortened(column.names, room)):
        y = _top(i, len(column.names), canvas.height, form)
        number, style = missing(_NUMBER), palette.dim
        if column.values is not None:
            number = fixed(float(column.values[i]), _NUMBER)
            style = palette.number(float(column.values[i]), largest)
        label = palette.label if lit is None else lit
        value = style if lit is None else style + Style(bgcolor=lit.bgcolor, reverse=lit.reverse)
        if form.under:
            canvas.write(left, y, title.center(cells), label)
            canvas.write(left, y + 1, number.strip().center(cells), value)
        else:
            canvas.write(left, y, title.ljust(room + 1), label)
            canvas.write(left + room + 1, y, number, value)


def layers_in_sight(moment: Moment, size: tuple[int, int], first: int) -> tuple[range, int]:
    """Return the hidden layers in view, and the number of all.

    Args:
        moment: What there is to see.
        size: Columns and lines.
        first: The one that is wanted first.
    """
    columns = columns_of(moment, chosen(moment))
    hidden = len(columns) - _OUTER
    if _form(columns, size[0], size[1] - _HEAD) is not None:
        return range(hidden), hidden
    return _hidden_in_sight(hidden, size[0], first), hidden


def _hidden_in_sight(hidden: int, width: int, first: int) -> range:
    if hidden + _OUTER <= width // _LEAST:
        return range(hidden)
    fitting = max((width - 2 * _BETWEEN) // _LEAST - _OUTER, 1)
    first = min(max(first, 0), hidden - fitting)
    return range(first, first + fitting)


def _bars(
    columns: list[Column],
    touch: Touch | None,
    palette: Palette,
    size: tuple[int, int],
    first: int,
) -> list[Row]:
    """Draw a network too large for a diagram: a bar for each neuron, in columns by layer.

    Of more layers than fit some hidden ones are left out, and it is told how many.
    """
    width, height = size
    seen = _hidden_in_sight(len(columns) - _OUTER, width, first)
    left_out = seen.start, len(columns) - _OUTER - seen.stop
    shown = [columns[0], *columns[1 + seen.start : 1 + seen.stop], columns[-1]]
    cut = any(left_out)
    each = (width - 2 * _BETWEEN * cut) // len(shown)
    room = max(each - 2, 1), max(height - 2, 1)
    lefts = [k * each for k in range(len(shown))]
    if cut:
        lefts[1:] = [left + _BETWEEN for left in lefts[1:]]
        lefts[-1] += _BETWEEN
    heads, counts = Row(), Row()
    for k, column in enumerate(shown):
        if cut and k in (1, len(shown) - 1):
            more = left_out[k > 1]
            heads.add("…" if more else "", palette.dim, width=_BETWEEN)
            counts.add(f"+{more}" if more else "", palette.dim, width=_BETWEEN)
        lit = _lit(column, touch, palette) or palette.heading
        heads.add(column.title, lit, width=room[0]).add(" " * (each - room[0]))
        counts.add(_count(len(column.names), each - 1), palette.dim, width=each)
    rows = [heads, counts]
    blocks = [_bar_rows(column, room, palette) for column in shown]
    for y in range(room[1]):
        row = Row()
        for left, block in zip(lefts, blocks, strict=True):
            row.add("", width=left - row.width)
            if y < len(block):
                row.extend(block[y])
        rows.append(row)
    return rows[:height]


def _count(count: int, cells: int) -> str:
    """Write a count in a few cells."""
    return next(
        (text for text in (grouped(count), f"{count}") if len(text) <= cells),
        f"{count // 1000}k",
    )


def _bar_rows(column: Column, room: tuple[int, int], palette: Palette) -> list[Row]:
    """Lay out a layer's bars from the top down, column by column; the strongest if several."""
    count, (width, height) = len(column.names), room
    across = min(-(-count // height), max(width // 2, 1))
    group = -(-count // (across * height))
    bars = -(-count // group)
    cells = max(min(width // across - 1, _LONGEST), 1)
    names = min(max(map(cell_len, column.names)), width - _SHORTEST - 1)
    if across > 1 or group > 1 or names < 2:
        names = 0
    if names:
        cells = min(width - names - 1, _LONGEST)
    values = None if column.values is None else [float(value) for value in column.values]
    largest = 0.0 if column.values is None else largest_magnitude(column.values)
    titles = shortened(column.names, names) if names else ()
    rows = []
    for y in range(min(height, bars)):
        row = Row()
        for n in range(y, bars, height):
            if names:
                row.add(titles[n], palette.label, width=names).add(" ")
            if values is None:
                row.add("·", palette.dim, width=cells).add(" ")
                continue
            value = max(values[n * group : (n + 1) * group], key=abs)
            share = abs(value) / largest if largest and math.isfinite(value) else 0.0
            eighths = max(round(share * cells * 8), 1)
            bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8]
            row.add(bar, palette.number(value, largest), width=cells).add(" ")
        rows.append(row)
    return rows

"""The network: inputs, neurons and outputs with the weights between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from tui.lines import Row
from tui.moment import State
from tui.names import shortened
from tui.numbers import NARROWEST, fixed, largest_magnitude, missing
from tui.palette import Palette
from tui.pictures.canvas import Canvas
from tui.pictures.structure import Column, Touch, columns_of, row_of, touch_of

if TYPE_CHECKING:
    from engine.tensor import Array
    from tui.moment import Moment

_NUMBER = NARROWEST
_GAP = 5
"""The cells that edges need between two columns."""
_FAINT, _THICK = 0.12, 0.66
"""Of the largest weight of a layer: below it an edge is dotted, above it is double."""
_EIGHTHS = ("", *"▏▎▍▌▋▊▉")
_LONGEST = 10
"""The cells of a bar at most."""
_SHORTEST = 4
"""Those of a bar beside a name."""
_LEAST = 5
"""The cells that a layer of bars needs."""
_HEAD = 2


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


def diagram_rows(moment: Moment, palette: Palette, size: tuple[int, int]) -> list[Row]:
    """Draw the network as it is for the selected observation, else for the first.

    Args:
        moment: What there is to see.
        palette: The colours.
        size: Columns and lines.
    """
    width, height = size
    observation = min(moment.selected or 0, len(moment.dataset.x) - 1)
    columns = columns_of(moment, observation)
    touch = touch_of(moment.snapshot) if moment.state is not State.RUNNING else None
    rows = _head(moment, observation, touch, palette, width)
    form = _form(columns, width, height - _HEAD)
    if form is None:
        return rows + _bars(columns, touch, palette, width, height - _HEAD)
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
    """Which observation it is for, and what is about to run."""
    dataset = moment.dataset
    name = f"{dataset.index} {dataset.observations[observation]}"
    first = Row().add(name if cell_len(name) <= 30 else name[:29] + "…", palette.heading)
    if row_of(moment, observation) is None:
        batch = moment.snapshot.batch is not None
        first.add("  not in this batch" if batch else "  not in sight", palette.dim)
    second = Row()
    if touch is not None:
        second.add("▶ ", palette.heading).add(touch.formula, palette.label)
    return [first, second]


def _form(columns: list[Column], width: int, height: int) -> _Form | None:
    """The form in which all columns fit, or None."""
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
    """Where the columns begin, with the same room between any two."""
    gaps = (width - sum(wide)) / max(len(wide) - 1, 1)
    return [round(sum(wide[:k]) + gaps * k) for k in range(len(wide))]


def _top(index: int, count: int, height: int, form: _Form) -> int:
    """The line on which a neuron begins."""
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
    dimmed = touch is not None and bool(touch.weights) and pairs not in touch.weights
    for i, j in _by_strength(weights):
        value = float(weights[i, j])
        share = abs(value) / largest if largest and math.isfinite(value) else 1.0
        style = palette.dim if dimmed else palette.number(value, largest)
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
    """What the names of a column are drawn on, if the operation touches it."""
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
        value = style if lit is None else style + Style(bgcolor=lit.bgcolor)
        if form.under:
            canvas.write(left, y, title.center(cells), label)
            canvas.write(left, y + 1, number.strip().center(cells), value)
        else:
            canvas.write(left, y, title.ljust(room + 1), label)
            canvas.write(left + room + 1, y, number, value)


def _bars(
    columns: list[Column], touch: Touch | None, palette: Palette, width: int, height: int
) -> list[Row]:
    """Of a network too large for a diagram: each layer as columns of bars, one a neuron."""
    shown = columns[: max(width // _LEAST, 1)]
    each = width // len(shown)
    room = max(each - 2, 1), max(height - 2, 1)
    heads, counts = Row(), Row()
    for column in shown:
        lit = _lit(column, touch, palette) or palette.heading
        heads.add(column.title, lit, width=room[0]).add(" " * (each - room[0]))
        count = f"{len(column.names):,}"
        counts.add(count, palette.dim, width=room[0]).add(" " * (each - room[0]))
    rows = [heads, counts]
    blocks = [_bar_rows(column, room, palette) for column in shown]
    for y in range(room[1]):
        row = Row()
        for k, block in enumerate(blocks):
            row.add("", width=k * each - row.width)
            if y < len(block):
                row.extend(block[y])
        rows.append(row)
    return rows[:height]


def _bar_rows(column: Column, room: tuple[int, int], palette: Palette) -> list[Row]:
    """The bars from the top down, then in the next column; of some neurons the strongest."""
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

"""A network too large for a diagram: a bar for each neuron, in columns by layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from engine.common.numbers import grouped
from tui.drawing.lines import Row
from tui.drawing.numbers import largest_magnitude
from tui.drawing.short_names import shortened

if TYPE_CHECKING:
    from tui.drawing.palette import Palette
    from tui.panes.pictures.network_layers import Column, Numbers, Touch

_EIGHTHS = ("", *"▏▎▍▌▋▊▉")
_LONGEST = 10
"""The cells of a bar at most."""
_SHORTEST = 4
"""The least cells of a bar beside a name."""
_LEAST = 5
"""The cells that a layer of bars needs."""
_OUTER = 2
"""The inputs and the outputs, which are always seen."""
_BETWEEN = 4
"""The cells that tell of layers out of sight on one side."""


def lit(column: Column, touch: Touch | None, palette: Palette) -> Style | None:
    """Return the background of a column's names, lit if the operation touches it."""
    if touch is not None and column.axis in touch.written:
        return palette.current
    if touch is not None and column.axis in touch.read:
        return palette.selected
    return None


def hidden_in_sight(hidden: int, width: int, first: int) -> range:
    """Return which of so many hidden layers are in view."""
    if hidden + _OUTER <= width // _LEAST:
        return range(hidden)
    fitting = max((width - 2 * _BETWEEN) // _LEAST - _OUTER, 1)
    first = min(max(first, 0), hidden - fitting)
    return range(first, first + fitting)


def bars(
    columns: list[Column],
    shown: list[Numbers],
    touch: Touch | None,
    palette: Palette,
    size: tuple[int, int],
    first: int,
    neuron: tuple[int, int] | None,
) -> list[Row]:
    """Draw a network too large for a diagram: a bar for each neuron, in columns by layer.

    Of more layers than fit some hidden ones are left out, and it is told how many.

    Args:
        columns: The network.
        shown: What the neurons of each have.
        touch: What the next operation touches.
        palette: The colours.
        size: Columns and lines.
        first: The hidden layer that is the first to be seen.
        neuron: The chosen one, by column and place in it.
    """
    width, height = size
    seen = hidden_in_sight(len(columns) - _OUTER, width, first)
    left_out = seen.start, len(columns) - _OUTER - seen.stop
    places = [0, *range(1 + seen.start, 1 + seen.stop), len(columns) - 1]
    cut = any(left_out)
    each = (width - 2 * _BETWEEN * cut) // len(places)
    room = max(each - 2, 1), max(height - 2, 1)
    lefts = [k * each for k in range(len(places))]
    if cut:
        lefts[1:] = [left + _BETWEEN for left in lefts[1:]]
        lefts[-1] += _BETWEEN
    heads, counts = Row(), Row()
    for k, place in enumerate(places):
        column = columns[place]
        if cut and k in (1, len(places) - 1):
            more = left_out[k > 1]
            heads.add("…" if more else "", palette.dim, width=_BETWEEN)
            counts.add(f"+{more}" if more else "", palette.dim, width=_BETWEEN)
        style = lit(column, touch, palette) or palette.heading
        heads.add(shown[place].symbol, style, width=room[0]).add(" " * (each - room[0]))
        counts.add(_count(len(column.names), each - 1), palette.dim, width=each)
    rows = [heads, counts]
    blocks = [
        _bar_rows(
            columns[place].names,
            shown[place],
            room,
            palette,
            neuron[1] if neuron is not None and neuron[0] == place else None,
        )
        for place in places
    ]
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


def _bar_rows(
    called: tuple[str, ...],
    shown: Numbers,
    room: tuple[int, int],
    palette: Palette,
    chosen: int | None,
) -> list[Row]:
    """Lay out a layer's bars from the top down, column by column; the strongest if several."""
    count, (width, height) = len(called), room
    across = min(-(-count // height), max(width // 2, 1))
    group = -(-count // (across * height))
    bars = -(-count // group)
    cells = max(min(width // across - 1, _LONGEST), 1)
    names = min(max(map(cell_len, called)), width - _SHORTEST - 1)
    if across > 1 or group > 1 or names < 2:
        names = 0
    if names:
        cells = min(width - names - 1, _LONGEST)
    values = None if shown.array is None else [float(value) for value in shown.array]
    largest = 0.0 if shown.array is None else largest_magnitude(shown.array)
    titles = shortened(called, names) if names else ()
    rows = []
    for y in range(min(height, bars)):
        row = Row()
        for n in range(y, bars, height):
            marked = chosen is not None and chosen // group == n
            mark = Style(reverse=True) if marked else Style()
            if names:
                row.add(titles[n], palette.label + mark, width=names).add(" ")
            if values is None:
                row.add("·", palette.dim + mark, width=cells).add(" ")
                continue
            value = max(values[n * group : (n + 1) * group], key=abs)
            share = abs(value) / largest if largest and math.isfinite(value) else 0.0
            eighths = max(round(share * cells * 8), 1)
            bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8]
            row.add(bar, palette.number(value, largest) + mark, width=cells).add(" ")
        rows.append(row)
    return rows

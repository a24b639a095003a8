"""The network: inputs, neurons and outputs, the edges between them, and what they carry."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rich.style import Style

from tui.drawing.canvas import Canvas
from tui.drawing.lines import Row
from tui.drawing.palette import Palette
from tui.drawing.short_names import shortened
from tui.panes.pictures.network_bars import bars, hidden_in_sight, lit
from tui.panes.pictures.network_edges import Edge, Gap, draw_edges
from tui.panes.pictures.network_form import Form, Place, form_for, places_of
from tui.panes.pictures.network_layers import (
    Carried,
    Choice,
    Column,
    Numbers,
    Touch,
    carried_at,
    chosen,
    columns_of,
    touch_of,
)
from tui.panes.pictures.network_words import foot_rows, head_rows, legend_row, written

if TYPE_CHECKING:
    from tui.panes.pictures.worker import Reading
    from tui.view_state import Moment

_HEAD = 2
_FOOT = 2
"""The lines that tell of the chosen neuron."""
_OUTER = 2
"""The inputs and the outputs."""
_MARK = "›"


def diagram_rows(
    moment: Moment,
    palette: Palette,
    size: tuple[int, int],
    choice: Choice,
    reading: Reading | None = None,
    first: int = 0,
) -> list[Row]:
    """Draw the network as it is for the selected observation, else for the first, or for all.

    Args:
        moment: The moment to draw.
        palette: The colours.
        size: Columns and lines.
        choice: What is chosen.
        reading: What was computed aside for an observation that the moment has no row for.
        first: The hidden layer that is the first to be seen, where not all fit.
    """
    width, height = size
    observation = chosen(moment)
    aside = reading.values if reading and reading.observation == observation else None
    columns = columns_of(moment, choice, aside)
    touch = touch_of(moment.snapshot) if not moment.is_blurred else None
    rows = head_rows(moment, choice, touch, palette, width)
    foot = _FOOT if choice.neuron is not None else 0
    form, lines = form_for(columns, moment, choice, (width, height - _HEAD), foot)
    if form is None:
        carried = carried_at(moment, choice.carried)
        shown = [column.value for column in columns]
        if carried is Carried.GRADIENT:
            shown = [column.gradient or column.value for column in columns]
        room = (width, height - _HEAD - foot)
        rows += bars(columns, shown, touch, palette, room, first, choice.neuron)
        return rows + foot_rows(columns, choice, [], palette, width)
    canvas = Canvas(width, lines)
    places = places_of(columns, form, (width, lines))
    for place in places:
        _neurons(canvas, place, form, touch, moment.fresh, palette, choice.neuron, places)
    left_out: list[tuple[int, Numbers, Edge]] = []
    for k, (before, after) in enumerate(pairwise(places)):
        gap = Gap(
            after.column,
            before.left + before.width,
            after.left - 1,
            tuple(
                4 * before.top(i) + 2 * before.lines - 1 for i in range(len(before.column.names))
            ),
            tuple(4 * after.top(j) + 2 * after.lines - 1 for j in range(len(after.column.names))),
            _chosen_edges(choice.neuron, k, len(before.column.names), len(after.column.names)),
        )
        dimmed = _is_dimmed(before.column, after.column, touch, moment)
        carried = carried_at(moment, choice.carried)
        unseen = draw_edges(canvas, gap, carried, form.full, dimmed, moment.fresh, palette)
        left_out += [(k, number, edge) for number, edge in unseen]
    if not form.full:
        rows.append(legend_row(places, form.carried, palette))
    rows += canvas.rows(palette.text)
    if form.full:
        return rows
    return rows + foot_rows(columns, choice, left_out, palette, width)


def _is_dimmed(before: Column, after: Column, touch: Touch | None, moment: Moment) -> bool:
    """Return whether the next operation has nothing to do with the weights between two columns."""
    # Between two iterations nothing is under way that the other weights have no part in.
    touched = touch.weights if touch is not None and moment.snapshot.position else ()
    return bool(touched) and (before.axis, after.axis) not in touched


def _chosen_edges(
    neuron: tuple[int, int] | None, k: int, before: int, after: int
) -> tuple[tuple[int, int], ...]:
    """Return the edges of the chosen neuron between the columns k and k + 1."""
    if neuron is None:
        return ()
    column, index = neuron
    if column == k:
        return tuple((index, j) for j in range(after))
    return tuple((i, index) for i in range(before)) if column == k + 1 else ()


def _neurons(
    canvas: Canvas,
    place: Place,
    form: Form,
    touch: Touch | None,
    fresh: str | None,
    palette: Palette,
    neuron: tuple[int, int] | None,
    places: list[Place],
) -> None:
    """Write the names and the numbers of a column."""
    column, left, cells = place.column, place.left, place.width
    shown, under = form.shown(column), form.is_under(column)
    symbols = form.symbols(column)
    ground = lit(column, touch, palette)
    room = cells if under else cells - len(shown) * (1 + form.number)
    at = neuron[1] if neuron is not None and places[neuron[0]] is place else None
    for i, title in enumerate(shortened(column.names, room)):
        y = place.top(i)
        label = palette.label if ground is None or form.full else ground
        if i == at:
            label += palette.heading + Style(bold=True)
        name = title.ljust(room) if symbols or not under else title.center(cells)
        canvas.write(left, y, name, label)
        if i == at:
            canvas.write(left - 1 + len(name) - len(name.lstrip()), y, _MARK, label)
        for k, number in enumerate(shown):
            text, style = written(number, i, form.number, palette)
            if number.name == fresh:
                style += palette.fresh
            elif form.full:
                style += _ground(_touched(number.name, touch, palette))
            else:
                style += _ground(ground)
            if not under:
                canvas.write(left + room + 1 + k * (1 + form.number), y, text, style)
            elif symbols:
                mark = _touched(number.name, touch, palette) or palette.dim
                canvas.write(left, y + 1 + k, number.symbol.ljust(symbols), mark)
                canvas.write(left + symbols, y + 1 + k, text, style)
            else:
                canvas.write(left, y + 1 + k, text.strip().center(cells), style)


def _touched(name: str, touch: Touch | None, palette: Palette) -> Style | None:
    """Return the ground of a tensor that the next operation writes or reads."""
    if touch is not None and name == touch.name:
        return palette.current
    return palette.selected if touch is not None and name in touch.reads else None


def _ground(style: Style | None) -> Style:
    """Return only the ground of a style."""
    return Style() if style is None else Style(bgcolor=style.bgcolor, reverse=style.reverse)


def layers_in_sight(
    moment: Moment, size: tuple[int, int], choice: Choice, first: int
) -> tuple[range, int]:
    """Return the hidden layers in view, and the number of all."""
    columns = columns_of(moment, choice)
    hidden = len(columns) - _OUTER
    foot = _FOOT if choice.neuron is not None else 0
    if form_for(columns, moment, choice, (size[0], size[1] - _HEAD), foot)[0] is not None:
        return range(hidden), hidden
    return hidden_in_sight(hidden, size[0], first), hidden

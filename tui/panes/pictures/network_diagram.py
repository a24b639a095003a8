"""The network: inputs, neurons and outputs, the edges between them, and what they carry."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from tui.drawing.canvas import Canvas
from tui.drawing.lines import Row
from tui.drawing.numbers import NARROWEST, fixed, largest_magnitude, missing
from tui.drawing.palette import Palette
from tui.drawing.short_names import shortened
from tui.panes.pictures.network_bars import bars, hidden_in_sight, lit
from tui.panes.pictures.network_edges import Edge, Gap, draw_edges, label_width
from tui.panes.pictures.network_layers import (
    Carried,
    Choice,
    Column,
    Numbers,
    Touch,
    carried_at,
    chosen,
    columns_of,
    is_of_all,
    row_of,
    touch_of,
)

if TYPE_CHECKING:
    from tui.panes.pictures.worker import Reading
    from tui.view_state import Moment

_NUMBER, _LONG_NUMBER = NARROWEST, NARROWEST + 1
"""The cells of a number: alone, and with its symbol."""
_GAP = 5
"""The cells that edges need between two columns."""
_HEAD, _LEGEND = 2, 1
_FOOT = 2
"""The lines that tell of the chosen neuron."""
_OUTER = 2
"""The inputs and the outputs."""
_MARK = "›"


@dataclass(frozen=True)
class _Form:
    """How neurons are written.

    Attributes:
        name: The cells of a name, at most.
        under: Whether numbers stand under the name, not beside it.
        full: Whether each has all its numbers, with their symbols.
        carried: Which numbers they have.
    """

    name: int
    under: bool
    full: bool
    carried: Carried

    def shown(self, column: Column) -> list[Numbers]:
        """Return the numbers that a column's neurons have."""
        value, gradient = column.value, column.gradient or column.value
        if self.full and self.carried is not Carried.BOTH:
            back = self.carried is Carried.GRADIENT
            return [n for n in column.neurons if n.is_gradient == back] or [value]
        if self.full:
            return list(column.neurons)
        if self.carried is Carried.BOTH and column.gradient is not None:
            return [value, gradient]
        return [gradient if self.carried is Carried.GRADIENT else value]

    def is_under(self, column: Column) -> bool:
        """Return whether a column's numbers stand under the names."""
        return self.under and not (self.full and len(column.neurons) == 1)

    def symbols(self, column: Column) -> int:
        """Return the cells of the symbols."""
        if not self.full or not self.is_under(column):
            return 0
        return 1 + max(cell_len(number.symbol) for number in self.shown(column))

    @property
    def number(self) -> int:
        """The cells of a number."""
        return _LONG_NUMBER if self.full else _NUMBER

    def width(self, column: Column) -> int:
        """Return the cells of a column."""
        name = min(max(map(cell_len, column.names)), self.name)
        if self.is_under(column):
            return max(name, self.symbols(column) + self.number)
        return name + len(self.shown(column)) * (1 + self.number)

    def lines(self, column: Column) -> int:
        """Return the lines of a neuron."""
        return 1 + len(self.shown(column)) if self.is_under(column) else 1


@dataclass(frozen=True)
class _Place:
    """Where a column is drawn."""

    column: Column
    left: int
    width: int
    lines: int
    height: int

    def top(self, index: int) -> int:
        """Return the line on which a neuron begins."""
        wanted = (index + 0.5) * self.height / len(self.column.names) - self.lines / 2
        return min(max(round(wanted), 0), self.height - self.lines)


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
        moment: What there is to see.
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
    rows = _head(moment, choice, touch, palette, width)
    foot = _FOOT if choice.neuron is not None else 0
    form, lines = _form(columns, moment, choice, (width, height - _HEAD), foot)
    if form is None:
        carried = carried_at(moment, choice.carried)
        shown = [column.value for column in columns]
        if carried is Carried.GRADIENT:
            shown = [column.gradient or column.value for column in columns]
        room = (width, height - _HEAD - foot)
        rows += bars(columns, shown, touch, palette, room, first, choice.neuron)
        return rows + _foot(columns, choice, [], palette, width)
    canvas = Canvas(width, lines)
    places = _places(columns, form, (width, lines))
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
        rows.append(_legend(places, form.carried, palette))
    rows += canvas.rows(palette.text)
    if form.full:
        return rows
    return rows + _foot(columns, choice, left_out, palette, width)


def _head(
    moment: Moment, choice: Choice, touch: Touch | None, palette: Palette, width: int
) -> list[Row]:
    """Lay out the heading: the observation and the next operation."""
    dataset, snapshot, observation = moment.dataset, moment.snapshot, chosen(moment)
    name = f"{dataset.index} {dataset.observations[observation]}"
    first = Row().add(name if cell_len(name) <= 30 else name[:29] + "…", palette.heading)
    told: tuple[str, ...] = ()
    if choice.whole:
        what = "the batch" if snapshot.batch is not None else "all observations"
        first = Row().add(what, palette.heading)
        told = (": gradients are summed, the rest is the mean",)
    elif row_of(moment, observation) is None and not moment.is_blurred:
        where = "not in this batch" if snapshot.batch is not None else "not in sight"
        told = (f"  {where}: computed with the present weights", f"  {where}")
    elif snapshot.position and is_of_all(moment, choice):
        told = ("  the edges' gradients are the sums that the update uses",)
    fitting = (words for words in told if first.width + len(words) <= width)
    first.add(next(fitting, ""), palette.dim)
    second = Row()
    if touch is not None:
        second.add("▶ ", palette.heading).add(touch.formula, palette.label)
    if choice.carried is not Carried.PHASE:
        end = Row().add(choice.carried.value, palette.dim)
        second = second.justified(end, width)
    return [first, second]


def _form(
    columns: list[Column], moment: Moment, choice: Choice, size: tuple[int, int], foot: int
) -> tuple[_Form | None, int]:
    """Return the form in which all columns fit, and the lines that are left for them."""
    width, height = size
    names = max(cell_len(name) for column in columns for name in column.names)
    carried = carried_at(moment, choice.carried)
    everything = Carried.BOTH if choice.carried is Carried.PHASE else carried
    full = _Form(min(names, 14), True, True, everything)
    gaps = [label_width(column, carried, full=True) + 2 for column in columns[1:]]
    if _fits(columns, full, width - sum(gaps), height):
        return _Form(full.name, True, True, everything), height
    height -= foot + _LEGEND
    for name, under in ((14, False), (10, False), (14, True), (10, True), (7, True), (5, False)):
        form = _Form(min(names, name), under, False, carried)
        if _fits(columns, form, width - _GAP * (len(columns) - 1), height):
            return form, height
    return None, height


def _fits(columns: list[Column], form: _Form, width: int, height: int) -> bool:
    needed = 1 + sum(map(form.width, columns))
    lines = (len(column.names) * (form.lines(column) + form.full) for column in columns)
    return needed <= width and max(lines) - form.full <= height


def _places(columns: list[Column], form: _Form, size: tuple[int, int]) -> list[_Place]:
    """Return where the columns are drawn, evenly spaced, with room for a mark on the left."""
    width, height = size
    wide = [form.width(column) for column in columns]
    gaps = (width - 1 - sum(wide)) / max(len(wide) - 1, 1)
    return [
        _Place(column, 1 + round(sum(wide[:k]) + gaps * k), wide[k], form.lines(column), height)
        for k, column in enumerate(columns)
    ]


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


def _legend(places: list[_Place], carried: Carried, palette: Palette) -> Row:
    """Say above the columns and between them what the numbers are."""
    row, end = Row(), 0
    for place in places:
        column = place.column
        if column.edges:
            weights, products, gradients = column.edges
            value = products if products.array is not None else weights
            symbol = _named(value, gradients, carried, place.left - end)
            row.add(symbol.center(place.left - end), palette.dim, width=place.left - end)
        else:
            row.add("", width=place.left)
        title = _named(column.value, column.gradient or column.value, carried, place.width)
        row.add(title.center(place.width), palette.label, width=place.width)
        end = place.left + place.width
    return row


def _named(value: Numbers, gradient: Numbers, carried: Carried, room: int) -> str:
    """Name what is carried, as far as there is room."""
    if carried is Carried.VALUE or gradient is value:
        return value.symbol
    both = f"{value.symbol}  {gradient.symbol}"
    return both if carried is Carried.BOTH and cell_len(both) < room else gradient.symbol


def _neurons(
    canvas: Canvas,
    place: _Place,
    form: _Form,
    touch: Touch | None,
    fresh: str | None,
    palette: Palette,
    neuron: tuple[int, int] | None,
    places: list[_Place],
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
        written = title.ljust(room) if symbols or not under else title.center(cells)
        canvas.write(left, y, written, label)
        if i == at:
            canvas.write(left - 1 + len(written) - len(written.lstrip()), y, _MARK, label)
        for k, number in enumerate(shown):
            text, style = _written(number, i, form.number, palette)
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


def _written(number: Numbers, i: int, cells: int, palette: Palette) -> tuple[str, Style]:
    """Write a number and choose its colour; a dot where it is not computed."""
    if number.array is None:
        return missing(cells), palette.dim
    value = float(number.array[i])
    return fixed(value, cells), palette.number(value, largest_magnitude(number.array))


def _touched(name: str, touch: Touch | None, palette: Palette) -> Style | None:
    """Return the ground of a tensor that the next operation writes or reads."""
    if touch is not None and name == touch.name:
        return palette.current
    return palette.selected if touch is not None and name in touch.reads else None


def _ground(style: Style | None) -> Style:
    """Return only the ground of a style."""
    return Style() if style is None else Style(bgcolor=style.bgcolor, reverse=style.reverse)


def _foot(
    columns: list[Column],
    choice: Choice,
    left_out: list[tuple[int, Numbers, Edge]],
    palette: Palette,
    width: int,
) -> list[Row]:
    """Tell all numbers of the chosen neuron, and those of its edges that found no room."""
    if choice.neuron is None:
        return []
    k, i = choice.neuron
    own, edges = Row().add(columns[k].names[i], palette.heading), Row()
    for number in columns[k].neurons:
        text, style = _written(number, i, _NUMBER, palette)
        part = Row().add(f"  {number.symbol} ", palette.dim).add(text.strip(), style)
        # Where edges have nothing to tell, the neuron has their line too.
        (edges if own.width + part.width > width and not left_out else own).extend(part)
    before = ""
    for gap, number, (start, end) in left_out:
        if number.symbol != before:
            edges.add(f"{number.symbol}  ", palette.dim)
            before = number.symbol
        other = columns[gap].names[start] if gap == k - 1 else columns[gap + 1].names[end]
        text, style = "·", palette.dim
        if number.array is not None:
            value = float(number.array[start, end])
            text = fixed(value, _NUMBER).strip()
            style = palette.number(value, largest_magnitude(number.array))
        edges.add(f"{other} ", palette.label).add(f"{text}  ", style)
    return [own, edges]


def layers_in_sight(
    moment: Moment, size: tuple[int, int], choice: Choice, first: int
) -> tuple[range, int]:
    """Return the hidden layers in view, and the number of all.

    Args:
        moment: What there is to see.
        size: Columns and lines.
        choice: What is chosen.
        first: The one that is wanted first.
    """
    columns = columns_of(moment, choice)
    hidden = len(columns) - _OUTER
    foot = _FOOT if choice.neuron is not None else 0
    if _form(columns, moment, choice, (size[0], size[1] - _HEAD), foot)[0] is not None:
        return range(hidden), hidden
    return hidden_in_sight(hidden, size[0], first), hidden

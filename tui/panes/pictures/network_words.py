"""The words around the picture of the network: above it, over its columns, and below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from tui.drawing.lines import Row
from tui.drawing.numbers import fixed, largest_magnitude, missing
from tui.drawing.palette import Palette
from tui.panes.pictures.network_edges import Edge
from tui.panes.pictures.network_form import NUMBER, Place
from tui.panes.pictures.network_layers import (
    Carried,
    Choice,
    Column,
    Numbers,
    Touch,
    chosen,
    is_of_all,
    row_of,
)

if TYPE_CHECKING:
    from tui.view_state import Moment


def head_rows(
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


def legend_row(places: list[Place], carried: Carried, palette: Palette) -> Row:
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


def written(number: Numbers, i: int, cells: int, palette: Palette) -> tuple[str, Style]:
    """Write a number and choose its colour; a dot where it is not computed."""
    if number.array is None:
        return missing(cells), palette.dim
    value = float(number.array[i])
    return fixed(value, cells), palette.number(value, largest_magnitude(number.array))


def foot_rows(
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
        text, style = written(number, i, NUMBER, palette)
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
            text = fixed(value, NUMBER).strip()
            style = palette.number(value, largest_magnitude(number.array))
        edges.add(f"{other} ", palette.label).add(f"{text}  ", style)
    return [own, edges]

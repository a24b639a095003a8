"""The edges of the network, drawn as strong as what they carry, with their numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from tui.drawing.numbers import NARROWEST, fixed, largest_magnitude, missing
from tui.panes.pictures.network_layers import Carried, Column, Numbers

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from tui.drawing.canvas import Canvas
    from tui.drawing.palette import Palette

Edge = tuple[int, int]

_FAINT, _THICK = 0.12, 0.66
"""Of the largest of a layer: below it an edge is dotted, above it is double."""
_DIMMED = 0.1
"""Of the largest: as strong as that an edge is drawn that is not touched."""
_LONG = NARROWEST + 1
"""The cells of a number with its symbol."""
_SHARES = (0.0, 0.08, -0.08, 0.16, -0.16, 0.24, -0.24, 0.32, -0.32)
"""The ways along an edge by which its number may be moved to find room."""


@dataclass(frozen=True)
class Gap:
    """The room between two columns.

    Attributes:
        column: The one on the right.
        left: The first cell of the gap.
        right: The last one.
        starts: The heights at which edges begin, in dots.
        ends: Those at which they end.
        chosen: The edges of the chosen neuron.
    """

    column: Column
    left: int
    right: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    chosen: tuple[Edge, ...]

    @property
    def edges(self) -> list[Edge]:
        """All edges, those of the chosen neuron first."""
        every = [(i, j) for i in range(len(self.starts)) for j in range(len(self.ends))]
        return [*self.chosen, *(edge for edge in every if edge not in self.chosen)]


def draw_edges(
    canvas: Canvas,
    gap: Gap,
    carried: Carried,
    full: bool,
    dimmed: bool,
    fresh: str | None,
    palette: Palette,
) -> list[tuple[Numbers, Edge]]:
    """Draw the edges between two columns, the strongest over the others, and their numbers.

    All have numbers or, where there is no room for that, those of the chosen neuron.

    Args:
        canvas: The canvas.
        gap: The room.
        carried: The quantity that they carry.
        full: Whether their numbers are written with symbols.
        dimmed: Whether the next operation has nothing to do with them.
        fresh: What was just computed.
        palette: The colours.

    Returns:
        What there was no room for of the chosen neuron.
    """
    weights, products, gradients = gap.column.edges
    value = products if products.array is not None else weights
    _lines(canvas, gap, gradients if carried is Carried.GRADIENT else value, dimmed, palette)
    shown = _shown(gap.column, carried, full)
    # Where there is no room for all of an edge's numbers, there may be for the foremost one.
    for numbers in (shown, shown[-1:]):
        found = _settled_numbers(canvas, gap, numbers, full)
        if found is not None:
            break
    else:
        numbers, found = shown, {}
        wide, high = _size(numbers, full)
        if gap.chosen and wide <= gap.right - gap.left - 1:
            found = _settled(canvas, gap, list(gap.chosen), (wide, high), partly=True) or {}
    for edge, at in found.items():
        _write(canvas, at, edge, numbers, full, fresh, palette)
    return [(number, edge) for number in shown for edge in gap.chosen if edge not in found]


def _settled_numbers(
    canvas: Canvas, gap: Gap, numbers: list[Numbers], full: bool
) -> dict[Edge, tuple[int, int]] | None:
    """Find places for some numbers of all edges; None if there is no room for all."""
    wide, high = _size(numbers, full)
    room = gap.right - gap.left - 1
    if wide > room or len(gap.edges) * high * wide > canvas.height * room:
        return None
    return _settled(canvas, gap, gap.edges, (wide, high))


def _write(
    canvas: Canvas,
    at: tuple[int, int],
    edge: Edge,
    numbers: list[Numbers],
    full: bool,
    fresh: str | None,
    palette: Palette,
) -> None:
    """Write the numbers of an edge, with a blank on both sides that keeps its line away."""
    (x, y), (wide, _) = at, _size(numbers, full)
    for k, number in enumerate(numbers):
        text, style = _written(number, edge, _LONG if full else NARROWEST, palette)
        if number.name and number.name == fresh:
            style += palette.fresh
        if full or not k:
            canvas.write(x - 1, y + k * full, " ", palette.text)
            canvas.write(x + wide, y + k * full, " ", palette.text)
        if full:
            symbols = wide - _LONG
            canvas.write(x, y + k, number.symbol.ljust(symbols), palette.dim)
            canvas.write(x + symbols, y + k, text, style)
        else:
            canvas.write(x + k * (NARROWEST + 1), y, text.strip().center(NARROWEST), style)


def _size(numbers: list[Numbers], full: bool) -> tuple[int, int]:
    """Return the cells and lines that the numbers of an edge take."""
    if full:
        return max(cell_len(number.symbol) for number in numbers) + 1 + _LONG, len(numbers)
    return len(numbers) * (NARROWEST + 1) - 1, 1


def label_width(column: Column, carried: Carried, full: bool) -> int:
    """Return the cells of what stands on an edge that leads to a column."""
    return _size(_shown(column, carried, full), full)[0]


def _shown(column: Column, carried: Carried, full: bool) -> list[Numbers]:
    """Return the numbers that stand on the edges to a column."""
    weights, products, gradients = column.edges
    if full and carried is Carried.VALUE:
        # Once an iteration is complete the weights are others than those of the products.
        is_complete = products.array is None and gradients.array is not None
        return [weights, gradients if is_complete else products]
    if full:
        of = {Carried.GRADIENT: [weights, gradients]}
        return of.get(carried, [weights, products, gradients])
    value = products if products.array is not None else weights
    of = {Carried.VALUE: [value], Carried.GRADIENT: [gradients]}
    return of.get(carried, [value, gradients])


def _lines(canvas: Canvas, gap: Gap, strength: Numbers, dimmed: bool, palette: Palette) -> None:
    """Draw the edges as lines, grey where what they carry is not computed."""
    array = strength.array
    largest = 0.0 if array is None else largest_magnitude(array)
    for i, j in sorted(gap.edges, key=lambda edge: _strength(array, edge)):
        start, end = (2 * gap.left + 1, gap.starts[i]), (2 * gap.right, gap.ends[j])
        if array is None:
            canvas.line(start, end, palette.dim, 4)
            continue
        value = float(array[i, j])
        share = abs(value) / largest if largest and math.isfinite(value) else 1.0
        style = palette.number(value, largest)
        if dimmed and math.isfinite(value):
            style = palette.number(math.copysign(_DIMMED, value) if value else 0.0, 1.0)
        canvas.line(start, end, style, 4 if share < _FAINT or not value else 1)
        if share >= _THICK and value:
            canvas.line((start[0], start[1] + 1), (end[0], end[1] + 1), style)


def _strength(array: Array | None, edge: Edge) -> float:
    return 0.0 if array is None else abs(float(array[edge]))


def _settled(
    canvas: Canvas, gap: Gap, edges: list[Edge], size: tuple[int, int], partly: bool = False
) -> dict[Edge, tuple[int, int]] | None:
    """Find a place on each edge for its numbers; None if one finds none, unless `partly`."""
    taken: list[tuple[int, int]] = []
    found = {}
    for edge in edges:
        place = _free_place(canvas, gap, edge, size, taken)
        if place is not None:
            taken.append(place)
            found[edge] = place
        elif not partly:
            return None
    return found


def _free_place(
    canvas: Canvas, gap: Gap, edge: Edge, size: tuple[int, int], taken: list[tuple[int, int]]
) -> tuple[int, int] | None:
    """Find the cell at which the numbers of an edge begin."""
    (i, j), (wide, high) = edge, size
    count = len(gap.ends)
    # Where the lines from one neuron have drawn apart, or have not yet come together.
    share = 0.3 + 0.4 * (j + 0.5) / count if count > 1 else 0.35
    for moved in _SHARES:
        at = share + moved
        x = round(gap.left + at * (gap.right - gap.left) - wide / 2)
        x = min(max(x, gap.left + 1), gap.right - wide)
        middle = (x + wide / 2 - gap.left) / max(gap.right - gap.left, 1)
        y = round((gap.starts[i] + middle * (gap.ends[j] - gap.starts[i])) / 4 - high / 2)
        y = min(max(y, 0), canvas.height - high)
        apart = all(abs(x - a) > wide or abs(y - b) >= high for a, b in taken)
        if apart and all(canvas.is_free(x, y + k, wide) for k in range(high)):
            return x, y
    return None


def _written(number: Numbers, edge: Edge, cells: int, palette: Palette) -> tuple[str, Style]:
    if number.array is None:
        return missing(cells), palette.dim
    value = float(number.array[edge])
    return fixed(value, cells), palette.number(value, largest_magnitude(number.array))

"""The form in which the neurons are written, so that all columns fit, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.drawing.numbers import NARROWEST
from tui.panes.pictures.network_edges import label_width
from tui.panes.pictures.network_layers import Carried, Choice, Column, Numbers, carried_at

if TYPE_CHECKING:
    from tui.view_state import Moment

NUMBER, _LONG_NUMBER = NARROWEST, NARROWEST + 1
"""The cells of a number: alone, and with its symbol."""
_GAP = 5
"""The cells that edges need between two columns."""
_BESIDE = 5
"""The width of a gap beyond a number, for the numbers of all its edges to find room."""
_FORMS = ((14, False), (10, False), (14, True), (10, True), (7, True), (5, False))
"""The cells of a name, and whether the number stands under it, from the best form on."""
_LEGEND = 1


@dataclass(frozen=True)
class Form:
    """The form in which neurons are written.

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
        return _LONG_NUMBER if self.full else NUMBER

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
class Place:
    """The place at which a column is drawn."""

    column: Column
    left: int
    width: int
    lines: int
    height: int

    def top(self, index: int) -> int:
        """Return the line on which a neuron begins."""
        wanted = (index + 0.5) * self.height / len(self.column.names) - self.lines / 2
        return min(max(round(wanted), 0), self.height - self.lines)


def form_for(
    columns: list[Column], moment: Moment, choice: Choice, size: tuple[int, int], foot: int
) -> tuple[Form | None, int]:
    """Return the form in which all columns fit, and the lines that are left for them."""
    width, height = size
    names = max(cell_len(name) for column in columns for name in column.names)
    carried = carried_at(moment, choice.carried)
    everything = Carried.BOTH if choice.carried is Carried.PHASE else carried
    full = Form(min(names, 14), True, True, everything)
    gaps = [label_width(column, carried, full=True) + 2 for column in columns[1:]]
    if _fits(columns, full, width - sum(gaps), height):
        return Form(full.name, True, True, everything), height
    height -= foot + _LEGEND
    labels = max(label_width(column, carried, full=False) for column in columns[1:])
    # Numbers on the edges come before numbers beside the names.
    for gap in (labels + _BESIDE, _GAP):
        for name, under in _FORMS:
            form = Form(min(names, name), under, False, carried)
            if _fits(columns, form, width - gap * (len(columns) - 1), height):
                return form, height
    return None, height


def _fits(columns: list[Column], form: Form, width: int, height: int) -> bool:
    needed = 1 + sum(map(form.width, columns))
    lines = (len(column.names) * (form.lines(column) + form.full) for column in columns)
    return needed <= width and max(lines) - form.full <= height


def places_of(columns: list[Column], form: Form, size: tuple[int, int]) -> list[Place]:
    """Return where the columns are drawn, evenly spaced, with room for a mark on the left."""
    width, height = size
    wide = [form.width(column) for column in columns]
    gaps = (width - 1 - sum(wide)) / max(len(wide) - 1, 1)
    return [
        Place(column, 1 + round(sum(wide[:k]) + gaps * k), wide[k], form.lines(column), height)
        for k, column in enumerate(columns)
    ]

"""The operations of an iteration, each in a line, and the last result in full."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from rich.style import Style
from textual.strip import Strip

from tui.drawing import yours
from tui.drawing.lines import Row, cells_of
from tui.drawing.matrix import as_table, flat_head, matrix_rows, name_width, names_of
from tui.drawing.numbers import (
    fixed,
    largest_magnitude,
    missing,
    shape_text,
    whole_digits,
    width_for,
)
from tui.drawing.palette import Palette
from tui.panes.shares import ELLIPSIS, share_out
from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.program.listing import Line

_MARK, _NARROWEST_PHASE = 3, 9
LEAST_RESULT = 4
"""Lines from which on the last result is shown in full."""


class OperationRows:
    """Lays out the operations of an iteration.

    Args:
        moment: The moment to draw.
        palette: The colours.
        width: The cells of a line.
        cursor: The chosen operation; None while there is none.
    """

    def __init__(self, moment: Moment, palette: Palette, width: int, cursor: int | None) -> None:
        self._moment, self._palette, self._width, self._cursor = moment, palette, width, cursor
        script, listing = moment.yours, moment.snapshot.listing.lines
        self._column = 0 if script is None else yours.column_width(script)
        """The cells of what the script has of an operation."""
        self._shares = share_out(
            width - _MARK - self._column,
            [cells_of(line.formula) for line in listing],
            symbols=max(cells_of(line.symbol) for line in listing),
            phase=max(*(len(line.layer or "") + 2 for line in listing), _NARROWEST_PHASE),
            shape=max(len(shape_text(line.shape)) for line in listing),
            most=max(prod(line.shape) for line in listing),
        )

    def strips(self, top: int, count: int) -> list[Strip]:
        """Lay out so many operations, from one on."""
        moment, palette, shares = self._moment, self._palette, self._shares
        listing = moment.snapshot.listing.lines
        strips = []
        for i in range(top, min(top + count, len(listing))):
            before = listing[i - 1] if i else None
            row = Row()
            self._mark(row, i)
            if moment.yours is not None:
                yours.add_column(row, moment.yours, listing[i].name, palette)
            row.add(_phase_text(listing[i], before, i == top), palette.dim, width=shares.phase)
            self._formula(row, i)
            shape = shape_text(listing[i].shape).rjust(shares.shape)
            row.add(shape if shares.shape else "", palette.dim)
            row.add(" " * shares.gap, palette.dim)
            self._values(row, i, self._width - row.width)
            strips.append(row.strip(self._width, self._base(i)))
        return strips

    def _base(self, i: int) -> Style | None:
        if not self._moment.is_blurred and i == self._moment.snapshot.position:
            return self._palette.current
        return None

    def _mark(self, row: Row, i: int) -> None:
        """Draw the marks of a line: cursor, breakpoint, next operation or one of its operands."""
        palette, snapshot = self._palette, self._moment.snapshot
        line = snapshot.listing.lines[i]
        stop = next((stop for stop in snapshot.stops if stop.place == line.name), None)
        at = i == self._cursor
        if stop is not None:
            style = palette.alarm + palette.current if at else palette.alarm
            row.add("●" if stop.enabled else "○", style)
        else:
            row.add("›" if at else " ", palette.heading)
        row.add(_role(self._moment, i), palette.heading, width=_MARK - 1)

    def _formula(self, row: Row, i: int) -> None:
        palette, shares = self._palette, self._shares
        style = palette.text if i < self._moment.snapshot.computed else palette.label
        style = self._base(i) or style
        line = self._moment.snapshot.listing.lines[i]
        text = line.symbol if shares.symbols else line.formula
        row.add(text, style, width=min(cells_of(text), shares.formula))
        room = max(_MARK + self._column + shares.phase + shares.formula - row.width, 0)
        note = _brief_note(line)
        row.add(note if cells_of(note) < room else "", palette.dim, width=room)

    def _values(self, row: Row, i: int, room: int) -> None:
        """Lay out the first numbers of a result; per observation, from the selected one on."""
        snapshot, palette = self._moment.snapshot, self._palette
        line = snapshot.listing.lines[i]
        end = row.width + room
        array = snapshot.values.get(line.name) if i < snapshot.computed else None
        number = width_for(4, room)
        most = room // (number + 1)
        if array is None:
            row.add(missing(number)[: max(room, 0)], palette.dim)
            return
        if not most:
            # A part of a number would be another one.
            row.add("…" if room > 0 else "", palette.dim)
            return
        selected, start = None, 0
        if self._moment.selected is not None and snapshot.listing.is_by_observation(line.name):
            selected = snapshot.place_of(self._moment.selected)
        if selected is not None:
            selected -= snapshot.first_observation
            start = min(max(selected, 0), len(array) - 1)
        table, largest = as_table(array), largest_magnitude(array)
        whole = whole_digits(largest)
        fresh = self._moment.fresh == line.name
        for value, begins, n in flat_head(array, start, most):
            style = palette.number(value, largest)
            if fresh:
                style += palette.fresh
            elif selected is not None and n == selected:
                style += palette.selected
            text = fixed(value, number, whole)
            if begins and table.shape[1] > 1:
                row.add("│", palette.dim).add(text, style)
            else:
                row.add(" " + text, style)
        if table[start:].size > most and row.width + ELLIPSIS <= end:
            row.add(" …", palette.dim)

    def last_result(self, count: int) -> list[Strip]:
        """Lay out the last result in so many lines, with the names of its rows and columns."""
        snapshot, palette, width = self._moment.snapshot, self._palette, self._width
        lines = snapshot.listing.lines
        if count < LEAST_RESULT or self._moment.is_blurred or not snapshot.computed:
            return []
        line = lines[snapshot.computed - 1]
        axes = snapshot.listing.axes[line.name]
        array = snapshot.values[line.name]
        names = max(name_width(axes), cells_of(line.symbol))
        number = width_for(len(names_of(axes)[1]), width - names - 4)
        first = snapshot.first_observation if snapshot.listing.is_by_observation(line.name) else 0
        rows = matrix_rows(
            line.symbol,
            axes,
            array[: count - 3] if array.ndim > 1 else array,
            palette=palette,
            width=width - 2,
            names=names,
            number=number,
            first=first,
        )
        said = Row().add(f"  just computed: {line.formula}", palette.label)
        said.add(f"  {line.note}" if line.note else "", palette.dim)
        strips = [Strip.blank(width), said.strip(width)]
        for row in rows[: count - 2]:
            strips.append(Row().add("  ").extend(row).strip(width))
        return strips


def _role(moment: Moment, i: int) -> str:
    """Return ▶ for the next operation, ◂ for its operands."""
    snapshot = moment.snapshot
    if moment.is_blurred:
        return ""
    if i == snapshot.position:
        return "▶"
    name = snapshot.listing.lines[i].name
    return "◂" if name in snapshot.listing.lines[snapshot.position].reads else ""


def _brief_note(line: Line) -> str:
    """Return the note on an operation in a word or two."""
    return f"  {line.note.partition(':')[0]}" if line.note else ""


def _phase_text(line: Line, before: Line | None, at_top: bool) -> str:
    """Return the title where a phase begins; in the backward phase with its layer."""
    if at_top or before is None or before.phase != line.phase:
        return str(line.phase)
    if line.phase == "backward" and line.layer and before.layer != line.layer:
        return f" {line.layer}"
    return ""

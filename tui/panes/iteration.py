"""The program: the operations of one iteration, the next one marked."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from engine.common.numbers import grouped
from tui.bindings import pane_bindings
from tui.drawing import yours
from tui.drawing.host import host_of
from tui.drawing.lines import LinesView, Row, cells_of
from tui.drawing.matrix import as_table, flat_head, matrix_rows, name_width, names_of
from tui.drawing.numbers import (
    fixed,
    largest_magnitude,
    missing,
    shape_text,
    whole_digits,
    width_for,
)
from tui.panes.shares import ELLIPSIS, Shares, share_out
from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.audit.opening import Yours
    from engine.program.listing import Line

_MARK, _NARROWEST_PHASE = 3, 9
_DETAIL_LINES = 4


class IterationPane(LinesView):
    """The listing; where there is room, also the last result in full."""

    BORDER_TITLE = "5 Iteration"
    BINDINGS = pane_bindings("iteration")
    CALM = 0.5

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._cursor: int | None = None
        """The chosen line; None while it goes along with the clock."""
        self._clock: tuple[int, int, bool] = (-1, 0, False)
        """The clock's time that was shown last, and whether the run went on from it."""
        self._script: Yours | None = None
        """The script that was shown last: the cursor begins at what is wrong in another one."""

    @property
    def line(self) -> Line:
        """The operation under the cursor."""
        assert self.moment is not None
        snapshot = self.moment.snapshot
        position = snapshot.position if self._cursor is None else self._cursor
        return snapshot.listing.lines[min(position, len(snapshot.listing.lines) - 1)]

    @property
    def explained(self) -> str:
        """The tensor to explain: the chosen one, or the one just computed."""
        assert self.moment is not None
        snapshot = self.moment.snapshot
        if self._cursor is None and snapshot.computed:
            return snapshot.listing.lines[snapshot.computed - 1].name
        return self.line.name

    def move(self, direction: str) -> None:
        if self.moment is None or direction not in ("up", "down"):
            return
        snapshot = self.moment.snapshot
        at = snapshot.position if self._cursor is None else self._cursor
        at += 1 if direction == "down" else -1
        self._choose(min(max(at, 0), len(snapshot.listing.lines) - 1))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "next_wrong":
            return self._script is not None and bool(self._script.wrong)
        return super().check_action(action, parameters)

    def action_next_wrong(self, step: int) -> None:
        """Go to the next operation, or the one before, that the script has wrong."""
        if self.moment is None or self._script is None:
            return
        names = [line.name for line in self.moment.snapshot.listing.lines]
        at = self._cursor
        if at is None:
            at = self.moment.snapshot.position - (step > 0)
        # Round, from the last to the first and back.
        places = ((at + step * away) % len(names) for away in range(1, len(names) + 1))
        self._choose(next((i for i in places if names[i] in self._script.wrong), self._cursor))

    def choose(self, name: str) -> None:
        """Move the cursor to an operation."""
        if self.moment is not None:
            names = [line.name for line in self.moment.snapshot.listing.lines]
            self._choose(names.index(name) if name in names else None)

    def _choose(self, line: int | None) -> None:
        self._cursor = line
        self.keep_marked_visible()
        self.redraw()

    def action_open(self) -> None:
        """Inspect the tensor of the operation under the cursor."""
        if self.moment is not None:
            host_of(self.app).inspect(self.line.name)

    def action_edit(self) -> None:
        """Answer a line of an exercise, go to a parameter, or say how to come to one."""
        if self.moment is None or host_of(self.app).derive(self.line.name):
            return
        if self.line.name in self.moment.snapshot.listing.parameters:
            self.action_open()
        else:
            host_of(self.app).tell_the_way_to_a_weight(self.line.name)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if self.moment is None or offset is None:
            return
        line = round(self.scroll_y) + offset.y
        if offset.y < self.size.height - self.footing and line < len(
            self.moment.snapshot.listing.lines
        ):
            if line == self._cursor:
                self.post_message(self.Opened(self.line.name))
            self._choose(line)

    class Opened(Message):
        """A line was clicked twice."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def show(self, moment: Moment) -> None:
        snapshot = moment.snapshot
        title = "5 Iteration"
        if not moment.is_blurred:
            title += f" {grouped(snapshot.values_iteration)}"
            if snapshot.position == 0 and snapshot.iteration:
                title += f" complete, before {grouped(snapshot.iteration)}"
            if moment.selected is not None and snapshot.place_of(moment.selected):
                title += f"  from observation {moment.dataset.observations[moment.selected]}"
            if moment.yours is not None:
                title += "  yours: ✓ ✗ · and the line"
        score = host_of(self.app).score
        self.entitle(f"{title}  {score}" if score else title)
        before = self._clock
        self._clock = (snapshot.iteration, snapshot.position, moment.is_blurred)
        if before[:2] != self._clock[:2]:
            self._cursor = None
        is_new = moment.yours is not self._script
        self._script = moment.yours
        super().show(moment)
        if before != self._clock:
            self.keep_marked_visible()
        if is_new:
            self.refresh_bindings()
            self.action_next_wrong(1)

    def marked(self) -> Sequence[int]:
        if self.moment is None or self.moment.is_blurred:
            return ()
        position = self.moment.snapshot.position
        marked = (max(position - 1, 0), position)
        return marked if self._cursor is None else (*marked, self._cursor)

    def total_lines(self) -> int:
        if self.moment is None:
            return 1
        lines = len(self.moment.snapshot.listing.lines)
        spare = self.size.height - lines - self.footing
        return self.size.height if spare >= _DETAIL_LINES else lines + self.footing

    @property
    def footing(self) -> int:
        if self.moment is None or self.moment.yours is None:
            return 0
        return yours.footing(self.size.width, self.size.height)

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment = self.moment
        if moment is None:
            return []
        listing = moment.snapshot.listing.lines
        count -= self.footing
        column = 0 if moment.yours is None else yours.column_width(moment.yours)
        shares = share_out(
            width - _MARK - column,
            [cells_of(line.formula) for line in listing],
            symbols=max(cells_of(line.symbol) for line in listing),
            phase=max(*(len(line.layer or "") + 2 for line in listing), _NARROWEST_PHASE),
            shape=max(len(shape_text(line.shape)) for line in listing),
            most=max(prod(line.shape) for line in listing),
        )
        strips = []
        for i in range(top, min(top + count, len(listing))):
            before = listing[i - 1] if i else None
            row = Row()
            self._mark(row, moment, i)
            if moment.yours is not None:
                yours.add_column(row, moment.yours, listing[i].name, self.palette)
            phase = _phase_text(listing[i], before, i == top)
            row.add(phase, self.palette.dim, width=shares.phase)
            self._formula(row, moment, i, shares, column)
            shape = shape_text(listing[i].shape).rjust(shares.shape)
            row.add(shape if shares.shape else "", self.palette.dim)
            row.add(" " * shares.gap, self.palette.dim)
            self._values(row, moment, i, width - row.width)
            strips.append(row.strip(width, self._base(moment, i)))
        spare = count - len(strips)
        if spare >= _DETAIL_LINES:
            strips += self._detail(moment, width, spare)
        if self.footing and moment.yours is not None:
            strips += [Strip.blank(width)] * (count - len(strips))
            strips += self._source(moment.yours, moment, width)
        return strips

    def _source(self, script: Yours, moment: Moment, width: int) -> list[Strip]:
        """Lay out the script's own line of the operation that is looked at."""
        symbol = moment.snapshot.listing.symbols[self.explained]
        rows = yours.source_rows(script, self.explained, symbol, self.palette, width)
        return [row.strip(width) for row in rows][: self.footing]

    def _base(self, moment: Moment, i: int) -> Style | None:
        if not moment.is_blurred and i == moment.snapshot.position:
            return self.palette.current
        return None

    def _mark(self, row: Row, moment: Moment, i: int) -> None:
        """Draw the marks of a line: cursor, breakpoint, next operation or one of its operands."""
        palette, snapshot = self.palette, moment.snapshot
        line = snapshot.listing.lines[i]
        stop = next((stop for stop in snapshot.stops if stop.place == line.name), None)
        at = i == self._cursor
        if stop is not None:
            style = palette.alarm + palette.current if at else palette.alarm
            row.add("●" if stop.enabled else "○", style)
        else:
            row.add("›" if at else " ", palette.heading)
        row.add(_role(moment, i), palette.heading, width=_MARK - 1)

    def _formula(self, row: Row, moment: Moment, i: int, shares: Shares, column: int) -> None:
        palette = self.palette
        style = palette.text if i < moment.snapshot.computed else palette.label
        style = self._base(moment, i) or style
        line = moment.snapshot.listing.lines[i]
        text = line.symbol if shares.symbols else line.formula
        row.add(text, style, width=min(cells_of(text), shares.formula))
        room = max(_MARK + column + shares.phase + shares.formula - row.width, 0)
        note = _brief_note(line)
        row.add(note if cells_of(note) < room else "", palette.dim, width=room)

    def _values(self, row: Row, moment: Moment, i: int, room: int) -> None:
        """Lay out the first numbers of a result; per observation, from the selected one on."""
        snapshot, palette = moment.snapshot, self.palette
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
        by_observation = snapshot.listing.axes[line.name][:1] == snapshot.listing.axes["x"][:1]
        selected = moment.selected if by_observation else None
        start = 0
        if selected is not None:
            selected = snapshot.place_of(selected)
        if selected is not None:
            selected -= snapshot.first_observation
            start = min(max(selected, 0), len(array) - 1)
        table, largest = as_table(array), largest_magnitude(array)
        whole = whole_digits(largest)
        fresh = moment.fresh == line.name
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

    def _detail(self, moment: Moment, width: int, count: int) -> list[Strip]:
        """Lay out the last result in full, with the names of its rows and columns."""
        snapshot, palette = moment.snapshot, self.palette
        lines = snapshot.listing.lines
        if moment.is_blurred or not snapshot.computed:
            return []
        line = lines[snapshot.computed - 1]
        axes = snapshot.listing.axes[line.name]
        array = snapshot.values[line.name]
        names = max(name_width(axes), cells_of(line.symbol))
        number = width_for(len(names_of(axes)[1]), width - names - 4)
        first = snapshot.first_observation if axes[:1] == snapshot.listing.axes["x"][:1] else 0
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

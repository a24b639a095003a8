"""The inspector: all parameters with their gradients, or any one tensor of the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from tui.bindings import pane_bindings
from tui.drawing.host import host_of
from tui.drawing.lines import LinesView
from tui.panes.weights.check import Checked
from tui.panes.weights.inspector import colour_rows, in_colours, summary_rows, tensor_rows
from tui.panes.weights.overview import (
    CHECK,
    TABS,
    Cursor,
    check_overview,
    overview,
    tabs_title,
)
from tui.panes.weights.rows import HEAD, Rows
from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.formula.tensor import Index
    from engine.proof.gradient_check import GradientCheck


class WeightsPane(LinesView):
    """Views of every parameter, side by side as there is room; or one tensor in full."""

    BORDER_TITLE = "4 Weights"
    BINDINGS = pane_bindings("weights")
    CALM = 0.5

    class RowChosen(Message):
        """The cursor moved to another observation."""

        def __init__(self, observation: int) -> None:
            super().__init__()
            self.observation = observation

    class WindowMoved(Message):
        """Observations came into view that the snapshot does not hold."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.inspected: str | None = None
        """The tensor that is shown alone, or None."""
        self._heat = False
        self._in_colours = False
        self._wanted: slice | None = None
        """The observations that were asked for and have not come yet."""
        self._view = 0
        self._checked: Checked | None = None
        self._total = 1
        self._at = [0, 0]
        """Row and column of the cursor; in the overview the parameters stand below each other."""

    # What is shown

    def inspect(self, name: str | None) -> bool:
        """Show one tensor, or all parameters; return whether anything changes."""
        if name == self.inspected:
            return False
        self.inspected = name
        self._at = [0, 0]
        if self.moment is not None and self._by_observation(self.moment):
            self._at[0] = self.moment.snapshot.place_of(self.moment.selected or 0) or 0
        self._heat = False
        self.scroll_to(y=0, animate=False)
        self._refresh()
        self._keep_cursor_visible()
        return True

    def follow(self, observation: int) -> None:
        """Go to the row of an observation that was chosen in the table, if there is one."""
        if self.moment is None or not self._by_observation(self.moment):
            return
        place = self.moment.snapshot.place_of(observation)
        if place is not None:
            self._at[0] = place
            self._keep_cursor_visible()

    def action_next_view(self) -> None:
        """Go to the next view of the parameters, or between numbers and colours."""
        if self.inspected is not None:
            self._heat = not self._heat
        else:
            self._view = (self._view + 1) % len(TABS)
        self._refresh()
        self._keep_cursor_visible()

    def action_edit(self) -> None:
        """Ask for another value of the weight under the cursor."""
        host_of(self.app).edit_cell()

    action_open = action_edit

    def action_nudge(self, percent: int) -> None:
        """Change the weight under the cursor by so many per cent."""
        host_of(self.app).nudge(percent)

    def action_go_to_view(self, view: int) -> None:
        """Show a view of the parameters."""
        self._view = view
        self._refresh()
        self.keep_marked_visible()

    def show_check(self, check: GradientCheck) -> None:
        """Show the result of a gradient check."""
        if self.moment is not None:
            self._checked = Checked(check, self.moment.snapshot)
            self._view = CHECK
            self.inspect(None)
            self._at = self._checked.worst_row_and_column()
            self._refresh()
            self._keep_cursor_visible()

    def leave_check(self) -> bool:
        """Go back from the check to the values; return whether it was shown."""
        if self.inspected is not None or self._view != CHECK:
            return False
        self._view = 0
        self._refresh()
        return True

    def _refresh(self) -> None:
        self._tell()
        if self.size:
            self.redraw()

    def show(self, moment: Moment) -> None:
        if self.inspected is not None and self.inspected not in moment.snapshot.listing.axes:
            self.inspected = None
        if self.moment is not None and self.moment.dataset is not moment.dataset:
            # What was checked on another table says nothing of this one.
            self._checked = None
        if self.moment is None or self.moment.snapshot.listing is not moment.snapshot.listing:
            # Another branch may have fewer neurons than the cursor has gone past.
            self.moment = moment
            self._at[0] = min(self._at[0], self._rows.count - 1)
            self._at[1] = min(self._at[1], self._rows.columns_in(self._at[0]) - 1)
        super().show(moment)
        self._tell()

    def _by_observation(self, moment: Moment) -> bool:
        listing, name = moment.snapshot.listing, self.inspected
        return name is not None and listing.is_by_observation(name)

    def _tell(self) -> None:
        if self.moment is None:
            return
        listing = self.moment.snapshot.listing
        if self.inspected is not None:
            title = f"4 Inspector  {listing.symbols[self.inspected]}"
            hint = ("numbers" if self._heat else "colours") + " v ▸"
            self.entitle(title, f"[@click=next_view]{hint}[/]")
            return
        title = "4 Weights  " + "  ".join(listing.parameters)
        if self.neighbour and len(f"{title} │ 6 Pictures") > self.size.width:
            # The name of the other pane on the frame says more than those of the parameters.
            title = "4 Weights"
        checked = self._checked
        if self._view == CHECK and checked and checked.fits(self.moment.snapshot):
            holds = checked.holds(self.moment.snapshot)
            title = "4 Weights  check" + ("" if holds else ", outdated")
        self.entitle(title, tabs_title(listing, self.scrollable_content_region.width, self._view))

    # The cursor

    @property
    def cell(self) -> tuple[str, Index]:
        """The tensor and the place under the cursor."""
        return self._rows.cell(self._at[0], self._at[1])

    def parameter_cell(self) -> tuple[str, Index, float] | None:
        """Return the parameter's cell under the cursor with its value, or None."""
        assert self.moment is not None
        snapshot = self.moment.snapshot
        name, index = self.cell
        if self.inspected is None:
            name, _ = self._rows.parameter_at(self._at[0])
        if name not in snapshot.listing.parameters:
            return None
        return name, index, float(snapshot.values[name][index])

    @property
    def _rows(self) -> Rows:
        assert self.moment is not None
        return Rows(self.moment.snapshot.listing, self.inspected, self._view)

    def move(self, direction: str) -> None:
        if self.moment is None:
            return
        axis = 0 if direction in ("up", "down") else 1
        step = 1 if direction in ("down", "right") else -1
        before = self._at[0]
        size = self._rows.columns_in(self._at[0]) if axis else self._rows.count
        self._at[axis] = min(max(self._at[axis] + step, 0), size - 1)
        self._at[1] = min(self._at[1], self._rows.columns_in(self._at[0]) - 1)
        self._keep_cursor_visible()
        self.redraw()
        if self._at[0] != before and self._by_observation(self.moment):
            observation = self.moment.snapshot.observation_at(self._at[0])
            self.post_message(self.RowChosen(observation))

    def marked(self) -> Sequence[int]:
        return self._lines_of_cursor() if self.moment is not None and self.cursor_shown else ()

    def _keep_cursor_visible(self) -> None:
        if self.moment is not None:
            self.keep_visible(*self._lines_of_cursor())

    def _lines_of_cursor(self) -> tuple[int, ...]:
        """Return the lines to keep in view: the cursor's, with the title above a first row."""
        line = self._line_of_cursor()
        return (line,) if any(self._at) else (0, line)

    def _line_of_cursor(self) -> int:
        """Return the line of the pane that the cursor is in."""
        if self.inspected is not None and self._in_colours:
            return 0
        return self._rows.line_of(self._at[0])

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if self.moment is None or offset is None:
            return
        line = round(self.scroll_y) + offset.y
        before = list(self._at)
        for row in range(self._rows.count):
            self._at[0] = row
            if self._line_of_cursor() == line:
                self._at[1] = min(self._at[1], self._rows.columns_in(self._at[0]) - 1)
                self.redraw()
                return
        self._at = before

    @property
    def cursor_shown(self) -> bool:
        """Whether the cursor is shown."""
        return self.has_focus

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    # Drawing

    def total_lines(self) -> int:
        return self._total

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        if self.moment is None:
            return []
        if self.inspected is not None:
            lines, total = self._tensor(self.moment, self.inspected, width, top, count)
        else:
            lines = self._overview(self.moment, width)
            total = max(len(lines), 1)
            lines = lines[top : top + count]
        if total != self._total:
            self._total = total
            self.call_later(self.on_resize)
        return lines

    def _tensor(
        self, moment: Moment, name: str, width: int, top: int, count: int
    ) -> tuple[list[Strip], int]:
        """Return the visible lines of the inspector, and the number of all."""
        at = (self._at[0], self._at[1])
        rows = summary_rows(moment, name, self.palette, width)
        height = max(count - len(rows), 3)
        self._in_colours = in_colours(moment, name, width, height, self._heat)
        self._ask_for_window(moment)
        if self._in_colours:
            rows += colour_rows(moment, self.palette, width, height, at)
            return [row.strip(width) for row in rows[top : top + count]], len(rows)
        total = self._rows.count
        # Of a long table only what can be seen is laid out.
        seen = range(min(max(top - HEAD, 0), total), min(max(top + count - HEAD, 0), total))
        rows += tensor_rows(
            moment,
            name,
            palette=self.palette,
            width=width,
            seen=seen,
            at=at,
            marked=self.cursor_shown,
        )
        lines = rows[top:HEAD] + rows[HEAD:]
        return [row.strip(width) for row in lines], HEAD + total

    @property
    def window(self) -> slice | None:
        """The observations that can be seen, or None where rows are none."""
        if self.moment is None or not self.size or not self._by_observation(self.moment):
            return None
        if self._in_colours:
            return slice(self._at[0], self._at[0] + 1)
        top = max(round(self.scroll_y) - HEAD, 0)
        return slice(top, top + self.size.height)

    def _ask_for_window(self, moment: Moment) -> None:
        """Request the rows that the snapshot does not hold, once."""
        window, snapshot = self.window, moment.snapshot
        if window is None or snapshot.batch is not None:
            # Of a batch a snapshot has all rows, once they are chosen.
            self._wanted = None
            return
        last = snapshot.first_observation + len(snapshot.values["x"])
        if (
            snapshot.first_observation <= window.start
            and min(window.stop, self._rows.count) <= last
        ):
            self._wanted = None
        elif window != self._wanted:
            self._wanted = window
            # Made while rendering, it would count as the screen's own and not reach the app.
            self.call_later(lambda: self.post_message(self.WindowMoved()))

    def _overview(self, moment: Moment, width: int) -> list[Strip]:
        cursor = Cursor(*self._rows.parameter_at(self._at[0]), self._at[1], self.cursor_shown)
        if self._view == CHECK:
            return check_overview(moment, self.palette, width, self._checked, cursor)
        return overview(moment, self.palette, width, self._view, cursor)

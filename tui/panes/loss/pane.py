"""The loss over the iterations, with a cursor and the clock."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from rich.style import Style
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip

from tui.bindings import pane_bindings
from tui.drawing.chart import LEAST_HEIGHT, Chart
from tui.drawing.host import host_of
from tui.drawing.lines import LinesView, Row, right, wrap
from tui.panes.loss.curves import Curves
from tui.panes.loss.legend import CURVE, MARKS, legend_row, styles_of
from tui.panes.loss.overlay import overlaid
from tui.panes.loss.timeline import timeline
from tui.panes.loss.told import loss_at, title
from tui.panes.loss.watched import MOST, WATCH_MARKS, watched_row
from tui.panes.watches import watch_row
from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.run.loss_history import Outline

_HELD_OUT = "held out"
_NOTHING_YET = "no iteration is complete yet: f completes one"
_BORDER = 6
"""The cells of a title's line that are none of it."""
_MOST_CURVES = 4
"""The present branch and the ones before it that are drawn."""


class LossPane(LinesView):
    """A chart whose axes stay as they are unless something does not fit."""

    BORDER_TITLE = "3 Loss"
    BINDINGS = pane_bindings("loss")
    CALM = 0.2

    class Chosen(Message):
        """The cursor moved, or the chart is drawn in another way."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._curves = Curves()
        self._cursor: int | None = None
        self._chart: Chart | None = None
        """The curve of the present branch."""

    # The scale and the window

    def choose_scale(self, *, logarithmic: bool) -> None:
        """Draw E on a scale, whatever the losses are."""
        self._curves.choose(log=logarithmic)
        if self.size:
            self.redraw()

    @property
    def is_logarithmic(self) -> bool:
        """Whether the logarithmic scale of E was chosen."""
        return self._curves.chosen is True

    @property
    def is_smooth(self) -> bool:
        """Whether the mean of each stretch is drawn."""
        return self._curves.is_smooth

    def toggle_smooth(self) -> None:
        """Draw the mean of each stretch of iterations over the losses, or no longer."""
        self._curves.toggle_smooth()
        if self.size:
            self.redraw()

    def action_log_scale(self) -> None:
        """Change between the linear and the logarithmic scale of E."""
        self.choose_scale(logarithmic=not self._curves.is_log)
        self.post_message(self.Chosen())

    def action_smooth(self) -> None:
        """Draw a smoothed curve over the losses, or no longer."""
        self.toggle_smooth()
        self.post_message(self.Chosen())

    def action_zoom(self, step: int) -> None:
        """Draw fewer iterations, or more."""
        self._zoom(step)

    def action_pan(self, step: int) -> None:
        """Draw later iterations, or earlier ones, where not all are drawn."""
        if not self._has_losses():
            return
        if self._curves.window is None:
            self._say("All iterations are drawn: z draws fewer.")
        elif self.moment is not None:
            self._curves.pan(step, self.moment.snapshot.losses.size)
            self._chose()

    def _zoom(self, step: int, at: int | None = None) -> None:
        """Draw fewer iterations, or more.

        Args:
            step: 1 for fewer, −1 for more.
            at: The iteration that stays where it is; by default the one under the cursor,
                or at the clock.
        """
        if self.moment is None or not self._has_losses():
            return
        snapshot = self.moment.snapshot
        if at is None:
            at = snapshot.values_iteration if self._cursor is None else self._cursor
        self._curves.zoom(step, at, snapshot.losses.size)
        self._chose()

    def _has_losses(self) -> bool:
        """Return whether there is a curve; if not, tell what makes one."""
        if self.moment is not None and self.moment.snapshot.losses.size:
            return True
        self._say(f"{_NOTHING_YET[0].upper()}{_NOTHING_YET[1:]}.")
        return False

    def _say(self, words: str) -> None:
        host_of(self.app).say(words)

    def _chose(self) -> None:
        self.redraw()
        self.post_message(self.Chosen())

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._turned(event, 1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._turned(event, -1)

    def _turned(self, event: MouseScrollUp | MouseScrollDown, step: int) -> None:
        """Zoom at the pointer; with Shift, scroll sideways."""
        event.stop()
        event.prevent_default()
        if event.shift:
            self.action_pan(-step)
        elif self._chart is not None:
            offset = event.get_content_offset(self)
            at = None if offset is None else self._chart.iteration_at(offset.x, self._curves.shown)
            self._zoom(step, at)

    def start_again(self) -> None:
        """Forget the axes and the cursor of the run before."""
        self._curves.start_again()
        self._curves.window = None
        self._cursor = None

    def show(self, moment: Moment) -> None:
        if moment.snapshot.outline is not None:
            self._curves.choose_for(moment.snapshot.outline)
        self._tell(moment)
        super().show(moment)

    def on_resize(self) -> None:
        super().on_resize()
        if self.moment is not None:
            self._tell(self.moment)

    def _tell(self, moment: Moment) -> None:
        """Say in the border what is shown and which keys there are."""
        hint = "" if self._curves.window is None else "z Z zoom │ Esc"
        hint = hint if self._cursor is None else "Enter goes there │ Esc"
        room = self.outer_size.width - _BORDER
        self.entitle(title(moment.snapshot.listing.loss, self._curves, room), hint)

    # The cursor

    def action_open(self) -> None:
        """Go to the iteration under the cursor."""
        cursor = self.cursor_iteration
        if cursor is None:
            if self._has_losses():
                self._say("h and l move a cursor over the curve, and Enter goes there.")
        else:
            self.clear_cursor()
            # The values of an iteration are there once it is complete.
            host_of(self.app).go_to_iteration(cursor + 1)

    @property
    def cursor_iteration(self) -> int | None:
        """The iteration under the cursor, or None where there is none."""
        if self._cursor is None or self.moment is None:
            return None
        computed = self.moment.snapshot.losses.size
        return min(self._cursor, computed - 1) if computed else None

    def clear_cursor(self) -> bool:
        """Remove the cursor and return whether there was one."""
        had = self._cursor is not None or self._curves.window is not None
        if self._cursor is None:
            self._curves.window = None
        self._cursor = None
        if had:
            self.redraw()
        return had

    def move(self, direction: str) -> None:
        if not self._has_losses() or self.moment is None or self._chart is None:
            return
        step = {"left": -1, "right": 1, "down": -10, "up": 10}[direction]
        snapshot = self.moment.snapshot
        now = snapshot.values_iteration if self._cursor is None else self._cursor
        wide = self._curves.shown.width / max(self._chart.span, 1)
        self._put_cursor(round(now + step * max(wide, 1.0)))

    def _put_cursor(self, iteration: int) -> None:
        assert self.moment is not None
        computed = self.moment.snapshot.losses.size
        self._cursor = min(max(iteration, 0), computed - 1)
        self._curves.bring_into_view(self._cursor, computed)
        self._chose()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if self.moment is None or offset is None or self._chart is None:
            return
        if self.moment.snapshot.losses.size:
            self._put_cursor(self._chart.iteration_at(offset.x, self._curves.shown))

    # Drawing

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment, palette = self.moment, self.palette
        if moment is None:
            return []
        snapshot = moment.snapshot
        if snapshot.outline is None or not snapshot.outline.positions.size:
            return [Strip.blank(width), *self._said(_NOTHING_YET, width)]
        words = loss_at(snapshot, self.cursor_iteration, width)
        told = Row().add(right(words, width), palette.label).strip(width)
        others = self._others(moment)
        others, more = others[: _MOST_CURVES - 1], len(others[_MOST_CURVES - 1 :])
        above = self._legend(moment, others, more, width) + self._watches(moment, width)
        above += [Strip.blank(width)] * bool(moment.curves)
        room = count - 2
        # The last of them give way to the chart.
        above = above[: max(room - LEAST_HEIGHT, 0)]
        height = room - len(above)
        charts = self._curves.draw(width, height, snapshot, [outline for _, outline in others])
        if not charts[0].lines:
            return [told, *self._said(self._no_chart(), width)]
        self._chart = charts[0]
        watched = dict(islice(moment.curves.items(), MOST))
        if watched and above:
            # Their scales are those of the iterations that are drawn.
            above[-1] = self._watched(watched, moment, width)
        lines = overlaid(
            charts,
            self._curves.draw_watched(width, height, watched),
            self._marks(charts[0], moment),
            palette,
            width,
            has_held_out=snapshot.held_out is not None,
            is_smooth=self.is_smooth,
            is_colourless=self.is_colourless,
        )
        shown, cursor = self._curves.shown, self.cursor_iteration
        return [told, *above, *lines, timeline(charts[0], shown, snapshot, cursor, palette, width)]

    def _said(self, words: str, width: int) -> list[Strip]:
        """Return the text that stands in place of an empty chart."""
        lines = wrap(words, width - 1)
        return [Row().add(" " + line, self.palette.dim).strip(width) for line in lines]

    def _no_chart(self) -> str:
        """Return the reason why nothing is drawn."""
        kind = "E above 0" if self._curves.is_log else "finite E"
        words = f"no {kind} to draw" + (" in these iterations" if self._curves.window else "")
        if self._curves.is_drawable:
            words = "too small for a chart"
            words += "" if self.screen.has_class("-single") else ": m maximises"
        return words

    def _others(self, moment: Moment) -> list[tuple[str, Outline]]:
        """Return the held-out loss, then the other branches, the latest first."""
        held_out = moment.snapshot.held_out
        first = [] if held_out is None else [(_HELD_OUT, held_out)]
        return [
            *first,
            *(
                (branch.label, branch.outline)
                for branch in reversed(moment.snapshot.branches)
                if branch.outline is not None and branch.outline.positions.size
            ),
        ]

    def _legend(
        self, moment: Moment, others: list[tuple[str, Outline]], more: int, width: int
    ) -> list[Strip]:
        """Lay out the legend, once there are several curves."""
        if not others:
            return []
        branches = moment.snapshot.branches
        present = next(branch.label for branch in branches if branch.current)
        labels = ["training" if len(branches) == 1 else present, *(label for label, _ in others)]
        marks = (CURVE, *(MARKS if self.is_colourless else [CURVE] * len(MARKS)))
        keys = list(zip(labels, marks, styles_of(self.palette), strict=False))
        return [legend_row(keys, more, self.palette, width).strip(width)]

    def _watches(self, moment: Moment, width: int) -> list[Strip]:
        """Lay out the watches, where the header has no line for them."""
        if not self.screen.has_class("-short"):
            return []
        row = watch_row(moment, self.palette, width)
        return [row.strip(width)] if row.width else []

    def _watched(self, watched: dict[str, Array], moment: Moment, width: int) -> Strip:
        """Name the watches that are drawn, with their values and scales."""
        cursor = self.cursor_iteration
        at = moment.snapshot.values_iteration if cursor is None else cursor
        marks = WATCH_MARKS if self.is_colourless else (CURVE,) * MOST
        return watched_row(watched, self._curves.shown, at, marks, self.palette, width).strip(width)

    def _marks(self, drawn: Chart, moment: Moment) -> dict[int, tuple[str, Style]]:
        """Return the columns of the clock, where it is in the past, and of the cursor."""
        marks: dict[int, tuple[str, Style]] = {}
        shown, snapshot = self._curves.shown, moment.snapshot
        if snapshot.iteration < snapshot.losses.size and shown.holds(snapshot.iteration):
            marks[drawn.column_of(snapshot.iteration, shown)] = ("┊", self.palette.dim)
        if self.cursor_iteration is not None:
            column = drawn.column_of(self.cursor_iteration, shown)
            marks[column] = ("│", self.palette.heading)
        return marks

"""The loss over the iterations, with a cursor and the clock."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip

from engine.common.numbers import grouped, scientific
from tui.drawing.chart import (
    LEAST_HEIGHT,
    Axes,
    Chart,
    chart,
    decades,
    empty_axes,
    is_curve,
    is_drawable,
    suits_log,
    wants_log,
)
from tui.drawing.host import host_of
from tui.drawing.lines import LinesView, Row, cells_of, right, wrap
from tui.keys import pane_bindings
from tui.panes.loss.legend import CURVE, MARKS, legend_row
from tui.panes.loss.watched import MOST, in_view, laid_over, scale_of, styles, watched_row
from tui.panes.watches import watch_row
from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.inspection.snapshot import Snapshot
    from engine.maths.tensor import Array
    from engine.run.loss_history import Outline

_HELD_OUT = "held out"
_ZOOM = 4
"""How many times fewer iterations a step of zoom draws."""
_NARROWEST = 8
_SMOOTH = 3
"""The columns of each stretch of iterations whose mean is drawn."""
_BEHIND = "░"
"""What the losses are drawn with behind the mean."""
_BORDER = 6
"""The cells of a title's line that are none of it."""
_DIGITS = (9, 6, 4, 2, 1)
"""Those of the loss that is told, as many as there is room for."""
WATCH_MARKS = ("1", "2", "3")
"""What watches are drawn with where colours cannot tell them apart."""
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
        self._log: bool | None = None
        """Which scale was chosen; None where the losses decide."""
        self._decades = 0
        """How many the losses span on a logarithmic scale that they decided for; else 0."""
        self._smooth = False
        self._axes = empty_axes(log=False)
        self._window: tuple[int, int] | None = None
        """The first and the last iteration to draw; None for all."""
        self._shown = self._axes
        self._drawn: dict[object, tuple[object, Chart]] = {}
        self._cursor: int | None = None
        self._chart: Chart | None = None
        self._laid_over: list[Chart] = []
        """The curves of watches."""
        self._present: Outline | None = None
        """The losses in sight of the present branch."""

    def toggle_log(self) -> None:
        """Draw E on the other scale, linear or logarithmic, and keep to it."""
        self.choose_scale(logarithmic=not self._on_log)

    def choose_scale(self, *, logarithmic: bool) -> None:
        """Draw E on a scale, whatever the losses are."""
        self._log = logarithmic
        self._decades = 0
        self._axes = empty_axes(self._log)
        if self.size:
            self.redraw()

    @property
    def is_logarithmic(self) -> bool:
        """Whether the logarithmic scale of E was chosen."""
        return self._log is True

    @property
    def _on_log(self) -> bool:
        """Whether the scale of E is logarithmic."""
        return self._decades > 0 if self._log is None else self._log

    @property
    def is_smooth(self) -> bool:
        """Whether the mean of each stretch is drawn."""
        return self._smooth

    def toggle_smooth(self) -> None:
        """Draw the mean of each stretch of iterations over the losses, or no longer."""
        self._smooth = not self._smooth
        self._drawn.clear()
        if self.size:
            self.redraw()

    def action_log_scale(self) -> None:
        """Change between the linear and the logarithmic scale of E."""
        self.toggle_log()
        self.post_message(self.Chosen())

    def action_smooth(self) -> None:
        """Draw a smoothed curve over the losses, or no longer."""
        self.toggle_smooth()
        self.post_message(self.Chosen())

    def action_zoom(self, step: int) -> None:
        """Draw fewer iterations, or more."""
        self.zoom(step)

    def action_pan(self, step: int) -> None:
        """Draw later iterations, or earlier ones."""
        self.pan(step)

    def action_open(self) -> None:
        """Go to the iteration under the cursor."""
        cursor = self.cursor_iteration
        if cursor is not None:
            self.clear_cursor()
            # The values of an iteration are there once it is complete.
            host_of(self.app).go_to_iteration(cursor + 1)

    def start_again(self) -> None:
        """Forget the axes and the cursor of the run before."""
        self._decades = 0
        self._axes = empty_axes(self._on_log)
        self._cursor = None
        self._window = None

    # The window

    def zoom(self, step: int, at: int | None = None) -> None:
        """Draw fewer iterations, or more.

        Args:
            step: 1 for fewer, −1 for more.
            at: The iteration that stays where it is; by default the one under the cursor,
                or at the clock.
        """
        if self.moment is None or not self.moment.snapshot.losses.size:
            return
        whole, snapshot = self._axes.iterations, self.moment.snapshot
        first, last = self._window or (0, whole)
        if at is None:
            at = snapshot.values_iteration if self._cursor is None else self._cursor
        at = min(max(at, first), last)
        width = (last - first) // _ZOOM if step > 0 else (last - first) * _ZOOM
        width = max(width, min(_NARROWEST, whole))
        share = (at - first) / max(last - first, 1)
        self._look_at(round(at - share * width), width)

    def pan(self, step: int) -> None:
        """Draw earlier or later iterations, by a quarter of those drawn."""
        if self._window is not None:
            first, last = self._window
            self._look_at(first + step * max((last - first) // 4, 1), last - first)

    def _look_at(self, first: int, width: int) -> None:
        assert self.moment is not None
        whole, computed = self._axes.iterations, self.moment.snapshot.losses.size
        first = max(min(first, whole - width, computed - 2), 0)
        self._window = None if width >= whole else (first, first + width)
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
            self.pan(-step)
        elif self._chart is not None:
            offset = event.get_content_offset(self)
            at = None if offset is None else self._chart.iteration_at(offset.x, self._shown)
            self.zoom(step, at)

    def show(self, moment: Moment) -> None:
        self._choose_scale(moment)
        self._tell(moment)
        super().show(moment)

    def on_resize(self) -> None:
        super().on_resize()
        if self.moment is not None:
            self._tell(self.moment)

    def _tell(self, moment: Moment) -> None:
        """Say in the border what is shown and which keys there are."""
        hint = "" if self._window is None else "z Z zoom │ Esc"
        hint = hint if self._cursor is None else "Enter goes there │ Esc"
        self.entitle(self._title(moment), hint)

    def _choose_scale(self, moment: Moment) -> None:
        """Take the logarithmic scale for losses over many decades, unless one was chosen."""
        outline = moment.snapshot.outline
        if self._log is not None or outline is None:
            return
        was_on_log = self._on_log
        # Once taken it stays, as far as it can: the axes do not go to and fro.
        log = suits_log(outline) if was_on_log else wants_log(outline)
        self._decades = max(decades(outline), 1) if log else 0
        if log != was_on_log:
            self._axes = empty_axes(log)

    def _title(self, moment: Moment) -> str:
        """Name the loss and its scale; the formula first gives way where room is short."""
        formula = f"  E = {moment.snapshot.listing.loss}"
        smoothed = "  smoothed" if self._smooth else ""
        scales = ["  log" if self._on_log else ""]
        if self._log is None and self._on_log:
            scales = [
                f"  log, as E spans {self._decades} decades",
                f"  log: {self._decades} decades",
            ]
        titles = [
            f"3 Loss{what}{scale}{smoothed}" for what in (formula, "") for scale in scales
        ] + [f"3 Loss{scale}" for scale in (scales[-1], scales[-1].partition(":")[0])]
        room = self.outer_size.width - _BORDER
        return next((title for title in titles if cells_of(title) <= room), titles[-1])

    # The cursor

    @property
    def cursor_iteration(self) -> int | None:
        """The iteration under the cursor, or None where there is none."""
        if self._cursor is None or self.moment is None:
            return None
        computed = self.moment.snapshot.losses.size
        return min(self._cursor, computed - 1) if computed else None

    def clear_cursor(self) -> bool:
        """Remove the cursor and return whether there was one."""
        had = self._cursor is not None or self._window is not None
        if self._cursor is None:
            self._window = None
        self._cursor = None
        if had:
            self.redraw()
        return had

    def move(self, direction: str) -> None:
        if self.moment is None or self._chart is None or not self.moment.snapshot.losses.size:
            return
        step = {"left": -1, "right": 1, "down": -10, "up": 10}[direction]
        snapshot = self.moment.snapshot
        now = snapshot.values_iteration if self._cursor is None else self._cursor
        wide = self._shown.width / max(self._chart.span, 1)
        to = round(now + step * max(wide, 1.0))
        self._put_cursor(to)

    def _put_cursor(self, iteration: int) -> None:
        assert self.moment is not None
        self._cursor = min(max(iteration, 0), self.moment.snapshot.losses.size - 1)
        if self._window is not None and not self._window[0] <= self._cursor <= self._window[1]:
            first, last = self._window
            self._look_at(self._cursor - (last - first) // 2, last - first)
        self.redraw()
        self.post_message(self.Chosen())

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if self.moment is None or offset is None or self._chart is None:
            return
        if self.moment.snapshot.losses.size:
            self._put_cursor(self._chart.iteration_at(offset.x, self._shown))

    # Drawing

    def _told(self, moment: Moment, width: int) -> str:
        """Write the loss at the cursor, or the last one."""
        snapshot = moment.snapshot
        cursor = self.cursor_iteration
        outline = snapshot.outline
        since = None if outline is None else outline.first_nonfinite
        if cursor is not None:
            loss, where = float(snapshot.losses[cursor]), grouped(cursor)
        elif since is not None and outline is not None and outline.is_lost:
            words = (
                f"E is not finite since {grouped(since)}",
                f"E not finite since {grouped(since)}",
            )
            return next((text for text in words if len(text) <= width), words[-1])
        elif snapshot.loss is None:
            return ""
        else:
            loss, computed = snapshot.loss, snapshot.losses.size
            ahead = f" of {grouped(computed)}" if snapshot.iteration < computed else ""
            # Before E is computed, the last one is that of the iteration before.
            last = snapshot.values_iteration if "E" in snapshot.values else snapshot.iteration - 1
            where = f"{grouped(last)}{ahead}"
        texts = [f"E = {scientific(loss, digits)} at {where}" for digits in _DIGITS]
        if cursor is None and since is not None:
            texts = [f"{text}, not finite at {grouped(since)}" for text in texts[:1]] + texts
        return next((text for text in texts if len(text) <= width), texts[-1])

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment, palette = self.moment, self.palette
        if moment is None:
            return []
        outline = moment.snapshot.outline
        if outline is None or not outline.positions.size:
            return [Strip.blank(width), *self._said("no iteration is complete yet", width)]
        told = Row().add(right(self._told(moment, width), width), palette.label).strip(width)
        others = self._others(moment)
        others, more = others[: _MOST_CURVES - 1], len(others[_MOST_CURVES - 1 :])
        above = self._legend(moment, others, more, width) + self._watches(moment, width)
        above += [Strip.blank(width)] * bool(moment.curves)
        room = count - 2
        # The last of them give way to the chart.
        above = above[: max(room - LEAST_HEIGHT, 0)]
        charts = self._draw(width, room - len(above), outline, others, moment)
        if not charts[0].lines:
            return [told, *self._said(self._no_chart(), width)]
        self._chart = charts[0]
        if moment.curves and above:
            # Their scales are those of the iterations that are drawn.
            above[-1] = self._watched(moment, width)
        self._laid_over = self._draw_watched(moment, width, room - len(above))
        lines = self._overlaid(charts, moment, width)
        return [told, *above, *lines, self._timeline(charts[0], moment, width)]

    def _said(self, words: str, width: int) -> list[Strip]:
        """Return the text that stands in place of an empty chart."""
        lines = wrap(words, width - 1)
        return [Row().add(" " + line, self.palette.dim).strip(width) for line in lines]

    def _no_chart(self) -> str:
        """Return the reason why nothing is drawn."""
        assert self._present is not None
        kind = "E above 0" if self._on_log else "finite E"
        words = f"no {kind} to draw" + (" in these iterations" if self._window else "")
        if is_drawable(self._present, self._shown):
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
        styles = (self.palette.plus[2], *self._other_styles())
        keys = list(zip(labels, marks, styles, strict=False))
        return [legend_row(keys, more, self.palette, width).strip(width)]

    def _watches(self, moment: Moment, width: int) -> list[Strip]:
        """Lay out the watches, where the header has no line for them."""
        if not self.screen.has_class("-short"):
            return []
        row = watch_row(moment, self.palette, width)
        return [row.strip(width)] if row.width else []

    def _curves(self, moment: Moment) -> dict[str, Array]:
        """Return the watches to draw."""
        return dict(islice(moment.curves.items(), MOST))

    def _watched(self, moment: Moment, width: int) -> Strip:
        """Name the watches that are drawn, with their values and scales."""
        cursor = self.cursor_iteration
        at = moment.snapshot.values_iteration if cursor is None else cursor
        marks = WATCH_MARKS if self.is_colourless else (CURVE,) * MOST
        curves = self._curves(moment)
        return watched_row(curves, self._shown, at, marks, self.palette, width).strip(width)

    def _draw_watched(self, moment: Moment, width: int, height: int) -> list[Chart]:
        """Draw the watches over the same iterations, each on a scale of its own."""
        charts = []
        for text, values in self._curves(moment).items():
            scale = scale_of(in_view(values, self._shown))
            if scale is None:
                charts.append(Chart())
                continue
            key = (width, height, self._shown, values.size, scale, float(values[-1]))
            if self._drawn.get(text, (None,))[0] != key:
                outline = laid_over(values, scale, self._shown, 2 * width)
                self._drawn[text] = (key, chart(width, height, outline, self._shown))
            charts.append(self._drawn[text][1])
        return charts

    def _other_styles(self) -> tuple[Style, ...]:
        palette = self.palette
        return (palette.minus[1], palette.good, palette.label)

    def _draw(
        self,
        width: int,
        height: int,
        outline: Outline,
        others: list[tuple[str, Outline]],
        moment: Moment,
    ) -> list[Chart]:
        """Draw the present curve and the others on the same axes, as far as there is room."""
        snapshot = moment.snapshot
        planned = snapshot.hyperparameters.iterations
        self._axes = self._axes.including(planned, snapshot.losses.size, outline)
        for _, other in others:
            longest = max(snapshot.losses.size, int(other.positions[-1]))
            self._axes = self._axes.including(planned, longest, other)
        axes = self._axes
        if self._window is not None:
            # Imported here, as the first frame need not wait for NumPy.
            from engine.run.loss_history import outline_between

            first, last = self._window
            between = outline_between(snapshot.losses, first, last, 2 * width)
            if between.positions.size:
                outline = between
            axes = axes.narrowed(first, last, between)
        self._shown = axes
        self._present = outline
        curves = [outline, *(other for _, other in others)]
        if self._smooth:
            means = self._means(snapshot, width)
            curves = [means if means.positions.size else outline, *curves[1:], outline]
        charts = []
        for place, curve in enumerate(curves):
            count = snapshot.losses.size if place == 0 else curve.positions.size
            key = (width, height, axes, count, curve.positions.size, float(curve.lows[-1]))
            if self._drawn.get(place, (None,))[0] != key:
                self._drawn[place] = (key, chart(width, height, curve, axes))
            charts.append(self._drawn[place][1])
        return charts

    def _means(self, snapshot: Snapshot, width: int) -> Outline:
        """Return the smoothed losses in view."""
        from engine.run.loss_history import means_between

        first, last = self._window or (0, snapshot.losses.size - 1)
        return means_between(snapshot.losses, first, last, max(width // _SMOOTH, 8))

    def _overlaid(self, charts: list[Chart], moment: Moment, width: int) -> list[Strip]:
        """Draw the curves over one another: the held-out loss on top, the marks behind."""
        palette, snapshot = self.palette, moment.snapshot
        order = list(range(len(charts)))
        if snapshot.held_out is not None and len(charts) > 1:
            # With batches the training losses are a band that would hide it.
            order[:2] = 1, 0
        styles = [palette.plus[2], *self._other_styles()]
        if self._smooth:
            # The losses themselves lie behind all others.
            styles = [*styles[: len(charts) - 1], palette.dim]
        marks: dict[int, tuple[str, Style]] = {}
        if snapshot.iteration < snapshot.losses.size and self._shown.holds(snapshot.iteration):
            marks[charts[0].column_of(snapshot.iteration, self._shown)] = ("┊", palette.dim)
        if self.cursor_iteration is not None:
            column = charts[0].column_of(self.cursor_iteration, self._shown)
            marks[column] = ("│", palette.heading)
        colourless = self.is_colourless
        strips = []
        for y, line in enumerate(charts[0].lines):
            segments = []
            for x, character in enumerate(line):
                style = palette.dim
                on = next(
                    (i for i in order if charts[i].lines and is_curve(charts[i].lines[y][x])), None
                )
                if on is None and character == " ":
                    watch = self._watch_at(x, y)
                    if watch is not None:
                        character, style = watch
                if on is not None:
                    character, style = charts[on].lines[y][x], styles[on]
                    if self._smooth and on == len(charts) - 1:
                        # Without colours too the mean is told from what it is the mean of.
                        character = _BEHIND
                    elif on and colourless:
                        character = MARKS[on - 1]
                elif character == " " and x in marks and y < len(charts[0].lines) - 2:
                    character, style = marks[x]
                segments.append(Segment(character, style))
            strips.append(Strip(Segment.simplify(segments)).adjust_cell_length(width))
        return strips

    def _watch_at(self, x: int, y: int) -> tuple[str, Style] | None:
        """Return what a cell has of the curves of watches."""
        for k, drawn in enumerate(self._laid_over):
            if drawn.lines and is_curve(drawn.lines[y][x]):
                mark = WATCH_MARKS[k] if self.is_colourless else drawn.lines[y][x]
                return mark, styles(self.palette)[k]
        return None

    def _timeline(self, drawn: Chart, moment: Moment, width: int) -> Strip:
        """Draw the timeline: computed and planned iterations, the clock and the changes."""
        palette, snapshot = self.palette, moment.snapshot
        axes = self._shown
        done = drawn.column_of(snapshot.losses.size, axes)
        cells = {x: ("━" if x < done else "─") for x in range(drawn.first, drawn.last + 1)}
        styles = {x: palette.label if x < done else palette.dim for x in cells}
        for iteration, _ in snapshot.changes:
            if axes.holds(iteration):
                x = drawn.column_of(iteration, axes)
                cells[x], styles[x] = "◆", palette.good
        if self.cursor_iteration is not None:
            x = drawn.column_of(self.cursor_iteration, axes)
            cells[x], styles[x] = "▲", palette.heading
        x = drawn.column_of(snapshot.iteration, axes)
        cells[x], styles[x] = _clock_mark(snapshot.iteration, axes), palette.heading
        row = Row().add(" " * drawn.first)
        for x, character in cells.items():
            row.add(character, styles[x])
        return row.strip(width)


def _clock_mark(iteration: int, axes: Axes) -> str:
    """Draw the clock on the timeline, or the side on which it lies beyond it."""
    if axes.holds(iteration):
        return "●"
    return "◂" if iteration < axes.first else "▸"

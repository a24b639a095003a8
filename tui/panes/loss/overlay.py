"""Draws the curves over one another, and the timeline below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.drawing.chart import Axes, Chart, is_curve
from tui.drawing.lines import Row
from tui.drawing.palette import Palette
from tui.panes.loss.legend import MARKS, styles_of

if TYPE_CHECKING:
    from engine.inspection.snapshot import Snapshot

_BEHIND = "░"
"""What the losses are drawn with behind the mean."""


@dataclass(frozen=True)
class Drawing:
    """Charts on the same axes, and what is marked in them.

    Attributes:
        charts: The present curve, or its mean; the held-out loss and other branches; where the
            mean is drawn, at last the losses themselves.
        axes: The axes in sight.
        cursor: The iteration under the cursor, if there is one.
        smooth: Whether the mean is drawn.
        colourless: Whether only characters tell the curves apart.
    """

    charts: Sequence[Chart]
    axes: Axes
    cursor: int | None
    smooth: bool
    colourless: bool

    def overlaid(self, snapshot: Snapshot, palette: Palette, width: int) -> list[Strip]:
        """Draw the curves over one another: the held-out loss on top, the marks behind."""
        charts = self.charts
        order = list(range(len(charts)))
        if snapshot.held_out is not None and len(charts) > 1:
            # With batches the training losses are a band that would hide it.
            order[:2] = 1, 0
        styles = styles_of(palette)
        if self.smooth:
            # The losses themselves lie behind all others.
            styles = (*styles[: len(charts) - 1], palette.dim)
        marks = self._marks(snapshot, palette)
        strips = []
        for y, line in enumerate(charts[0].lines):
            segments = []
            for x, character in enumerate(line):
                style = palette.dim
                on = next(
                    (i for i in order if charts[i].lines and is_curve(charts[i].lines[y][x])), None
                )
                if on is not None:
                    character, style = charts[on].lines[y][x], styles[on]
                    if self.smooth and on == len(charts) - 1:
                        # Without colours too the mean is told from what it is the mean of.
                        character = _BEHIND
                    elif on and self.colourless:
                        character = MARKS[on - 1]
                elif character == " " and x in marks and y < len(charts[0].lines) - 2:
                    character, style = marks[x]
                segments.append(Segment(character, style))
            strips.append(Strip(Segment.simplify(segments)).adjust_cell_length(width))
        return strips

    def _marks(self, snapshot: Snapshot, palette: Palette) -> dict[int, tuple[str, Style]]:
        """Return the lines down the chart, by column: the clock in the past, and the cursor."""
        marks: dict[int, tuple[str, Style]] = {}
        if snapshot.iteration < snapshot.losses.size and self.axes.holds(snapshot.iteration):
            marks[self._column(snapshot.iteration)] = ("┊", palette.dim)
        if self.cursor is not None:
            marks[self._column(self.cursor)] = ("│", palette.heading)
        return marks

    def _column(self, iteration: int) -> int:
        return self.charts[0].column_of(iteration, self.axes)

    def timeline(self, snapshot: Snapshot, palette: Palette, width: int) -> Strip:
        """Draw the timeline: computed and planned iterations, the clock and the changes."""
        drawn = self.charts[0]
        done = self._column(snapshot.losses.size)
        cells = {x: ("━" if x < done else "─") for x in range(drawn.first, drawn.last + 1)}
        styles = {x: palette.label if x < done else palette.dim for x in cells}
        for iteration, _ in snapshot.changes:
            if self.axes.holds(iteration):
                x = self._column(iteration)
                cells[x], styles[x] = "◆", palette.good
        if self.cursor is not None:
            x = self._column(self.cursor)
            cells[x], styles[x] = "▲", palette.heading
        x = self._column(snapshot.iteration)
        cells[x], styles[x] = _clock_mark(snapshot.iteration, self.axes), palette.heading
        row = Row().add(" " * drawn.first)
        for x, character in cells.items():
            row.add(character, styles[x])
        return row.strip(width)


def _clock_mark(iteration: int, axes: Axes) -> str:
    """Draw the clock on the timeline, or the side on which it lies beyond it."""
    if axes.holds(iteration):
        return "●"
    return "◂" if iteration < axes.first else "▸"

"""The line below the chart: computed and planned iterations, the clock and the changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from tui.drawing.lines import Row

if TYPE_CHECKING:
    from engine.inspection.snapshot import Snapshot
    from tui.drawing.chart import Axes, Chart
    from tui.drawing.palette import Palette


def timeline(
    drawn: Chart, axes: Axes, snapshot: Snapshot, cursor: int | None, palette: Palette, width: int
) -> Strip:
    """Draw the timeline below a chart.

    Args:
        drawn: The chart, whose columns it has.
        axes: The axes of the chart.
        snapshot: The snapshot to draw.
        cursor: The iteration under the cursor, or None.
        palette: The colours.
        width: The cells of the line.
    """
    done = drawn.column_of(snapshot.losses.size, axes)
    cells = {x: ("━" if x < done else "─") for x in range(drawn.first, drawn.last + 1)}
    styles = {x: palette.label if x < done else palette.dim for x in cells}
    for iteration, _ in snapshot.changes:
        if axes.holds(iteration):
            x = drawn.column_of(iteration, axes)
            cells[x], styles[x] = "◆", palette.good
    if cursor is not None:
        x = drawn.column_of(cursor, axes)
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

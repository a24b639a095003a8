"""Curves laid over one another, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from tui.drawing.chart import Chart, is_curve
from tui.panes.loss.legend import MARKS, styles_of
from tui.panes.loss.watched import WATCH_MARKS, styles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.style import Style

    from tui.drawing.palette import Palette

_BEHIND = "░"
"""The mark of the losses behind the mean."""


def overlaid(
    charts: Sequence[Chart],
    watched: Sequence[Chart],
    marks: Mapping[int, tuple[str, Style]],
    palette: Palette,
    width: int,
    *,
    has_held_out: bool,
    is_smooth: bool,
    is_colourless: bool,
) -> list[Strip]:
    """Draw the curves over one another: the held-out loss on top, watches and marks behind.

    Args:
        charts: That of the present branch first, then the others.
        watched: The watches.
        marks: What stands in some columns where there is no curve.
        palette: The colours.
        width: The cells of a line.
        has_held_out: Whether the second one is the held-out loss.
        is_smooth: Whether the first one is a mean, and the last one what it is the mean of.
        is_colourless: Whether there are no colours to tell curves apart.
    """
    order = list(range(len(charts)))
    if has_held_out and len(charts) > 1:
        # With batches the training losses are a band that would hide it.
        order[:2] = 1, 0
    colours = list(styles_of(palette))
    if is_smooth:
        # The losses themselves lie behind all others.
        colours = [*colours[: len(charts) - 1], palette.dim]

    def cell(x: int, y: int) -> tuple[str, Style]:
        on = next((i for i in order if _is_on(charts[i], x, y)), None)
        if on is not None:
            character = charts[on].lines[y][x]
            if is_smooth and on == len(charts) - 1:
                # Without colours too the mean is told from what it is the mean of.
                character = _BEHIND
            elif on and is_colourless:
                character = MARKS[on - 1]
            return character, colours[on]
        character = charts[0].lines[y][x]
        if character != " ":
            return character, palette.dim
        for k, drawn in enumerate(watched):
            if _is_on(drawn, x, y):
                mark = WATCH_MARKS[k] if is_colourless else drawn.lines[y][x]
                return mark, styles(palette)[k]
        return marks[x] if x in marks and y < len(charts[0].lines) - 2 else (" ", palette.dim)

    return [
        Strip(
            Segment.simplify(Segment(*cell(x, y)) for x in range(len(charts[0].lines[y])))
        ).adjust_cell_length(width)
        for y in range(len(charts[0].lines))
    ]


def _is_on(drawn: Chart, x: int, y: int) -> bool:
    return bool(drawn.lines) and is_curve(drawn.lines[y][x])

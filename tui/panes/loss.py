"""The loss over the iterations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from tui.lines import LinesView, Row, right
from tui.moment import Moment
from tui.plot import Axes, chart, empty_axes, is_curve, with_clock

if TYPE_CHECKING:
    from engine.loss_history import Outline


class LossPane(LinesView):
    """A chart whose axes stay as they are unless something does not fit."""

    BORDER_TITLE = "3 Loss"
    CALM = 0.2

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._log = False
        self._axes = empty_axes(self._log)
        self._drawn: tuple[object, ...] = ()
        self._chart: list[str] = []

    def toggle_log(self) -> None:
        """Change between the linear and the logarithmic scale of E."""
        self._log = not self._log
        self._axes = empty_axes(self._log)
        if self.size:
            self.redraw()

    def start_again(self) -> None:
        """Forget the axes of the run before."""
        self._axes = empty_axes(self._log)

    def show(self, moment: Moment) -> None:
        scale = "  log" if self._log else ""
        self.entitle(f"3 Loss  E = {moment.snapshot.listing.loss}{scale}")
        super().show(moment)

    def _last(self, moment: Moment) -> str:
        snapshot = moment.snapshot
        outline = snapshot.outline
        if outline is not None and outline.first_nonfinite is not None:
            return f"E is no finite number since {outline.first_nonfinite:,}"
        if snapshot.loss is None:
            return ""
        computed = snapshot.losses.size
        ahead = f" of {computed:,}" if snapshot.iteration < computed else ""
        return f"E = {snapshot.loss:.9e} at {snapshot.values_iteration:,}{ahead}"

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment, palette = self.moment, self.palette
        if moment is None:
            return []
        snapshot = moment.snapshot
        outline = snapshot.outline
        if outline is None or not outline.positions.size:
            hint = "no iteration is complete yet"
            return [Strip.blank(width), Row().add(" " + hint, palette.dim).strip(width)]
        last = Row().add(right(self._last(moment), width), palette.label).strip(width)
        lines = self._draw(width, count - 1, outline, moment)
        if not lines:
            words = "too small for a chart: m maximises"
            if width >= 16 and count >= 4:
                words = "no finite loss to draw" + (" on a log scale" if self._log else "")
            return [last, Row().add(" " + words, palette.dim).strip(width)]
        if snapshot.iteration < snapshot.losses.size:
            lines = with_clock(lines, self._axes, snapshot.iteration)
        return [last] + [self._coloured(line, width) for line in lines]

    def _draw(self, width: int, count: int, outline: Outline, moment: Moment) -> list[str]:
        snapshot = moment.snapshot
        planned = snapshot.hyperparameters.iterations
        self._axes = self._axes.including(planned, snapshot.losses.size, outline)
        drawn = (width, count, self._axes, snapshot.losses.size, id(snapshot.losses.base))
        if drawn != self._drawn:
            self._drawn = drawn
            finite = math.isfinite(self._axes.bottom) and math.isfinite(self._axes.top)
            axes: Axes = self._axes
            self._chart = chart(width, count, outline, axes) if finite else []
        return self._chart

    def _coloured(self, line: str, width: int) -> Strip:
        palette = self.palette
        segments: list[Segment] = []
        begin = 0
        for i in range(1, len(line) + 1):
            if i == len(line) or is_curve(line[i]) != is_curve(line[begin]):
                style = palette.plus[2] if is_curve(line[begin]) else palette.dim
                segments.append(Segment(line[begin:i], style))
                begin = i
        return Strip(segments).adjust_cell_length(width)

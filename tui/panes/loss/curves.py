"""The curves of the losses, on axes that stay as they are unless something does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.drawing.chart import (
    Chart,
    chart,
    decades,
    empty_axes,
    is_drawable,
    suits_log,
    wants_log,
)
from tui.panes.loss.watched import in_view, laid_over, scale_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.formula.tensor import Array
    from engine.inspection.snapshot import Snapshot
    from engine.run.loss_history import Outline

_ZOOM = 4
"""The factor by which a step of zoom reduces the iterations that are drawn."""
_NARROWEST = 8
_SMOOTH = 3
"""The columns of each stretch of iterations whose mean is drawn."""


class Curves:
    """Draws curves over the same iterations, on the same scale of E.

    Attributes:
        chosen: Whether the logarithmic scale was chosen, or the linear one; None where the
            losses decide.
        decades: How many the losses span on a logarithmic scale that they decided for; else 0.
        is_smooth: Whether the mean of each stretch is drawn over the losses.
        window: The first and the last iteration to draw; None for all.
        axes: The axes of all iterations.
        shown: The axes of those that are drawn.
    """

    def __init__(self) -> None:
        self.chosen: bool | None = None
        self.decades = 0
        self.is_smooth = False
        self.window: tuple[int, int] | None = None
        self.axes = self.shown = empty_axes(log=False)
        self._drawn: dict[object, tuple[object, Chart]] = {}
        self._present: Outline | None = None
        """The losses in sight of the present branch."""

    @property
    def is_log(self) -> bool:
        """Whether the scale of E is logarithmic."""
        return self.decades > 0 if self.chosen is None else self.chosen

    @property
    def is_drawable(self) -> bool:
        """Whether the present branch has anything to draw, given the room."""
        return self._present is not None and is_drawable(self._present, self.shown)

    def choose(self, *, log: bool) -> None:
        """Draw on a scale, whatever the losses are."""
        self.chosen = log
        self.start_again()

    def choose_for(self, outline: Outline) -> None:
        """Take the logarithmic scale for losses over many decades, unless one was chosen."""
        if self.chosen is not None:
            return
        was_on_log = self.is_log
        # Once taken it stays, as far as it can: the axes do not go to and fro.
        log = suits_log(outline) if was_on_log else wants_log(outline)
        self.decades = max(decades(outline), 1) if log else 0
        if log != was_on_log:
            self.axes = empty_axes(log)

    def start_again(self) -> None:
        """Forget the axes, and how many decades the losses span."""
        self.decades = 0
        self.axes = empty_axes(self.is_log)

    def toggle_smooth(self) -> None:
        """Draw the mean of each stretch of iterations over the losses, or no longer."""
        self.is_smooth = not self.is_smooth
        self._drawn.clear()

    # The window

    def zoom(self, step: int, at: int, computed: int) -> None:
        """Draw fewer iterations, or more.

        Args:
            step: 1 for fewer, −1 for more.
            at: The iteration that stays where it is.
            computed: How many there are.
        """
        whole = self.axes.iterations
        first, last = self.window or (0, whole)
        at = min(max(at, first), last)
        width = (last - first) // _ZOOM if step > 0 else (last - first) * _ZOOM
        width = max(width, min(_NARROWEST, whole))
        share = (at - first) / max(last - first, 1)
        self._look_at(round(at - share * width), width, computed)

    def pan(self, step: int, computed: int) -> None:
        """Draw earlier or later iterations, by a quarter of those drawn."""
        if self.window is not None:
            first, last = self.window
            self._look_at(first + step * max((last - first) // 4, 1), last - first, computed)

    def bring_into_view(self, iteration: int, computed: int) -> None:
        """Move the window to an iteration that it does not show."""
        if self.window is not None and not self.window[0] <= iteration <= self.window[1]:
            first, last = self.window
            self._look_at(iteration - (last - first) // 2, last - first, computed)

    def _look_at(self, first: int, width: int, computed: int) -> None:
        whole = self.axes.iterations
        first = max(min(first, whole - width, computed - 2), 0)
        self.window = None if width >= whole else (first, first + width)

    # Drawing

    def draw(
        self, width: int, height: int, snapshot: Snapshot, others: Sequence[Outline]
    ) -> list[Chart]:
        """Draw the losses of the present branch, then other curves, as far as there is room.

        Where the mean is drawn it takes the first place, and the losses themselves the last.
        """
        outline = snapshot.outline
        assert outline is not None
        planned = snapshot.hyperparameters.iterations
        self.axes = self.axes.including(planned, snapshot.losses.size, outline)
        for other in others:
            longest = max(snapshot.losses.size, int(other.positions[-1]))
            self.axes = self.axes.including(planned, longest, other)
        axes = self.axes
        if self.window is not None:
            # Imported here, as the first frame need not wait for NumPy.
            from engine.run.loss_history import outline_between

            first, last = self.window
            between = outline_between(snapshot.losses, first, last, 2 * width)
            if between.positions.size:
                outline = between
            axes = axes.narrowed(first, last, between)
        self.shown, self._present = axes, outline
        curves = [outline, *others]
        if self.is_smooth:
            means = self._means(snapshot, width)
            curves = [means if means.positions.size else outline, *others, outline]
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

        first, last = self.window or (0, snapshot.losses.size - 1)
        return means_between(snapshot.losses, first, last, max(width // _SMOOTH, 8))

    def draw_watched(self, width: int, height: int, watched: Mapping[str, Array]) -> list[Chart]:
        """Draw watches over the same iterations, each on a scale of its own."""
        charts = []
        for text, values in watched.items():
            scale = scale_of(in_view(values, self.shown))
            if scale is None:
                charts.append(Chart())
                continue
            key = (width, height, self.shown, values.size, scale, float(values[-1]))
            if self._drawn.get(text, (None,))[0] != key:
                outline = laid_over(values, scale, self.shown, 2 * width)
                self._drawn[text] = (key, chart(width, height, outline, self.shown))
            charts.append(self._drawn[text][1])
        return charts

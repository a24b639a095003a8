"""The words of the chart: its title, and the loss at the cursor or the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.common.numbers import grouped, scientific
from tui.drawing.lines import cells_of

if TYPE_CHECKING:
    from engine.inspection.snapshot import Snapshot

_DIGITS = (9, 6, 4, 2, 1)
"""The digits of the loss, as many as there is room for."""


@dataclass(frozen=True)
class Scale:
    """The way in which the losses are drawn.

    Attributes:
        log: Whether the scale is logarithmic.
        decades: The decades that the losses span, where they have decided for that; else 0.
        smooth: Whether the mean of each stretch is drawn.
    """

    log: bool
    decades: int
    smooth: bool


def title(loss: str, scale: Scale, room: int) -> str:
    """Name the loss and its scale; the formula first gives way where room is short."""
    smoothed = "  smoothed" if scale.smooth else ""
    scales = ["  log" if scale.log else ""]
    if scale.decades:
        scales = [f"  log, as E spans {scale.decades} decades", f"  log: {scale.decades} decades"]
    titles = [f"3 Loss{what}{how}{smoothed}" for what in (f"  E = {loss}", "") for how in scales]
    titles += [f"3 Loss{how}" for how in (scales[-1], scales[-1].partition(":")[0])]
    return next((text for text in titles if cells_of(text) <= room), titles[-1])


def told(snapshot: Snapshot, cursor: int | None, width: int) -> str:
    """Write the loss at the cursor, or the last one."""
    outline = snapshot.outline
    since = None if outline is None else outline.first_nonfinite
    if cursor is not None:
        loss, where = float(snapshot.losses[cursor]), grouped(cursor)
    elif since is not None and outline is not None and outline.is_lost:
        words = (f"E is not finite since {grouped(since)}", f"E not finite since {grouped(since)}")
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

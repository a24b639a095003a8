"""The words of the chart of the losses: its title, and the loss at an iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.common.numbers import grouped, scientific
from tui.drawing.lines import cells_of

if TYPE_CHECKING:
    from engine.inspection.snapshot import Snapshot
    from tui.panes.loss.curves import Curves

_DIGITS = (9, 6, 4, 2, 1)
"""The digits of the loss, as many as there is room for."""


def title(loss: str, curves: Curves, room: int) -> str:
    """Name the loss and its scale; the formula first gives way where room is short.

    Args:
        loss: The formula of the loss.
        curves: The scale, and whether it is chosen.
        room: The cells that there are.
    """
    smoothed = "  smoothed" if curves.is_smooth else ""
    scales = ["  log" if curves.is_log else ""]
    if curves.decades:
        scales = [f"  log, as E spans {curves.decades} decades", f"  log: {curves.decades} decades"]
    titles = [
        f"3 Loss{what}{scale}{smoothed}" for what in (f"  E = {loss}", "") for scale in scales
    ] + [f"3 Loss{scale}" for scale in (scales[-1], scales[-1].partition(":")[0])]
    return next((title for title in titles if cells_of(title) <= room), titles[-1])


def loss_at(snapshot: Snapshot, cursor: int | None, room: int) -> str:
    """Write the loss at the cursor, or the last one.

    Args:
        snapshot: The snapshot to draw.
        cursor: The iteration under the cursor, or None.
        room: The cells that there are.
    """
    outline = snapshot.outline
    since = None if outline is None else outline.first_nonfinite
    if cursor is not None:
        loss, where = float(snapshot.losses[cursor]), grouped(cursor)
    elif since is not None and outline is not None and outline.is_lost:
        words = (
            f"E is not finite since {grouped(since)}",
            f"E not finite since {grouped(since)}",
        )
        return next((text for text in words if len(text) <= room), words[-1])
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
    return next((text for text in texts if len(text) <= room), texts[-1])

"""The watched expressions with their present values, in a line."""

from __future__ import annotations

from tui.drawing.lines import Row, cells_of
from tui.drawing.palette import Palette
from tui.view_state import Moment

_MORE = "  … {} in B"
"""The text for the watches that there is no room for: the key B lists all."""


def watch_row(moment: Moment, palette: Palette, room: int) -> Row:
    """Write the watches as far as there is room, and count the others.

    A condition that has just stopped the run is left out, as the reason for the stop tells it.
    """
    row, snapshot = Row(), moment.snapshot
    watches = [
        stop
        for stop in snapshot.stops
        if stop.value and stop.enabled and not stop.name and stop.spec not in snapshot.stopped
    ]
    for i, stop in enumerate(watches):
        part = Row().add("  " if i else "", palette.dim).add(f"{stop.spec} ", palette.dim)
        left = len(watches) - i
        after = cells_of(_MORE.format(left - 1)) if left > 1 else 0
        part.add(_in(room - row.width - part.width - after, stop.value), palette.label)
        if row.width + part.width + after > room:
            more = _MORE.format(left)
            return row.add(more if row.width + cells_of(more) <= room else "", palette.dim)
        row.extend(part)
    return row


def _in(room: int, value: str) -> str:
    """Leave out as many of the last numbers of an array as there is no room for."""
    numbers = value.removesuffix(" …").split(", ")
    while cells_of(value) > room and len(numbers) > 1:
        numbers.pop()
        value = f"{', '.join(numbers)} …"
    return value

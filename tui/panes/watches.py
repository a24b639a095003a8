"""The watched expressions with their present values, in a line."""

from __future__ import annotations

from tui.lines import Row
from tui.moment import Moment
from tui.palette import Palette


def watch_row(moment: Moment, palette: Palette, room: int) -> Row:
    """Write as many watches as there is room for; an empty row where there are none."""
    row = Row()
    watches = [stop for stop in moment.snapshot.stops if stop.value and stop.enabled]
    for i, stop in enumerate(stop for stop in watches if not stop.name):
        part = Row().add("  " if i else "", palette.dim)
        part.add(f"{stop.spec} ", palette.dim).add(stop.value, palette.label)
        if row.width + part.width > room:
            return row.add(" …", palette.dim) if row.width + 2 <= room else row
        row.extend(part)
    return row

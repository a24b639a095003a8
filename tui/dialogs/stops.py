"""The list of breakpoints, watches, built-in and planned stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from engine.common.text import counted
from engine.stops.stop import PLANNED
from tui.dialogs.listing import ListScreen
from tui.drawing.lines import Row, wrap

if TYPE_CHECKING:
    from engine.inspection.snapshot import StopView

_LOG_LINES = 5


class StopsScreen(ListScreen):
    """Toggle, edit, delete; below it, why the run stopped so far."""

    BINDINGS: ClassVar = [
        Binding("space", "switch", "on or off"),
        Binding("e,enter", "edit", "edit"),
        Binding("d,delete", "delete", "delete"),
        Binding("w", "add('watch')", "add a watch"),
        Binding("b", "add('breakpoint')", "add a breakpoint"),
    ]
    TITLE_TEXT = "Breakpoints and watches"
    KEYS_TEXT = "space on/off · e edit · d delete · w watch · b breakpoint · Esc"

    def count(self) -> int:
        return len(self.moment.snapshot.stops)

    @property
    def chosen(self) -> StopView:
        """The stop under the cursor."""
        return self.moment.snapshot.stops[self.cursor]

    def rows(self, width: int) -> list[Row]:
        palette = self.lines.palette
        rows = [self._row(stop, width) for stop in self.moment.snapshot.stops]
        log = self.moment.snapshot.log
        rows.append(Row())
        rows.append(Row().add("stops so far" if log else "no stop so far", palette.heading))
        for entry in log[-_LOG_LINES:]:
            first, *more = wrap(entry, width - 4) or [""]
            rows.append(Row().add(f"  {first}", palette.label))
            rows += [Row().add(f"    {line}", palette.label) for line in more]
        return rows

    def _row(self, stop: StopView, width: int) -> Row:
        palette = self.lines.palette
        row = Row().add(
            "● " if stop.enabled else "○ ", palette.alarm if stop.enabled else palette.dim
        )
        kind = "built in" if stop.name else "break" if stop.place else "watch"
        if stop.name in PLANNED:
            kind = "planned"
        row.add(kind, palette.dim, width=9)
        style = palette.text if stop.enabled else palette.label
        symbol = self.moment.snapshot.listing.symbols.get(stop.place, "")
        words = stop.spec.replace(stop.place, symbol, 1) if symbol else stop.spec
        row.add(words or stop.title, style)
        if stop.title and words:
            row.add(f"  {stop.title}", palette.dim)
        if stop.problem:
            return row.add(f"  {stop.problem}", palette.alarm)
        end = Row()
        if stop.value and stop.enabled:
            end.add(f"  now {stop.value}", palette.entry)
        if stop.hits:
            end.add(f"  {counted(stop.hits, 'hit')}", palette.dim)
        return row.justified(end, width)

    def action_switch(self) -> None:
        """Switch the stop on or off."""
        number = self.chosen.number
        self.host.do(lambda debugger: debugger.stops.toggle(number))

    def action_delete(self) -> None:
        """Remove the stop from the list."""
        number = self.chosen.number
        self.host.do(lambda debugger: debugger.stops.remove(number))

    def action_edit(self) -> None:
        """Change the condition."""
        self.host.prompt_stop(self.chosen)

    def action_add(self, kind: str) -> None:
        """Add a stop."""
        self.host.prompt_new_stop(kind)

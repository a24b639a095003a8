"""The program: the operations of one iteration, the next one marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from engine.common.numbers import grouped
from tui.bindings import pane_bindings
from tui.drawing import yours
from tui.drawing.host import host_of
from tui.drawing.lines import LinesView
from tui.panes.operation_rows import LEAST_RESULT, OperationRows
from tui.view_state import Moment

if TYPE_CHECKING:
    from engine.audit.yours import Yours
    from engine.program.listing import Line


class IterationPane(LinesView):
    """The listing; where there is room, also the last result in full."""

    BORDER_TITLE = "5 Iteration"
    BINDINGS = pane_bindings("iteration")
    CALM = 0.5

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._cursor: int | None = None
        """The chosen line; None while it goes along with the clock."""
        self._clock: tuple[int, int, bool] = (-1, 0, False)
        """The clock's time that was shown last, and whether the run went on from it."""
        self._script: Yours | None = None
        """The script that was shown last: the cursor begins at what is wrong in another one."""

    @property
    def line(self) -> Line:
        """The operation under the cursor."""
        assert self.moment is not None
        snapshot = self.moment.snapshot
        position = snapshot.position if self._cursor is None else self._cursor
        return snapshot.listing.lines[min(position, len(snapshot.listing.lines) - 1)]

    @property
    def explained(self) -> str:
        """The tensor to explain: the chosen one, or the one just computed."""
        assert self.moment is not None
        snapshot = self.moment.snapshot
        if self._cursor is None and snapshot.computed:
            return snapshot.listing.lines[snapshot.computed - 1].name
        return self.line.name

    def move(self, direction: str) -> None:
        if self.moment is None or direction not in ("up", "down"):
            return
        snapshot = self.moment.snapshot
        at = snapshot.position if self._cursor is None else self._cursor
        at += 1 if direction == "down" else -1
        self._choose(min(max(at, 0), len(snapshot.listing.lines) - 1))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "next_wrong":
            return self._script is not None and bool(self._script.wrong)
        return super().check_action(action, parameters)

    def action_next_wrong(self, step: int) -> None:
        """Go to the next operation, or the one before, that the script has wrong."""
        if self.moment is None or self._script is None:
            return
        names = [line.name for line in self.moment.snapshot.listing.lines]
        at = self._cursor
        if at is None:
            at = self.moment.snapshot.position - (step > 0)
        # Round, from the last to the first and back.
        places = ((at + step * away) % len(names) for away in range(1, len(names) + 1))
        self._choose(next((i for i in places if names[i] in self._script.wrong), self._cursor))

    def choose(self, name: str) -> None:
        """Move the cursor to an operation."""
        if self.moment is not None:
            names = [line.name for line in self.moment.snapshot.listing.lines]
            self._choose(names.index(name) if name in names else None)

    def _choose(self, line: int | None) -> None:
        self._cursor = line
        self.keep_marked_visible()
        self.redraw()

    def action_open(self) -> None:
        """Inspect the tensor of the operation under the cursor."""
        if self.moment is not None:
            host_of(self.app).inspect(self.line.name)

    def action_edit(self) -> None:
        """Answer a line of an exercise, go to a parameter, or say how to come to one."""
        if self.moment is None or host_of(self.app).derive(self.line.name):
            return
        if self.line.name in self.moment.snapshot.listing.parameters:
            self.action_open()
        else:
            host_of(self.app).tell_the_way_to_a_weight(self.line.name)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if self.moment is None or offset is None:
            return
        line = round(self.scroll_y) + offset.y
        if offset.y < self.size.height - self.footing and line < len(
            self.moment.snapshot.listing.lines
        ):
            if line == self._cursor:
                self.post_message(self.Opened(self.line.name))
            self._choose(line)

    class Opened(Message):
        """A line was clicked twice."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def show(self, moment: Moment) -> None:
        snapshot = moment.snapshot
        title = "5 Iteration"
        if not moment.is_blurred:
            title += f" {grouped(snapshot.values_iteration)}"
            if snapshot.position == 0 and snapshot.iteration:
                title += f" complete, before {grouped(snapshot.iteration)}"
            if moment.selected is not None and snapshot.place_of(moment.selected):
                title += f"  from observation {moment.dataset.observations[moment.selected]}"
            if moment.yours is not None:
                title += "  yours: ✓ ✗ · and the line"
        score = host_of(self.app).score
        self.entitle(f"{title}  {score}" if score else title)
        before = self._clock
        self._clock = (snapshot.iteration, snapshot.position, moment.is_blurred)
        if before[:2] != self._clock[:2]:
            self._cursor = None
        is_new = moment.yours is not self._script
        self._script = moment.yours
        super().show(moment)
        if before != self._clock:
            self.keep_marked_visible()
        if is_new:
            self.refresh_bindings()
            self.action_next_wrong(1)

    def marked(self) -> Sequence[int]:
        if self.moment is None or self.moment.is_blurred:
            return ()
        position = self.moment.snapshot.position
        marked = (max(position - 1, 0), position)
        return marked if self._cursor is None else (*marked, self._cursor)

    def total_lines(self) -> int:
        if self.moment is None:
            return 1
        lines = len(self.moment.snapshot.listing.lines)
        spare = self.size.height - lines - self.footing
        return self.size.height if spare >= LEAST_RESULT else lines + self.footing

    @property
    def footing(self) -> int:
        if self.moment is None or self.moment.yours is None:
            return 0
        return yours.footing(self.size.width, self.size.height)

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        moment = self.moment
        if moment is None:
            return []
        count -= self.footing
        listing = OperationRows(moment, self.palette, width, self._cursor)
        strips = listing.strips(top, count)
        strips += listing.last_result(count - len(strips))
        if self.footing and moment.yours is not None:
            strips += [Strip.blank(width)] * (count - len(strips))
            strips += self._source(moment.yours, moment, width)
        return strips

    def _source(self, script: Yours, moment: Moment, width: int) -> list[Strip]:
        """Lay out the script's own line of the operation that is looked at."""
        symbol = moment.snapshot.listing.symbols[self.explained]
        size = width, self.footing
        rows = yours.source_rows(script, self.explained, symbol, self.palette, size)
        return [row.strip(width) for row in rows]

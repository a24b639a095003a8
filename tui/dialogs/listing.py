"""The base of the lists that are laid over the screen: a cursor over lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from textual.app import ComposeResult
from textual.binding import Binding
from textual.strip import Strip

from tui.dialogs.dialog import Dialog
from tui.drawing.host import Host, host_of
from tui.drawing.lines import LinesView, Row
from tui.view_state import Moment


class Owner(Protocol):
    """An owner of lines, some of which can be chosen."""

    @property
    def line_of_cursor(self) -> int:
        """The line that the cursor is on."""

    def rows(self, width: int) -> list[Row]:
        """Return all lines."""


class ListLines(LinesView):
    """Lines, some of which can be chosen."""

    DEFAULT_CSS = "ListLines { height: auto; min-height: 3; overflow: hidden auto; }"

    def __init__(self, owner: Owner) -> None:
        super().__init__(id="list")
        self._owner = owner
        self._rows: list[Row] = []

    def total_lines(self) -> int:
        return max(len(self._rows), 1)

    def get_content_height(self, *sizes: object) -> int:
        return max(len(self._rows), 1)

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        self._rows = self._owner.rows(width)
        shown = []
        for i, row in enumerate(self._rows[top : top + count], start=top):
            at = i == self._owner.line_of_cursor
            shown.append(row.strip(width, self.palette.selected if at else None))
        return shown

    def marked(self) -> Sequence[int]:
        return (self._owner.line_of_cursor,)

    def on_resize(self) -> None:
        super().on_resize()
        # In another width there may be another number of lines.
        self.refill()

    def refill(self) -> None:
        """Draw the lines anew, as many as there are now."""
        before = len(self._rows)
        self._rows = self._owner.rows(max(self.size.width, 20))
        if len(self._rows) != before:
            self.refresh(layout=True)
        if self.size:
            self.redraw()
            self.keep_marked_visible()


class ListScreen(Dialog[None]):
    """A list with a cursor, kept up to date while it is open."""

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("escape,q", "dismiss", "close"),
        Binding("down,j", "move(1)", "down"),
        Binding("up,k", "move(-1)", "up"),
    ]
    TITLE_TEXT = ""
    KEYS_TEXT = ""

    def __init__(self, moment: Moment) -> None:
        super().__init__(classes="-wide")
        self.moment = moment
        self.cursor = 0
        self.lines = ListLines(self)

    def compose(self) -> ComposeResult:
        self.lines.border_title = self.TITLE_TEXT
        self.lines.border_subtitle = self.KEYS_TEXT
        yield self.lines

    @property
    def host(self) -> Host:
        """The app."""
        return host_of(self.app)

    @property
    def line_of_cursor(self) -> int:
        """The line that the cursor is on."""
        return self.cursor

    def count(self) -> int:
        """Return the number of lines that can be chosen."""
        raise NotImplementedError

    def rows(self, width: int) -> list[Row]:
        """Return all lines, the choosable ones first."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.lines.focus()
        self.lines.refill()

    def show(self, moment: Moment) -> None:
        """Draw another moment."""
        self.moment = moment
        self.cursor = min(self.cursor, max(self.count() - 1, 0))
        self.lines.refill()

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self.cursor = min(max(self.cursor + step, 0), max(self.count() - 1, 0))
        self.lines.refill()

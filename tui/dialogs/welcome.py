"""The list that opens where no data are named: a line for a path, bundled tables, recent runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import Click, Resize
from textual.message import Message
from textual.widgets import Input, Static

from engine.common.errors import InputError
from tui.dialogs.dialog import Dialog
from tui.dialogs.gallery import Gallery
from tui.dialogs.listing import ListLines
from tui.dialogs.openable import TABLES, Item, Wanted, meant, recent_runs, tables
from tui.dialogs.table_picture import WIDTH, picture
from tui.drawing.lines import Row, wrap
from tui.drawing.typed_line import TypedLine

WIDE, HIGH = 120, 36
"""Columns and lines from which on the pictures of all tables stand beside the list."""
_NAME = 14
_HINT = "Type the path of a CSV file, or choose a table: Enter opens it."


class WelcomeScreen(Dialog[Wanted]):
    """Takes a path, or what is chosen from the list; what is typed narrows that down.

    Args:
        problem: Why what was chosen before could not be opened.
    """

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("escape", "leave", "quit"),
        Binding("down", "move(1)", "down"),
        Binding("up", "move(-1)", "up"),
        Binding("pagedown", "move(8)", "page down"),
        Binding("pageup", "move(-8)", "page up"),
    ]

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 (likewise)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (14, "-tall"), (HIGH, "-high")]  # noqa: RUF012 (likewise)

    class Listed(Message):
        """The entries to choose from were read."""

        def __init__(self, items: Sequence[Item]) -> None:
            super().__init__()
            self.items = items

    def __init__(self, problem: str = "") -> None:
        super().__init__()
        self._problem = problem
        self._all: list[Item] | None = None
        self._items: list[Item] = []
        self._places: dict[int, int] = {}
        """The item that stands in a line of the list."""
        self.cursor = 0
        self.lines = ListLines(self)
        self.gallery = Gallery()

    def compose(self) -> ComposeResult:
        with Horizontal() as box:
            box.border_title = "nn-tui: a debugger for backpropagation"
            box.border_subtitle = "↑ ↓ choose · Enter opens · Esc quits"
            with Vertical():
                yield TypedLine(placeholder="a path, or the name of a table", compact=True)
                yield self.lines
                yield Static(id="more")
            yield self.gallery

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._tell(self._problem or _HINT, bool(self._problem))
        # The first frame need not wait for what is on the disk.
        self.run_worker(self._read, thread=True)

    def _read(self) -> None:
        self.post_message(self.Listed([*recent_runs(), *tables()]))

    def on_welcome_screen_listed(self, message: Listed) -> None:
        """Show the entries to choose from."""
        self._all = list(message.items)
        self._narrow(self.query_one(Input).value)
        if self._problem:
            self.gallery.tell(self._items, None)
        else:
            self._tell_of_chosen()

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._all is not None:
            self.cursor = 0
            self._narrow(event.value)
            self._tell_of_chosen()

    def _narrow(self, text: str) -> None:
        """List what a text may mean, the likeliest first."""
        text = text.strip()
        self._items = list(self._all or ()) if not text else meant(text, self._all or ())
        self.cursor = min(self.cursor, max(len(self._items) - 1, 0))
        self.lines.refill()

    @property
    def chosen(self) -> Item | None:
        """The entry under the cursor."""
        return self._items[self.cursor] if self._items else None

    @property
    def _shows_all(self) -> bool:
        """Whether there is room for the pictures of all tables."""
        return self.size.width >= WIDE and self.size.height >= HIGH

    def on_resize(self, event: Resize) -> None:
        """Draw the chosen table where there is no room for all."""
        if self._all is not None and not self.query_one("#more").has_class("-problem"):
            self._tell_of_chosen()

    def _tell_of_chosen(self) -> None:
        self.gallery.tell(self._items, self.chosen)
        if self.chosen is not None:
            self._tell(self.chosen.more, path=None if self._shows_all else self.chosen.path)

    def _tell(self, words: str, is_problem: bool = False, path: Path | None = None) -> None:
        palette = self.lines.palette
        style = palette.alarm if is_problem else palette.label
        more = self.query_one("#more", Static)
        told = Text(words, style)
        if path is not None:
            told = Text("\n").join(self._beside(picture(path, palette), words, style))
        more.update(told)
        more.set_class(is_problem, "-problem")

    def _beside(self, drawn: list[Row], words: str, style: Style) -> list[Text]:
        """Put words beside a picture."""
        lines = wrap(words, max(self.lines.size.width - WIDTH - 2, 20))
        lines += [""] * (len(drawn) - len(lines))
        rows = [*drawn, *(Row().add(" " * WIDTH) for _ in lines[len(drawn) :])]
        return [
            Text.assemble(
                *((segment.text, segment.style or "") for segment in row.segments),
                "  ",
                (line, style),
            )
            for row, line in zip(rows, lines, strict=True)
        ]

    @property
    def line_of_cursor(self) -> int:
        """The line that the cursor is on."""
        return next((line for line, at in self._places.items() if at == self.cursor), 0)

    def rows(self, width: int) -> list[Row]:
        """Return all lines of the list."""
        palette = self.lines.palette
        if self._all is None:
            return [Row().add("reading …", palette.dim)]
        self._places.clear()
        rows: list[Row] = []
        kind = ""
        for at, item in enumerate(self._items):
            if item.kind != kind:
                kind = item.kind
                rows += [Row()] * bool(rows)
                end = Row().add("observations" if kind == TABLES else "", palette.dim)
                rows.append(Row().add(kind, palette.heading).justified(end, width))
            self._places[len(rows)] = at
            mark = "› " if at == self.cursor else "  "
            row = Row().add(mark, palette.heading).add(item.name, palette.text, width=_NAME)
            row.add("  ").add(item.about, palette.label)
            rows.append(row.justified(Row().add(f"  {item.end}", palette.dim), width))
        return rows

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self.cursor = min(max(self.cursor + step, 0), max(len(self._items) - 1, 0))
        self.lines.refill()
        if self.cursor == 0:
            # The heading above it comes into view too.
            self.lines.keep_visible(0)
        self._tell_of_chosen()

    def on_click(self, event: Click) -> None:
        """Open the line that was clicked."""
        if event.widget is self.lines:
            at = self._places.get(event.y + round(self.lines.scroll_y))
            if at is not None:
                self.cursor = at
                self._open()

    def on_gallery_picked(self, message: Gallery.Picked) -> None:
        """Open the table whose picture was clicked."""
        self.cursor = self._items.index(message.item)
        self._open()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._narrow(event.value)
        self._open()

    def _open(self) -> None:
        """Close with the chosen entry, or show why it cannot be opened."""
        if self.chosen is None:
            return
        wanted = self.chosen.wanted
        if wanted.data is not None:
            from engine.data.locate import locate

            try:
                locate(wanted.data)
            except InputError as error:
                self._tell(str(error), is_problem=True)
                return
        self.dismiss(wanted)

    def action_leave(self) -> None:
        """Clear the line, or leave."""
        line = self.query_one(Input)
        if line.value:
            line.value = ""
        else:
            self.dismiss(None)

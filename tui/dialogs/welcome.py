"""The list that opens where no data are named: a line for a path, bundled tables, recent runs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Click
from textual.message import Message
from textual.widgets import Input, Static

from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.common.text import clean
from tui.dialogs.dialog import Dialog
from tui.dialogs.listing import ListLines
from tui.dialogs.table_picture import WIDTH, picture
from tui.drawing.lines import Row, wrap
from tui.drawing.list_text import ago, brief_loss
from tui.drawing.typed_line import TypedLine

FILE, TABLES, RUNS = "file", "bundled tables", "saved runs"
_MOST_RUNS = 5
"""Runs that are listed; `nn-tui runs` lists all."""
_NAME = 14
_HINT = "Type the path of a CSV file, or choose a table: Enter opens it."


@dataclass(frozen=True)
class Wanted:
    """The choice of what to open: data by path or name, or a saved run."""

    data: str | None = None
    run: str | None = None


@dataclass(frozen=True)
class Item:
    """A line that can be chosen.

    Attributes:
        kind: The heading that it stands under.
        wanted: What it opens.
        name: The name that it is listed under.
        about: What it is.
        end: What stands at the right end of its line.
        more: What is told of it while the cursor is on it.
        path: The bundled file, for its picture.
    """

    kind: str
    wanted: Wanted
    name: str
    about: str
    end: str
    more: str
    path: Path | None = None


def tables() -> list[Item]:
    """Return the bundled tables, the smallest first."""
    from engine.data.bundled import read_samples

    counted = [(sample.read_columns()[1], sample) for sample in read_samples().values()]
    return [
        Item(TABLES, Wanted(data=s.name), s.name, s.about, str(count), s.teaches, s.path)
        for count, s in sorted(counted, key=lambda pair: pair[0])
    ]


def recent_runs() -> list[Item]:
    """Return the last saved runs, unreadable ones left out."""
    from engine.saved.library import Library

    now = time.time()
    found: list[Item] = []
    for entry in Library().entries():
        saved = entry.saved
        if saved is None or len(found) == _MOST_RUNS:
            continue
        reached = (
            f"{grouped(saved.iteration)} of {grouped(saved.planned)}"
            if saved.is_unfinished
            else "finished"
        )
        about = f"{reached:<22}  E {brief_loss(saved.loss)}"
        held = f"; open in {entry.holder.words}" if entry.holder else ""
        more = f"{entry.words}, network {saved.network}{held}"
        when = ago(max(now - entry.time, 0.0))
        found.append(Item(RUNS, Wanted(run=entry.identity), saved.name, about, when, more))
    return found


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

    VERTICAL_BREAKPOINTS = [(0, "-low"), (14, "-tall")]  # noqa: RUF012 (Textual declares it so)

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

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "nn-tui: a debugger for backpropagation"
            box.border_subtitle = "↑ ↓ choose · Enter opens · Esc quits"
            yield TypedLine(placeholder="a path, or the name of a table", compact=True)
            yield self.lines
            yield Static(id="more")

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
        if not self._problem:
            self._tell_of_chosen()

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._all is not None:
            self.cursor = 0
            self._narrow(event.value)
            self._tell_of_chosen()

    def _narrow(self, text: str) -> None:
        """List what a text may mean, the likeliest first."""
        text = text.strip()
        self._items = list(self._all or ()) if not text else _meant(text, self._all or ())
        self.cursor = min(self.cursor, max(len(self._items) - 1, 0))
        self.lines.refill()

    @property
    def chosen(self) -> Item | None:
        """The entry under the cursor."""
        return self._items[self.cursor] if self._items else None

    def _tell_of_chosen(self) -> None:
        if self.chosen is not None:
            self._tell(self.chosen.more, path=self.chosen.path)

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


def _meant(text: str, items: Iterable[Item]) -> list[Item]:
    """Return what a text may mean: a file, then the tables and runs with it in their names."""
    found = [item for item in items if text.lower() in item.name.lower()]
    # What `nn-tui` itself takes a text for comes first.
    found.sort(key=lambda item: (item.kind != TABLES, item.name != text))
    path = Path(text)
    try:
        path = path.expanduser()
        is_there = path.exists()
    except (OSError, ValueError, RuntimeError):
        is_there = False
    if is_there or not found:
        more = "Enter opens this file." if is_there else "There is no such file or table yet."
        shown = clean(text)
        found.insert(0, Item(FILE, Wanted(data=str(path)), shown, "", "", more))
    return found

"""The hyperparameters, and how the table is read, as a form made from their declarations."""

from __future__ import annotations

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.events import Click, Key
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from engine.common.declaration import Declaration, Value
from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.data.options import TABLE_DECLARATIONS
from engine.model.hyperparameters import DECLARATIONS
from tui.drawing.lines import LinesView, Row, cells_of, wrap
from tui.drawing.typed_line import TypedLine
from tui.keys import pane_bindings
from tui.view_state import Moment

_FIELDS = (*DECLARATIONS.values(), *TABLE_DECLARATIONS.values())
_WHEN = {
    "live": "applies at once",
    "reset": "needs a reset",
    "reading": "reads the table again, for a new run",
}
_LABEL = max(len(field.label) for field in _FIELDS) + 5
_SYMBOL = max(2, *(cells_of(field.symbol) for field in _FIELDS))
_VALUE = max(cells_of(choice) for field in _FIELDS for choice in field.choices) + len("◂  ▸")
_BESIDE = ("loss", "output_activation")
"""What may have to be chosen first, so that the other one can be."""
_LEAST_WORDS = 2
"""The lines below the hyperparameters that are always kept for words."""


class Fields(LinesView):
    """One line a hyperparameter, with a cursor; below, its values and their meaning."""

    DEFAULT_CSS = "Fields { height: 1fr; overflow: hidden; }"

    def __init__(self) -> None:
        super().__init__(id="fields")
        self.cursor = 0
        self._first = 0
        self._kept = _LEAST_WORDS
        """The lines that are kept for words."""
        self.choosing: str | None = None
        """The choice that is shown but not applied yet."""
        self.typing = False
        self.problem = ""

    @property
    def shown(self) -> list[Declaration]:
        """The hyperparameters that matter beside the others."""
        if self.moment is None:
            return [field for field in _FIELDS if field.needs is None]
        values, settings = self.moment.snapshot.hyperparameters, self.moment.settings
        return [field for field in _FIELDS if field.name in settings and field.matters(values)]

    @property
    def field(self) -> Declaration:
        """The hyperparameter under the cursor."""
        shown = self.shown
        return shown[min(self.cursor, len(shown) - 1)]

    def is_idle(self, field: Declaration) -> bool:
        """Return whether it has no effect, as the starting parameters were given."""
        return self.moment is not None and field.name in self.moment.idle

    @property
    def line(self) -> int:
        """The line on which the cursor is."""
        return self.cursor - self._first

    def at(self, line: int) -> int | None:
        """Return the hyperparameter on a line."""
        place = self._first + line
        return place if place < len(self.shown) and line < self._room else None

    @property
    def _room(self) -> int:
        """The lines for hyperparameters."""
        return max(self.size.height - self._kept, 1)

    def build(self, width: int, top: int, count: int) -> list[Strip]:
        palette = self.palette
        values = self.moment.settings if self.moment else {}
        lines, shown = [], self.shown
        self.cursor = min(self.cursor, len(shown) - 1)
        words = self._words(width)
        self._kept = self._lines_for(len(words))
        room = self._room
        self._first = min(max(self._first, self.cursor - room + 1), self.cursor)
        self._first = max(min(self._first, len(shown) - room), 0)
        for i, field in list(enumerate(shown))[self._first : self._first + room]:
            at = i == self.cursor and self.cursor_shown
            row = Row().add("›" if at else " ", palette.heading)
            row.add(field.label, palette.text if at else palette.label, width=_LABEL - 4)
            row.add(f" {field.symbol}", palette.heading, width=1 + _SYMBOL)
            is_known = field.name in values and not self.is_idle(field)
            value = _written(values[field.name]) if is_known else "·"
            if at and self.choosing is not None:
                row.add(f"◂ {self.choosing} ▸", palette.current, width=_VALUE)
            else:
                row.add(f" {value}", palette.entry, width=_VALUE - 2)
                row.add("▾ " if field.choices and is_known else "  ", palette.entry)
            changed = is_known and values[field.name] != field.default
            default = f" default {_written(field.default)}"
            if changed and row.width + len(default) <= width:
                row.add(default, palette.dim)
            below = i == self._first + room - 1 and i + 1 < len(shown)
            above = i == self._first and i > 0
            if above or below:
                row.add("", width=max(width - 1 - row.width, 0)).add(
                    "↑" if above else "↓", palette.dim
                )
            lines.append(row.strip(width))
        left = max(count - len(lines), 0)
        if len(words) > left > 0:
            words[left - 1].add(" …", palette.dim)
        return lines + [row.strip(width) for row in words[:left]]

    def _lines_for(self, words: int) -> int:
        """Return the number of lines for the help text that moves no field being edited."""
        height = self.size.height
        kept = min(max(words, _LEAST_WORDS), max(height // 2, _LEAST_WORDS))
        if self.typing:
            kept = min(kept, max(height - self.line - 1, _LEAST_WORDS))
        return kept

    def _words(self, width: int) -> list[Row]:
        """Return the help of the hyperparameter under the cursor, or the error of its value."""
        palette = self.palette
        style: Style = palette.dim
        if self.problem:
            words, style = self.problem, palette.alarm
        elif self.choosing is not None or self.typing:
            words = "" if self.choosing is None else "arrows choose, "
            words += "Enter applies, Esc restores"
            if self.field.applies != "live":
                words += "; asks before it leaves the run"
        elif self.cursor_shown and self.is_idle(self.field):
            words = "the starting parameters were given, and not drawn"
        elif self.cursor_shown:
            words = f"{self.field.allowed}; {_WHEN[self.field.applies]}"
        else:
            words = "2, then Enter, changes a value"
        return [Row().add(" " + line, style) for line in wrap(words, width - 2)]

    @property
    def cursor_shown(self) -> bool:
        """Whether the cursor is shown."""
        return self.has_focus or self.typing

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        if not self.typing:
            self.choosing = None
        self.redraw()


def _written(value: Value) -> str:
    return grouped(value) if isinstance(value, int) else str(value)


def _problem(moment: Moment, name: str, value: Value) -> str:
    """Explain why no other value is possible, and which choice first allows one; or ""."""
    # Imported here, as the first frame need not wait for NumPy.
    from engine.model.network import Network

    def problem(values: dict[str, Value]) -> str:
        try:
            Network(moment.dataset, moment.snapshot.hyperparameters.replace(**values))
        except InputError as error:
            return str(error)
        return ""

    found = problem({name: value})
    for other in _BESIDE if found and name in _BESIDE else ():
        for choice in DECLARATIONS[other].choices if other != name else ():
            if not problem({other: choice}) and not problem({name: value, other: choice}):
                return f"{found}: first choose {DECLARATIONS[other].label} {choice}"
    return found


class Editor(TypedLine):
    """A value that is being typed; the footer names the keys that end it."""

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("enter", "submit", "apply", key_display="Enter"),
        Binding("escape", "app.escape", "restore", key_display="Esc"),
    ]


class HyperparametersPane(Container):
    """The form: a cursor over the fields, Enter edits, Enter applies, Esc restores."""

    BORDER_TITLE = "2 Hyperparameters"
    BINDINGS = pane_bindings("hyperparameters")
    DEFAULT_CSS = """
    HyperparametersPane { layers: below above; }
    HyperparametersPane #editor {
        layer: above;
        display: none;
        width: 14;
        background: $panel;
    }
    """

    class Changed(Message):
        """A new value was accepted."""

        def __init__(self, name: str, value: Value) -> None:
            super().__init__()
            self.name = name
            self.value = value

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.fields = Fields()
        self.editor = Editor(id="editor", compact=True, select_on_focus=False)

    def compose(self) -> ComposeResult:
        yield self.fields
        yield self.editor

    @property
    def settings(self) -> dict[str, Value]:
        """The present values by name; empty before a run is open."""
        return self.fields.moment.settings if self.fields.moment else {}

    def show(self, moment: Moment) -> None:
        """Draw another moment."""
        self.fields.show(moment)

    def move(self, direction: str) -> None:
        """Move the cursor, or go through the choices while choosing."""
        fields = self.fields
        step = 1 if direction in ("right", "down") else -1
        if fields.choosing is not None:
            choices = fields.field.choices
            fields.choosing = choices[(choices.index(fields.choosing) + step) % len(choices)]
            fields.problem = ""
        elif direction in ("up", "down"):
            fields.cursor = min(max(fields.cursor + step, 0), len(fields.shown) - 1)
        fields.redraw()

    def action_edit(self) -> None:
        """Begin to edit the field under the cursor, or apply what was chosen."""
        fields, values = self.fields, self.settings
        if not values:
            return
        field = fields.field
        if fields.is_idle(field):
            return
        value = str(values[field.name])
        if fields.choosing is not None:
            self._accept(fields.choosing)
        elif field.choices:
            fields.choosing = value
        else:
            self._type(value)
        fields.redraw()

    def action_open(self) -> None:
        """Begin to edit the field under the cursor, or apply what was chosen."""
        self.action_edit()

    def _type(self, value: str) -> None:
        self.fields.typing = True
        self.editor.value = value
        self.editor.styles.offset = Offset(_LABEL, self.fields.line)
        self.editor.styles.width = max(self.size.width - _LABEL - 1, 4)
        self.editor.display = True
        # At once, so that the next key that is typed is for the editor already.
        self.editor.select_all()
        self.screen.set_focus(self.editor)

    def restore(self) -> bool:
        """Cancel the edit and return whether there was one."""
        busy = self.fields.typing or self.fields.choosing is not None
        if busy:
            self._end()
        return busy

    def _end(self) -> None:
        typing = self.fields.typing
        self.fields.typing = False
        self.fields.choosing = None
        self.fields.problem = ""
        self.editor.display = False
        if typing and self.editor.has_focus:
            self.fields.focus()
        self.fields.redraw()

    def _accept(self, text: str) -> None:
        """Apply a valid value, or show what is wrong with it."""
        field, values = self.fields.field, self.settings
        try:
            value = field.parse(text)
        except InputError as error:
            self.fields.problem = str(error)
            self.fields.redraw()
            return
        changed = value != values.get(field.name, value)
        if changed and self.fields.moment is not None and field.name in DECLARATIONS:
            # Before it is asked whether the run may end for it.
            self.fields.problem = _problem(self.fields.moment, field.name, value)
            if self.fields.problem:
                self.fields.redraw()
                return
        self._end()
        if changed:
            self.post_message(self.Changed(field.name, value))

    def on_input_changed(self, event: Input.Changed) -> None:
        if not self.fields.typing:
            return
        try:
            self.fields.field.parse(event.value)
            self.fields.problem = ""
        except InputError as error:
            self.fields.problem = str(error)
        self.fields.redraw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self.fields.typing:
            self._accept(event.value)

    def on_input_blurred(self, event: Input.Blurred) -> None:
        if self.fields.typing:
            self._end()

    def on_key(self, event: Key) -> None:
        if event.key == "escape" and self.restore():
            event.stop()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        place = None if offset is None else self.fields.at(offset.y)
        if place is not None and event.widget is self.fields:
            again = self.fields.cursor == place
            self.restore()
            self.fields.cursor = place
            self.fields.redraw()
            if again:
                self.action_edit()

"""The hyperparameters, and how the table is read, as a form made from their declarations."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.events import Click, Key
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import Input

from engine.common.declaration import Value
from engine.common.errors import InputError
from engine.model.hyperparameters import DECLARATIONS
from tui.bindings import pane_bindings
from tui.drawing.typed_line import TypedLine
from tui.panes.hyperparameter_fields import LABEL_CELLS, Fields
from tui.view_state import Moment

_BESIDE = ("loss", "output_activation")
"""The hyperparameters of which one may have to be chosen before the other."""


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

    action_open = action_edit

    def _type(self, value: str) -> None:
        self.fields.typing = True
        self.editor.value = value
        self.editor.styles.offset = Offset(LABEL_CELLS, self.fields.line)
        self.editor.styles.width = max(self.size.width - LABEL_CELLS - 1, 4)
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

"""A question with a line for the answer."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from engine.errors import InputError


class PromptScreen(ModalScreen[int]):
    """Closes with what `parse` makes of the line, or with None on Esc.

    Args:
        title: What is asked for.
        hint: What may be typed.
        parse: Turns the line into the answer, or raises InputError.
    """

    DEFAULT_CSS = """
    PromptScreen { align: center middle; }
    PromptScreen > Container {
        width: 60;
        max-width: 100%;
        height: auto;
        background: $surface;
        border: round $accent;
        padding: 0 1;
    }
    """
    BINDINGS = [Binding("escape", "dismiss", "cancel")]  # noqa: RUF012 (Textual declares it so)

    def __init__(self, title: str, hint: str, parse: Callable[[str], int]) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._parse = parse

    def compose(self) -> ComposeResult:
        with Container() as box:
            box.border_title = self._title
            box.border_subtitle = "Enter goes, Esc stays"
            yield Input(compact=True)
            yield Static(Text(self._hint), id="hint")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(self._parse(event.value))
        except InputError as error:
            self.query_one("#hint", Static).update(Text(str(error), style="bold"))

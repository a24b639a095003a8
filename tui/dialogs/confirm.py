"""A question with two answers."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.widgets import Static

from tui.dialogs.dialog import Dialog


class ConfirmScreen(Dialog[bool]):
    """Answers true for y or Enter, false for n or Esc."""

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("y,enter", "answer(True)", "yes"),
        Binding("n,escape,q", "answer(False)", "no"),
    ]

    def __init__(self, title: str, question: str) -> None:
        super().__init__()
        self._title = title
        self._question = question

    def compose(self) -> ComposeResult:
        with Container() as box:
            box.border_title = Text(self._title)
            box.border_subtitle = "y Enter: yes   n Esc: no"
            yield Static(Text(self._question))

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)

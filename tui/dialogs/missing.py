"""The question what to do about missing cells."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.widgets import Static

from engine.common.errors import MissingCellError
from engine.common.numbers import grouped
from tui.dialogs.dialog import Dialog


class MissingScreen(Dialog[str]):
    """Answers with a value of the option `--missing`, or with None.

    Args:
        error: What says which cells are missing.
        otherwise: The effect of Esc, in a word or two.
    """

    BINDINGS = [  # noqa: RUF012 (Textual declares it so)
        Binding("d", "answer('drop')", "drop"),
        Binding("m", "answer('mean')", "mean"),
        Binding("escape,q", "dismiss", "give up"),
    ]

    def __init__(self, error: MissingCellError, otherwise: str) -> None:
        super().__init__()
        self._error = error
        self._otherwise = otherwise

    def compose(self) -> ComposeResult:
        lines = self._error.lines
        which = (
            "the line that has one" if lines == 1 else f"the {grouped(lines)} lines that have one"
        )
        words = Text(f"{self._error.words}\n\n")
        for key, meaning in (
            ("d", f"drop: leave out {which}"),
            ("m", "mean: fill in the mean of the column"),
            ("Esc", self._otherwise),
        ):
            words.append(f"{key:>3}", style="bold").append(f"  {meaning}\n")
        words.append("\nBoth leave out a line whose target is missing.", style="dim")
        with Container() as box:
            box.border_title = "What about the missing cells?"
            yield Static(words)

    def action_answer(self, missing: str) -> None:
        """Close with the answer."""
        self.dismiss(missing)

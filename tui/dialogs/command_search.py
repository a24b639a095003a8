"""The palette: commands that are found by their names."""

from __future__ import annotations

from typing import Any

from textual.binding import Binding
from textual.command import CommandInput, CommandList
from textual.widget import Widget
from textual.widgets import LoadingIndicator

from tui.dialogs.dialog import DismissedOnce
from tui.terminal.textual_private import GuardedPalette

_LONGEST = 100
"""Characters of what is searched for."""


class CommandSearch(DismissedOnce, GuardedPalette):
    """Textual's palette, for keys that come before it is ready for them, or after it has gone."""

    BINDINGS = [Binding("tab", "complete", "complete", show=False)]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(placeholder="a command, or the name of a tensor …")
        self._parts: dict[object, Widget] = {}

    def query_one(self, selector: Any, expect_type: Any = None) -> Any:
        """Return a part of it; one that was taken away, where what is under way asks for it."""
        if selector not in self._parts:
            self._parts[selector] = super().query_one(selector, expect_type)
        return self._parts[selector]

    def on_mount(self) -> None:
        # Where the program ends right behind the key, nothing is put on it any more.
        if self.children:
            for part in (CommandList, LoadingIndicator, "#--input"):
                self.query_one(part)
            line = self.query_one(CommandInput)
            line.max_length = _LONGEST
            # Imported here, as the first frame need not wait for it.
            from tui.dialogs.palette_commands import CommandCompleter

            line.suggester = CommandCompleter(self.app)

    def action_complete(self) -> None:
        """Take what is suggested for the name."""
        if self.is_ready:
            self.query_one(CommandInput).action_cursor_right()

    @property
    def is_ready(self) -> bool:
        return bool(self._parts)

    @property
    def has_room(self) -> bool:
        return self.is_ready and bool(self.query_one(CommandList).scrollable_content_region)

"""The palette: commands that are found by their names."""

from __future__ import annotations

from typing import Any

from textual.command import CommandInput, CommandList, CommandPalette
from textual.widget import Widget
from textual.widgets import LoadingIndicator
from textual.worker import Worker

from tui.dialogs.dialog import DismissedOnce

_LONGEST = 100
"""Characters of what is searched for."""


class CommandSearch(DismissedOnce, CommandPalette):
    """Textual's palette, for keys that come before it is ready for them, or after it has gone."""

    def __init__(self) -> None:
        super().__init__()
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
            self.query_one(CommandInput).max_length = _LONGEST

    def _gather_commands(  # type: ignore[override]
        self, search_value: str
    ) -> Worker[None] | None:
        return super()._gather_commands(search_value) if self.children else None

    def _action_command_list(self, action: str) -> None:
        # A page is counted in lines, which a list that has no room yet does not have.
        if self._parts and self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)

    def _action_cursor_down(self) -> None:
        if self._parts:
            super()._action_cursor_down()

"""The palette: commands that are found by their names."""

from __future__ import annotations

from typing import Any

from textual.command import CommandInput, CommandList
from textual.widget import Widget
from textual.widgets import LoadingIndicator

from tui.dialogs.dialog import DismissedOnce
from tui.terminal.textual_private import GuardedPalette

_LONGEST = 100
"""Characters of what is searched for."""


class CommandSearch(DismissedOnce, GuardedPalette):
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

    @property
    def is_ready(self) -> bool:
        return bool(self._parts)

    @property
    def has_room(self) -> bool:
        return self.is_ready and bool(self.query_one(CommandList).scrollable_content_region)

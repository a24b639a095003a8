"""The palette: commands that are found by their names."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette
from textual.widgets import Input

from tui.screens.dialog import DismissedOnce

_LONGEST = 100
"""Characters of what is searched for."""


class CommandSearch(DismissedOnce, CommandPalette):
    """Textual's palette, for keys that come faster than it is ready for them."""

    def on_mount(self) -> None:
        self.query_one(Input).max_length = _LONGEST

    def _action_command_list(self, action: str) -> None:
        # A page is counted in lines, which a list that has no room yet does not have.
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)

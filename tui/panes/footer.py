"""The keys at the bottom of the screen: whole ones, as many as fit."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.events import Resize
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_BLANKS = 3
"""The cells around a key and its label."""


class KeysFooter(Footer):
    """Leaves out the keys at the end that there is no room for."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._room = 0

    def compose(self) -> ComposeResult:
        self._room = room = self.app.size.width
        for child in super().compose():
            if isinstance(child, FooterKey):
                room -= cell_len(child.key_display) + cell_len(child.description) + _BLANKS
                # A cell may be missing at the end of the last one.
                if room < -1:
                    continue
            yield child

    async def on_resize(self, event: Resize) -> None:
        """Choose anew in another width."""
        if self._room != self.app.size.width:
            await self.recompose()

"""The command palette: the commands in an order that helps, found by what they do too."""

from __future__ import annotations

from textual.command import DiscoveryHit, Hit, Hits
from textual.system_commands import SystemCommandsProvider

_BY_HELP = 0.01
"""The score of what is found by its description only: below whatever is found by its name."""


class Commands(SystemCommandsProvider):
    """Lists the app's commands as it yields them; Textual would sort them by their names."""

    async def discover(self) -> Hits:
        for name, help_text, callback, _ in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(name, callback, help=help_text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, help_text, callback, _ in self.app.get_system_commands(self.screen):
            score = matcher.match(name)
            if score <= 0 and query.lower() in help_text.lower():
                score = _BY_HELP
            if score > 0:
                yield Hit(score, matcher.highlight(name), callback, help=help_text)

"""The command palette: commands in an order that helps, and every tensor by its name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits
from textual.suggester import Suggester
from textual.system_commands import SystemCommandsProvider

from tui.drawing.host import host_of

if TYPE_CHECKING:
    from textual.app import App

    from tui.view_state import Moment

_BY_HELP = 0.01
"""The score of what is found by its description only: below whatever is found by its name."""

_MEANT = 1e6
"""The score of what is found before anything else."""


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
        host = host_of(self.app)
        for name, words in tensors(host.moment):
            if name.lower().startswith(query.lower()):
                # One that is named in full, or as only tensors are, comes before the commands
                # that have its letters somewhere.
                is_meant = name == query or (name.startswith(query) and not query.islower())
                score = _MEANT if is_meant else 0.5
                inspect = partial(host.inspect, name)
                yield Hit(score, matcher.highlight(name), inspect, help=words)


def tensors(moment: Moment | None) -> Iterator[tuple[str, str]]:
    """Yield the name of every tensor, and what it is: its formula, its shape."""
    if moment is None:
        return
    listing = moment.snapshot.listing
    lines = {line.name: line for line in listing.lines}
    for name, axes in listing.axes.items():
        shape = "×".join(str(len(axis.labels)) for axis in axes) or "a number"
        line = lines.get(name)
        what = listing.symbols[name] if line is None else f"{line.formula}: {line.why}"
        yield name, f"inspect {what} ({shape})"


class CommandCompleter(Suggester):
    """Completes the name of a command or a tensor; → or Tab takes it."""

    def __init__(self, app: App[object]) -> None:
        super().__init__(use_cache=False, case_sensitive=False)
        self._app = app

    async def get_suggestion(self, value: str) -> str | None:
        app = self._app
        commands = (command.title for command in app.get_system_commands(app.screen))
        names = (*(name for name, _ in tensors(host_of(app).moment)), *commands)
        fitting = [name for name in names if name.lower().startswith(value)] if value else []
        is_whole = value in map(str.lower, fitting)
        return fitting[0] if fitting and not is_whole else None

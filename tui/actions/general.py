"""Commands about the program as a whole: help, the palette, files of results and pictures."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import platformdirs
from textual.app import SystemCommand
from textual.screen import Screen

from engine.common.text import clean
from tui.actions.base import Base
from tui.bindings import palette_keys

if TYPE_CHECKING:
    from textual.command import Provider

    from engine.debugger import Debugger


def _commands() -> type[Provider]:
    # Only once it is asked for, for the sake of the first frame.
    from tui.dialogs.palette_commands import Commands

    return Commands


class GeneralActions(Base):
    """The keys of the group General, and the command palette."""

    COMMANDS: ClassVar = {_commands}

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        *keys, last = (
            SystemCommand(
                f"{key.name} ({key.shown_with(self.keymap)})",
                "" if key.is_told_by_name else key.help,
                partial(self.run_action, key.app_action),
            )
            for key in palette_keys()
        )
        yield from keys
        yield SystemCommand("Theme", "change the colours", self.action_change_theme)
        yield SystemCommand(
            "Screenshot", "save the screen as an SVG picture", self.action_screenshot
        )
        yield last

    def action_command_palette(self) -> None:
        from tui.dialogs.command_search import CommandSearch

        if not isinstance(self.screen, CommandSearch):
            self.push_screen(CommandSearch())

    def action_help(self) -> None:
        from tui.dialogs.help import HelpScreen

        self.push_screen(HelpScreen(self.palette, self.keymap, self.frame.active))

    def action_export(self) -> None:
        if self.session is None or self.debugger is None:
            return
        session = self.session
        name = self.debugger.dataset.name.rpartition(".")[0] or "run"

        def written(path: str) -> Future[str]:
            def write(debugger: Debugger) -> str:
                from engine.reports.export import FILES, export

                paths = export(debugger, path.strip() or f"{name}-results")
                return f"Written to {clean(str(paths[0].parent))}: {', '.join(FILES)}."

            return session.request(write)

        from tui.dialogs.prompt import PromptScreen

        hint = "a folder for predictions, history and parameters"
        prompt = PromptScreen("Export to", hint, written, f"{name}-results")
        self.push_screen(prompt, lambda told: self.tell(told or ""))

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Save the screen as a picture, where that can be, and say where or why not."""
        problem: OSError | None = None
        for folder in (path,) if path else (platformdirs.user_downloads_dir(), ".", "~"):
            try:
                picture = Path(self.save_screenshot(filename, folder)).absolute()
            except OSError as error:
                problem = error
            else:
                self.say(f"The screen is saved as {clean(str(picture), 400)}")
                return
        assert problem is not None
        where = clean(str(problem.filename), 400)
        self.say(f"The screen is not saved: {where}: {problem.strerror}", severity="error")

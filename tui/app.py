"""The app with all its actions, and the way to open it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from textual.app import SystemCommand
from textual.screen import Screen

from engine.text import clean
from tui.actions.seeing import Seeing
from tui.keys import KEYS
from tui.options import prepare


class NNTui(Seeing):
    """The debugger on the screen."""

    CSS_PATH = "app.tcss"

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for key in KEYS:
            if key.action not in ("command_palette",) and not key.action.startswith("move"):
                run = partial(self.run_action, key.action)
                yield SystemCommand(f"{key.label.capitalize()} ({key.shown})", key.help, run)
        yield SystemCommand("Theme", "change the colours", self.action_change_theme)
        yield SystemCommand(
            "Screenshot", "save the screen as an SVG picture", self.action_screenshot
        )


def run(*, fps: float, data: str, **given: object) -> int:
    """Open the debugger on the screen.

    Returns:
        The exit code.

    Raises:
        InputError: There is no such file.
    """
    import click

    from engine.files import locate

    path = locate(data)
    app = NNTui(clean(path.name), partial(prepare, data, **given), fps)  # type: ignore[arg-type]
    app.run()
    if app.failure is not None:
        click.echo(f"nn-tui: {app.failure}", err=True)
    return app.return_code or 0

"""The app with all its actions, and the way to open it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from engine.text import clean
from tui import terminal
from tui.actions.seeing import Seeing
from tui.commands.results import FAILED
from tui.keys import KEYS

if TYPE_CHECKING:
    from tui.opening import Opener


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


def run(*, fps: float, calm: bool, data: str | None, **options: object) -> int:
    """Open the debugger on the screen.

    Args:
        fps: How often it is drawn, at most.
        calm: Whether only the header is drawn while training.
        data: A path, the name of a bundled dataset, or None where a saved run names it.
        **options: The rest that an `Opener` takes.

    Returns:
        The exit code.

    Raises:
        InputError: There is no such file.
    """
    import click

    from engine.files import locate
    from tui.options import STANDARD_INPUT

    name = str(options["open_"])
    if data == STANDARD_INPUT:
        name = "standard input"
        options["stream"] = terminal.take_input()
    elif data is not None:
        name = locate(data).name

    def opener() -> Opener:
        # The first frame need not wait for NumPy.
        from tui.opening import Opener

        return Opener(data=data, **options)  # type: ignore[arg-type]

    app = NNTui(clean(name), opener, fps, calm=calm)
    app.run()
    if app.failure is not None:
        click.echo(f"nn-tui: {app.failure}", err=True)
        return app.return_code or FAILED
    return app.return_code or 0

"""The app with all its actions, and the way to open it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import SystemCommand
from textual.screen import Screen

from engine.common.text import clean
from tui.actions.seeing import Seeing
from tui.exit_codes import FAILED
from tui.keys import palette_keys
from tui.terminal import process as terminal

if TYPE_CHECKING:
    from textual.command import Provider

    from tui.opening.open_run import Opener


def _commands() -> type[Provider]:
    # Only once it is asked for, for the sake of the first frame.
    from tui.dialogs.palette_commands import Commands

    return Commands


class NNTui(Seeing):
    """The debugger on the screen."""

    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar = {_commands}

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        *keys, last = (
            SystemCommand(
                f"{key.name} ({key.shown})", key.help, partial(self.run_action, key.app_action)
            )
            for key in palette_keys()
        )
        yield from keys
        yield SystemCommand("Theme", "change the colours", self.action_change_theme)
        yield SystemCommand(
            "Screenshot", "save the screen as an SVG picture", self.action_screenshot
        )
        yield last


def run(*, fps: float, calm: bool, data: str | None, open_: str | None, **options: object) -> int:
    """Open the debugger on the screen.

    Args:
        fps: How often it is drawn, at most.
        calm: Whether only the header is drawn while training.
        data: A path, the name of a bundled dataset, or None where a saved run names it.
        open_: A saved run; where neither is given, the screen asks what to open.
        **options: The rest that an `Opener` takes.

    Returns:
        The exit code.

    Raises:
        InputError: There is no such file.
    """
    import click

    from engine.data.locate import locate
    from tui.opening.prepare import STANDARD_INPUT

    name = open_ or ""
    if data == STANDARD_INPUT:
        name = "standard input"
        options["stream"] = terminal.take_input()
    elif data is not None:
        name = locate(data).name

    def opener(data: str | None, open_: str | None) -> Opener:
        # The first frame need not wait for NumPy.
        from tui.opening.open_run import Opener

        return Opener(data=data, open_=open_, **options)  # type: ignore[arg-type]

    is_named = data is not None or open_ is not None
    first, ask = (partial(opener, data, open_), None) if is_named else (None, opener)
    app = NNTui(clean(name), first, fps, calm=calm, ask=ask)
    app.run()
    if app.failure is not None:
        click.echo(f"nn-tui: {app.failure}", err=True)
        return app.return_code or FAILED
    return app.return_code or 0

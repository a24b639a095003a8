"""Opening the debugger on the screen."""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING

import click

from engine.common.pace import Speed
from engine.common.text import clean
from engine.data.locate import locate
from tui.app import NNTui
from tui.commands.going_on import say_last_words
from tui.commands.kept_settings import PROBLEMS
from tui.exit_codes import FAILED, LOST
from tui.opening.prepare import STANDARD_INPUT
from tui.terminal import process as terminal

if TYPE_CHECKING:
    from tui.opening.open_run import Opener


def run(
    *,
    fps: float,
    calm: bool,
    speed: Speed,
    data: str | None,
    open_: str | None,
    **options: object,
) -> int:
    """Open the debugger on the screen.

    Args:
        fps: How often it is drawn, at most.
        calm: Whether only the header is drawn while training.
        speed: The speed of a run, to begin with.
        data: A path, the name of a bundled dataset, or None where a saved run names it.
        open_: A saved run; where neither is given, the screen asks what to open.
        **options: The rest that an `Opener` takes.

    Returns:
        The exit code.

    Raises:
        InputError: There is no such file.
    """
    name = open_ or ""
    if data == STANDARD_INPUT:
        name = "standard input"
        options["stream"] = terminal.take_input()
    elif data is not None:
        name = locate(data).name

    def opener(data: str | None, open_: str | None) -> Opener:
        # The first frame need not wait for NumPy.
        from tui.opening.open_run import Opener

        # A look through all that is imported would keep a key waiting each time.
        gc.freeze()
        gc.enable()
        return Opener(data=data, open_=open_, **options)  # type: ignore[arg-type]

    is_named = data is not None or open_ is not None
    if not is_named:
        gc.enable()
    first, ask = (partial(opener, data, open_), None) if is_named else (None, opener)
    app = NNTui(clean(name), first, fps, calm=calm, speed=speed, ask=ask)
    app.settings_problems += click.get_current_context().meta.get(PROBLEMS, ())
    app.run()
    if app.failure is not None:
        click.echo(f"nn-tui: {app.failure}", err=True)
        return app.return_code or FAILED
    if app.return_code != LOST and app.debugger is not None and app.session is not None:
        say_last_words(app.debugger, app.session.saver)
    return app.return_code or 0

"""The debugger line by line, for screen readers, scripts and pipes."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tui.commands.going_on import say_last_words
from tui.commands.start import start
from tui.engine_link import Outcome, Session
from tui.opening.prepare import STANDARD_INPUT
from tui.plain.conversation import Conversation
from tui.terminal import process as terminal

if TYPE_CHECKING:
    from tui.opening.opened import Opening

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def run(given: dict[str, Any]) -> int:
    """Open a run and obey commands from standard input, to its end.

    Returns:
        The exit code.

    Raises:
        InputError: The run cannot be opened.
    """
    if given["data"] == STANDARD_INPUT:
        given["stream"] = terminal.take_input()
    is_typed = sys.stdin.isatty()
    # What cannot be read is told as an unknown verb, not as a traceback.
    sys.stdin.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    opening = start(given)
    if is_typed:
        click.echo(f"{opening.debugger.dataset.name}; help lists the verbs")
    return _converse(opening, is_typed=is_typed)


def _converse(opening: Opening, *, is_typed: bool) -> int:
    """Obey until the end, and save the run whatever the end is."""
    why = "error"

    def end(signum: int, frame: FrameType | None) -> NoReturn:
        nonlocal why
        why = signal.Signals(signum).name
        raise SystemExit(128 + signum)

    before = {number: signal.signal(number, end) for number in _ENDING}
    session = Session(opening.debugger, 1.0, lambda: (None, 0, None, ()), _forget, opening.saver)
    try:
        code = Conversation(session, opening.debugger, is_typed=is_typed).hold()
        why = "quit"
    except KeyboardInterrupt:
        why = "SIGINT"
        raise
    finally:
        for number in _ENDING:
            # Once is enough: the run is being saved.
            signal.signal(number, signal.SIG_IGN)
        session.close(why)
        for number, handler in before.items():
            signal.signal(number, handler)
    if is_typed or (session.saver is not None and session.saver.problem):
        say_last_words(opening.debugger, session.saver)
    return code


def _forget(outcome: Outcome) -> None:
    """Take no view: there is no screen."""

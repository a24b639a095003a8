"""The ends that Textual does not handle: signals, and a terminal that has gone."""

from __future__ import annotations

import os
import signal
import sys
import termios
import threading
from typing import TYPE_CHECKING, BinaryIO, TextIO

from engine.errors import InputError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable
    from types import FrameType

_PATIENCE = 2.5
"""Seconds that a stalled terminal gets to take the last output."""


def on_termination(
    loop: AbstractEventLoop, save: Callable[[str], None], leave: Callable[[int], None]
) -> None:
    """Save and leave in order on SIGTERM, SIGHUP and SIGQUIT, and in any case leave soon.

    Args:
        loop: The event loop of the app.
        save: Saves the run, given the name of the signal; called in a thread of its own, as the
            loop of a stalled terminal does nothing more.
        leave: Ends the app with a return code; called in the loop.
    """

    def handle(signum: int, frame: FrameType | None) -> None:
        code = 128 + signum
        # On a stalled link the loop itself is blocked on output.
        last_resort = threading.Timer(_PATIENCE, os._exit, (code,))
        last_resort.daemon = True
        last_resort.start()
        name = signal.Signals(signum).name
        threading.Thread(target=save, args=(name,), name="last save", daemon=True).start()
        loop.call_soon_threadsafe(leave, code)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, handle)


def is_dumb() -> bool:
    """Whether the terminal, if there is one, knows no sequences to move the cursor."""
    return os.environ.get("TERM", "") in ("dumb", "")


def writes_over(stream: TextIO) -> bool:
    """Whether a line that is written to a stream can be written over."""
    return stream.isatty() and not is_dumb()


def take_input() -> BinaryIO:
    """Return standard input, which holds data, and have keys come from the terminal instead.

    Raises:
        InputError: It is the terminal itself, or there is none.
    """
    if os.isatty(0):
        raise InputError("-: standard input is the terminal; send a table into it: … | nn-tui -")
    try:
        keys = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise InputError(f"-: no terminal for the keys ({error.strerror})") from None
    data = os.fdopen(os.dup(0), "rb")
    os.dup2(keys, 0)
    os.close(keys)
    return data


def size() -> tuple[int, int] | None:
    """Return the terminal's columns and lines now, or None if it has none."""
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
    except (OSError, ValueError):
        return None


def is_gone() -> bool:
    """Whether the terminal that was there at the start is no more."""
    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except (termios.error, OSError, ValueError):
        return True
    return False

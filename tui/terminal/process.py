"""The ends that Textual does not handle: signals, and a terminal that has gone."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import termios
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from engine.common.errors import InputError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable
    from types import FrameType

_PATIENCE, _LAST = 2.5, 0.2
"""Seconds that a stalled terminal gets to take the last output, and then to be given back."""

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
"""The signals that end the program in order."""

_AS_BEFORE = (
    b"\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""Undoes all that is switched on while the screen is drawn."""


def on_termination(
    loop: AbstractEventLoop,
    save: Callable[[str], None],
    leave: Callable[[int], None],
    give_back: Callable[[], None],
) -> None:
    """Save and exit in order on a terminating signal, and exit soon in any case.

    Args:
        loop: The event loop of the app.
        save: Saves the run, given the name of the signal; called in a thread of its own, as the
            loop of a stalled terminal does nothing more.
        leave: Ends the app with a return code; called in the loop.
        give_back: Gives the terminal back where the app cannot; called in a thread of its own.
    """
    is_ending = False

    def handle(signum: int, frame: FrameType | None) -> None:
        nonlocal is_ending
        if is_ending:
            return
        is_ending = True
        code = 128 + signum
        try:
            loop.call_soon_threadsafe(leave, code)
        except RuntimeError:
            # The loop has ended: the run is saved, and the terminal given back.
            os._exit(code)
        name = signal.Signals(signum).name
        threading.Thread(target=save, args=(name,), name="last save", daemon=True).start()

        def leave_at_last() -> None:
            giving = threading.Thread(target=give_back, daemon=True)
            giving.start()
            giving.join(_LAST)
            os._exit(code)

        # On a stalled link the loop itself is blocked on output.
        last_resort = threading.Timer(_PATIENCE, leave_at_last)
        last_resort.daemon = True
        last_resort.start()

    for number in ENDING:
        signal.signal(number, handle)
    atexit.register(_end_undisturbed)


def _end_undisturbed() -> None:
    """Keep the exit code if a signal arrives when all is done."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def give_back(output: int, attributes: list[Any] | None) -> None:
    """Restore a terminal, without waiting for pending output.

    Args:
        output: Its file descriptor.
        attributes: What it was set to; None where that is not known.
    """
    with suppress(termios.error, OSError):
        if attributes is not None:
            termios.tcsetattr(output, termios.TCSANOW, attributes)
        termios.tcflush(output, termios.TCOFLUSH)
        os.write(output, _AS_BEFORE)


def wait_for_foreground(handle: int) -> None:
    """Stop, as any background job that uses the terminal does, until it is in the foreground."""
    # Without a controlling terminal there are no turns.
    with suppress(OSError):
        while os.tcgetpgrp(handle) != os.getpgrp():
            os.kill(os.getpid(), signal.SIGSTOP)


def is_dumb() -> bool:
    """Return whether the terminal, if there is one, cannot move the cursor."""
    return os.environ.get("TERM", "") in ("dumb", "")


def writes_over(stream: TextIO) -> bool:
    """Return whether a line written to a stream can be overwritten."""
    return stream.isatty() and not is_dumb()


def take_input() -> BinaryIO:
    """Return standard input, which holds data, and read keys from the terminal instead.

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
    """Return whether the terminal of the start is gone."""
    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except (termios.error, OSError, ValueError):
        return True
    return False

"""The log of crashes, which keeps tracebacks off the screen."""

from __future__ import annotations

import platform
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from engine import __version__
from engine.common.text import clean

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_MOST_BYTES = 1_000_000


def told_of(error: BaseException) -> str:
    """Log an error and return one line with the error and the log's path."""
    log = write_log(error)
    where = f"details are in {log}" if log else "the log could not be written"
    kept = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
    what = clean(f"{type(error).__name__}: {error}".strip(": "))
    return f"internal error ({what}); {where}{kept}"


def write_log(error: BaseException) -> Path | None:
    """Append an error with its traceback to the log; return the log's path, or None.

    The log of before is kept beside it where it has grown long.
    """
    try:
        folder = Path(platformdirs.user_log_path("nn-tui", appauthor=False))
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "nn-tui.log"
        if path.exists() and path.stat().st_size > _MOST_BYTES:
            path.replace(folder / "nn-tui.log.1")
        now = time.strftime("%Y-%m-%d %H:%M:%S")
        lines = traceback.format_exception(error)
        head = f"{now} nn-tui {__version__}, Python {platform.python_version()}\n"
        with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(head + "".join(lines) + "\n")
    except OSError:
        return None
    return path


def log_the_rest(loop: AbstractEventLoop) -> None:
    """Log failures in tasks and threads that nothing waits for, instead of printing them.

    Args:
        loop: The event loop of the tasks.
    """

    def of_task(loop: AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            write_log(error)

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            write_log(args.exc_value)

    loop.set_exception_handler(of_task)
    threading.excepthook = of_thread

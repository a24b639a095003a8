"""Shows on stderr the progress of reading a large file, when there is no screen."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.common.numbers import megabytes
from engine.common.progress import Progress, silent
from engine.common.text import clean
from tui.opening.prepare import STANDARD_INPUT
from tui.terminal.process import writes_over

_PATIENCE = 1.0
_BETWEEN = 0.2
"""Seconds before the first line, and until the next."""
_MB = 1e6


@contextmanager
def told_if_slow(
    data: str, patience: float = _PATIENCE, doing: str = "reading"
) -> Iterator[Progress]:
    """Show the progress of reading a large file in a line, and erase it at the end.

    Only a terminal where it can be wiped away gets it: what stands in a file or a pipe is there
    to stay, and may be read as a problem.

    Args:
        data: The thing that is read.
        patience: Seconds after which it is told.
        doing: What is done to it.

    Yields:
        What is to be told of the progress.
    """
    if not writes_over(sys.stderr):
        yield silent
        return
    share, shown = "", ""
    ended = threading.Event()

    def note(done: int, total: int) -> None:
        nonlocal share
        share = f" {100 * done // total} %" if done else ""

    def write(line: str) -> None:
        nonlocal shown
        sys.stderr.write(f"\r{line.ljust(len(shown))}")
        sys.stderr.flush()
        shown = line

    def tell() -> None:
        pause = patience
        while not ended.wait(pause):
            write(f"nn-tui: {doing} {_name(data)} …{share}")
            pause = _BETWEEN

    teller = threading.Thread(target=tell, name="progress of reading", daemon=True)
    teller.start()
    try:
        yield note
    finally:
        ended.set()
        teller.join()
        if shown:
            write("")
            write("")


def _name(data: str) -> str:
    """Return the file's name, short enough for a line, with the size of a large file."""
    if data == STANDARD_INPUT:
        return "standard input"
    try:
        size = Path(data).stat().st_size
    except (OSError, ValueError):
        size = 0
    return clean(Path(data).name, 40) + (f" ({megabytes(size)})" if size >= _MB else "")

"""The environment of the programs that are measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

_DROPPED = ("COLORTERM", "NO_COLOR", "COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE")


@contextmanager
def neutral_environment() -> Iterator[None]:
    """Take away, for the programs started meanwhile, what would change a measurement.

    Their bytecode is kept in a folder of its own: an installed program has it at hand, and
    the source tree stays as it is. So are the runs that they save.
    """
    before = dict(os.environ)
    for name in before:
        if name in _DROPPED or name.startswith("TEXTUAL"):
            del os.environ[name]
    with TemporaryDirectory() as cache, TemporaryDirectory() as state:
        os.environ.update(TERM="xterm-256color", PYTHONPYCACHEPREFIX=cache, XDG_STATE_HOME=state)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

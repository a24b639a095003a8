"""The way to the terminal."""

from __future__ import annotations

import sys
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from tui.typeset import narrowed


class ScreenDriver(LinuxDriver):
    """Draws where the user looks: on stdout where stderr, which Textual takes, leads elsewhere."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stdout, stderr = sys.__stdout__, sys.__stderr__
        if stdout is not None and stdout.isatty() and (stderr is None or not stderr.isatty()):
            self._file = stdout


class PlainDriver(ScreenDriver):
    """Writes ASCII only, to a terminal that knows no more."""

    def write(self, data: str) -> None:
        super().write(narrowed(data))

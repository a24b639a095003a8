"""The way to a terminal that knows no more than ASCII."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

from tui.typeset import narrowed


class PlainDriver(LinuxDriver):
    """Writes ASCII only."""

    def write(self, data: str) -> None:
        super().write(narrowed(data))

"""Ending in order: by a key, a signal, a defect, or with the terminal; the run is saved first."""

from __future__ import annotations

import asyncio

from textual.worker import WorkerFailed

from tui.actions.base import Base
from tui.exit_codes import FAILED, LOST
from tui.terminal import process as terminal
from tui.terminal.crash_log import log_the_rest, told_of


class Ending(Base):
    """Ends the app, whatever it is that ends it."""

    is_leaving = False
    _ended = "quit"

    def on_mount(self) -> None:
        if not self.is_headless:
            log_the_rest(asyncio.get_running_loop())
            self.set_interval(1.0, self.leave_if_alone)

    def leave(self, code: int) -> None:
        """End with an exit code, without what was typed and not yet answered."""
        self.is_leaving = True
        self.exit(return_code=code)

    def save_at_once(self, signal: str) -> None:
        """Save before a signal ends the program."""
        self._ended = signal
        if self.session is not None:
            self.session.save_at_once(signal)

    def leave_if_alone(self) -> None:
        """End if the terminal has gone."""
        if terminal.is_gone() and not self.is_leaving:
            self._ended = "SIGHUP"
            self.leave(LOST)

    def fail(self, error: Exception) -> None:
        """End by a defect; its traceback goes to the log."""
        if isinstance(error, WorkerFailed):
            # It only says that there was one, and where it came from is lost.
            error = error.error if isinstance(error.error, Exception) else error
        if isinstance(error, OSError) and terminal.is_gone():
            self.leave_if_alone()
        elif not self.has_failed:
            self._ended = "error"
            self.failure = f"{told_of(error)}{self._kept()}"
            self.end_by(error, FAILED)

    def _kept(self) -> str:
        """Say what has become of the run, where it was to be saved."""
        saver = self.session.saver if self.session is not None else None
        if saver is None:
            return ""
        if not saver.close("error"):
            return f"; the run is {saver.problem}"
        return "; the run is saved, --resume continues it" if saver.has_saved else ""

    def on_unmount(self) -> None:
        if self.session is not None:
            self.session.close(self._ended)

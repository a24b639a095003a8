"""The way to the terminal and back: what is drawn, which keys come, and who has it when."""

from __future__ import annotations

import os
import selectors
import signal
import sys
import termios
import tty
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TextIO, cast

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal import process as terminal
from tui.terminal.ascii import narrowed
from tui.terminal.crash_log import write_log
from tui.terminal.paste_guard import PasteGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.message import Message

_AT_ONCE = 4096
"""Bytes that are read at once."""
_LOOK = 0.1
"""Seconds between two looks whether keys are still wanted."""


class Driven(Protocol):
    """The app, as far as its driver has to know it."""

    def save_at_once(self, signal: str) -> None:
        """Save before a signal ends the program."""

    def leave(self, code: int) -> None:
        """End with an exit code, without what was typed and not yet answered."""

    def leave_if_alone(self) -> None:
        """End if the terminal has gone."""

    def fail(self, error: Exception) -> None:
        """End by a defect."""

    def post_message(self, message: Message) -> bool:
        """Take a message."""


class _Output:
    """Writes to the terminal for as long as there is one.

    Args:
        file: The terminal.
        failed: Called where it could not be written to.
    """

    def __init__(self, file: TextIO, failed: Callable[[], None]) -> None:
        self._file = file
        self._failed = failed

    def write(self, text: str) -> None:
        """Write a text."""
        try:
            self._file.write(text)
        except OSError:
            self._failed()

    def flush(self) -> None:
        """Write what is buffered."""
        try:
            self._file.flush()
        except OSError:
            self._failed()

    def fileno(self) -> int:
        """Return the terminal's file descriptor."""
        return self._file.fileno()


class ScreenDriver(LinuxDriver):
    """Draws where the user looks: on stdout where stderr, which Textual takes, leads elsewhere.

    The terminal is taken once and given back once, whichever signals come in between; before
    it is taken, it is seen to that a signal that ends the program gives it back.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stdout, stderr = sys.__stdout__, sys.__stderr__
        if stdout is not None and stdout.isatty() and (stderr is None or not stderr.isatty()):
            self._file = stdout
        self._driven = cast("Driven", self._app)
        self._drawn_on = self._file.fileno()  # type: ignore[union-attr]
        self._file = _Output(self._file, self._look_for_terminal)  # type: ignore[arg-type, assignment]
        self._is_on = self._is_ending = self._is_to_stop = False
        terminal.on_termination(self._loop, self._driven.save_at_once, self._leave, self._give_back)

    def _leave(self, code: int) -> None:
        self._is_ending = True
        self._driven.leave(code)

    def _look_for_terminal(self) -> None:
        """Exit the app if the terminal has gone; callable from any thread."""
        # The loop may have ended before.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._driven.leave_if_alone)

    def write(self, data: str) -> None:
        # Nobody takes what is written to a terminal that was given back.
        if self._is_on:
            super().write(data)

    def start_application_mode(self) -> None:
        terminal.wait_for_foreground(self.fileno)
        self._is_on = True
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        if self._is_on:
            super().stop_application_mode()
            self._is_on = False

    def _give_back(self) -> None:
        """Restore the terminal without the event loop and the output queue."""
        if self._is_on:
            terminal.give_back(self._drawn_on, self.attrs_before)

    def _sigtstp_application(self, *_: object) -> None:
        # In the loop, as what the signal has interrupted may hold the lock of the queue.
        self._is_to_stop = True
        try:
            self._loop.call_soon_threadsafe(self._suspend)
        except RuntimeError:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        self._is_to_stop = False
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._continue)

    def _suspend(self) -> None:
        if self._is_ending or not self._is_to_stop:
            return
        if self._is_on:
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _continue(self) -> None:
        """Go on after SIGCONT, whether or not it was Ctrl-Z that has stopped it."""
        if self._is_ending:
            return
        terminal.wait_for_foreground(self.fileno)
        if self._must_signal_resume:
            self.resume_application_mode()
        elif self._is_on:
            self._set_again()

    def _set_again(self) -> None:
        """Restore the terminal modes that a shell may have changed, and redraw everything."""
        with suppress(termios.error):
            attributes = termios.tcgetattr(self.fileno)
            attributes[tty.LFLAG] = self._patch_lflag(attributes[tty.LFLAG])
            attributes[tty.IFLAG] = self._patch_iflag(attributes[tty.IFLAG])
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)
        self.write("\x1b[?25l\x1b[?1004h")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self._driven.post_message(self.SignalResume())

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self._look_for_terminal()
        except Exception as error:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._driven.fail, error)

    def run_input_thread(self) -> None:
        """Read the input, whatever its bytes, until the driver stops."""
        # A keyboard of Latin-1 sends bytes that are no UTF-8.
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        parser, guard = XTermParser(self._debug), PasteGuard()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                text = ""
                if selector.select(_LOOK):
                    data = os.read(self.fileno, _AT_ONCE)
                    if not data:
                        raise OSError("the terminal has no more keys")
                    text = decode(data)
                for character in guard.clean(text):
                    parser = self._parsed(parser, parser.feed(character))
                parser = self._parsed(parser, parser.tick())
            # An answer that is still on its way would end on the shell's command line.
            if selector.select(_LOOK):
                os.read(self.fileno, _AT_ONCE)

    def _parsed(self, parser: XTermParser, events: Iterable[Message]) -> XTermParser:
        """Post the messages of a parser; return it, or a new one if it has failed."""
        try:
            for event in events:
                self.process_message(event)
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            # A sequence that it takes for one of its own, and cannot read, ends it.
            write_log(error)
            return XTermParser(self._debug)
        return parser


class PlainDriver(ScreenDriver):
    """Writes ASCII only, to a terminal that knows no more."""

    def write(self, data: str) -> None:
        super().write(narrowed(data))

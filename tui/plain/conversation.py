"""Reads line after line, does what it says, and writes what comes of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from engine.common.errors import InputError, NotComputedError
from engine.common.numbers import MINUS, grouped
from tui.exit_codes import BAD_INPUT, DONE, INTERRUPTED
from tui.plain.verb import Talk
from tui.plain.verbs import perform
from tui.plain.writing import place_text
from tui.terminal.interrupt import interruptible

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from tui.engine_link import Session

_PROMPT = "nn-tui> "
_BETWEEN = 10.0
"""Seconds after which it is told how far a long run is."""


class _Interrupted(Exception):  # noqa: N818 (no error: Ctrl-C where there is nobody at the keys)
    """Commands from a file or a pipe are to end."""


class Conversation:
    """Commands from standard input, until it ends or one of them is to quit.

    Args:
        session: Runs the debugger.
        debugger: What it runs; only looked at to tell how far a run is.
        is_typed: Whether somebody types: they are prompted, and Ctrl-C ends what is under way.
            Otherwise it ends the conversation, and problems are told with the number of the line.
    """

    def __init__(self, session: Session, debugger: Debugger, *, is_typed: bool) -> None:
        self._session = session
        self._debugger = debugger
        self._is_typed = is_typed
        self._talk = Talk(debugger)
        self._has_failed = False

    def hold(self) -> int:
        """Read and obey to the end, and return the exit code."""
        if self._is_typed:
            self._write(self._ask(lambda talk: place_text(talk.debugger)))
        try:
            for number, line in self._lines():
                self._obey(number, line.strip())
                if self._talk.ended:
                    break
        except _Interrupted:
            return INTERRUPTED
        return BAD_INPUT if self._has_failed and not self._is_typed else DONE

    def _lines(self) -> Iterator[tuple[int, str]]:
        number = 0
        while True:
            number += 1
            try:
                if self._is_typed:
                    sys.stdout.write(_PROMPT)
                    sys.stdout.flush()
                line = sys.stdin.readline()
            except KeyboardInterrupt:
                if not self._is_typed:
                    raise _Interrupted from None
                self._write("\nq quits")
                continue
            if not line:
                # What was typed last, or the shell's prompt, is to begin a line.
                self._write("\n" if self._is_typed else "")
                return
            yield number, line

    def _obey(self, number: int, line: str) -> None:
        if line.startswith("#") or (not line and not (self._is_typed and self._talk.last)):
            return
        try:
            told = self._ask(lambda talk: perform(talk, line or "."))
        except NotComputedError as error:
            self._refuse(number, f"{error}: f runs it to its end")
        except InputError as error:
            self._refuse(number, str(error))
        except MemoryError:
            self._refuse(number, "not enough memory")
        else:
            self._write(told)

    def _ask(self, question: Callable[[Talk], str]) -> str:
        """Ask the debugger's thread; Ctrl-C gives up what takes long."""
        with interruptible() as interrupted:

            def answer(debugger: Debugger, cancel: Callable[[], bool]) -> str:
                self._talk.cancel = lambda: cancel() or interrupted.is_set()
                return question(self._talk)

            future = self._session.request_long(answer)
            while True:
                try:
                    told = future.result(_BETWEEN)
                    break
                except TimeoutError:
                    if self._is_typed:
                        self._write(f"at iteration {grouped(self._debugger.iteration)} …")
        if interrupted.is_set() and not self._is_typed:
            self._write(told)
            raise _Interrupted
        return told

    def _refuse(self, number: int, problem: str) -> None:
        self._has_failed = True
        # In its place among what was told before.
        sys.stdout.flush()
        where = "" if self._is_typed else f"nn-tui: line {number}: "
        sys.stderr.write(f"{where}{problem}\n")
        sys.stderr.flush()

    def _write(self, told: str) -> None:
        if not told:
            return
        if not self._is_typed:
            # A program that reads it knows no other minus sign.
            told = told.replace(MINUS, "-")
        sys.stdout.write(told if told.endswith("\n") else f"{told}\n")
        sys.stdout.flush()

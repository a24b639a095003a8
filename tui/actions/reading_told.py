"""The progress of reading a table, or of running a script; and Esc, which gives it up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING

from engine.common.numbers import gigabytes, megabytes

if TYPE_CHECKING:
    from tui.actions.showing import Showing

_QUIET, _BETWEEN = 0.5, 0.2
"""Seconds before it is told how far the reading is, and between two times."""


class GivenUp(Exception):  # noqa: N818 (it is no error)
    """The user does not want to wait for what the message says."""


def later(host: Showing, callback: Callable[..., None], *arguments: object) -> None:
    """Call something in the screen's thread, which may have ended in the meantime."""
    with suppress(RuntimeError):
        host.call_later(callback, *arguments)


class ReadingTold:
    """Tells it in the header, as long as there is no run on the screen."""

    def __init__(self, host: Showing) -> None:
        self._host = host
        self._next: float | None = None
        self._can_give_up = self._is_given_up = False

    def give_up(self) -> None:
        """Give up, once it has been told that this can be done."""
        if self._can_give_up:
            self._is_given_up = True
            self._host.frame.header.tell("giving up …")

    def of_table(self, size: int, done: int, total: int) -> None:
        """Say how far the reading is, in the thread that reads.

        Args:
            size: The bytes of the file; 0 if unknown.
            done: How much is done.
            total: Of how much.

        Raises:
            GivenUp: It is given up.
        """
        self._go_on("the data were being read")
        now = perf_counter()
        if self._next is None:
            self._next = now + _QUIET
        if now > self._next:
            self._next = now + _BETWEEN
            self._later(f"reading {_in_words(size)}{100 * done // total} %")

    def of_script(self, done: int, total: int) -> None:
        """Say for how many seconds the script has been running, in the thread that waits for it.

        Raises:
            GivenUp: It is given up.
        """
        self._go_on("the script was being run and judged")
        if done or not total:
            self._later(f"{'running' if total else 'judging'} it, {done} s")

    def _go_on(self, doing: str) -> None:
        if self._is_given_up:
            raise GivenUp(doing)

    def _later(self, words: str) -> None:
        later(self._host, self._show, words)

    def _show(self, words: str) -> None:
        if self._host.moment is None and not self._is_given_up:
            self._can_give_up = True
            self._host.frame.header.tell(f"{words}   Esc gives up")


def _in_words(size: int) -> str:
    if not size:
        return ""
    return f"{gigabytes(size) if size >= 1e9 else megabytes(size, 1)}, "

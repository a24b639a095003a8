"""The program in a pseudo-terminal, its screen read through pyte."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Self

import pexpect
import pyte

ROOT = Path(__file__).parents[1]
PROGRAM = Path(sys.executable).with_name("nn-tui")
COLUMNS, LINES = 120, 36

_POLL = 0.02
_PATIENCE = 120.0
_QUIET = 0.05
_ITERATION = re.compile(r"iteration\s+([\d,]+) /")


@dataclass(frozen=True)
class Chunk:
    """Output of the program and when it came."""

    at: float
    data: bytes


class Terminal:
    """``nn-tui`` on a screen, by default of 120×36; leaving the `with` block ends it.

    Args:
        arguments: For ``nn-tui``.
        program: What to run instead of ``nn-tui``.
        environment: What is to be set in it.
        size: Columns and lines.
        folder: Where it is started.

    Attributes:
        began: When it was started.
        output: All that it has sent to the terminal, as far as it was read.
    """

    def __init__(
        self,
        *arguments: str,
        program: Path | str = PROGRAM,
        environment: Mapping[str, str] | None = None,
        size: tuple[int, int] = (COLUMNS, LINES),
        folder: Path = ROOT,
    ) -> None:
        self.output = bytearray()
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.began = perf_counter()
        self._child = pexpect.spawn(
            str(program),
            list(arguments),
            env={**os.environ, **(environment or {})},
            cwd=str(folder),
            dimensions=(size[1], size[0]),
        )
        # pexpect would wait 50 ms before each key.
        self._child.delaybeforesend = None
        self._child.delayafterread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._child.isalive():
            self._child.kill(signal.SIGKILL)
            self._child.wait()
        self._child.close()

    @property
    def pid(self) -> int:
        """The process."""
        pid: int = self._child.pid
        return pid

    @property
    def handle(self) -> int:
        """The file descriptor of our end of the terminal."""
        handle: int = self._child.child_fd
        return handle

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return bool(self._child.isalive())

    @property
    def exit_code(self) -> int | None:
        """What it has ended with: negative where by a signal; None where it goes on."""
        if self._child.isalive():
            return None
        signalled = self._child.signalstatus
        return int(self._child.exitstatus) if signalled is None else -int(signalled)

    def kill(self, number: int) -> None:
        """Send it a signal."""
        self._child.kill(number)

    @property
    def display(self) -> list[str]:
        """The lines on the screen."""
        return list(self._screen.display)

    @property
    def header(self) -> str:
        """The two lines at the top of the screen."""
        return "\n".join(self.display[:2])

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.display)

    @property
    def iteration(self) -> int | None:
        """The number of complete iterations as the header tells it."""
        found = _ITERATION.search(self.header)
        return int(found[1].replace(",", "")) if found else None

    def hang_up(self) -> None:
        """Close the terminal under it."""
        self._child.ptyproc.fileobj.close()
        self._child.ptyproc.closed = True

    def resize(self, columns: int, lines: int) -> None:
        """Make the terminal larger or smaller."""
        self._screen.resize(lines, columns)
        self._child.setwinsize(lines, columns)

    def press(self, key: str | bytes) -> float:
        """Send a key and return the time."""
        now = perf_counter()
        self._child.send(key)
        return now

    def read(self, timeout: float) -> Chunk | None:
        """Wait for output, without showing it yet; None if there is none in time.

        Raises:
            RuntimeError: The program has ended.
        """
        try:
            data = self._child.read_nonblocking(65536, timeout)
        except pexpect.TIMEOUT:
            return None
        except pexpect.EOF:
            raise RuntimeError(f"nn-tui has ended; its last screen was\n{self.text}") from None
        self.output += data
        return Chunk(perf_counter(), data)

    def show(self, chunk: Chunk) -> None:
        """Put output on the screen."""
        self._stream.feed(chunk.data)

    def record(self, seconds: float) -> list[Chunk]:
        """Collect output for a time; nothing is parsed that could take time from the program."""
        end = perf_counter() + seconds
        chunks = []
        while (left := end - perf_counter()) > 0:
            chunk = self.read(min(left, _POLL))
            if chunk is not None:
                chunks.append(chunk)
        return chunks

    def wait_for(self, condition: Callable[[], bool]) -> float:
        """Show output until a condition holds, and return when the deciding output came.

        Raises:
            RuntimeError: It does not hold after two minutes, or the program has ended.
        """
        if condition():
            return perf_counter()
        end = perf_counter() + _PATIENCE
        while perf_counter() < end:
            chunk = self.read(_POLL)
            if chunk is not None:
                self.show(chunk)
                if condition():
                    return chunk.at
        raise RuntimeError(f"this is not what was waited for:\n{self.text}")

    def shows(self, *words: str) -> None:
        """Wait until all of these words are on the screen."""
        self.wait_for(lambda: all(word in self.text for word in words))

    def wait_for_end(self) -> None:
        """Show output until the program has ended; unread, it could not write its last bytes.

        Raises:
            RuntimeError: It has not after two minutes.
        """
        end = perf_counter() + _PATIENCE
        while perf_counter() < end:
            try:
                chunk = self.read(_POLL)
            except RuntimeError:
                return
            if chunk is not None:
                self.show(chunk)
        raise RuntimeError(f"it goes on:\n{self.text}")

    def settle(self, seconds: float = _QUIET) -> None:
        """Show output until there is none for so long, or the program has ended."""
        with suppress(RuntimeError):
            while (chunk := self.read(seconds)) is not None:
                self.show(chunk)

    def escape(self, left: str) -> None:
        """Leave with Esc what has these words on the screen.

        The next key comes after they are gone: right behind Esc it would be Alt with that key.
        """
        self.wait_for(lambda: left in self.text)
        self.press("\x1b")
        self.wait_for(lambda: left not in self.text)

    def wait_until_ready(self) -> float:
        """Wait until the data are read and a key has an effect; return when that was."""
        return self.wait_for(lambda: "paused" in self.text and self.iteration == 0)


def is_running(pid: int) -> bool:
    """Return whether a process goes on; one that has ended and waits for its parent does not."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False

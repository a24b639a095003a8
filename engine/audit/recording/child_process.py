"""The process of a script: kept off our terminal, bounded, and ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.common.progress import Progress
from engine.common.text import visible

GUARD = Path(__file__).parent / "guard.py"
_ENDS = 4096
"""So many bytes of the beginning and of the end of what a script prints are kept."""
_FOR_THE_END = 10.0
_EVERY = 0.05


@dataclass(frozen=True)
class Outcome:
    """How a process ended.

    Attributes:
        code: Its exit code; 128 and more after a signal; None where the time was over.
        printed: What it printed, safe to show, and cut in the middle where it is long.
    """

    code: int | None
    printed: str


def run_process(
    command: Sequence[str],
    *,
    cwd: Path | None,
    environment: Mapping[str, str],
    seconds: float,
    progress: Progress,
) -> Outcome:
    """Run a command with no terminal and no input.

    Args:
        command: The program and its arguments.
        cwd: The folder it runs in.
        environment: Its environment.
        seconds: After so long it is ended.
        progress: Called with the seconds that are over, and all of them.

    Raises:
        OSError: The folder is not there, or no process can be started.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(GUARD), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=dict(environment),
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    printed = _Printed(process.stdout)
    started = time.monotonic()
    code = None
    try:
        while (now := time.monotonic() - started) < seconds:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(_EVERY)
                break
            progress(int(now), int(seconds))
    finally:
        # The guard ends the rest when its input is closed.
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_FOR_THE_END)
        process.kill()
        process.wait()
        text = printed.end()
    return Outcome(code, text)


class _Printed:
    """Reads what a process prints, and keeps both ends of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._first = b""
        self._last = b""
        self._length = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(self._stream.fileno(), 1 << 16):
                room = _ENDS - len(self._first)
                self._first += chunk[:room]
                self._last = (self._last + chunk[room:])[-_ENDS:]
                self._length += len(chunk)

    def end(self) -> str:
        """Stop reading, and return the text."""
        self._thread.join(1.0)
        if not self._thread.is_alive():
            self._stream.close()
        cut = b"\n...\n" if self._length > 2 * _ENDS else b""
        text = (self._first + cut + self._last).decode(errors="replace")
        return "\n".join(visible(line.rstrip("\r")) for line in text.split("\n"))

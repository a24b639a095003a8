"""Run a user's script in a process of its own, and read what was recorded there."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import tokenize
from collections.abc import Callable
from pathlib import Path
from typing import IO

from engine.audit.recording.read_recording import read_recording
from engine.audit.recording.recording import Recording
from engine.common.errors import AuditError
from engine.common.text import clean

_START = Path(__file__).parent / "child" / "start.py"
_ENDS = 4096
"""So many bytes of the beginning and of the end of what a script prints are kept."""
_GRACE = 5.0


def record(
    path: str | Path,
    *,
    python: str = sys.executable,
    seconds: float = 20.0,
    cwd: str | Path | None = None,
    progress: Callable[[], None] | None = None,
) -> Recording:
    """Run a script and record every number in it.

    Args:
        path: The script.
        python: The Python that runs it.
        seconds: After so long it is stopped.
        cwd: The folder it runs in; the present one where nothing is said.
        progress: Called a few times a second while it runs.

    Raises:
        AuditError: The script cannot be read or run, or left nothing that could be read.
    """
    path = Path(path)
    text = _read(path)
    lines = tuple(text.split("\n"))
    with tempfile.TemporaryDirectory(prefix="nn-tui-", ignore_cleanup_errors=True) as folder:
        options = {
            "script": str(path),
            "text": text,
            "folder": str(Path(folder, "recording")),
            "seconds": seconds,
            "is_notebook": False,
            "limits": {},
        }
        file = Path(folder, "options.json")
        file.write_text(json.dumps(options), encoding="utf-8")
        printed = _run(path, python, file, seconds, cwd, progress)
        return read_recording(path, Path(folder, "recording"), lines, printed)


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (OSError, SyntaxError, UnicodeError, LookupError) as error:
        raise AuditError(path, f"cannot be read: {clean(str(error))}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _run(
    path: Path,
    python: str,
    options: Path,
    seconds: float,
    cwd: str | Path | None,
    progress: Callable[[], None] | None,
) -> str:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    environment["MPLBACKEND"] = "Agg"
    try:
        process = subprocess.Popen(
            [python, str(_START), str(options)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise AuditError(path, f"{clean(python)} cannot be started: {clean(str(error))}") from error
    assert process.stdout is not None
    printed = _Printed(process.stdout)
    end = time.monotonic() + seconds + _GRACE
    try:
        while True:
            try:
                process.wait(0.05)
                break
            except subprocess.TimeoutExpired:
                if progress is not None:
                    progress()
                if time.monotonic() > end:
                    raise AuditError(path, f"it does not stop after {seconds:g} seconds") from None
    finally:
        _kill(process)
    return printed.text()


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, 9)
    except OSError:
        pass
    process.wait()


class _Printed:
    """Reads what a script prints, and keeps both ends of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._first = b""
        self._last = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while chunk := os.read(self._stream.fileno(), 1 << 16):
            room = _ENDS - len(self._first)
            self._first += chunk[:room]
            self._last = (self._last + chunk[room:])[-_ENDS:]

    def text(self) -> str:
        """Return it, safe to show; waits for the last of it."""
        self._thread.join(1.0)
        return (self._first + self._last).decode(errors="replace")

"""Who holds a run: one process at a time writes to its folder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.text import clean

_NAME = "lock"
_ATTEMPTS, _PAUSE = 5, 0.02
"""Whoever asks who holds a run has the lock for a moment; so many attempts, s between them."""


@dataclass(frozen=True)
class Holder:
    """A process that holds a run.

    Attributes:
        pid: Its number.
        host: Where it runs.
        since: When it took the run, in seconds since 1970; 0 where that is not known.
    """

    pid: int
    host: str
    since: float

    @property
    def words(self) -> str:
        """It in words."""
        if not self.pid:
            return "another process"
        began = time.strftime("%H:%M on %Y-%m-%d", time.localtime(self.since))
        return f"process {self.pid} on {self.host}, since {began}"


class Lock:
    """A lock on a folder that the system takes off when its process ends, however it ends.

    Args:
        folder: The folder of a run.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._file: IO[str] | None = None

    def take(self) -> Holder | None:
        """Take the lock; return who has it where it is taken already.

        Raises:
            OSError: The folder cannot be written to.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        file = os.fdopen(handle, "r+", encoding="utf-8", errors="replace")
        try:
            is_taken = _lock(file, fcntl.LOCK_EX)
        except OSError:
            file.close()
            raise
        if not is_taken:
            with file:
                return _read(file)
        # What stands in it is of a process that has ended.
        file.truncate(0)
        json.dump({"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}, file)
        file.flush()
        self._file = file
        return None

    @property
    def is_there(self) -> bool:
        """Whether anybody has ever taken it."""
        return self._path.exists()

    @property
    def is_held(self) -> bool:
        """Whether this process has taken it here."""
        return self._file is not None

    def release(self) -> None:
        """Let others take it."""
        if self._file is not None:
            self._file.close()
            self._file = None


def holder_of(folder: Path) -> Holder | None:
    """Return who holds a run, or None."""
    try:
        with (folder / _NAME).open(encoding="utf-8", errors="replace") as file:
            return None if _lock(file, fcntl.LOCK_SH) else _read(file)
    except OSError:
        return None


def _lock(file: IO[str], kind: int) -> bool:
    """Take a lock on an open file, unless somebody else keeps one."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE)
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False


def _read(file: IO[str]) -> Holder:
    try:
        told = json.load(file)
        since = float(told["since"])
        # Raises where it is no time.
        time.localtime(since)
        return Holder(int(told["pid"]), clean(str(told["host"]), 60), since)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return Holder(0, "", 0.0)

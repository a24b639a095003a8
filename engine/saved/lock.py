"""Locks the folder of a run, so that one process at a time writes to it."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.common.regular import open_regular
from engine.common.text import clean

LOCK = "lock"
"""The name of its file."""
_MOST = 10_000
"""Characters that are read of it."""
_ATTEMPTS, _PAUSE = 5, 0.02
"""Whoever asks who holds a run has the lock for a moment; so many attempts, s between them."""


@dataclass(frozen=True)
class Holder:
    """A process that holds a run.

    Attributes:
        pid: Its number.
        host: Its machine.
        since: When it took the run, in seconds since 1970; 0 where that is not known.
    """

    pid: int
    host: str
    since: float

    @property
    def words(self) -> str:
        """The process in words."""
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
        self._path = folder / LOCK
        self._file: IO[str] | None = None

    def take(self) -> Holder | None:
        """Take the lock, or return who has it.

        Raises:
            OSError: The folder cannot be written to.
        """
        self.release()
        folder = self._path.parent
        for _ in range(_ATTEMPTS):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                handle = open_regular(self._path, os.O_RDWR | os.O_CREAT)
                file = os.fdopen(handle, "r+", encoding="utf-8", errors="replace")
            except OSError:
                with suppress(OSError):
                    # It was made for nothing, unless there is something in it.
                    folder.rmdir()
                raise
            try:
                if not _lock(file, fcntl.LOCK_EX):
                    with file:
                        return _read(file)
                # Whoever had it may have deleted the file meanwhile.
                is_ours = _is_at(file, self._path)
                if is_ours and os.fstat(handle).st_nlink > 1:
                    # By its other name it may be anything, which must stay what it is.
                    self._path.unlink()
                    is_ours = False
                if is_ours:
                    _sign(file)
            except BaseException:
                file.close()
                raise
            if is_ours:
                self._file = file
                return None
            file.close()
        raise OSError(errno.EAGAIN, "deleted again and again", str(self._path))

    @property
    def is_held(self) -> bool:
        """Whether this process has taken it here, and others can see that."""
        return self._file is not None and _is_at(self._file, self._path)

    @property
    def is_lost(self) -> bool:
        """Whether somebody has deleted it, though this process has taken it."""
        return self._file is not None and not _is_at(self._file, self._path)

    def release(self) -> None:
        """Release the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


def holder_of(folder: Path) -> Holder | None:
    """Return who holds a run, or None."""
    try:
        handle = open_regular(folder / LOCK)
        with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
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


def _is_at(file: IO[str], path: Path) -> bool:
    """Return whether an open file is the one at a path."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.lstat(path))
    except OSError:
        return False


def _sign(file: IO[str]) -> None:
    """Write who has the lock in place of who had it."""
    file.truncate(0)
    told = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}
    # On a full disk the lock is as good, but nobody can tell whose it is.
    with suppress(OSError):
        json.dump(told, file)
        file.flush()


def _read(file: IO[str]) -> Holder:
    try:
        told = json.loads(file.read(_MOST))
        since = float(told["since"])
        # Raises where it is no time.
        time.localtime(since)
        return Holder(int(told["pid"]), clean(str(told["host"]), 60), since)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return Holder(0, "", 0.0)

"""Opens regular files only: follows no link, waits for no pipe, reads no device."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from engine.common.machine_memory import shortage
from engine.common.numbers import gigabytes

_TIMES = 3
"""The copies of a file's content in memory while it is read and checked."""
_SMALL = 4 * 1024 * 1024
"""Bytes up to which nobody asks whether there is enough memory."""


def is_regular(path: Path) -> bool:
    """Return whether a path is a regular file; a link to one is not."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def open_regular(path: Path, flags: int = os.O_RDONLY, *, follow: bool = False) -> int:
    """Open a file and return its descriptor.

    Args:
        path: Its path.
        flags: Flags of `os.open`.
        follow: Whether it may be a link to a regular file.

    Raises:
        OSError: It is no regular file, or cannot be opened.
    """
    flags |= os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        handle = os.open(path, flags if follow else flags | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        # A link where none is followed, a folder, and a socket.
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise _irregular(path) from None
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _irregular(path)
    return handle


def _irregular(path: Path) -> OSError:
    return OSError(errno.EINVAL, "not a regular file", str(path))


def read_regular(path: Path, most: int | None = None, *, follow: bool = False) -> bytes:
    """Read a regular file.

    Args:
        path: Its path.
        most: How many bytes are read of it; by default all, if there is memory for them.
        follow: As for `open_regular`.

    Raises:
        OSError: It is no regular file, or cannot be read.
    """
    with open(open_regular(path, follow=follow), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        size = size if most is None else min(size, most)
        if lacking := lacking_to_read(size):
            raise OSError(errno.ENOMEM, lacking, str(path))
        return file.read(size)


def lacking_to_read(size: int) -> str:
    """Return a message if a file is too large to be read into memory, else ""."""
    lacking = shortage(_TIMES * size) if size > _SMALL else ""
    return f"to read {gigabytes(size)} {lacking}" if lacking else ""

"""Writing new files: all of them or none, and never over existing ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from engine.common.errors import InputError
from engine.common.text import clean

Contents = Mapping[Path, Callable[[BinaryIO], object]]
"""A writer for each file."""


def write_new(contents: Contents, way_out: str) -> list[Path]:
    """Write files, and remove them again where one of them cannot be written.

    Args:
        contents: The files.
        way_out: The advice where one of them exists.

    Returns:
        The files.

    Raises:
        InputError: One of the files exists already, or cannot be written.
    """
    for path in contents:
        if os.path.lexists(path):
            raise InputError(f"{clean(str(path))} exists already: {way_out}")
    made: list[Path] = []
    try:
        for path, write in contents.items():
            with path.open("xb") as file:
                made.append(path)
                write(file)
    except BaseException as error:
        for path in made:
            with suppress(OSError):
                path.unlink()
        if not isinstance(error, OSError):
            raise
        where = clean(str(error.filename or path))
        raise InputError(f"{where}: {error.strerror or clean(str(error))}") from None
    return made

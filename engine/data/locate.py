"""Finds the file meant by a path or by the name of a bundled dataset."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.common.errors import DataError
from engine.common.text import clean


def bundled() -> dict[str, Path]:
    """Return the files of the bundled datasets by name, in alphabetical order."""
    # Imported here, as not every command needs it.
    from importlib import resources

    folder = Path(str(resources.files("samples")))
    return {path.stem: path for path in sorted(folder.glob("*.csv"))}


def place(data: str | Path) -> str:
    """Return the absolute path of a file, or the name of a bundled dataset as it is.

    Raises:
        DataError: As for `locate`.
    """
    path = locate(data)
    bundle = bundled()
    return str(data) if bundle.get(str(data)) == path else str(path.absolute())


def absolute(data: str) -> str:
    """Return the same for a file that need not be there; "" for nothing."""
    named = data.strip()
    if not named or (named in bundled() and not Path(named).exists()):
        return named
    return str(Path(named).absolute())


def locate(data: str | Path) -> Path:
    """Find the file meant by a path or by the name of a bundled dataset.

    Raises:
        DataError: There is no such file, or it is not one that can be read.
    """
    path = Path(data)
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        samples = bundled()
        if str(data) in samples:
            return samples[str(data)]
        reason = getattr(error, "strerror", None) or str(error)
        if isinstance(error, FileNotFoundError):
            reason = "no such file"
            if os.sep not in str(data):
                # Imported here, as it is needed only where something is wrong.
                from difflib import get_close_matches

                near = get_close_matches(str(data), samples, 1)
                meant = f"did you mean {near[0]}? " if near else ""
                reason += f", nor a bundled dataset ({meant}{', '.join(samples)})"
        raise DataError(clean(str(data)), reason) from None
    if stat.S_ISDIR(status.st_mode):
        raise DataError(clean(str(data)), "this is a directory; name a CSV file in it")
    if not stat.S_ISREG(status.st_mode):
        raise DataError(clean(str(data)), "this is not a regular file; save the data to one first")
    if not os.access(path, os.R_OK):
        raise DataError(clean(str(data)), "no permission to read it")
    return path

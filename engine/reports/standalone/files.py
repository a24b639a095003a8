"""Export a run as a script or as a notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from engine.common.errors import InputError
from engine.common.text import clean
from engine.reports.new_files import write_new
from engine.reports.standalone.notebook import notebook_of
from engine.reports.standalone.script import script_of

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.reports.standalone.literals import Arrays

_OTHER = "name another file"


def export_script(debugger: Debugger, path: str | Path, *, blanks: bool = False) -> list[Path]:
    """Write a run as a script that needs NumPy alone and prints the same losses.

    The data and the parameters to start from stand in it; an array of more than a few hundred
    numbers is in a file beside it, of the same name and with the ending ``.npz``.

    Args:
        debugger: The run, with what was changed by hand.
        path: The script.
        blanks: Whether to leave the right-hand sides of the backward phase out, for an exercise.

    Returns:
        The files.

    Raises:
        InputError: One of the files exists already, or cannot be written.
    """
    path = Path(path)
    beside = _beside(path)
    text, arrays = script_of(debugger, beside.name, blanks=blanks)
    return _write(path, text, beside, arrays)


def export_notebook(debugger: Debugger, path: str | Path, *, blanks: bool = False) -> list[Path]:
    """Write a run as a notebook: by hand, then in PyTorch, and both compared.

    Args:
        debugger: The run, with what was changed by hand.
        path: The notebook; large arrays go beside it as for `export_script`.
        blanks: Whether to leave the right-hand sides of the backward phase out, for an exercise.

    Returns:
        The files.

    Raises:
        InputError: One of the files exists already, or cannot be written, or nbformat is not
            installed.
    """
    path = Path(path)
    beside = _beside(path)
    text, arrays = notebook_of(debugger, beside.name, blanks=blanks)
    return _write(path, text, beside, arrays)


def _beside(path: Path) -> Path:
    """Return the file for large arrays.

    Raises:
        InputError: It would be the program itself.
    """
    if path.suffix == ".npz" or not path.name:
        raise InputError(f"{clean(str(path))}: a program does not end in .npz")
    return path.with_suffix(".npz")


def _write(path: Path, text: str, beside: Path, arrays: Arrays) -> list[Path]:
    contents: dict[Path, Callable[[BinaryIO], object]] = {
        path: lambda file: file.write(text.encode())
    }
    if arrays.beside:
        contents[beside] = lambda file: np.savez(file, **arrays.beside)  # type: ignore[arg-type]
    return write_new(contents, _OTHER)

"""The place where ``--save`` may keep a run."""

from __future__ import annotations

import os
from pathlib import Path

from engine.common.errors import InputError
from engine.common.text import clean
from engine.saved.last_save import newest
from engine.saved.run_files import SingleFile
from tui.opening.known_runs import standing


def require_place(save: str, opened: str | None) -> None:
    """Refuse a file to keep a run in that exists, or that cannot be made.

    Args:
        save: The file.
        opened: The saved run that is opened; it may be written anew.

    Raises:
        InputError: It cannot be there.
    """
    try:
        os.lstat(save)
        is_there = True
    except FileNotFoundError:
        is_there = False
    except OSError as error:
        raise InputError(f"--save {clean(save)}: {error.strerror}") from None
    if is_there and save != opened:
        raise InputError(f"--save {clean(save)}: {_told_of_existing(save)}")
    if not Path(save).absolute().parent.is_dir():
        raise InputError(f"--save {clean(save)}: there is no such folder")


def _told_of_existing(save: str) -> str:
    """Return what already exists at the path of a new file, and the way out."""
    try:
        saved = newest(SingleFile(Path(save)))
    except InputError:
        return "this file exists, is not a readable run, and is left as it is: name another"
    shown = clean(save)
    return (
        f"this file exists, with the run on {saved.name} {standing(saved)}, and is left as it is: "
        f"--open {shown} --save {shown} continues it there; name another file for another run"
    )

"""Finds, lists, deletes and thins out the saved runs of a user."""

from __future__ import annotations

import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path

from engine.common.errors import InputError
from engine.common.regular import is_regular
from engine.common.text import clean
from engine.saved.last_save import newest, path_in
from engine.saved.lock import LOCK, Holder, Lock, holder_of
from engine.saved.manifest import Saved
from engine.saved.run_files import Folder

MOST_RUNS = 50
MOST_BYTES = 1_000_000_000
"""The most runs and bytes kept; beyond that the oldest go, finished ones first."""


_OURS = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
"""A name that `Library.new` gives a run."""
_ABANDONED = 86400
"""Seconds after which a folder without a save, that nobody has open, is removed."""


@dataclass(frozen=True)
class Entry:
    """One saved run.

    Attributes:
        folder: Where it is.
        bytes: Its size on the disk.
        saved: Its document; None if that cannot be read.
        problem: Why it cannot be read.
        holder: The process that has it open.
        time: When it was saved last, in seconds since 1970.
    """

    folder: Folder
    bytes: int
    saved: Saved | None
    problem: str
    holder: Holder | None
    time: float

    @property
    def identity(self) -> str:
        """Its name among the saved runs."""
        return self.folder.path.name

    @property
    def words(self) -> str:
        """The name, safe to show."""
        return clean(self.identity)

    @property
    def is_ours(self) -> bool:
        """Whether it certainly is a run of this program, damaged or not."""
        return self.saved is not None or _OURS.fullmatch(self.identity) is not None

    @property
    def path(self) -> str | None:
        """The place of its data, also of a damaged run if its manifest still tells."""
        if self.saved is not None:
            return self.saved.path
        manifests = (m for m in self.folder.manifests() if isinstance(m, bytes))
        return next((path for m in manifests if (path := path_in(m))), None)


class Library:
    """The folder with the saved runs.

    Args:
        path: By default the one that the system keeps for a user's state.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_state_path("nn-tui", appauthor=False) / "runs"

    def new(self) -> Folder:
        """Return a folder for another run; it is made when something is written to it."""
        name = time.strftime("%Y%m%d-%H%M%S-") + secrets.token_hex(2)
        return Folder(self.path / name)

    def entries(self) -> list[Entry]:
        """Return the runs, the last saved one first."""
        try:
            paths = [path for path in self.path.iterdir() if _holds_a_run(path)]
        except OSError:
            return []
        found = [_entry(path) for path in paths]
        return sorted(found, key=lambda entry: -entry.time)

    def find(self, identity: str) -> Entry:
        """Return a run by its identifier or the beginning of it.

        Raises:
            InputError: There is none, or more than one.
        """
        found = [entry for entry in self.entries() if entry.identity.startswith(identity)]
        exact = [entry for entry in found if entry.identity == identity]
        if len(exact or found) != 1:
            why = "more than one saved run begins with" if found else "there is no saved run"
            raise InputError(f"{why} {clean(identity, 60)!r}; nn-tui runs lists them")
        return (exact or found)[0]

    def delete(self, entry: Entry) -> None:
        """Delete a run.

        Raises:
            InputError: Somebody has it open, or it cannot be deleted.
        """
        lock = Lock(entry.folder.path)
        try:
            holder = lock.take()
            if holder is not None:
                raise InputError(f"{entry.words} is open in {holder.words}")
            entry.folder.remove()
        except OSError as error:
            where = clean(str(error.filename or entry.folder.path))
            raise InputError(f"{where}: {error.strerror or error}") from None
        finally:
            lock.release()

    def thin(self) -> list[Entry]:
        """Delete the oldest runs, finished ones first, until there are few enough.

        Returns:
            Those that were deleted. One that somebody has open, and the last one, stay.
        """
        self._sweep()
        entries = [entry for entry in self.entries() if entry.is_ours]
        total, count = sum(entry.bytes for entry in entries), len(entries)
        deleted: list[Entry] = []
        for entry in sorted(entries[1:], key=_worth):
            if count <= MOST_RUNS and total <= MOST_BYTES:
                break
            try:
                self.delete(entry)
            except InputError:
                continue
            deleted.append(entry)
            total, count = total - entry.bytes, count - 1
        return deleted

    def _sweep(self) -> None:
        """Remove the folders of processes that were killed before their first save was whole."""
        try:
            paths = list(self.path.iterdir())
        except OSError:
            return
        for path in paths:
            lock = Lock(path)
            with suppress(OSError):
                is_old = time.time() - path.lstat().st_mtime > _ABANDONED
                is_begun = is_regular(path / LOCK) and not Folder(path).holds_a_run
                if _OURS.fullmatch(path.name) and is_old and is_begun and lock.take() is None:
                    Folder(path).discard()
            lock.release()


def _holds_a_run(path: Path) -> bool:
    return not path.is_symlink() and Folder(path).holds_a_run


def _worth(entry: Entry) -> tuple[bool, float]:
    return entry.saved is not None and entry.saved.is_unfinished, entry.time


def _entry(path: Path) -> Entry:
    folder = Folder(path)
    saved, problem = None, ""
    try:
        saved = newest(folder)
    except InputError as error:
        problem = str(error)
    try:
        size, changed = folder.bytes, path.stat().st_mtime
    except OSError:
        size, changed = 0, 0.0
    return Entry(folder, size, saved, problem, holder_of(path), saved.saved if saved else changed)

"""Reads and writes the files of a saved run: a folder that is written on and on, or one file."""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from engine.common.errors import InputError
from engine.common.npz import ZIP_ERRORS, read_stored
from engine.common.regular import is_regular, lacking_to_read, open_regular, read_regular
from engine.common.text import clean
from engine.saved.json_field import MOST_BYTES
from engine.saved.kinds import digest, is_digest
from engine.saved.lock import LOCK
from engine.saved.manifest import read_manifest

MANIFEST, PREVIOUS = "run.json", "run.previous.json"
UNFINISHED = ".unfinished-"
"""The beginning of the name of a file that is not whole yet."""


class Store(Protocol):
    """Something that pieces can be read from."""

    @property
    def words(self) -> str:
        """Its name in messages."""

    def manifests(self) -> list[bytes | InputError]:
        """Return the manifests, the last one first, or why one cannot be read."""

    def part(self, name: str) -> bytes:
        """Return a piece by its digest; raises InputError if there is none."""


class Folder:
    """The folder of a run.

    A save writes its new pieces first and the manifest that names them last, each under
    another name until it is whole on the disk; so whenever writing ends, a whole run is there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written: bytes | None = None

    @property
    def words(self) -> str:
        return clean(str(self.path))

    @property
    def holds_a_run(self) -> bool:
        """Whether it holds a manifest, damaged or not."""
        return any(os.path.lexists(self.path / name) for name in (MANIFEST, PREVIOUS))

    def manifests(self) -> list[bytes | InputError]:
        found = (self._manifest(name) for name in (MANIFEST, PREVIOUS))
        return [manifest for manifest in found if manifest is not None]

    def _manifest(self, name: str) -> bytes | InputError | None:
        try:
            # One that is longer is refused by whoever reads it.
            return read_regular(self.path / name, MOST_BYTES + 1)
        except FileNotFoundError:
            # The first save has none before it; the last one is always there.
            is_lost = name == MANIFEST and self.holds_a_run
            return InputError(f"{name}: missing") if is_lost else None
        except OSError as error:
            return InputError(f"{name}: {error.strerror or error}")

    def part(self, name: str) -> bytes:
        try:
            return read_regular(self.path / _file_name(name))
        except OSError as error:
            raise InputError(f"{name}.npz: {error.strerror or error}") from None

    def has(self, name: str) -> bool:
        """Return whether there is a piece of this name."""
        return is_regular(self.path / _file_name(name))

    def write(self, manifest: bytes, parts: Mapping[str, bytes], named: Iterable[str]) -> None:
        """Write a save, which becomes the last one.

        Args:
            manifest: Its document.
            parts: Its pieces that are not there yet, by digest.
            named: The digests of all its pieces.

        Raises:
            OSError: It could not be written; the last save is as it was, and nothing is left of
                this one.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        last, previous = self.path / MANIFEST, self.path / PREVIOUS
        made: list[Path] = []
        try:
            for name, content in parts.items():
                path = self.path / _file_name(name)
                if not self.has(name):
                    made.append(path)
                write_atomically(path, content)
            temporary = _written(self.path, manifest)
            made.append(temporary)
            _sync(self.path)
            # One that is damaged must not take the place of the one that is opened instead.
            if (before := self._whole(last)) is not None:
                write_atomically(previous, before)
            temporary.replace(last)
        except BaseException:
            for path in made:
                with suppress(OSError):
                    path.unlink()
            with suppress(OSError):
                # Only where nothing else is in it, so that it was made for this save.
                self.path.rmdir()
            raise
        _sync(self.path)
        if self._written is None:
            # The folder itself may be new.
            with suppress(OSError):
                _sync(self.path.parent)
        self._written = manifest
        self._sweep(_digests(previous) | set(named))

    def _whole(self, path: Path) -> bytes | None:
        """Return a manifest, or None where it or one of its pieces is damaged or missing."""
        try:
            manifest = read_regular(path, MOST_BYTES + 1)
        except OSError:
            return None
        if manifest == self._written:
            return manifest
        try:
            pieces = read_manifest(manifest).pieces
            return manifest if all(digest(self.part(name)) == name for name in pieces) else None
        except InputError:
            return None

    def _sweep(self, kept: set[str]) -> None:
        for path in self.path.iterdir():
            unused = _is_piece(path) and path.stem not in kept
            if path.name.startswith(UNFINISHED) or unused:
                with suppress(OSError):
                    path.unlink()

    def discard(self) -> None:
        """Remove the files of a run without a complete save."""
        if not self.holds_a_run:
            with suppress(OSError):
                self.remove()

    def remove(self) -> None:
        """Delete the files of the run, and the folder unless there is anything else in it.

        Raises:
            OSError: A file cannot be deleted.
        """
        # Without its manifests it is no run any more, and without its lock nobody's.
        ours = [path for path in self.path.iterdir() if _rank(path)]
        for path in sorted(ours, key=_rank):
            path.unlink(missing_ok=True)
        with suppress(OSError):
            self.path.rmdir()

    @property
    def bytes(self) -> int:
        """Its size on the disk."""
        total = 0
        for path in self.path.iterdir():
            try:
                total += path.lstat().st_size
            except OSError:
                continue
        return total


class SingleFile:
    """A run in one file: a zip archive of the manifest and its pieces, not compressed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def words(self) -> str:
        return clean(str(self.path))

    def manifests(self) -> list[bytes | InputError]:
        return [self._read(MANIFEST)]

    def part(self, name: str) -> bytes:
        return self._read(_file_name(name))

    def _read(self, name: str) -> bytes:
        try:
            # Whoever names the file may name a link to it.
            handle = open_regular(self.path, follow=True)
            with os.fdopen(handle, "rb") as file, zipfile.ZipFile(file) as archive:
                member = archive.getinfo(name)
                if member.file_size > os.fstat(handle).st_size:
                    raise InputError(f"{self.words}: it claims to hold more than its size")
                if lacking := lacking_to_read(member.file_size):
                    raise InputError(f"{self.words}: {lacking}")
                return read_stored(archive, member)
        except InputError:
            raise
        except KeyError:
            raise InputError(f"{self.words}: not a saved run: {name} is missing in it") from None
        except ZIP_ERRORS as error:
            if isinstance(error, OSError) and error.strerror:
                raise InputError(f"{self.words}: {error.strerror}") from None
            why = clean(str(error), 80)
            raise InputError(f"{self.words}: not a saved run, or a damaged one ({why})") from None

    def write(self, manifest: bytes, parts: Mapping[str, bytes]) -> None:
        """Write the file anew; until that is done the one before stays.

        Raises:
            OSError: It could not be written.
        """
        folder = self.path.parent
        # Those of other files may be in the hands of other processes.
        prefix = f"{UNFINISHED}{digest(os.fsencode(self.path.name))}-"
        handle, name = tempfile.mkstemp(prefix=prefix, dir=folder)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                with zipfile.ZipFile(file, "w") as archive:
                    archive.writestr(MANIFEST, manifest)
                    for part, content in parts.items():
                        archive.writestr(_file_name(part), content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync(folder)
        with suppress(OSError):
            for left in folder.glob(f"{prefix}*"):
                left.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the content of a file as a whole, or leave the file as it was.

    Raises:
        OSError: It could not be written.
    """
    temporary = _written(path.parent, content)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _written(folder: Path, content: bytes) -> Path:
    """Write a content to the disk under a name that is nobody's."""
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _sync(folder: Path) -> None:
    """Write the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digests(manifest: Path) -> set[str]:
    """Return every digest that a manifest names, damaged or not; none if it is missing."""
    try:
        content = read_regular(manifest, MOST_BYTES + 1)
        return set(re.findall(r"[0-9a-f]{32}", content.decode(errors="replace")))
    except OSError:
        return set()


def _is_piece(path: Path) -> bool:
    return path.suffix == ".npz" and is_digest(path.stem)


def _rank(path: Path) -> int:
    """Return when a file of a run is deleted, the first ones first; 0 for any other file."""
    if path.name in (MANIFEST, PREVIOUS):
        return 1
    if path.name.startswith(UNFINISHED) or _is_piece(path):
        return 2
    return 3 if path.name == LOCK else 0


def _file_name(part: str) -> str:
    if not is_digest(part):
        raise InputError(f"{clean(part, 40)!r}: not the name of a piece of a run")
    return f"{part}.npz"

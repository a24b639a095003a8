"""The saved runs on the data that are to be opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.common.text import clean, counted
from engine.data.locate import place
from engine.saved.library import Entry, Library
from engine.saved.manifest import Saved
from tui.opening.prepare import STANDARD_INPUT


@dataclass(frozen=True)
class KnownRuns:
    """The runs of a library on some data.

    Attributes:
        library: Where they are saved.
        data: A path or the name of a bundled dataset. No run is known to be on standard input,
            nor on None.
    """

    library: Library
    data: str | None

    @property
    def _path(self) -> str | None:
        return None if self.data in (None, STANDARD_INPUT) else place(str(self.data))

    def that_agree(self, fixed: Mapping[str, Any]) -> list[Entry]:
        """Return the runs that have fixed these options as they are given, the last first."""
        path = self._path
        if path is None:
            return []
        return [entry for entry in self.library.entries() if _agrees(entry, path, fixed)]

    def last(self, fixed: Mapping[str, Any]) -> Entry:
        """Return the last of these runs.

        Raises:
            InputError: There is none.
        """
        runs = self.that_agree(fixed)
        if not runs:
            why = "with these options " if fixed else ""
            (told,) = self.told_of_unreadable() or ("nn-tui runs lists the saved runs",)
            shown = clean(self.data or "")
            raise InputError(f"there is no saved run {why}on {shown} to continue; {told}")
        return runs[0]

    def told_of_unfinished(self) -> tuple[str, ...]:
        """Return a notice about the unfinished run that a new one leaves as it is."""
        path = self._path
        if path is None:
            return ()
        for entry in self.library.entries():
            saved = entry.saved
            if saved is not None and saved.path == path and saved.is_unfinished:
                goes_on = f"--open {entry.words} continues it"
                return (f"--new: the saved run {standing(saved)} stays; {goes_on}",)
        return ()

    def told_of_unreadable(self) -> tuple[str, ...]:
        """Return notices about unreadable saved runs that may be on the same data."""
        path = self._path
        if path is None:
            return ()
        damaged = [entry for entry in self.library.entries() if entry.saved is None]
        here = [entry for entry in damaged if entry.path == path]
        unknown = [entry for entry in damaged if entry.path is None]
        lists = "; nn-tui runs tells why"
        if here:
            return (f"{_saved_runs(here)} on {clean(str(self.data))} cannot be read{lists}",)
        if unknown:
            return (f"{_saved_runs(unknown)} cannot be read, and may be on these data{lists}",)
        return ()


def _agrees(entry: Entry, path: str, fixed: Mapping[str, Any]) -> bool:
    saved = entry.saved
    if saved is None or saved.path != path or saved.data.source is None:
        return False
    known = {**vars(saved.data.source.options), **saved.hyperparameters.as_dict()}
    return all(name in known and known[name] == wanted for name, wanted in fixed.items())


def _saved_runs(entries: Sequence[Entry]) -> str:
    return counted(len(entries), "saved run")


def standing(saved: Saved) -> str:
    """Write how far a saved run is."""
    return f"at iteration {grouped(saved.iteration)} of {grouped(saved.planned)}"

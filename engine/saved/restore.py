"""Opens a saved run and refuses by name what is damaged or cannot be."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.common.errors import DataError, InputError
from engine.common.numbers import grouped
from engine.common.progress import Progress, silent
from engine.common.settings import MEGABYTE
from engine.data.dataset import Dataset
from engine.data.locate import locate
from engine.data.table.read import read_dataset
from engine.debugger import Debugger
from engine.run.actions import Action, Branch, Changed, Planned, Switched
from engine.run.branches import Branches
from engine.saved.arrays import Pieces
from engine.saved.charge import require_room
from engine.saved.last_save import each_save
from engine.saved.manifest import (
    ChangedRecord,
    PlannedRecord,
    Saved,
    SwitchedRecord,
    read_manifest,
)
from engine.saved.record import Record
from engine.saved.restore_branch import BranchReader
from engine.saved.run_files import Store
from engine.stops.stop import BUILT_IN, Stop


@dataclass(frozen=True)
class Restored:
    """An opened run.

    Attributes:
        saved: Its document.
        debugger: As it was when it was saved.
        view: The screen's own state, kept with the save; not checked.
        notices: The notices, a line each.
    """

    saved: Saved
    debugger: Debugger
    view: Any
    notices: tuple[str, ...]


def open_run(store: Store, dataset: Dataset | None = None, progress: Progress = silent) -> Restored:
    """Open a saved run as it was, to the last bit.

    Args:
        store: Where it is.
        dataset: Its data; by default they are read from where they were.
        progress: Told how far the reading of them is, and then the way to where the run was.

    Raises:
        InputError: It cannot be opened, or the data are not those of the run.
    """
    read: dict[str, Dataset] = {}

    def whole(manifest: bytes, lenient: bool = False) -> Restored:
        saved = read_manifest(manifest)
        if "dataset" not in read:
            read["dataset"] = dataset if dataset is not None else _read_data(saved, progress)
        if read["dataset"].fingerprint != saved.data.fingerprint:
            raise _FinalError(
                f"the data have changed since the run was saved ({saved.name}): it cannot "
                "continue exactly; --new starts again with the present data"
            )
        require_room(saved, read["dataset"])
        return _Opening(store, saved, read["dataset"], lenient, progress).restored()

    try:
        restored, notices = each_save(store, whole)
    except _FinalError as error:
        raise InputError(f"{store.words}: {error}") from None
    except InputError as error:
        try:
            restored, _ = each_save(store, lambda manifest: whole(manifest, True))
        except InputError:
            raise error from None
        notices = ()
    return dataclasses.replace(restored, notices=(*notices, *restored.notices))


class _FinalError(Exception):
    """A refusal that an older save cannot mend: it is of the same data and as large."""


def _read_data(saved: Saved, progress: Progress) -> Dataset:
    source = saved.data.source
    if source is None:
        raise InputError("its data did not come from a file: name them too, --open RUN DATA")
    try:
        locate(source.path)
    except DataError as error:
        raise InputError(f"{error}; if it has moved, name it too: --open RUN DATA") from None
    return read_dataset(source.path, source.options, seed=source.seed, progress=progress)


class _Opening:
    """Makes a debugger from a document and its pieces.

    Args:
        store: The store of the pieces.
        saved: The document.
        dataset: The data.
        lenient: Whether lost losses are to be computed again instead of refused.
        progress: Told how much of a branch is computed again; may raise to give up.
    """

    def __init__(
        self, store: Store, saved: Saved, dataset: Dataset, lenient: bool, progress: Progress
    ) -> None:
        self._saved = saved
        self._dataset = dataset
        self._pieces = Pieces(store, saved.state)
        self._reader = BranchReader(self._pieces, saved, dataset, lenient, progress)
        self._branches: dict[int, Branch] = {}

    def restored(self) -> Restored:
        """Return the run."""
        saved = self._saved
        listed = []
        for record in saved.branches:
            if record.number in self._branches:
                raise record.at("number").refuse("there are two of this number")
            branch = self._reader.read(record)
            self._branches[branch.number] = branch
            if record.listed:
                listed.append(branch)
        current = self._named(saved, "current")
        if current not in listed:
            raise saved.at("current").refuse("it is not in the list")
        debugger = Debugger(self._dataset, current.run.started_with, self._given(), saved.history)
        branches = Branches.recalled(
            listed,
            current,
            saved.at("next_branch").whole(max(self._branches) + 1),
            [self._action(record) for record in saved.done],
            [self._action(record) for record in saved.undone],
            saved.history * MEGABYTE,
        )
        debugger.recall(branches, saved.log, saved.hit)
        stops = self._stops()
        most = max((stop.number for stop in stops), default=0)
        debugger.stops.recall(stops, saved.at("next_stop").whole(most + 1))
        notices = (*self._reader.notices, *self._differences())
        return Restored(saved, debugger, saved.view, notices)

    def _differences(self) -> list[str]:
        """Return the notice that this machine computes otherwise, if it does."""
        found = self._reader.likeness
        if found.first is None:
            return []
        machines = {
            "numpy": (self._saved.numpy, np.__version__),
            "machine": (self._saved.machine, platform.machine()),
        }
        other = [f"{n} {then}, here {here}" for n, (then, here) in machines.items() if then != here]
        why = f" (it was saved with {'; '.join(other)})" if other else ""
        digits = "the last digits of the losses" if found.is_slight else "the losses"
        return [
            f"this machine computes {digits} differently from iteration "
            f"{grouped(found.first)} on{why}: what is computed from now on is equally right, "
            "but not the same to the last bit"
        ]

    def _given(self) -> Mapping[str, object] | None:
        names = self._saved.given
        return None if names is None else {n: self._pieces.array(f"given.{n}") for n in names}

    def _named(self, record: Record, name: str) -> Branch:
        """Return the branch whose number a field of a record tells."""
        field = record.at(name)
        if field.raw not in self._branches:
            raise field.refuse("there is no such branch")
        return self._branches[field.raw]

    def _action(self, record: SwitchedRecord | PlannedRecord | ChangedRecord) -> Action:
        if isinstance(record, SwitchedRecord):
            before, after = self._named(record, "before"), self._named(record, "after")
            return Switched(before, after, record.began)
        branch = self._named(record, "branch")
        if isinstance(record, PlannedRecord):
            return Planned(branch, record.before, record.after)
        last = self._reader.last_change(branch.number, len(branch.run.losses))
        change = self._reader.checked(record.change, record.at("change"), branch.run, last)
        if record.place is not None:
            made = branch.run.changes.all
            if record.place >= len(made) or made[record.place] != change:
                raise record.at("place").refuse("not a change of this branch")
            change = made[record.place]
        return Changed(branch, change)

    def _stops(self) -> list[Stop]:
        stops: list[Stop] = []
        known, taken = {name for name, *_ in BUILT_IN}, set[int | str]()
        for i, stop in enumerate(self._saved.stops):
            if stop.name and stop.name not in known:
                # What another version has built in; the rest of the run is the same without it.
                continue
            if stop.number in taken or stop.name in taken:
                raise InputError(f"stops[{i}]: there are two of this number or name")
            taken |= {stop.number, stop.name} if stop.name else {stop.number}
            stops.append(stop)
        return stops

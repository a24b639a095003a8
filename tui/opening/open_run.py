"""Opens a run: a new one, or one that was saved."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from engine.common.errors import InputError
from engine.common.progress import Progress, silent
from engine.common.text import clean
from engine.data.locate import locate
from engine.data.options import TABLE_DECLARATIONS
from engine.saved.last_save import newest
from engine.saved.library import Entry, Library
from engine.saved.lock import Lock
from engine.saved.restore import open_run
from engine.saved.run_files import Folder, SingleFile
from tui.opening.beside import open_beside
from tui.opening.fixed import apply_live, fixed, refuse_fixed
from tui.opening.known_runs import KnownRuns
from tui.opening.opened import Opening
from tui.opening.prepare import (
    CONTINUE,
    COPY,
    READ_ONLY,
    STANDARD_INPUT,
    add_stops,
    is_script,
    prepare,
    read_table,
    remarks,
    table_options,
)
from tui.opening.save_place import require_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.debugger import Debugger
    from engine.derive import Exercise, Find
    from engine.saved.run_files import Store


@dataclass(frozen=True, kw_only=True)
class Opener:
    """Opens the run that the command line asks for.

    Attributes:
        data: A path or the name of a bundled dataset; None where a saved run names it.
        given: The hyperparameters and the options for the table, and the rest that
            `prepare` takes.
        explicit: Those that were written on the command line.
        resume: Whether to continue the last run on the data.
        new: Whether to start anew without a question.
        save: A file to keep the run in too.
        open_: A saved run: a file, a folder, or what it is called by.
        how: How to open a saved run.
        progress: Told how far the reading of the data is.
        stream: Standard input, where it is not the process's any more.
        exercise: Makes an exercise of a run that is begun.
    """

    data: str | None
    given: Mapping[str, Any]
    explicit: Mapping[str, Any] = field(default_factory=dict)
    resume: bool = False
    new: bool = False
    save: str | None = None
    open_: str | None = None
    how: str = CONTINUE
    library: Library = field(default_factory=Library)
    progress: Progress = silent
    stream: BinaryIO | None = None
    exercise: Callable[[Debugger], Exercise | Find] | None = None

    def __post_init__(self) -> None:
        if self.data is None and self.open_ is None:
            raise InputError("DATA is missing: a CSV file or the name of a bundled dataset")
        if self.resume and self.data == STANDARD_INPUT:
            raise InputError("--resume needs a file; nn-tui --open RUN - continues a run")
        if self.resume and (self.new or self.open_):
            raise InputError("--resume goes with neither --new nor --open")
        if self.new and self.open_:
            raise InputError("--new does not go with --open")
        if self.is_script and (self.resume or self.save or self.open_):
            raise InputError("the run beside a script is not saved, and read anew each time")
        if self.save is not None:
            require_place(self.save, self.open_)

    def start(self) -> Opening:
        """Open the requested run; a new one unless a saved one is requested.

        Raises:
            InputError: It cannot be opened.
        """
        if self.open_ is not None:
            return self._open_named(self.open_)
        if self.resume:
            return self.open(self._known.last(fixed(self.explicit)), self.how)
        is_beside = self.new and self.how != READ_ONLY
        return self.anew(self._known.told_of_unfinished() if is_beside else ())

    def anew(self, notices: tuple[str, ...] = ()) -> Opening:
        """Start a run at iteration 0.

        Raises:
            InputError: The data or the options cannot be used.
        """
        assert self.data is not None
        if self.is_script:
            return open_beside(self.data, self.given, self.explicit, self.progress)
        debugger = prepare(self.data, progress=self.progress, stream=self.stream, **self.given)
        notices += remarks(debugger, self.explicit, self._epochs)
        notices += self._unreadable()
        if self.how == READ_ONLY:
            exercise = None if self.exercise is None else self.exercise(debugger)
            return Opening(debugger, notices=notices, exercise=exercise)
        return Opening(
            debugger, self.library.new(), single=self._single, library=self.library, notices=notices
        )

    def anew_on(self, data: str, given: Mapping[str, Any]) -> Opener:
        """Return what starts a run anew on a file, with other options."""
        how = READ_ONLY if self.how == READ_ONLY else CONTINUE
        # Whatever else was asked for was about the run before.
        return Opener(
            data=data,
            given=given,
            new=True,
            how=how,
            library=self.library,
            progress=self.progress,
            exercise=self.exercise,
        )

    @property
    def is_script(self) -> bool:
        """Whether DATA is a user's own program."""
        return self.data is not None and is_script(self.data)

    @property
    def size(self) -> int:
        """The size of the data file in bytes; 0 if unknown."""
        try:
            return locate(self.data).stat().st_size if self.data is not None else 0
        except (InputError, OSError):
            return 0

    @property
    def _epochs(self) -> int | None:
        epochs: int | None = self.given.get("epochs")
        return epochs

    @property
    def _single(self) -> SingleFile | None:
        return None if self.save is None else SingleFile(Path(self.save))

    def offer(self) -> Entry | None:
        """Return the last saved unfinished run on the same data."""
        if self.resume or self.new or self.open_ is not None or self.how != CONTINUE:
            return None
        if self.is_script:
            return None
        begun = (run for run in self.runs() if run.saved is not None and run.saved.has_begun)
        last = next(begun, None)
        return last if last is not None and last.saved and last.saved.is_unfinished else None

    def runs(self) -> list[Entry]:
        """Return the saved runs on the same data that the options agree with, the last first."""
        return self._known.that_agree(fixed(self.explicit))

    @property
    def _known(self) -> KnownRuns:
        return KnownRuns(self.library, self.data)

    def _unreadable(self) -> tuple[str, ...]:
        """Return notices about unreadable saved runs that may be on the same data."""
        is_asked = not self.new and self.open_ is None
        return self._known.told_of_unreadable() if is_asked else ()

    def open(self, entry: Entry, how: str = CONTINUE) -> Opening:
        """Open a saved run of the library.

        Args:
            entry: Which.
            how: To continue it, to continue a copy, or only to look at it.

        Raises:
            InputError: It cannot be opened, or another process holds it.
        """
        opening = self._open_entry(entry, how)
        return replace(opening, notices=(*opening.notices, *self._unreadable()))

    def _open_entry(self, entry: Entry, how: str) -> Opening:
        if how != CONTINUE:
            return self._opened(entry.folder, None, how)
        lock = Lock(entry.folder.path)
        try:
            holder = lock.take()
        except OSError as error:
            where = clean(str(error.filename or entry.folder.path))
            raise InputError(
                f"{where}: {error.strerror or error}; --copy or --read-only opens it"
            ) from None
        if holder is not None:
            raise InputError(
                f"this run is open in {holder.words}; --copy continues with a copy of its "
                "last save, --read-only only shows it, --new starts another"
            )
        try:
            return self._opened(entry.folder, lock, how)
        except BaseException:
            lock.release()
            raise

    def _open_named(self, name: str) -> Opening:
        path = Path(name)
        try:
            is_folder, is_there = path.is_dir(), path.exists()
        except (OSError, ValueError):
            is_folder = is_there = False
        if is_folder and Folder(path).holds_a_run:
            path = path.absolute()
            if path.parent == self.library.path.absolute():
                return self.open(self.library.find(path.name), self.how)
            return self._opened(Folder(path), None, COPY if self.how == CONTINUE else self.how)
        if is_there:
            how = COPY if self.how == CONTINUE else self.how
            opening = self._opened(SingleFile(path), None, how)
            if how == READ_ONLY:
                return opening
            shown = clean(name)
            told = f"this is a copy: {shown} stays as it is; --save {shown} writes to it too"
            if self.save is not None and self.save == self.open_:
                told = f"{shown} is written anew at each pause and at the end"
            return replace(opening, notices=(told, *opening.notices))
        try:
            return self.open(self.library.find(name), self.how)
        except InputError as error:
            if "no saved run" not in str(error):
                raise
            raise InputError(
                f"{clean(name)}: no such file, nor a saved run; nn-tui runs lists those"
            ) from None

    def _opened(self, store: Store, lock: Lock | None, how: str) -> Opening:
        refuse_fixed(self.explicit, is_named=self.open_ is not None)
        dataset = None
        if self.data is not None and self.open_ is not None:
            named = any(name in TABLE_DECLARATIONS for name in self.explicit)
            known = newest(store).data.source
            options = table_options(self.given) if named or known is None else known.options
            seed = known.seed if known is not None else 1
            dataset = read_table(self.data, options, seed, self.progress, self.stream)
        restored = open_run(store, dataset, self.progress)
        apply_live(restored.debugger, self.explicit, self._epochs)
        notices = (*restored.notices, *remarks(restored.debugger, (), self._epochs))
        breakpoints, watches = self.given.get("breakpoints", ()), self.given.get("watches", ())
        add_stops(restored.debugger, breakpoints, watches)
        if how == READ_ONLY:
            debugger, view = restored.debugger, restored.view
            return Opening(debugger, view=view, notices=notices, only_looked_at=True)
        folder = self.library.new() if how == COPY else None
        assert folder is not None or isinstance(store, Folder)
        return Opening(
            restored.debugger,
            folder or store,  # type: ignore[arg-type]
            lock,
            restored.saved.started if how == CONTINUE else time.time(),
            self._single,
            self.library,
            restored.view,
            notices,
        )

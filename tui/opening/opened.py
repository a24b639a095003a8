"""An open run and where it is to be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.saved.saver import Saver

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.audit.yours import Yours
    from engine.debugger import Debugger
    from engine.derive import Exercise, Find
    from engine.saved.library import Library
    from engine.saved.lock import Lock
    from engine.saved.run_files import Folder, SingleFile


@dataclass(frozen=True)
class Opening:
    """An open run and where it is to be kept.

    Attributes:
        debugger: The run.
        folder: Where it is saved; None for nowhere.
        lock: The lock on the folder, if it is taken.
        started: When the run was begun, in seconds since 1970.
        single: A file to keep it in too.
        library: Thinned out when it is saved.
        view: The screen's own state as it was saved.
        notices: The notices, a line each.
        exercise: The exercise, if it is one.
        yours: The user's script that the run is beside.
        only_looked_at: Whether it is a saved run of which nothing is to be saved.
    """

    debugger: Debugger
    folder: Folder | None = None
    lock: Lock | None = None
    started: float | None = None
    single: SingleFile | None = None
    library: Library | None = None
    view: Any = None
    notices: tuple[str, ...] = ()
    exercise: Exercise | Find | None = None
    yours: Yours | None = None
    only_looked_at: bool = False

    def saver(self, nudge: Callable[[], object] = lambda: None) -> Saver | None:
        """Start saving the run; return None if it is not to be saved."""
        if self.folder is None:
            return None
        return Saver(
            self.debugger,
            self.folder,
            started=self.started,
            single=self.single,
            library=self.library,
            lock=self.lock,
            kept=True,
            nudge=nudge,
        )

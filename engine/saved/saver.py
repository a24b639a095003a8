"""Saves a run while it goes on, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from engine.common.numbers import general
from engine.common.text import clean
from engine.saved.capture import Capture, Encoder, capture
from engine.saved.library import Library
from engine.saved.lock import Lock
from engine.saved.run_files import Folder, SingleFile

if TYPE_CHECKING:
    from engine.debugger import Debugger

INTERVAL = 4.0
"""Seconds between two saves of a run that trains."""
_LOOK = 0.25
"""Seconds after which a run that is at rest is saved, if anything has changed."""
_ANSWER = 30.0
"""Seconds to wait for the thread of the debugger."""


class Saver:
    """Saves what a debugger does, soon after a change and every few seconds while it trains.

    The debugger is read in its own thread, which has to call `poll` now and then.

    Args:
        debugger: Whose run.
        folder: Where to; it is made by the first save, and there is none before an iteration is
            complete or something was changed by hand.
        started: When the run was begun, in seconds since 1970; by default now.
        single: A file to keep the run in too, whenever it is at rest.
        library: Thinned out when the first save is made.
        lock: The lock on the folder, if it is taken already.
        kept: Whether what has been done before is kept elsewhere, or there already, so that
            only what is done from now on is to be saved.
        nudge: Called in the saver's thread to make the debugger's thread call `poll` soon.

    Attributes:
        view: The screen's own state, kept with the run; anything that JSON can hold.
        problem: Why the run is not being saved at the moment, in words, or "".
    """

    def __init__(
        self,
        debugger: Debugger,
        folder: Folder,
        *,
        started: float | None = None,
        single: SingleFile | None = None,
        library: Library | None = None,
        lock: Lock | None = None,
        kept: bool = False,
        nudge: Callable[[], object] = lambda: None,
    ) -> None:
        self.folder = folder
        self.view: object = None
        self.problem = ""
        self._debugger = debugger
        self._started = time.time() if started is None else started
        self._single = single
        self._library = library
        self._lock = lock or Lock(folder.path)
        self._nudge = nudge
        self._encoder = Encoder()
        self._asked: Future[tuple[object, Capture]] | None = None
        self._ended = ""
        self._wake = threading.Event()
        self._closing = False
        self._last = self._token()
        self._saved: object = self._last if kept else None
        self._written = 0
        self._next = monotonic() + INTERVAL
        self._thread = threading.Thread(target=self._work, name="saver", daemon=True)
        self._thread.start()

    def _token(self) -> object:
        """Return what differs after anything has happened; quick, and safe in any thread."""
        debugger = self._debugger
        branches = debugger.branches
        return (
            branches.current.number,
            debugger.iteration,
            debugger.position,
            len(debugger.losses),
            branches.version,
            debugger.stops.version,
        )

    @property
    def _is_due(self) -> bool:
        """Whether the present state is unsaved, and worth it."""
        if self._saved is None and not self._has_begun:
            return False
        return self._token() != self._saved or self._lock.is_lost

    @property
    def _has_begun(self) -> bool:
        """Whether there is more than what another start gives at once."""
        debugger = self._debugger
        return len(debugger.losses) > 0 or debugger.branches.version > 0

    def poll(self) -> bool:
        """Answer the saver if it asks for a save; called in the debugger's thread.

        Returns:
            False, so that it can stand before what asks whether to cancel.
        """
        asked = self._asked
        if asked is not None:
            self._asked = None
            self._answer(asked)
        return False

    def _answer(self, asked: Future[tuple[object, Capture]]) -> None:
        if not asked.set_running_or_notify_cancel():
            return
        try:
            token = self._token()
            identity = self.folder.path.name
            taken = capture(self._debugger, identity, self._started, self.view, self._ended)
            asked.set_result((token, taken))
        except Exception as error:
            asked.set_exception(error)

    @property
    def has_saved(self) -> bool:
        """Whether there is a save of this session."""
        return self._written > 0

    def close(self, ended: str, *, here: bool = False, timeout: float = _ANSWER) -> bool:
        """Save a last time, if anything has changed since the start, and end the thread.

        Args:
            ended: The end of the session, e.g. quit or SIGHUP.
            here: Whether this is the debugger's thread.
            timeout: Seconds that it may take.

        Returns:
            Whether all is saved.
        """
        self._ended = self._ended or ended
        self._closing = True
        self._wake.set()
        end = monotonic() + timeout
        while self._thread.is_alive() and monotonic() < end:
            if here:
                self.poll()
            self._thread.join(0.01 if here else timeout)
        if not self._thread.is_alive():
            return not self.problem
        self.problem = (
            self.problem
            or f"not being saved: the last save takes longer than {general(timeout)} seconds"
        )
        return False

    def _work(self) -> None:
        while not self._closing:
            self._wake.wait(_LOOK)
            token = self._token()
            settled, self._last = token == self._last, token
            if self._is_due and not self._closing and (settled or monotonic() >= self._next):
                self._save(at_rest=settled)
        if self._written or self._is_due:
            self._save(at_rest=True)
        if self._lock.is_held:
            self.folder.discard()
        self._lock.release()

    def _save(self, at_rest: bool) -> None:
        try:
            self._write(at_rest)
            self.problem = ""
        except OSError as error:
            where = clean(str(error.filename or self.folder.path))
            self.problem = f"not being saved: {error.strerror or clean(str(error))} ({where})"
        except MemoryError:
            self.problem = "not being saved: there is not enough memory"
        except Late:
            self.problem = "not saved for half a minute: one step takes longer"
        except Exception as error:
            # Whatever is wrong here must not end the training that is to be saved.
            self.problem = f"not being saved: {type(error).__name__} {clean(str(error))}"
        self._next = monotonic() + INTERVAL

    def _write(self, at_rest: bool) -> None:
        self._hold()
        asked: Future[tuple[object, Capture]] = Future()
        self._asked = asked
        self._nudge()
        token, taken = asked.result(_ANSWER)
        encoded = self._encoder.encode(taken, self.folder.has)
        self.folder.write(encoded.manifest, encoded.parts, encoded.named)
        # The folder may have been deleted and made again meanwhile.
        self._hold()
        if self._single is not None and at_rest:
            whole = Encoder().encode(taken)
            self._single.write(whole.manifest, whole.parts)
        if self._library is not None and not self._written:
            with suppress(OSError):
                self._library.thin()
        self._saved = token
        self._written += 1

    def _hold(self) -> None:
        """Lock the folder against other processes, again if it was deleted and made anew."""
        if not self._lock.is_held and (holder := self._lock.take()) is not None:
            raise OSError(0, f"it is open in {holder.words}", str(self.folder.path))

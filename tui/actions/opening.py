"""Opens a run: reads the data in a thread of its own, asks about a saved run, reads again."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from textual.events import Event, Key
from textual.message import Message

from engine.common.errors import InputError, MissingCellError
from engine.common.text import clean
from tui import workspace_state as layout
from tui.actions.core import Core
from tui.dialogs.resume import ResumeScreen
from tui.engine_link import Session
from tui.exit_codes import INTERRUPTED
from tui.keys import KEYS
from tui.opening.prepare import STANDARD_INPUT
from tui.workspace import TITLES

if TYPE_CHECKING:
    from engine.saved.library import Entry
    from tui.dialogs.resume import Choice
    from tui.dialogs.welcome import Wanted
    from tui.opening.open_run import Opener, Opening

_AT_ONCE = frozenset(
    name
    for key in KEYS
    if key.action in ("quit", "help", "suspend_process", "command_palette")
    for name in key.keys
)
"""Keys that need no run."""
_QUIET, _BETWEEN = 0.5, 0.2
"""Seconds before it is told how far the reading is, and between two times."""


class _GivenUp(Exception):  # noqa: N818 (it is no error)
    """The user does not want to wait for the data."""


def _in_words(size: int) -> str:
    if not size:
        return ""
    return f"{size / 1e9:,.1f} GB, " if size >= 1e9 else f"{size / 1e6:,.1f} MB, "


class Loading(Core):
    """Puts a run on the screen, and another one in its place."""

    class Loaded(Message):
        """The run was opened, or could not be."""

        def __init__(self, outcome: Opening | BaseException) -> None:
            super().__init__()
            self.outcome = outcome

    class Offered(Message):
        """There is an unfinished run on the same data."""

        def __init__(self, opener: Opener, offer: Entry, runs: list[Entry]) -> None:
            super().__init__()
            self.opener = opener
            self.offer = offer
            self.runs = runs

    class Reading(Message):
        """The data are being read, and that takes long."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class ReadAgain(Message):
        """The table was read in another way, or could not be."""

        def __init__(self, outcome: Opening | Exception, options: Mapping[str, object]) -> None:
            super().__init__()
            self.outcome = outcome
            self.options = options

    def __init__(
        self,
        data: str,
        opener: Callable[[], Opener] | None,
        fps: float = 10.0,
        *,
        calm: bool = False,
        ask: Callable[[str | None, str | None], Opener] | None = None,
    ) -> None:
        """Make the app.

        Args:
            data: What is opened, in words.
            opener: Makes what opens it; None where the screen is to ask what to open.
            fps: How often to draw a second, at most.
            calm: Whether only the header is drawn while training.
            ask: Makes what opens the data, or the saved run, that the answer names.
        """
        super().__init__(data, fps, calm)
        self._opener = opener
        self._ask_for = ask
        self._opened_by: Opener | None = None
        self._early: list[Key] = []
        self._next_told: float | None = None
        self._can_give_up = self._given_up = False

    def on_mount(self) -> None:
        if self._opener is None:
            self._welcome()
            return
        # The first frame need not wait for pandas.
        self.call_after_refresh(self._begin_loading, self._opener)

    def _welcome(self, problem: str = "") -> None:
        """Ask what to open.

        Args:
            problem: Why what was chosen before could not be opened.
        """
        # Only where it is needed, for the sake of the first frame.
        from tui.dialogs.welcome import WelcomeScreen

        ask = self._ask_for
        assert ask is not None

        def answered(wanted: Wanted | None) -> None:
            if wanted is None:
                self.exit()
                return
            self.frame.header.tell(f"{clean(wanted.data or wanted.run or '')}  reading …")
            self._begin_loading(partial(ask, wanted.data, wanted.run))

        self.push_screen(WelcomeScreen(problem), answered)

    async def on_event(self, event: Event) -> None:
        waits = self._moment is None and len(self.screen_stack) == 1
        if waits and isinstance(event, Key) and event.key not in _AT_ONCE:
            if event.key == "escape" and self._can_give_up:
                self._given_up = True
                self.frame.header.tell("giving up …")
            # Typed while the data are being read.
            self._early.append(event)
            return
        await super().on_event(event)

    async def _after_a_view(self) -> None:
        early, self._early = self._early, []
        for key in early:
            if self.screen_stack:
                await super().on_event(key)

    def _begin_loading(self, make: Callable[[], Opener]) -> None:
        def work() -> Opening | None:
            opener = make()
            progress = partial(self._tell_reading, opener.size)
            self._opened_by = opener = dataclasses.replace(opener, progress=progress)
            offer = opener.offer()
            if offer is None:
                return opener.start()
            self.post_message(self.Offered(opener, offer, opener.runs()))
            return None

        self._load(work)

    def _tell_reading(self, size: int, done: int, total: int) -> None:
        """Say how far the reading is, in the thread that reads; raise where it is given up."""
        if self._given_up:
            raise _GivenUp
        now = perf_counter()
        if self._next_told is None:
            self._next_told = now + _QUIET
        if now > self._next_told:
            self._next_told = now + _BETWEEN
            self.post_message(self.Reading(f"{_in_words(size)}{100 * done // total} %"))

    def on_loading_reading(self, message: Reading) -> None:
        """Show how far the reading is."""
        if self._moment is None and not self._given_up:
            self._can_give_up = True
            self.frame.header.tell(f"reading {message.words}   Esc gives up")

    def _load(self, work: Callable[[], Opening | None]) -> None:
        """Open a run in a thread of its own."""

        def load() -> None:
            outcome: Opening | BaseException | None
            try:
                outcome = work()
            except Exception as error:
                outcome = error
            if outcome is not None:
                # The screen may have gone in the meantime.
                with suppress(RuntimeError):
                    self.post_message(self.Loaded(outcome))

        threading.Thread(target=load, name="loader", daemon=True).start()

    def on_loading_offered(self, message: Offered) -> None:
        opener = message.opener
        # They were meant for a run that may not be the one to come.
        self._early.clear()
        self.frame.header.tell("there is a saved run")

        def answered(choice: Choice | None) -> None:
            self.frame.header.tell("")
            if choice is None or choice.entry is None:
                self._load(opener.anew)
                return
            entry, how = choice.entry, choice.how

            def work() -> Opening:
                try:
                    return opener.open(entry, how)
                except InputError as error:
                    return opener.anew((str(error),))

            self._load(work)

        self.push_screen(ResumeScreen(message.offer, message.runs), answered)

    def on_loading_loaded(self, message: Loaded) -> None:
        if isinstance(message.outcome, BaseException):
            self._give_up(message.outcome)
            return
        self._go_over_to(message.outcome)
        self.set_interval(min(1 / self._fps / 3, 0.05), self._tick)
        self.set_interval(1.0, self._tell_whether_saved)

    def _ask_about_missing_cells(
        self, error: MissingCellError, otherwise: str, then: Callable[[str | None], None]
    ) -> None:
        # Only where it is needed, for the sake of the first frame.
        from tui.dialogs.missing import MissingScreen

        self.frame.header.tell("cells are missing")
        self.push_screen(MissingScreen(error, otherwise), then)

    def _load_with(self, missing: str) -> None:
        """Open the same data again, with what to do about missing cells."""
        assert self._opened_by is not None
        given = {**self._opened_by.given, "missing": missing}
        explicit = {**self._opened_by.explicit, "missing": missing}
        opener = dataclasses.replace(self._opened_by, given=given, explicit=explicit)
        self._opened_by = opener
        self.frame.header.tell("")
        self._load(opener.start)

    def _give_up(self, error: BaseException) -> None:
        if isinstance(error, _GivenUp):
            self.failure = "given up while the data were being read"
            self.exit(return_code=INTERRUPTED)
            return
        # What came by standard input cannot be read a second time.
        is_there = self._opened_by is not None and self._opened_by.data != STANDARD_INPUT
        if isinstance(error, MissingCellError) and is_there:

            def answered(missing: str | None) -> None:
                if missing is None:
                    self._refuse(error)
                else:
                    self._load_with(missing)

            otherwise = "quits" if self._ask_for is None else "chooses another table"
            self._ask_about_missing_cells(error, otherwise, answered)
            return
        self._refuse(error)

    def _refuse(self, error: BaseException) -> None:
        if isinstance(error, InputError) and self._ask_for is not None:
            self._welcome(str(error))
            return
        if isinstance(error, InputError):
            self.failure = str(error)
        elif isinstance(error, MemoryError):
            self.failure = f"not enough memory ({clean(str(error))})"
        else:
            raise error
        self.exit(return_code=2)

    def _go_over_to(self, opening: Opening) -> None:
        """Have a run on the screen."""
        self.frame.header.tell("")
        self._debugger = opening.debugger
        self._sessions += 1
        deliver = partial(self._deliver, self._sessions)
        self._session = Session(opening.debugger, self._fps, self._window, deliver, opening.saver)
        layout.restore(self.frame, opening.view, TITLES, opening.debugger.program.tensors)
        self._session.do()
        for notice in opening.notices:
            self.notify(clean(notice, 400), severity="warning", markup=False, timeout=20)

    def read_again(self, **options: object) -> None:
        """Read the table in another way and start a new run on it; the present one is kept.

        Args:
            **options: The fields of `TableOptions` that are to be others.
        """
        opener, debugger = self._opened_by, self._debugger
        if opener is None or debugger is None:
            return
        source = debugger.dataset.source
        if source is None:
            self._say("the table came from no file, so it cannot be read again", "error")
            return
        self._halt()
        self.frame.header.tell("reading the table again …")
        history = debugger.branches.budget // 2**20
        given = {**vars(source.options), **debugger.hyperparameters.as_dict(), **options}
        given |= {"history": history, "weights": None}
        another = opener.anew_on(source.path, given)
        stops, next_number = debugger.stops.copies(), debugger.stops.next_number

        def load() -> None:
            outcome: Opening | Exception
            try:
                outcome = another.anew()
                outcome.debugger.stops.recall(stops, next_number)
            except Exception as error:
                outcome = error
            with suppress(RuntimeError):
                self.post_message(self.ReadAgain(outcome, options))

        threading.Thread(target=load, name="loader", daemon=True).start()

    def on_loading_read_again(self, message: ReadAgain) -> None:
        """Go over to the new run, or stay with the present one."""
        self.frame.header.tell("")
        if not isinstance(message.outcome, Exception):
            before, self._session = self._session, None
            if before is not None:
                before.close("quit")
            self._selected = self._timed = None
            self.frame.start_again()
            self._go_over_to(message.outcome)
            return
        if isinstance(message.outcome, MissingCellError):

            def answered(missing: str | None) -> None:
                self.frame.header.tell("")
                if missing is not None:
                    self.read_again(**{**message.options, "missing": missing})

            self._ask_about_missing_cells(message.outcome, "leaves the table as it is", answered)
            return
        if not isinstance(message.outcome, (InputError, MemoryError)):
            raise message.outcome
        self._say(str(message.outcome) or "not enough memory", severity="error")

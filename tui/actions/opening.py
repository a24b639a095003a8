"""Opens a run: reads the data in a thread of its own, asks about a saved run, reads again."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.events import Event, Key

from engine.common.errors import InputError, MissingCellError
from engine.common.progress import silent
from engine.common.settings import MEGABYTE
from engine.common.text import clean
from tui import workspace_state as layout
from tui.actions.reading_told import GivenUp, ReadingTold, later
from tui.actions.showing import Showing
from tui.drawing.chart import get_ready
from tui.exit_codes import BAD_INPUT, INTERRUPTED
from tui.keys import KEYS, TITLES
from tui.opening.prepare import STANDARD_INPUT

if TYPE_CHECKING:
    from engine.saved.library import Entry
    from tui.dialogs.openable import Wanted
    from tui.dialogs.resume import Choice
    from tui.opening.open_run import Opener
    from tui.opening.opened import Opening

_AT_ONCE = frozenset(
    name
    for key in KEYS
    if key.action in ("quit", "help", "hint", "suspend_process", "command_palette")
    for name in key.keys
)
"""Keys that need no run."""
_SUITING = frozenset(("loss", "output_activation", "scaling"))
"""The options that suit a table or not; who has chosen one knows of them."""
_LOOKING = "only looked at: nothing of this is saved; --copy goes on with a copy"


class RunLoader:
    """Puts a run on the screen, and another one in its place.

    Args:
        host: The app.
        opener: Makes what opens the run; None where the screen is to ask what to open.
        ask: Makes what opens the data, or the saved run, that the answer names.
    """

    def __init__(
        self,
        host: Showing,
        opener: Callable[[], Opener] | None,
        ask: Callable[[str | None, str | None], Opener] | None,
    ) -> None:
        self._host = host
        self._opener = opener
        self._ask_for = ask
        self._opened_by: Opener | None = None
        self._reading_told = ReadingTold(host)

    def begin(self) -> None:
        """Open the run, or ask which."""
        if self._opener is None:
            self._welcome()
        else:
            # The first frame need not wait for pandas.
            self._host.call_after_refresh(self._begin_loading, self._opener)

    def _told(self, words: str) -> None:
        self._host.frame.header.tell(words)

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
                self._host.exit()
                return
            self._host.frame.header.begin(clean(wanted.data or wanted.run or "", 40))
            self._begin_loading(partial(ask, wanted.data, wanted.run))

        self._host.push_screen(WelcomeScreen(problem), answered)

    def holds(self, event: Event) -> bool:
        """Keep a key that needs a run for when there is one; false if it is none."""
        host = self._host
        waits = host.moment is None and len(host.screen_stack) == 1
        if not waits or not isinstance(event, Key) or event.key in _AT_ONCE:
            return False
        if event.key == "escape":
            self._reading_told.give_up()
        host.early.append(event)
        return True

    def _begin_loading(self, make: Callable[[], Opener]) -> None:
        def work() -> Opening | None:
            opener = make()
            if opener.is_script:
                later(self._host, self._told, "running it …")
            told = self._reading_told
            of_table = partial(told.of_table, opener.size)
            progress = told.of_script if opener.is_script else of_table
            self._opened_by = opener = dataclasses.replace(opener, progress=progress)
            offer = opener.offer()
            if offer is None:
                return opener.start()
            later(self._host, self._offer, opener, offer, opener.runs())
            return None

        self._load(work)

    def _load(self, work: Callable[[], Opening | None]) -> None:
        """Open a run in a thread of its own."""

        def load() -> None:
            outcome: Opening | BaseException | None
            try:
                outcome = work()
            except Exception as error:
                outcome = error
            if outcome is not None:
                later(self._host, self._loaded, outcome)
                get_ready()

        threading.Thread(target=load, name="loader", daemon=True).start()

    def _offer(self, opener: Opener, offer: Entry, runs: list[Entry]) -> None:
        from tui.dialogs.resume import ResumeScreen

        # They were meant for a run that may not be the one to come.
        self._host.early.clear()
        self._told("there is a saved run")

        def answered(choice: Choice | None) -> None:
            self._told("")
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

        self._host.push_screen(ResumeScreen(offer, runs), answered)

    def _loaded(self, outcome: Opening | BaseException) -> None:
        if isinstance(outcome, BaseException):
            self._give_up(outcome)
        else:
            self._go_over_to(outcome)

    def _ask_about_missing_cells(
        self, error: MissingCellError, otherwise: str, then: Callable[[str | None], None]
    ) -> None:
        # Only where it is needed, for the sake of the first frame.
        from tui.dialogs.missing import MissingScreen

        self._told("cells are missing")
        self._host.push_screen(MissingScreen(error, otherwise), then)

    def _load_with(self, missing: str) -> None:
        """Open the same data again, with what to do about missing cells."""
        assert self._opened_by is not None
        given = {**self._opened_by.given, "missing": missing}
        explicit = {**self._opened_by.explicit, "missing": missing}
        opener = dataclasses.replace(self._opened_by, given=given, explicit=explicit)
        self._opened_by = opener
        self._told("")
        self._load(opener.start)

    def _give_up(self, error: BaseException) -> None:
        if isinstance(error, GivenUp):
            self._host.failure = f"given up while {error}"
            self._host.exit(return_code=INTERRUPTED)
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
            self._host.failure = str(error)
        elif isinstance(error, MemoryError):
            self._host.failure = f"not enough memory ({clean(str(error))})"
        else:
            raise error
        self._host.exit(return_code=BAD_INPUT)

    def _go_over_to(self, opening: Opening) -> None:
        """Put a run on the screen."""
        host = self._host
        self._told("")
        host.exercise = opening.exercise
        is_first, way = host.yours is None, ""
        host.yours = opening.yours
        host.show_run(opening.debugger, opening.saver)
        layout.restore(host.frame, opening.view, TITLES, opening.debugger.program.tensors)
        if opening.yours is not None and opening.yours.wrong:
            way = " The keys f, i, x explain the ✗."
            if is_first:
                host.frame.go_to("iteration")
        host.do(lambda debugger: None)
        if opening.exercise is not None:
            host.begin_exercise()
        looking = _LOOKING if opening.only_looked_at else ""
        notices = [looking, "\n".join(opening.notices) + way, self._advice(opening)]
        host.frame.note(tuple(clean(notice, 400) for notice in notices if notice))

    def _advice(self, opening: Opening) -> str:
        """Say which options suit the table better, where a run begins and none was chosen."""
        debugger, opener = opening.debugger, self._opened_by
        chosen = opener is None or _SUITING & opener.explicit.keys()
        is_own = opening.yours is not None or opening.exercise is not None
        if chosen or is_own or debugger.iteration or len(debugger.losses):
            return ""
        from engine.analysis.advice import advise

        return advise(debugger.dataset, debugger.hyperparameters)

    def read_script_again(self) -> bool:
        """Run the user's script again if its file has changed; false where it has not."""
        opener, script = self._opened_by, self._host.yours
        if opener is None or script is None or not script.has_changed:
            return False
        self._host.halt()
        another = dataclasses.replace(opener, progress=silent)
        self._begin_again(another, "the script has changed: running it again …", {})
        return True

    def read_again(self, **options: object) -> None:
        """See `Host.read_again`."""
        opener, debugger = self._opened_by, self._host.debugger
        if opener is None or debugger is None:
            return
        source = debugger.dataset.source
        if source is None:
            self._host.say("the table came from no file, so it cannot be read again", "error")
            return
        self._host.halt()
        history = debugger.branches.budget // MEGABYTE
        given = {**vars(source.options), **debugger.hyperparameters.as_dict(), **options}
        given |= {"history": history, "weights": None}
        another = opener.anew_on(source.path, given)
        self._begin_again(another, "reading the table again …", options)

    def _begin_again(self, opener: Opener, words: str, options: Mapping[str, object]) -> None:
        """Start a run anew in a thread of its own, with the stops of the present one."""
        debugger = self._host.debugger
        assert debugger is not None
        self._told(words)
        stops, next_number = debugger.stops.copies(), debugger.stops.next_number

        def load() -> None:
            outcome: Opening | Exception
            try:
                outcome = opener.anew()
                outcome.debugger.stops.recall(stops, next_number)
            except Exception as error:
                outcome = error
            later(self._host, self._read_again, outcome, options)

        threading.Thread(target=load, name="loader", daemon=True).start()

    def _read_again(self, outcome: Opening | Exception, options: Mapping[str, object]) -> None:
        """Go over to the new run, or stay with the present one."""
        self._told("")
        if not isinstance(outcome, Exception):
            self._go_over_to(outcome)
            return
        if isinstance(outcome, MissingCellError):

            def answered(missing: str | None) -> None:
                self._told("")
                if missing is not None:
                    self.read_again(**{**options, "missing": missing})

            self._ask_about_missing_cells(outcome, "leaves the table as it is", answered)
            return
        if not isinstance(outcome, (InputError, MemoryError)):
            raise outcome
        self._host.say(str(outcome) or "not enough memory", severity="error")

"""The app without its actions: loads, takes views from the runner, has them drawn."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import App, ComposeResult
from textual.events import Event, Key, Resize
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer

from engine.errors import InputError, NotComputedError
from engine.text import clean
from tui import layout, terminal
from tui.driver import PlainDriver
from tui.failure import told_of
from tui.frame import TITLES, Frame
from tui.keys import KEYS, bindings
from tui.lines import LinesView
from tui.moment import Moment, State
from tui.palette import THEME, Palette
from tui.screens.listing import ListScreen
from tui.screens.resume import ResumeScreen
from tui.session import Answer, Command, Outcome, Session, View, Window
from tui.typeset import is_plain

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.saved.library import Entry
    from tui.opening import Opener, Opening
    from tui.screens.resume import Choice

_AT_ONCE = frozenset(
    name
    for key in KEYS
    if key.action in ("quit", "help", "suspend_process", "command_palette")
    for name in key.keys
)
"""Keys that need no run."""
_COPY_ALL = 512
"""Up to so many observations a snapshot holds all; of more, only those that can be seen."""


_SETTLED = 0.1
"""Seconds after which a terminal is taken to keep its size."""
_QUIET, _BETWEEN = 0.5, 0.2
"""Seconds before it is told how far the reading is, and between two times."""

T = TypeVar("T")


class _GivenUp(Exception):  # noqa: N818 (it is no error)
    """The user does not want to wait for the data."""


def _in_words(size: int) -> str:
    if not size:
        return ""
    return f"{size / 1e9:,.1f} GB, " if size >= 1e9 else f"{size / 1e6:,.1f} MB, "


class _MainScreen(Screen[object], inherit_bindings=False):
    """Without keys of its own: those in `KEYS` are all there are."""


class Core(App[None]):
    """What every action builds on."""

    TITLE = "nn-tui"
    BINDINGS = bindings()
    ENABLE_COMMAND_PALETTE = True
    NOTIFICATION_TIMEOUT = 3
    AUTO_FOCUS: ClassVar[str | None] = None

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

    class Arrived(Message):
        """The runner of a session delivered a view, or an error."""

        def __init__(self, outcome: Outcome, number: int) -> None:
            super().__init__()
            self.outcome = outcome
            self.number = number

    class ReadAgain(Message):
        """The table was read in another way, or could not be."""

        def __init__(self, outcome: Opening | InputError | MemoryError) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(
        self, data: str, opener: Callable[[], Opener], fps: float = 10.0, *, calm: bool = False
    ) -> None:
        super().__init__(driver_class=PlainDriver if is_plain() else None)
        self.failure: str | None = None
        self.palette = Palette.from_theme({})
        self._opener = opener
        self._ended = "quit"
        self._fps = fps
        self._calm = calm
        self._session: Session | None = None
        self._sessions = 0
        self._opened_by: Opener | None = None
        self._debugger: Debugger | None = None
        self._moment: Moment | None = None
        self._training = False
        self._selected: int | None = None
        self._timed: tuple[float, int] | None = None
        self._early: list[Key] = []
        self._redrawing: Timer | None = None
        self._next_told: float | None = None
        self._can_give_up = self._given_up = False
        self.frame = Frame(data)
        self.register_theme(THEME)
        # What Textual itself lets users set, e.g. textual-light.
        wanted = os.environ.get("TEXTUAL_THEME", "")
        self.theme = wanted if wanted in self.available_themes else THEME.name
        if calm:
            self.animation_level = "none"

    def get_default_screen(self) -> Screen[object]:
        return _MainScreen(id="_default")

    def compose(self) -> ComposeResult:
        yield self.frame
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._take_colours()
        self.theme_changed_signal.subscribe(self, lambda theme: self._take_colours())
        self.app_resume_signal.subscribe(self, lambda app: self._draw_all())
        if not self.is_headless:
            terminal.on_termination(asyncio.get_running_loop(), self._save_at_once, self._leave)
            self.set_interval(1.0, self._leave_if_alone)
        self.frame.go_to(self.frame.active)
        # The first frame need not wait for pandas.
        self.call_after_refresh(self._begin_loading)

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

    def _take_colours(self) -> None:
        self.palette = Palette.from_theme(self.theme_variables)
        for view in self.screen_stack[0].query(LinesView):
            view.notify_style_update()
            view.refresh()

    def on_resize(self) -> None:
        """Draw everything once the terminal keeps its size.

        One that was smaller for a moment, too short for Textual to see, has lost what was there.
        """
        if self._moment is None:
            # All of it is drawn when there is something to show.
            return
        if self._redrawing is not None:
            self._redrawing.stop()
        self._redrawing = self.set_timer(_SETTLED, self._draw_all)

    def _draw_all(self) -> None:
        """Draw every cell, as after `fg` nothing of the screen is there any more."""
        self.refresh(layout=True)

    def _leave(self, code: int) -> None:
        self.exit(return_code=code)

    def _save_at_once(self, signal: str) -> None:
        """Save before a signal ends the program."""
        self._ended = signal
        if self._session is not None and self._session.saver is not None:
            self._session.saver.close(signal)

    def _leave_if_alone(self) -> None:
        if terminal.is_gone():
            self._ended = "SIGHUP"
            self._leave(1)
        # Of several changes in quick succession the last may have been missed.
        now = terminal.size()
        if now is not None and all(now) and tuple(self.size) != tuple(now):
            self.post_message(Resize(Size(*now), Size(*now)))

    def _begin_loading(self) -> None:
        def work() -> Opening | None:
            opener = self._opener()
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

    def on_core_reading(self, message: Reading) -> None:
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

    def on_core_offered(self, message: Offered) -> None:
        opener = message.opener
        # They were meant for a run that may not be the one to come.
        self._early.clear()
        self.frame.header.tell("a saved run is there")

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

    def on_core_loaded(self, message: Loaded) -> None:
        if isinstance(message.outcome, BaseException):
            self._give_up(message.outcome)
            return
        self._go_over_to(message.outcome)
        self.set_interval(min(1 / self._fps / 3, 0.05), self._tick)
        self.set_interval(1.0, self._tell_whether_saved)

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

        def load() -> None:
            outcome: Opening | InputError | MemoryError
            try:
                outcome = another.anew()
            except (InputError, MemoryError) as error:
                outcome = error
            with suppress(RuntimeError):
                self.post_message(self.ReadAgain(outcome))

        threading.Thread(target=load, name="loader", daemon=True).start()

    def on_core_read_again(self, message: ReadAgain) -> None:
        """Go over to the new run, or stay with the present one."""
        self.frame.header.tell("")
        if not isinstance(message.outcome, BaseException):
            before, self._session = self._session, None
            if before is not None:
                before.close("quit")
            self._selected = self._timed = None
            self.frame.start_again()
            self._go_over_to(message.outcome)
            return
        self._say(str(message.outcome) or "not enough memory", severity="error")

    def _tell_whether_saved(self) -> None:
        saver = self._session.saver if self._session is not None else None
        problem = saver.problem if saver is not None else ""
        warning = self._moment.snapshot.warning if self._moment is not None else ""
        self.frame.warn(problem or warning)

    def _give_up(self, error: BaseException) -> None:
        if isinstance(error, _GivenUp):
            self.failure = "given up while the data were being read"
            self.exit(return_code=130)
            return
        if isinstance(error, InputError):
            self.failure = str(error)
        elif isinstance(error, MemoryError):
            self.failure = f"not enough memory ({clean(str(error))})"
        else:
            raise error
        self.exit(return_code=2)

    def _fatal_error(self) -> None:
        # Textual would fill the screen with the traceback; it goes to the log.
        error = self._exception
        assert error is not None
        self._ended = "error"
        self.failure = f"{told_of(error)}{self._kept()}"
        self._close_messages_no_wait()

    def _kept(self) -> str:
        """Say what has become of the run, where it was to be saved."""
        saver = self._session.saver if self._session is not None else None
        if saver is None:
            return ""
        if not saver.close("error"):
            return f"; the run is {saver.problem}" if saver.problem else ""
        return "; the run is saved, --resume goes on with it" if saver.has_saved else ""

    def on_unmount(self) -> None:
        if self._session is not None:
            self._session.close(self._ended)

    def _deliver(self, number: int, outcome: Outcome) -> None:
        self.post_message(self.Arrived(outcome, number))

    def _window(self) -> Window:
        """What the panes can show."""
        assert self._debugger is not None
        observations = len(self._debugger.dataset.observations)
        window = None
        if observations > _COPY_ALL:
            window = self.frame.window(_COPY_ALL)
        width = self.frame.loss.size.width
        return window, 2 * max(width, 50), self.frame.weights.inspected

    def _tick(self) -> None:
        if self._training and self._session is not None:
            self._session.tick()

    async def on_core_arrived(self, message: Arrived) -> None:
        if not self.screen_stack:
            # It came while the app was being closed.
            return
        if message.number != self._sessions:
            # It is of the run before.
            return
        if isinstance(message.outcome, View):
            self._show(message.outcome)
            early, self._early = self._early, []
            for key in early:
                if self.screen_stack:
                    await super().on_event(key)
        elif isinstance(message.outcome, Answer):
            message.outcome.then(message.outcome.result)
        elif isinstance(message.outcome, NotComputedError):
            self._say(f"{message.outcome}: f runs it to its end", severity="error")
        elif isinstance(message.outcome, (InputError, MemoryError)):
            self._say(str(message.outcome) or "not enough memory", severity="error")
        else:
            raise message.outcome

    def _show(self, view: View) -> None:
        assert self._debugger is not None
        snapshot = view.snapshot
        state = State.RUNNING if view.running else State.PAUSED
        if not view.running and snapshot.finished and snapshot.position == 0:
            state = State.FINISHED
        self._training = view.running
        self._moment = Moment(
            dataset=self._debugger.dataset,
            snapshot=snapshot,
            state=state,
            rate=self._rate(snapshot.iteration) if view.running else None,
            selected=self._selected,
        )
        self._draw()

    def _rate(self, iteration: int) -> float | None:
        """Iterations a second, smoothed over the last frames."""
        now = perf_counter()
        if self._timed is None or iteration < self._timed[1]:
            self._timed = (now, iteration)
            return None
        began, first = self._timed
        if now - began > 5.0:
            self._timed = (began + (now - began) / 2, first + (iteration - first) // 2)
        return (iteration - first) / (now - began) if now - began > 0.2 else None

    def _draw(self) -> None:
        if self._moment is not None:
            if self._calm and self._moment.state is State.RUNNING:
                self.frame.header.show(self._moment)
                return
            self.frame.show(self._moment)
            if self._session is not None and self._session.saver is not None:
                self._session.saver.view = layout.describe(self.frame)
            if isinstance(self.screen, ListScreen):
                self.screen.show(self._moment)

    def _say(self, words: str, severity: str = "information") -> None:
        self.notify(words, severity=severity, markup=False)  # type: ignore[arg-type]

    def _do(self, command: Command) -> None:
        if self._session is not None:
            self._session.do(command)

    def _tell(self, answer: str) -> None:
        """Say what a command has done, and draw what there is now."""
        if answer:
            self._say(answer)
        self._do(_nothing)

    def _ask(self, question: Callable[[Debugger], T], then: Callable[[T], None]) -> None:
        if self._session is not None:
            self._session.ask(question, then)

    def _halt(self) -> None:
        """Pause, if the run is training."""
        if self._training and self._session is not None:
            self._training = False
            self._session.pause()


def _nothing(debugger: Debugger) -> None:
    """Only ask for a view."""

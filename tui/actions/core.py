"""The app without its actions: loads, takes views from the runner, has them drawn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import App, ComposeResult
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer

from engine.errors import InputError, NotComputedError
from engine.text import clean
from tui import terminal
from tui.frame import Frame
from tui.keys import bindings
from tui.lines import LinesView
from tui.moment import Moment, State
from tui.palette import THEME, Palette
from tui.screens.listing import ListScreen
from tui.session import Answer, Command, Outcome, Session, View, Window

if TYPE_CHECKING:
    from engine.debugger import Debugger

_COPY_ALL = 512
"""Up to so many observations a snapshot holds all; of more, only those that can be seen."""


T = TypeVar("T")


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
        """The data were read, or could not be."""

        def __init__(self, outcome: Debugger | BaseException) -> None:
            super().__init__()
            self.outcome = outcome

    class Arrived(Message):
        """The runner delivered a view, or an error."""

        def __init__(self, outcome: Outcome) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(self, data: str, load: Callable[[], Debugger], fps: float = 10.0) -> None:
        super().__init__()
        self.failure: str | None = None
        self.palette = Palette.from_theme({})
        self._load = load
        self._fps = fps
        self._session: Session | None = None
        self._debugger: Debugger | None = None
        self._moment: Moment | None = None
        self._training = False
        self._selected: int | None = None
        self._timed: tuple[float, int] | None = None
        self.frame = Frame(data)
        self.register_theme(THEME)
        self.theme = THEME.name

    def get_default_screen(self) -> Screen[object]:
        return _MainScreen(id="_default")

    def compose(self) -> ComposeResult:
        yield self.frame
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._take_colours()
        self.theme_changed_signal.subscribe(self, lambda theme: self._take_colours())
        if not self.is_headless:
            terminal.on_termination(asyncio.get_running_loop(), self._leave)
            self.set_interval(1.0, self._leave_if_alone)
        self.frame.go_to(self.frame.active)
        # The first frame need not wait for pandas.
        self.call_after_refresh(self._begin_loading)

    def _take_colours(self) -> None:
        self.palette = Palette.from_theme(self.theme_variables)
        for view in self.screen_stack[0].query(LinesView):
            view.notify_style_update()
            view.refresh()

    def _leave(self, code: int) -> None:
        self.exit(return_code=code)

    def _leave_if_alone(self) -> None:
        if terminal.is_gone():
            self._leave(1)
        # Of several changes in quick succession the last may have been missed.
        now = terminal.size()
        if now is not None and all(now) and tuple(self.size) != tuple(now):
            self.post_message(Resize(Size(*now), Size(*now)))

    def _begin_loading(self) -> None:
        def work() -> None:
            outcome: Debugger | BaseException
            try:
                outcome = self._load()
            except Exception as error:
                outcome = error
            self.post_message(self.Loaded(outcome))

        threading.Thread(target=work, name="loader", daemon=True).start()

    def on_core_loaded(self, message: Loaded) -> None:
        if isinstance(message.outcome, BaseException):
            self._give_up(message.outcome)
            return
        self._debugger = message.outcome
        self._session = Session(message.outcome, self._fps, self._window, self._deliver)
        self._session.do()
        self.set_interval(min(1 / self._fps / 3, 0.05), self._tick)

    def _give_up(self, error: BaseException) -> None:
        if isinstance(error, InputError):
            self.failure = str(error)
        elif isinstance(error, MemoryError):
            self.failure = f"not enough memory ({clean(str(error))})"
        else:
            raise error
        self.exit(return_code=2)

    def on_unmount(self) -> None:
        if self._session is not None:
            self._session.close()

    def _deliver(self, outcome: Outcome) -> None:
        self.post_message(self.Arrived(outcome))

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

    def on_core_arrived(self, message: Arrived) -> None:
        if isinstance(message.outcome, View):
            self._show(message.outcome)
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
            self.frame.show(self._moment)
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

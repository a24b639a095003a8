"""The run on the screen, and the ways to command it and to ask it: what all actions stand on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.events import Key
from textual.screen import Screen

from engine.common.numbers import grouped
from engine.common.pace import Speed
from tui.drawing.host import Host
from tui.drawing.palette import Palette
from tui.engine_link import Command, Journey, Session
from tui.terminal.ascii import is_plain
from tui.terminal.driver import PlainDriver, ScreenDriver
from tui.terminal.textual_private import FailingApp
from tui.view_state import Moment
from tui.workspace import Frame

if TYPE_CHECKING:
    from engine.audit.yours import Yours
    from engine.debugger import Debugger
    from engine.derive import Exercise, Find

T = TypeVar("T")

_LONG = 0.5
"""Seconds after which it is told that a way is long."""
_PROGRESS = 0.2
"""Seconds between two lines of progress."""


class _MainScreen(Screen[object], inherit_bindings=False):
    """Without keys of its own: those in `KEYS` are all there are."""


class Base(FailingApp, Host):
    """The app, as far as every group of actions knows it."""

    def __init__(self, data: str, fps: float, calm: bool, speed: Speed) -> None:
        super().__init__(driver_class=PlainDriver if is_plain() else ScreenDriver)
        self.fps = fps
        self.calm = calm
        self.speed = speed
        self.palette = Palette.from_theme({})
        self.frame = Frame(data)
        self.session: Session | None = None
        self.debugger: Debugger | None = None
        self.moment: Moment | None = None
        self.training = False
        self.yours: Yours | None = None
        """The user's script, where the run is beside one."""
        self.selected: int | None = None
        """The observation under the cursor, or None before it was moved."""
        self.keymap: dict[str, str] = {}
        self.asked_over = ""
        """The expression that was last asked over iterations."""
        self.early: list[Key] = []
        """Typed while the data are being read."""
        self.exercise: Exercise | Find | None = None
        """The exercise, if the run is one."""
        self.failure: str | None = None
        """Why the app has ended, where it was not the user who ended it."""

    def get_default_screen(self) -> Screen[object]:
        return _MainScreen(id="_default")

    def draw(self) -> None:
        """Draw the present state."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the run."""
        raise NotImplementedError

    def action_present(self) -> None:
        """Show one pane only, for a projector, or all."""
        raise NotImplementedError

    def take_answer(self, which: str) -> bool:
        """Undo or redo an answer of an exercise; false where there is none."""
        return False

    def begin_exercise(self) -> None:
        """Go to the first line of an exercise, and say what to press."""

    def read_script_again(self) -> bool:
        """Run the user's script again if its file has changed; false where it has not."""
        raise NotImplementedError

    def say(self, words: str, severity: str = "information") -> None:
        self.notify(words, severity=severity, markup=False)  # type: ignore[arg-type]

    def do(self, command: Command, is_step: bool = False) -> None:
        if self.session is not None:
            self.session.do(command, is_step)

    def tell(self, answer: str) -> None:
        """Say what a command has done, and draw the present state."""
        if answer:
            self.say(answer)
        self.do(_nothing)

    def ask(self, question: Callable[[Debugger], T], then: Callable[[T], None]) -> None:
        if self.session is not None:
            self.session.ask(question, then)

    def halt(self) -> None:
        """Pause, if the run is training."""
        if self.training and self.session is not None:
            self.training = False
            self.session.pause()

    def go_to(self, iteration: int) -> None:
        """Go to where an iteration begins."""
        words = f"to iteration {grouped(iteration)}"
        self.travel(words, lambda debugger, cancel: debugger.go_to(iteration, cancel=cancel))

    def travel(
        self,
        words: str,
        journey: Journey[T],
        then: Callable[[T], None] = lambda r: None,
        where: Callable[[], str] | None = None,
    ) -> None:
        """Run what may take long; after a while it is told, and Esc gives it up.

        Args:
            words: What it is.
            journey: What to do.
            then: Gets the result.
            where: Says how far it is; by default by the iteration.
        """
        if self.session is None:
            return
        self.session.travel(journey, then)
        self.set_timer(_LONG, partial(self._tell_long_way, words, where or self._at_iteration))

    def _at_iteration(self) -> str:
        return "" if self.debugger is None else f"at {grouped(self.debugger.iteration)}"

    def _tell_long_way(self, words: str, where: Callable[[], str]) -> None:
        """Keep a line of progress up to date as long as there is a way to go."""
        if self.session is None or self.debugger is None or not self.session.is_going:
            self.frame.header.tell("")
            return
        self.frame.header.tell(f"{words}, {where()} · Esc stops")
        self.set_timer(_PROGRESS, partial(self._tell_long_way, words, where))


def _nothing(debugger: Debugger) -> None:
    """Do nothing: only a view is wanted."""

"""The app without its actions: takes views from the runner, has them drawn, and ends in order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import App, ComposeResult
from textual.events import Event, Key, Paste, Resize
from textual.filter import LineFilter
from textual.geometry import Size
from textual.message import Message
from textual.notifications import Notification, Notify
from textual.screen import Screen
from textual.theme import Theme
from textual.timer import Timer
from textual.widgets import Footer
from textual.worker import WorkerFailed

from engine.common.errors import InputError, NotComputedError
from engine.common.text import clean
from tui import workspace_state as layout
from tui.dialogs.command_search import CommandSearch
from tui.dialogs.listing import ListScreen
from tui.drawing.contrast import legible
from tui.drawing.lines import LinesView, wrap
from tui.drawing.palette import THEME, Palette
from tui.drawing.typed_line import pasted
from tui.engine_link import Answer, Command, Outcome, Session, View, Window
from tui.exit_codes import FAILED, LOST
from tui.keys import bindings
from tui.settings import keep_theme, kept_theme, settings_path
from tui.terminal import process as terminal
from tui.terminal.ascii import is_plain
from tui.terminal.crash_log import log_the_rest, told_of
from tui.terminal.driver import PlainDriver, ScreenDriver
from tui.view_state import Moment, State
from tui.workspace import Frame

if TYPE_CHECKING:
    from engine.debugger import Debugger

_COPY_ALL = 512
"""Up to so many observations a snapshot holds all; of more, only those that can be seen."""


_MOST_TOLD = 2
"""Messages in passing that stand on the screen at once."""
_SHARE_TOLD = 0.75
"""The share of the screen that they may take, as in the style sheet."""
_TOLD_MARGIN = 5
"""The cells beside the words of a message."""
_LEGIBLE = 1.0
"""Seconds that a message has to be there yet for the same one not to be shown anew."""
_SETTLED = 0.1
"""Seconds after which a terminal is taken to keep its size."""

_DEPTHS = {"standard": 16, "windows": 16, "256": 256}
"""How many colours there are in what Rich finds that the terminal has."""

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

    class Arrived(Message):
        """The runner of a session delivered a view, or an error."""

        def __init__(self, outcome: Outcome, number: int) -> None:
            super().__init__()
            self.outcome = outcome
            self.number = number

    def __init__(self, data: str, fps: float, calm: bool) -> None:
        super().__init__(driver_class=PlainDriver if is_plain() else ScreenDriver)
        self.failure: str | None = None
        self.palette = Palette.from_theme({})
        self._ended = "quit"
        self._is_leaving = False
        self._fps = fps
        self._calm = calm
        self._session: Session | None = None
        self._sessions = 0
        self._debugger: Debugger | None = None
        self._moment: Moment | None = None
        self._training = False
        self._selected: int | None = None
        self._timed: tuple[float, int] | None = None
        self._redrawing: Timer | None = None
        self.frame = Frame(data)
        self.register_theme(THEME)
        # What Textual itself lets users set, e.g. textual-light.
        wanted = (os.environ.get("TEXTUAL_THEME", ""), kept_theme(), THEME.name)
        self.theme = next(name for name in wanted if name in self.available_themes)
        self._kept_theme = self.theme
        if calm:
            self.animation_level = "none"

    def get_default_screen(self) -> Screen[object]:
        return _MainScreen(id="_default")

    def compose(self) -> ComposeResult:
        yield self.frame
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._take_colours()
        self.theme_changed_signal.subscribe(self, self._take_theme)
        self.app_resume_signal.subscribe(self, lambda app: self._draw_all())
        if not self.is_headless:
            log_the_rest(asyncio.get_running_loop())
            self.set_interval(1.0, self._look_at_terminal)
        self.frame.go_to(self.frame.active)

    async def on_event(self, event: Event) -> None:
        if self._is_leaving and isinstance(event, (Key, Paste)):
            return
        if isinstance(event, Paste) and not event.is_forwarded:
            # Here, as the palette has a line of its own.
            event.text = pasted(event.text)
        await super().on_event(event)

    def _take_theme(self, theme: Theme) -> None:
        self._take_colours()
        if theme.name == self._kept_theme:
            return
        self._kept_theme = theme.name
        try:
            keep_theme(theme.name)
        except OSError as error:
            why = clean(f"{settings_path()}: {error.strerror or error}")
            self._say(f"The theme is not kept for the next time: {why}.", severity="warning")

    @property
    def depth(self) -> int:
        """How many colours the terminal has, or the theme uses; 0 for all that there are."""
        if self.native_ansi_color:
            return 16
        return _DEPTHS.get(self.console.color_system or "", 0)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), legible(self.depth, self.current_theme.dark)]

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandSearch):
            self.push_screen(CommandSearch())

    def _take_colours(self) -> None:
        self.palette = Palette.from_theme(
            self.theme_variables, dark=self.current_theme.dark, few=self.depth == 16
        )
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

    def leave(self, code: int) -> None:
        """End with an exit code, without what was typed and not yet answered."""
        self._is_leaving = True
        self.exit(return_code=code)

    def save_at_once(self, signal: str) -> None:
        """Save before a signal ends the program."""
        self._ended = signal
        if self._session is not None:
            self._session.save_at_once(signal)

    def leave_if_alone(self) -> None:
        """End if the terminal has gone."""
        if terminal.is_gone() and not self._is_leaving:
            self._ended = "SIGHUP"
            self.leave(LOST)

    def _look_at_terminal(self) -> None:
        self.leave_if_alone()
        # Of several changes in quick succession the last may have been missed.
        now = terminal.size()
        if now is not None and all(now) and tuple(self.size) != tuple(now):
            self.post_message(Resize(Size(*now), Size(*now)))

    @property
    def is_saved(self) -> bool:
        """Whether the run is being saved."""
        saver = self._session.saver if self._session is not None else None
        return saver is not None and not saver.problem

    def _tell_whether_saved(self) -> None:
        saver = self._session.saver if self._session is not None else None
        problem = saver.problem if saver is not None else ""
        warning = self._moment.snapshot.warning if self._moment is not None else ""
        self.frame.warn(problem or warning)

    def _handle_exception(self, error: Exception) -> None:
        if isinstance(error, WorkerFailed):
            # It only says that there was one, and where it came from is lost.
            error = error.error if isinstance(error.error, Exception) else error
        if isinstance(error, OSError) and terminal.is_gone():
            self.leave_if_alone()
        elif self._exception is None:
            self._return_code = FAILED
            self._exception = error
            self._exception_event.set()
            self._fatal_error()

    def fail(self, error: Exception) -> None:
        """End by a defect."""
        self._handle_exception(error)

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
            return f"; the run is {saver.problem}"
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
            await self._after_a_view()
        elif isinstance(message.outcome, Answer):
            message.outcome.then(message.outcome.result)
        elif isinstance(message.outcome, NotComputedError):
            self._say(f"{message.outcome}: the key f runs it to its end", severity="error")
        elif isinstance(message.outcome, (InputError, MemoryError)):
            self._say(str(message.outcome) or "not enough memory", severity="error")
        else:
            raise message.outcome

    async def _after_a_view(self) -> None:
        """Do what has waited for something to be on the screen."""

    def _show(self, view: View) -> None:
        assert self._debugger is not None
        snapshot = view.snapshot
        state = State.RUNNING if view.running else State.PAUSED
        if not view.running and snapshot.finished and snapshot.position == 0:
            state = State.FINISHED
        best = snapshot.best if self._training and not view.running else None
        self._training = view.running
        self._moment = Moment(
            dataset=self._debugger.dataset,
            snapshot=snapshot,
            state=state,
            rate=self._rate(snapshot.iteration) if view.running else None,
            selected=self._selected,
        )
        self._draw()
        if best is not None and best != snapshot.iteration:
            self._say(f"R goes to the best parameters, of iteration {best:,}.")

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

    def on_notify(self, event: Notify) -> None:
        """Leave out what is told already, and what there is no room for beside the last."""
        told, new = list(self._notifications), event.notification
        same = [one for one in told if one.message == new.message]
        if same and same[-1].time_left > _LEGIBLE:
            event.prevent_default()
            return
        kept = int(new.severity != "warning")
        room = _SHARE_TOLD * self.size.height - self._lines_of(new)
        for one in reversed(told):
            lines = self._lines_of(one)
            # What is told once, at the start, makes no room for what keys have to say.
            wanted = kept < _MOST_TOLD or one.severity == "warning"
            if one not in same and wanted and lines <= room:
                kept, room = kept + (one.severity != "warning"), room - lines
            else:
                self._forget(one)

    def _forget(self, told: Notification) -> None:
        """Take a message off the screen."""
        self._unnotify(told, refresh=False)
        for screen in self.screen_stack:
            for holder in screen.query("ToastHolder"):
                # Textual would only remove what is in it, and keep the room.
                if (holder.id or "").endswith(told.identity):
                    holder.remove()

    def _lines_of(self, told: Notification) -> int:
        """About how many lines a message takes."""
        return len(wrap(told.message, max(self.size.width - _TOLD_MARGIN, 1)))

    def _say(self, words: str, severity: str = "information") -> None:
        self.notify(words, severity=severity, markup=False)  # type: ignore[arg-type]

    def _do(self, command: Command, is_step: bool = False) -> None:
        if self._session is not None:
            self._session.do(command, is_step)

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

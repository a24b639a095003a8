"""The app: puts the panes together, turns keys into commands and views into pictures."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult, SystemCommand
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer

from engine.errors import InputError
from engine.hyperparameters import DECLARATIONS, Value
from engine.text import clean
from engine.times import parse_iteration
from tui import terminal
from tui.frame import Frame
from tui.keys import KEYS
from tui.lines import LinesView
from tui.moment import Moment, State
from tui.options import prepare
from tui.palette import THEME, Palette
from tui.panes.dataset import DatasetPane
from tui.panes.hyperparameters import HyperparametersPane
from tui.screens.confirm import ConfirmScreen
from tui.screens.help import HelpScreen
from tui.screens.prompt import PromptScreen
from tui.session import Command, Outcome, Session, View

if TYPE_CHECKING:
    from engine.debugger import Debugger

_LONG = 0.5
"""Seconds after which it is told that a way is long."""
_COPY_ALL = 512
"""Up to so many observations a snapshot holds all; of more, only those that can be seen."""


class _MainScreen(Screen[object], inherit_bindings=False):
    """Without keys of its own: those in `KEYS` are all there are."""


class NNTui(App[None]):
    """The debugger on the screen."""

    TITLE = "nn-tui"
    CSS_PATH = "app.tcss"
    BINDINGS = [binding for key in KEYS for binding in key.bindings]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = True
    NOTIFICATION_TIMEOUT = 4
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

    def on_nntui_loaded(self, message: Loaded) -> None:
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

    def _window(self) -> tuple[slice | None, int]:
        """What the panes can show: which observations, how many points of the curve."""
        assert self._debugger is not None
        observations = len(self._debugger.dataset.observations)
        window = None
        if observations > _COPY_ALL:
            window = self.frame.dataset.window
        width = self.frame.loss.size.width
        return window, 2 * max(width, 50)

    def _tick(self) -> None:
        if self._training and self._session is not None:
            self._session.tick()

    def on_nntui_arrived(self, message: Arrived) -> None:
        if isinstance(message.outcome, View):
            self._show(message.outcome)
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

    def _say(self, words: str, severity: str = "information") -> None:
        self.notify(words, severity=severity, markup=False)  # type: ignore[arg-type]

    def _do(self, command: Command) -> None:
        if self._session is not None:
            self._session.do(command)

    # Moving

    def action_run_or_pause(self) -> None:
        if self._session is None or self._moment is None:
            return
        if self._training:
            self._training = False
            self._session.pause()
        elif self._moment.state is State.FINISHED:
            self._say("The planned iterations are done: raise iterations (2), or s for one more.")
        else:
            self._training = True
            self._timed = None
            self._session.run()

    def _step(self, command: Command) -> None:
        """A step means that one wants to look: it ends a run instead of adding to it."""
        if self._training:
            self.action_run_or_pause()
        else:
            self._do(command)

    def action_next_operation(self) -> None:
        self._step(lambda debugger: debugger.step_operation())

    def action_next_iteration(self) -> None:
        self._step(lambda debugger: debugger.step_iteration())

    def action_finish_iteration(self) -> None:
        self._step(lambda debugger: debugger.finish_iteration())

    def action_previous_operation(self) -> None:
        self._step(lambda debugger: debugger.back_operation())

    def action_previous_iteration(self) -> None:
        self._step(lambda debugger: debugger.back_iteration())

    def action_start_iteration(self) -> None:
        self._step(lambda debugger: debugger.start_iteration())

    def action_go_to(self) -> None:
        if self._session is None or self._moment is None:
            return
        if self._training:
            self.action_run_or_pause()
        snapshot = self._moment.snapshot
        parse = partial(
            parse_iteration,
            now=snapshot.iteration,
            computed=snapshot.losses.size,
            planned=snapshot.hyperparameters.iterations,
        )
        hint = f"a number, +100, -1, 50% or end ({snapshot.losses.size:,} are computed)"
        self.push_screen(PromptScreen("Go to iteration", hint, parse), self._go_to)

    def _go_to(self, iteration: int | None) -> None:
        if iteration is not None and self._session is not None:
            self._session.go_to(iteration)
            self.set_timer(_LONG, partial(self._tell_long_way, iteration))

    def _tell_long_way(self, iteration: int) -> None:
        if self._session is not None and self._session.is_going:
            self._say(f"On the way to iteration {iteration:,}. Esc stops.")

    def action_stop_going(self) -> None:
        if self._session is not None:
            self._session.stop_going()

    def action_reset(self) -> None:
        if self._session is None or self._moment is None:
            return
        if self._moment.snapshot.computed:
            self._say("Reset to iteration 0. u brings the run before back.")
        self._start_again(lambda debugger: debugger.reset())

    def action_undo_reset(self) -> None:
        def undo(debugger: Debugger) -> None:
            if not debugger.undo():
                raise InputError("There is nothing to undo.")

        self._start_again(undo)

    def _start_again(self, command: Command) -> None:
        if self._session is None:
            return
        if self._training:
            self._training = False
            self._session.pause()
        self.frame.loss.start_again()
        self._do(command)

    # Hyperparameters

    def on_hyperparameters_pane_changed(self, message: HyperparametersPane.Changed) -> None:
        declaration = DECLARATIONS[message.name]
        if declaration.applies == "live":
            self._do(lambda debugger: debugger.change(**{message.name: message.value}))
            return
        restart = partial(_restart_with, message.name, message.value)
        if self._moment is None or not self._moment.snapshot.computed:
            self._start_again(restart)
            return
        iteration = self._moment.snapshot.iteration
        question = (
            f"{declaration.label} = {message.value} needs a reset: the run, now at iteration "
            f"{iteration:,}, starts again. u brings it back."
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self._start_again(restart)

        self.push_screen(ConfirmScreen("Reset?", question), answered)

    # Panes

    def action_pane(self, name: str) -> None:
        """Go to a pane."""
        self.frame.go_to(name)

    def action_focus_next(self) -> None:
        self.frame.go_on(1)

    def action_focus_previous(self) -> None:
        self.frame.go_on(-1)

    def action_maximise(self) -> None:
        self.frame.maximised = not self.frame.maximised
        self.frame.go_to(self.frame.active)

    def action_move(self, direction: str) -> None:
        self.frame.move(direction)

    def action_edit(self) -> None:
        if self.frame.active == "hyperparameters":
            self.frame.hyperparameters.edit()

    def action_next_view(self) -> None:
        self.frame.weights.next_view()

    def action_log_scale(self) -> None:
        self.frame.loss.toggle_log()
        self._draw()

    def on_dataset_pane_selected(self, message: DatasetPane.Selected) -> None:
        self._selected = message.observation
        self._do(lambda debugger: None)

    def on_dataset_pane_window_moved(self) -> None:
        self._do(lambda debugger: None)

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.palette))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for key in KEYS:
            if key.action not in ("command_palette",) and not key.action.startswith("move"):
                run = partial(self.run_action, key.action)
                yield SystemCommand(f"{key.label.capitalize()} ({key.shown})", key.help, run)
        yield SystemCommand("Theme", "change the colours", self.action_change_theme)
        yield SystemCommand(
            "Screenshot", "save the screen as an SVG picture", self.action_screenshot
        )


def _restart_with(name: str, value: Value, debugger: Debugger) -> None:
    debugger.reset(debugger.hyperparameters.replace(**{name: value}))


def run(*, fps: float, data: str, **given: object) -> int:
    """Open the debugger on the screen.

    Returns:
        The exit code.

    Raises:
        InputError: There is no such file.
    """
    import click

    from engine.dataset import locate

    path = locate(data)
    app = NNTui(clean(path.name), partial(prepare, data, **given), fps)  # type: ignore[arg-type]
    app.run()
    if app.failure is not None:
        click.echo(f"nn-tui: {app.failure}", err=True)
    return app.return_code or 0

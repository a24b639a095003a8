"""Breakpoints and watches, and questions to the debugger."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from engine.inspection.typed_iterations import split_range
from engine.run.halt import NONFINITE
from engine.stops.stop import PLANNED, Stop
from tui.actions.clock import Moving
from tui.dialogs.prompt import PromptScreen
from tui.dialogs.stops import StopsScreen
from tui.engine_link import Command

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.inspection.ask import Scan
    from engine.inspection.snapshot import StopView
    from engine.maths.tensor import Array

_WATCH_HINT = (
    "norm(dE_dw) is shown; E < 0.1 also stops the run when it becomes true; "
    "gradient_norm < 1e-6 for 100 when it was true 100 times in a row"
)
_BREAK_HINT = (
    "an operation, perhaps a condition and a count: dE_dw, dE_dw: max(abs(dE_dw)) > 0.1, "
    "v: E < 0.1 after 3"
)


class Stopping(Moving):
    """The keys of the list of stops, and the prompt."""

    _typed: list[str] | None = None
    """What was evaluated so far."""

    def say(self, words: str) -> None:
        """Tell something in passing."""
        self._say(words)

    def change_stops(self, command: Command) -> None:
        """Change the list of stops and draw it."""
        self._do(command)

    def action_breakpoint(self) -> None:
        if self._moment is None:
            return
        line = self.frame.iteration.line
        name, symbol = line.name, line.symbol

        def told(added: bool) -> None:
            done = "set before" if added else "taken away from"
            self._tell(f"Breakpoint {done} {symbol}.")

        self._ask(lambda debugger: debugger.stops.toggle_breakpoint(name), told)

    def action_stops(self) -> None:
        if self._moment is not None:
            self.push_screen(StopsScreen(self._moment))

    def action_watch(self) -> None:
        self.prompt_new_stop("watch")

    def prompt_new_stop(self, kind: str) -> None:
        """Ask for a watch or a breakpoint."""
        if self._session is None:
            return
        session = self._session

        def add(text: str) -> Future[Stop]:
            def command(debugger: Debugger) -> Stop:
                stops = debugger.stops
                return (stops.add_watch if kind == "watch" else stops.add_breakpoint)(text)

            return session.request(command)

        title, hint = ("Watch", _WATCH_HINT) if kind == "watch" else ("Breakpoint", _BREAK_HINT)
        self.push_screen(PromptScreen(title, hint, add), self._stop_added)

    def _stop_added(self, stop: Stop | None) -> None:
        # It may have been added although Esc, right behind Enter, has closed the prompt.
        self._tell("" if stop is None else "Added. B lists all breakpoints and watches.")

    def prompt_stop(self, stop: StopView) -> None:
        """Ask for another condition of a stop."""
        if self._session is None:
            return
        if stop.name == NONFINITE:
            self._say("This stop has no condition; space switches it off.")
            return
        if stop.name in PLANNED:
            self._say("This stop is a hyperparameter: change it there (2).")
            return
        session = self._session

        def edit(text: str) -> Future[Stop]:
            return session.request(lambda debugger: debugger.stops.edit(stop.number, text))

        hint = _WATCH_HINT if not stop.place else "a condition, perhaps a count: E < 0.1 after 3"
        value = stop.spec.removeprefix(stop.place).removeprefix(":").strip()
        title = f"Condition of the breakpoint {stop.place}" if stop.place else "Watch"
        self.push_screen(PromptScreen(title, hint, edit, value), lambda done: self._tell(""))

    def action_evaluate(self) -> None:
        if self._session is None:
            return
        if self._typed is None:
            self._typed = []
        from tui.dialogs.evaluate import EvaluateScreen

        self.push_screen(EvaluateScreen(self._evaluate, self._typed))

    def _evaluate(self, text: str) -> Future[Array | Scan | None]:
        assert self._session is not None
        span = split_range(text)
        if span is None:
            return self._session.request(lambda debugger: debugger.evaluate(text))
        return self._session.request_long(lambda debugger, cancel: debugger.scan(*span, cancel))

    def give_up_search(self) -> None:
        """End a search that is under way."""
        if self._session is not None:
            self._session.stop_going()

    def go_to_iteration(self, iteration: int) -> None:
        """Go to where an iteration begins."""
        self._halt()
        self._go_to(iteration)

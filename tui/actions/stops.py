"""Breakpoints and watches."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from engine.run.halt import NONFINITE
from engine.stops.stop import PLANNED, Stop
from tui.actions.base import Base

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.inspection.snapshot import StopView

_WATCH_HINT = (
    "norm(dE_dw) is shown; E < 0.1 also stops the run when it becomes true; "
    "gradient_norm < 1e-6 for 100 when it was true 100 times in a row"
)
_BREAK_HINT = (
    "an operation, perhaps a condition and a count: dE_dw, dE_dw: max(abs(dE_dw)) > 0.1, "
    "v: E < 0.1 after 3"
)


class StopActions(Base):
    """The keys for breakpoints and watches, and what their list asks for."""

    def action_breakpoint(self) -> None:
        if self.moment is None:
            return
        line = self.frame.iteration.line
        name, symbol = line.name, line.symbol

        def told(added: bool) -> None:
            done = "set before" if added else "taken away from"
            self.tell(f"Breakpoint {done} {symbol}.")

        self.ask(lambda debugger: debugger.stops.toggle_breakpoint(name), told)

    def action_stops(self) -> None:
        if self.moment is not None:
            from tui.dialogs.stops import StopsScreen

            self.push_screen(StopsScreen(self.moment))

    def action_watch(self) -> None:
        self.prompt_new_stop("watch")

    def prompt_new_stop(self, kind: str) -> None:
        if self.session is None or self.moment is None:
            return
        from tui.dialogs.completion import suggester_for
        from tui.dialogs.prompt import PromptScreen

        session, suggester = self.session, suggester_for(self.moment)

        def add(text: str) -> Future[Stop]:
            def command(debugger: Debugger) -> Stop:
                stops = debugger.stops
                return (stops.add_watch if kind == "watch" else stops.add_breakpoint)(text)

            return session.request(command)

        title, hint = ("Watch", _WATCH_HINT) if kind == "watch" else ("Breakpoint", _BREAK_HINT)
        self.push_screen(PromptScreen(title, hint, add, suggester=suggester), self._stop_added)

    def _stop_added(self, stop: Stop | None) -> None:
        # It may have been added although Esc, right behind Enter, has closed the prompt.
        self.tell("" if stop is None else "Added. B lists all breakpoints and watches.")

    def prompt_stop(self, stop: StopView) -> None:
        if self.session is None:
            return
        if stop.name == NONFINITE:
            self.say("This stop has no condition; space switches it off.")
            return
        if stop.name in PLANNED:
            self.say("This stop is a hyperparameter: change it there (2).")
            return
        session = self.session

        def edit(text: str) -> Future[Stop]:
            return session.request(lambda debugger: debugger.stops.edit(stop.number, text))

        from tui.dialogs.prompt import PromptScreen

        hint = _WATCH_HINT if not stop.place else "a condition, perhaps a count: E < 0.1 after 3"
        value = stop.spec.removeprefix(stop.place).removeprefix(":").strip()
        title = f"Condition of the breakpoint {stop.place}" if stop.place else "Watch"
        self.push_screen(PromptScreen(title, hint, edit, value), lambda done: self.tell(""))

"""Moving the clock: forward, back, and to a place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from engine.common.text import counted
from engine.inspection.typed_iterations import parse_iteration
from engine.run.halt import Hit
from tui.actions.opening import Loading
from tui.dialogs.prompt import PromptScreen, at_once
from tui.engine_link import Command, Journey
from tui.view_state import State

if TYPE_CHECKING:
    from engine.common.progress import Cancel
    from engine.debugger import Debugger

T = TypeVar("T")

_LONG = 0.5
"""Seconds after which it is told that a way is long."""
_PROGRESS = 0.2
"""Seconds between two lines of progress."""


class Moving(Loading):
    """The keys that move through the program."""

    _again: Callable[[], None] | None = None
    """What `.` does."""

    def action_run_or_pause(self) -> None:
        if self._session is None or self._moment is None:
            return
        if self._training:
            self._halt()
        elif self._moment.state is State.FINISHED:
            self._say("The planned iterations are done: raise iterations (2), or s for one more.")
        else:
            self._training = True
            self._timed = None
            self._session.run()

    def action_continue(self) -> None:
        if self._moment is None or self._training:
            return
        self._again = self.action_continue
        on = [stop for stop in self._moment.snapshot.stops if stop.enabled]
        if not any(stop.spec for stop in on):
            what = "Only a value that is no finite number" if on else "Nothing"
            self._say(f"{what} stops this: b sets a breakpoint, w a condition.")
        self.action_run_or_pause()

    def action_continue_back(self) -> None:
        self._halt()
        self._again = self.action_continue_back

        def told(hit: Hit | None) -> None:
            if hit is None:
                self._say("No stop lies before this.")

        self._travel("looking back for a stop", lambda d, cancel: d.back_to_stop(cancel), told)

    def _step(self, command: Command) -> None:
        """A step means that one wants to look: it ends a run instead of adding to it."""
        if self._training:
            self._halt()
        else:
            self._again = partial(self._step, command)
            self._do(command, is_step=True)

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

    def action_repeat(self) -> None:
        if self._again is not None:
            self._again()
        else:
            self._say("Nothing to repeat yet: . does the last motion again.")

    def action_go_to(self) -> None:
        if self._moment is None:
            return
        self._halt()
        snapshot = self._moment.snapshot
        computed = snapshot.losses.size
        are = "is" if computed == 1 else "are"
        hint = (
            "a number, +100, -1, 50% or end\n"
            f"{counted(computed, 'iteration')} {are} computed; others are computed on the way"
        )

        def parse(text: str) -> str:
            self._destination(text)
            return text

        self.push_screen(PromptScreen("Go to iteration", hint, at_once(parse)), self._go_to_text)

    def _destination(self, text: str) -> int:
        assert self._moment is not None
        snapshot = self._moment.snapshot
        return parse_iteration(
            text,
            now=snapshot.iteration,
            computed=snapshot.losses.size,
            planned=snapshot.hyperparameters.iterations,
        )

    def _go_to_text(self, text: str | None) -> None:
        if text is not None:
            relative = text.strip()[:1] in ("+", "-", "−")
            self._go_to(self._destination(text))
            # Only a way of a certain length makes sense to go again.
            self._again = partial(self._go_on, text.strip()) if relative else self._again

    def _go_on(self, text: str) -> None:
        """Go a way from where the clock will be then; like any way it can be given up."""

        def journey(debugger: Debugger, cancel: Cancel) -> bool:
            iteration = parse_iteration(
                text,
                now=debugger.iteration,
                computed=len(debugger.losses),
                planned=debugger.hyperparameters.iterations,
            )
            return debugger.go_to(iteration, cancel=cancel)

        self._halt()
        self._travel(f"on the way {text}", journey)

    def _go_to(self, iteration: int) -> None:
        words = f"to iteration {iteration:,}"
        self._travel(words, lambda debugger, cancel: debugger.go_to(iteration, cancel=cancel))

    def action_restore_best(self) -> None:
        self._halt()

        def told(iteration: int | None) -> None:
            if iteration is not None:
                self._say(f"The best parameters, of iteration {iteration:,}. g end goes back.")

        self._travel("to the best parameters", lambda d, cancel: d.restore_best(cancel), told)

    def _travel(
        self,
        words: str,
        journey: Journey[T],
        then: Callable[[T], None] = lambda r: None,
        where: Callable[[], str] | None = None,
    ) -> None:
        """Do what may take long; after a while it is told, and Esc gives it up.

        Args:
            words: What it is.
            journey: What to do.
            then: Gets the result.
            where: Says how far it is; by default by the iteration.
        """
        if self._session is None:
            return
        self._session.travel(journey, then)
        self.set_timer(_LONG, partial(self._tell_long_way, words, where or self._at_iteration))

    def _at_iteration(self) -> str:
        return "" if self._debugger is None else f"at {self._debugger.iteration:,}"

    def _tell_long_way(self, words: str, where: Callable[[], str]) -> None:
        """Keep a line of progress up to date as long as there is a way to go."""
        if self._session is None or self._debugger is None or not self._session.is_going:
            self.frame.header.tell("")
            return
        self.frame.header.tell(f"{words}, {where()} · Esc stops")
        self.set_timer(_PROGRESS, partial(self._tell_long_way, words, where))

    def action_escape(self) -> None:
        if self._session is not None and self._session.is_going:
            self._session.stop_going()
        elif self.frame.give_up():
            self._draw()

"""Moving the clock: forward, back, and to a place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from engine.common.numbers import grouped
from engine.common.text import counted
from engine.inspection.typed_iterations import parse_iteration
from engine.run.halt import Hit
from tui.actions.base import Base
from tui.engine_link import Command
from tui.view_state import State

if TYPE_CHECKING:
    from engine.common.progress import Cancel
    from engine.debugger import Debugger


class ClockActions(Base):
    """The keys that move through the program."""

    _again: Callable[[], None] | None = None
    """The motion that `.` repeats."""

    def action_run_or_pause(self) -> None:
        if self.session is None or self.moment is None:
            return
        if self.training:
            self.halt()
        elif self.moment.state is State.FINISHED:
            self.say("The planned iterations are done: raise iterations (2), or s for one more.")
        else:
            self.start()

    def action_change_speed(self, step: int) -> None:
        if self.session is not None:
            self.session.change_speed(step)

    def action_continue(self) -> None:
        if self.moment is None or self.training:
            return
        self._again = self.action_continue
        on = [stop for stop in self.moment.snapshot.stops if stop.enabled]
        if not any(stop.spec for stop in on):
            what = "Only a value that is no finite number" if on else "Nothing"
            self.say(f"{what} stops this: b sets a breakpoint, w a condition.")
        self.action_run_or_pause()

    def action_continue_back(self) -> None:
        self.halt()
        self._again = self.action_continue_back

        def told(hit: Hit | None) -> None:
            if hit is None:
                self.say("No stop lies before this.")

        self.travel("looking back for a stop", lambda d, cancel: d.back_to_stop(cancel), told)

    def _step(self, command: Command) -> None:
        """Take a step; a run under way ends, since a step means that one wants to look."""
        if self.training:
            self.halt()
        else:
            self._again = partial(self._step, command)
            self.do(command, is_step=True)

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
            self.say("Nothing to repeat yet: . does the last motion again.")

    def action_go_to(self) -> None:
        if self.moment is None:
            return
        self.halt()
        snapshot = self.moment.snapshot
        computed = snapshot.losses.size
        are = "is" if computed == 1 else "are"
        hint = (
            "a number, +100, -1, 50% or end\n"
            f"{counted(computed, 'iteration')} {are} computed; others are computed on the way"
        )

        def parse(text: str) -> str:
            self._destination(text)
            return text

        from tui.dialogs.prompt import PromptScreen, at_once

        self.push_screen(PromptScreen("Go to iteration", hint, at_once(parse)), self._go_to_text)

    def _destination(self, text: str) -> int:
        assert self.moment is not None
        snapshot = self.moment.snapshot
        return parse_iteration(
            text,
            now=snapshot.iteration,
            computed=snapshot.losses.size,
            planned=snapshot.hyperparameters.iterations,
        )

    def _go_to_text(self, text: str | None) -> None:
        if text is not None:
            relative = text.strip()[:1] in ("+", "-", "−")
            self.go_to(self._destination(text))
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

        self.halt()
        self.travel(f"on the way {text}", journey)

    def action_restore_best(self) -> None:
        self.halt()

        def told(iteration: int | None) -> None:
            if iteration is not None:
                self.say(
                    f"The best parameters, of iteration {grouped(iteration)}. g end goes back."
                )

        self.travel("to the best parameters", lambda d, cancel: d.restore_best(cancel), told)

    def give_up_search(self) -> None:
        if self.session is not None:
            self.session.stop_going()

    def go_to_iteration(self, iteration: int) -> None:
        self.halt()
        self.go_to(iteration)

    def action_escape(self) -> None:
        if self.session is not None and self.session.is_going:
            self.session.stop_going()
        elif self.frame.give_up():
            self.draw()
        elif self.frame.presenting:
            self.action_present()

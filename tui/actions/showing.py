"""Drawing: views come from the runner and go to the panes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.common.errors import InputError, NotComputedError
from engine.common.numbers import grouped
from tui import workspace_state as layout
from tui.actions.base import Base
from tui.dialogs.listing import ListScreen
from tui.engine_link import Answer, Outcome, Session, View, Window
from tui.view_state import Moment, State

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.formula.tensor import Array
    from engine.inspection.curves import Curves
    from engine.saved.saver import Saver

_COPY_ALL = 512
"""Up to so many observations a snapshot holds all; of more, only those that can be seen."""


class Showing(Base):
    """Puts runs on the screen and keeps it up to date."""

    _runs = 0
    _draws_watches = False
    _curves: Curves | None = None
    _shown_curves: Mapping[str, Array] = MappingProxyType({})
    _followed: object = None
    """The state for which the curves were last looked for."""
    _timed: tuple[float, int] | None = None
    """When the rate began to be measured, and at which iteration."""

    def show_run(
        self, debugger: Debugger, save: Callable[[Callable[[], object]], Saver | None]
    ) -> None:
        """Put a run on the screen; the one before, if there is one, is saved and closed.

        Args:
            debugger: The run.
            save: Starts saving it, as `Session` wants it.
        """
        before, self.session = self.session, None
        if before is not None:
            before.close("quit")
            self.selected = self._timed = self._followed = None
            self._shown_curves = {}
            self.frame.start_again()
        self.debugger = debugger
        self._runs += 1
        deliver = partial(self._deliver, self._runs)
        self.session = Session(debugger, self.fps, self._window, deliver, save, self.speed)
        if before is None:
            self.set_interval(min(1 / self.fps / 3, 0.05), self._tick)
            self.set_interval(1.0, self._tell_whether_saved)

    def _tick(self) -> None:
        if self.training and self.session is not None:
            self.session.tick()

    def _tell_whether_saved(self) -> None:
        saver = self.session.saver if self.session is not None else None
        problem = saver.problem if saver is not None else ""
        warning = self.moment.snapshot.warning if self.moment is not None else ""
        self.frame.warn(problem or warning)

    def _window(self) -> Window:
        """Return what the panes can show."""
        assert self.debugger is not None
        window = None
        if len(self.debugger.dataset.observations) > _COPY_ALL:
            window = self.frame.window(_COPY_ALL)
        width = self.frame.loss.size.width
        frame = self.frame
        return window, 2 * max(width, 50), frame.weights.inspected, frame.dataset.predicted

    def _deliver(self, run: int, outcome: Outcome) -> None:
        """Take what the session of a run delivers, in the runner's thread."""
        self.call_later(self._take_outcome, run, outcome)

    async def _take_outcome(self, run: int, outcome: Outcome) -> None:
        if not self.screen_stack or run != self._runs:
            # It came while the app was being closed, or is of the run before.
            return
        if isinstance(outcome, View):
            self._show(outcome)
            early, self.early = self.early, []
            for key in early:
                if self.screen_stack:
                    await self.on_event(key)
        elif isinstance(outcome, Answer):
            outcome.then(outcome.result)
        elif isinstance(outcome, NotComputedError):
            self.say(f"{outcome}: the key f runs it to its end", severity="error")
        elif isinstance(outcome, (InputError, MemoryError)):
            self.say(str(outcome) or "not enough memory", severity="error")
        else:
            raise outcome

    def _show(self, view: View) -> None:
        assert self.debugger is not None
        snapshot = view.snapshot
        state = State.RUNNING if view.running else State.PAUSED
        if not view.running and snapshot.finished and snapshot.position == 0:
            state = State.FINISHED
        best = snapshot.best if self.training and not view.running else None
        self.training = view.running
        self.speed = view.speed
        self.moment = Moment(
            dataset=self.debugger.dataset,
            snapshot=snapshot,
            state=state,
            rate=self._rate(snapshot.iteration) if view.running else None,
            selected=self.selected,
            speed=view.speed,
            curves=self._shown_curves,
            yours=self.yours,
            is_given=self.debugger.given is not None,
        )
        self.draw()
        self._follow()
        if best is not None and best != snapshot.iteration:
            self.say(f"R goes to the best parameters, of iteration {grouped(best)}.")

    def action_draw_watches(self) -> None:
        """Draw the watched numbers over the iterations, or no longer."""
        if self.moment is None:
            return
        self._draws_watches = not self._draws_watches
        if self._draws_watches and not self._watched():
            self.say("Nothing to draw yet: w watches a number, such as norm(dE_dw).")
        self._followed, self._shown_curves = None, {}
        self.tell("")

    def _watched(self) -> tuple[str, ...]:
        """Return what may be curves: the watches, and what was asked over iterations."""
        assert self.moment is not None
        stops = self.moment.snapshot.stops
        texts = [stop.spec for stop in stops if stop.value and stop.enabled and not stop.name]
        return tuple(dict.fromkeys([*texts, *([self.asked_over] if self.asked_over else [])]))

    def _follow(self) -> None:
        """Look for the curves where they are drawn and there is something new."""
        moment = self.moment
        if moment is None or not self._draws_watches or moment.is_blurred:
            return
        snapshot = moment.snapshot
        present = next(branch.number for branch in snapshot.branches if branch.current)
        wanted = (self._watched(), snapshot.losses.size, snapshot.changes, present)
        if wanted == self._followed or not snapshot.losses.size:
            return
        self._followed = wanted
        if self._curves is None:
            from engine.inspection.curves import Curves

            self._curves = Curves()
        curves, texts = self._curves, self._watched()

        def found(values: Mapping[str, Array] | None) -> None:
            if values is not None:
                self._shown_curves = values

        self.travel(
            "looking through the iterations",
            lambda debugger, cancel: curves.follow(debugger.branches.current.run, texts, cancel),
            found,
        )

    def start(self) -> None:
        if self.session is not None:
            self.training = True
            self._timed = None
            self.session.run()

    def _rate(self, iteration: int) -> float | None:
        """Return the iterations a second, smoothed over the last frames."""
        now = perf_counter()
        if self._timed is None or iteration < self._timed[1]:
            self._timed = (now, iteration)
            return None
        began, first = self._timed
        if now - began > 5.0:
            self._timed = (began + (now - began) / 2, first + (iteration - first) // 2)
        return (iteration - first) / (now - began) if now - began > 0.2 else None

    def draw(self) -> None:
        if self.moment is None:
            return
        if self.calm and self.moment.is_blurred:
            self.frame.header.show(self.moment)
            return
        self.frame.show(self.moment)
        if self.session is not None and self.session.saver is not None:
            self.session.saver.view = layout.describe(self.frame)
        if isinstance(self.screen, ListScreen):
            self.screen.show(self.moment)

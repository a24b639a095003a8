"""The screen's end of the runner: commands go in, views come back as messages."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any, TypeVar

from engine.common.pace import FULL, Speed
from engine.runner import Runner

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.inspection.snapshot import Snapshot
    from engine.saved.saver import Saver

T = TypeVar("T")
Command = Callable[["Debugger"], object]
Journey = Callable[["Debugger", Callable[[], bool]], T]
"""A command that may take long, and asks whether it is to be given up."""

_SHARE = 0.1
"""The share of its time that the screen's thread may spend on drawing while training."""
_TURN = 0.0005
"""Seconds after which the training thread lets the screen's thread have a turn."""
_SLOWEST = 2.0
"""Seconds between two frames at most."""


Window = tuple[slice | None, int, str | None, tuple[int, ...]]
"""The observations to ask for, the number of points of the losses, the tensor to summarise, and
the observations whose f is wanted in any case."""


@dataclass(frozen=True)
class View:
    """A snapshot, whether the runner went on running after it, and how fast it does."""

    snapshot: Snapshot
    running: bool
    speed: Speed = FULL


@dataclass(frozen=True)
class Answer:
    """The answer to a question to the debugger, and who wants to know."""

    result: object
    then: Callable[[Any], None]


Outcome = View | Answer | BaseException


class Session:
    """Gives commands to a runner and asks it for views, never waiting for either.

    Args:
        debugger: The debugger to run.
        fps: How many views a second to ask for, at most.
        window: Tells what a snapshot is to hold.
        deliver: Takes each view or error; called in the runner's thread.
        save: Starts saving the run, given what has the saver look at it; None where it is not
            to be saved.
        speed: The speed to run at.

    Attributes:
        saver: The saver of the run, if it is saved.
    """

    def __init__(
        self,
        debugger: Debugger,
        fps: float,
        window: Callable[[], Window],
        deliver: Callable[[Outcome], None],
        save: Callable[[Callable[[], object]], Saver | None] = lambda nudge: None,
        speed: Speed = FULL,
    ) -> None:
        # With the default of 5 ms, each of the many short turns that the screen takes for
        # one key would wait that long for the training thread.
        sys.setswitchinterval(_TURN)
        self._runner = Runner(debugger, speed)
        self._interval = 1.0 / fps
        self._window = window
        self._deliver = deliver
        self._going = threading.Event()
        self._going.set()
        self._waiting: set[Future[View]] = set()
        self._droppable: set[Future[View]] = set()
        self._next_frame = 0.0
        self._last_tick = (perf_counter(), thread_time())
        self.saver = save(lambda: self._runner.serve(lambda debugger: self._let_save()))

    def _let_save(self) -> bool:
        """Poll the saver, in the thread that calls this; return false."""
        return self.saver is not None and self.saver.poll()

    def do(self, command: Command | None = None, is_step: bool = False) -> None:
        """Execute a command and deliver the view after it.

        Args:
            command: The command to do first.
            is_step: Whether it only moves on, so that a pause may drop it.
        """
        window = self._window()

        def job(debugger: Debugger) -> View:
            if command is not None:
                command(debugger)
            return View(debugger.snapshot(*window), self._runner.running, self._runner.speed)

        future = self._runner.submit(job)
        self._waiting.add(future)
        if command is None or is_step:
            self._droppable.add(future)
        future.add_done_callback(self._done)

    def _done(self, future: Future[View]) -> None:
        self._droppable.discard(future)
        self._forward(future, lambda view: view)
        self._waiting.discard(future)

    def _forward(self, future: Future[T], wrap: Callable[[T], Outcome]) -> None:
        outcome: Outcome
        try:
            outcome = wrap(future.result())
        except CancelledError:
            return
        except Exception as error:
            outcome = error
        # The screen may have gone in the meantime.
        with suppress(RuntimeError):
            self._deliver(outcome)

    def ask(self, question: Callable[[Debugger], T], then: Callable[[T], None]) -> None:
        """Ask the debugger a question; `then` gets the answer in the screen's thread."""
        future = self._runner.submit(question)
        future.add_done_callback(lambda done: self._forward(done, lambda r: Answer(r, then)))

    def run(self) -> None:
        """Run on until the planned iterations are done."""
        self._runner.run()
        self.do()

    def change_speed(self, step: int) -> None:
        """Run on faster or slower, by so many speeds of the list."""
        self._runner.change_speed(step)
        self.do()

    def pause(self) -> None:
        """Stop at the next boundary, dropping the steps that still wait."""
        for future in tuple(self._droppable):
            future.cancel()
        self._runner.pause()
        self.do()

    def request(self, question: Callable[[Debugger], T]) -> Future[T]:
        """Ask the debugger a question and return the future of its answer."""
        return self._runner.submit(question)

    def request_long(self, journey: Journey[T]) -> Future[T]:
        """Ask a question that may take long, so that `stop_going` can end it."""
        return self._runner.submit(self._cancellable(journey))

    def travel(self, journey: Journey[T], then: Callable[[T], None] = lambda result: None) -> None:
        """Execute a command that `stop_going` can end, then deliver a view."""
        self.ask(self._cancellable(journey), then)
        self.do()

    def _cancellable(self, journey: Journey[T]) -> Callable[[Debugger], T]:
        going = self._going = threading.Event()

        def go(debugger: Debugger) -> T:
            try:
                # A long way must not keep what it computes from being saved.
                return journey(debugger, lambda: self._let_save() or going.is_set())
            finally:
                going.set()

        return go

    @property
    def is_going(self) -> bool:
        """Whether a command that may take long is under way."""
        return not self._going.is_set()

    def stop_going(self) -> None:
        """Cancel what is under way."""
        self._going.set()

    def tick(self) -> None:
        """Ask for the next frame if it is due; called often while running."""
        now = perf_counter()
        if self._waiting or now < self._next_frame:
            return
        last, drawn = self._last_tick
        busy = thread_time() - drawn
        self._last_tick = (now, thread_time())
        # A frame that came with a pause says nothing of what drawing costs.
        pace = busy / _SHARE if now - last < _SLOWEST else 0.0
        self._next_frame = now + min(max(self._interval, pace), _SLOWEST) - 0.005
        self.do()

    def save_at_once(self, ended: str) -> None:
        """Cancel what is under way and save a last time; from any thread.

        Args:
            ended: The end of the session, e.g. SIGHUP.
        """
        self._going.set()
        if self.saver is not None:
            self.saver.close(ended)

    def close(self, ended: str) -> None:
        """Save a last time and end the runner's thread.

        Args:
            ended: The end of the session, e.g. quit or SIGHUP.
        """
        self._deliver = lambda outcome: None
        self.save_at_once(ended)
        self._runner.close()

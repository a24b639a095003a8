"""The thread that owns a debugger while a screen looks at it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from engine.common.pace import FULL, Clock, Pace, Speed

if TYPE_CHECKING:
    from engine.debugger import Debugger

T = TypeVar("T")

_Job = tuple["Future[Any]", Callable[[], Any], bool]


class Runner:
    """Runs a debugger in a daemon thread and obeys commands in the order they come.

    A command waits at most for the end of the present iteration, or of the present
    operation where an iteration takes longer than 15 ms. The thread never waits for
    the one who gave the command.
    """

    def __init__(self, debugger: Debugger, speed: Speed = FULL, clock: Clock | None = None) -> None:
        self._debugger = debugger
        self._clock = clock or Clock()
        self._pace = Pace(self._clock.now)
        self._pace.speed = speed
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._running = False
        self._closed = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="runner", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the debugger runs on by itself."""
        return self._running

    @property
    def speed(self) -> Speed:
        """The speed at which it runs on."""
        return self._pace.speed

    def submit(self, command: Callable[[Debugger], T]) -> Future[T]:
        """Execute a command on the debugger, in its turn.

        Args:
            command: Called in the runner's thread.

        Returns:
            The command's result, or its exception; cancelling it before it has begun
            drops the command.
        """
        return self._enqueue(lambda: command(self._debugger))

    def serve(self, command: Callable[[Debugger], T]) -> Future[T]:
        """Execute a command whose result nobody waits for; its failure is told to nobody."""
        return self._enqueue(lambda: command(self._debugger), takes_failure=False)

    def run(self) -> Future[None]:
        """Run on until the planned iterations are done or `pause` is called."""
        return self._enqueue(lambda: self._set_running(True), takes_failure=False)

    def change_speed(self, step: int) -> Future[None]:
        """Run on faster or slower, by so many speeds of the list."""
        return self._enqueue(lambda: self._change_speed(step), takes_failure=False)

    def pause(self) -> Future[None]:
        """Stop at the next boundary."""
        return self._enqueue(lambda: self._set_running(False), takes_failure=False)

    def close(self, timeout: float = 1.0) -> None:
        """End the thread, waiting for it at most `timeout` seconds."""
        self._enqueue(self._set_closed, takes_failure=False)
        self._thread.join(timeout)

    def _enqueue(self, job: Callable[[], T], takes_failure: bool = True) -> Future[T]:
        future: Future[T] = Future()
        self._jobs.put((future, job, takes_failure))
        return future

    def _set_running(self, running: bool) -> None:
        if running and not self._running:
            self._pace.begin()
        self._running = running

    def _change_speed(self, step: int) -> None:
        self._pace.change(self.speed.beside(step), len(self._debugger.program.operations))

    def _set_closed(self) -> None:
        self._closed = True

    def _work(self) -> None:
        while not self._closed:
            job = self._next_job()
            if job is not None:
                self._obey(*job)
            else:
                self._run_on_or_fail()

    def _next_job(self) -> _Job | None:
        """Wait for a command; None once it is time to run on."""
        if not self._running or not self._jobs.empty():
            return self._jobs.get()
        seconds = self._pace.wait()
        return self._clock.next_of(self._jobs, seconds) if seconds else None

    def _run_on_or_fail(self) -> None:
        """Run on; keep an error for whoever gives the next command."""
        try:
            self._run_on()
        except Exception as error:
            self._running = False
            self._failure = error

    def _run_on(self) -> None:
        debugger, waiting = self._debugger, self._jobs
        planned = debugger.hyperparameters.iterations
        share = self._pace.take(len(debugger.program.operations))
        operations = share if self.speed.walks else None
        end = planned if share is None or operations else debugger.iteration + share
        hit = debugger.proceed(min(end, planned), lambda: not waiting.empty(), operations)
        if hit is not None or debugger.iteration >= planned:
            self._running = False

    def _obey(self, future: Future[Any], job: Callable[[], Any], takes_failure: bool) -> None:
        if not future.set_running_or_notify_cancel():
            return
        if takes_failure and self._failure is not None:
            future.set_exception(self._failure)
            self._failure = None
            return
        try:
            result = job()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)

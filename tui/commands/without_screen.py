"""Training without a screen: progress where there is a terminal, Ctrl-C ends it cleanly."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from types import FrameType
from typing import TYPE_CHECKING, Protocol, TypeVar

import click

from engine.common.numbers import grouped
from engine.debugger import Debugger
from tui.terminal.interrupt import interruptible
from tui.terminal.process import writes_over

if TYPE_CHECKING:
    from engine.common.progress import Cancel, Progress
    from engine.run.halt import Hit
    from tui.opening.opened import Opening

T = TypeVar("T")

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_BETWEEN_BARS, _BETWEEN_LINES = 0.1, 10.0
"""Seconds."""


class _Progress(Protocol):
    length: int | None

    def update(self, further: int, /) -> object: ...


class _Lines:
    """Progress where a bar cannot be drawn anew: a line now and then."""

    def __init__(self, label: str, length: int) -> None:
        self.length: int | None = length
        self._label = label
        self._done = 0
        self._next = perf_counter() + _BETWEEN_LINES

    def update(self, further: int) -> None:
        """Advance the progress."""
        self._done += further
        if perf_counter() > self._next:
            self._next = perf_counter() + _BETWEEN_LINES
            click.echo(
                f"nn-tui: {self._label}: {grouped(self._done)} of {grouped(self.length or 0)}",
                err=True,
            )


@contextmanager
def _bar(label: str, length: int) -> Iterator[_Progress]:
    """Show progress on the terminal that stderr is."""
    if not writes_over(sys.stderr):
        yield _Lines(label, length)
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar


def train_until(debugger: Debugger, condition: str) -> tuple[bool, bool]:
    """Run until a condition has become true, or until Ctrl-C.

    Returns:
        Whether it has, the clock then standing before that iteration, and whether the run
        was interrupted.

    Raises:
        InputError: It is no condition.
    """
    watch = debugger.stops.add_watch(condition)
    for stop in debugger.stops:
        stop.enabled = stop is watch
    debugger.stops.require_condition(watch)
    with interruptible() as interrupted:
        hit = debugger.proceed(cancel=interrupted.is_set)
    if hit is not None:
        debugger.go_to(hit.iteration - 1)
    return hit is not None, interrupted.is_set()


def train_and_save(opening: Opening) -> tuple[float, bool]:
    """Train to the end, saving the run on the way; as `train_to_the_end`.

    SIGTERM and SIGHUP end it with what is saved then.
    """
    saver = opening.saver()
    if saver is None:
        return train_to_the_end(opening.debugger)
    ended: list[int] = []

    def end(signum: int, frame: FrameType | None) -> None:
        ended.append(signum)

    before = {number: signal.signal(number, end) for number in _ENDING}
    why = "error"
    try:
        seconds, interrupted = train_to_the_end(
            opening.debugger, also=lambda: saver.poll() or bool(ended)
        )
        why = signal.Signals(ended[0]).name if ended else "SIGINT" if interrupted else "quit"
    except Exception as error:
        if saver.close(why, here=True):
            error.add_note("the run is saved, --resume continues it")
        raise
    finally:
        if not saver.close(why, here=True):
            click.echo(f"nn-tui: the run is {saver.problem}", err=True)
        for number, handler in before.items():
            signal.signal(number, handler)
    if ended:
        sys.exit(128 + ended[0])
    return seconds, interrupted


def train_to_the_end(
    debugger: Debugger, iterations: int | None = None, also: Cancel | None = None
) -> tuple[float, bool]:
    """Run until a number of iterations are complete, or until Ctrl-C.

    Args:
        debugger: The debugger to run.
        also: Asked between iterations too; true ends the run.
        iterations: By default the planned number, or fewer where the target is reached or
            patience ends; the latter goes back to the best parameters.

    Returns:
        The seconds it took and whether it was interrupted.
    """
    total = debugger.hyperparameters.iterations if iterations is None else iterations
    began = perf_counter()

    def run(cancel: Cancel) -> Hit | None:
        if iterations is None:
            return debugger.train(cancel)
        debugger.run_to(iterations, cancel)
        return None

    with interruptible() as interrupted:
        is_set = interrupted.is_set
        cancel = is_set if also is None else lambda: also() or is_set()
        shown = sys.stderr.isatty()
        hit = _with_bar(debugger, run, total, cancel) if shown else run(cancel)
        if hit is not None and hit.is_patience:
            debugger.restore_best()
    return perf_counter() - began, interrupted.is_set()


def _with_bar(
    debugger: Debugger,
    run: Callable[[Cancel], Hit | None],
    total: int,
    ended: Cancel,
) -> Hit | None:
    hit = None
    with _bar("training", total) as bar:
        while debugger.iteration < total and hit is None and not ended():
            done, pause = debugger.iteration, perf_counter() + _BETWEEN_BARS

            def cancel(pause: float = pause) -> bool:
                return ended() or perf_counter() > pause

            hit = run(cancel)
            bar.update(debugger.iteration - done)
    return hit


def with_progress(label: str, job: Callable[[Progress, Cancel], T]) -> T:
    """Run a function with a progress bar where there is a terminal, until done or Ctrl-C.

    Args:
        label: What the bar says.
        job: Called with what to tell of progress, and what asks whether to give up.
    """
    shown, bar_at = 0, perf_counter() + _BETWEEN_BARS

    def tell(done: int, total: int) -> None:
        nonlocal shown, bar_at
        now = perf_counter()
        if now > bar_at or done == total:
            bar.length, bar_at = total, now + _BETWEEN_BARS
            bar.update(done - shown)
            shown = done

    with interruptible() as interrupted:
        if not sys.stderr.isatty():
            return job(lambda done, total: None, interrupted.is_set)
        with _bar(label, 1) as bar:
            return job(tell, interrupted.is_set)

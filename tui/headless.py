"""Training without a screen: a progress bar where there is a terminal, Ctrl-C ends it cleanly."""

from __future__ import annotations

import signal
import sys
import threading
from time import perf_counter
from types import FrameType

import click

from engine.debugger import Debugger

_BETWEEN_BARS = 0.1
"""Seconds."""


def train_to_the_end(debugger: Debugger, iterations: int | None = None) -> tuple[float, bool]:
    """Run until so many iterations are complete, or until Ctrl-C.

    Args:
        debugger: What to run.
        iterations: By default the planned number.

    Returns:
        The seconds it took and whether it was interrupted.
    """
    total = debugger.hyperparameters.iterations if iterations is None else iterations
    interrupted = threading.Event()

    def interrupt(signum: int, frame: FrameType | None) -> None:
        # A second Ctrl-C does what it always does.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        interrupted.set()

    before = signal.signal(signal.SIGINT, interrupt)
    began = perf_counter()
    try:
        if sys.stderr.isatty():
            _with_bar(debugger, total, interrupted)
        else:
            debugger.run_to(total, cancel=interrupted.is_set)
    finally:
        signal.signal(signal.SIGINT, before)
    return perf_counter() - began, interrupted.is_set()


def _with_bar(debugger: Debugger, total: int, interrupted: threading.Event) -> None:
    with click.progressbar(length=total, label="training", file=sys.stderr) as bar:
        while debugger.iteration < total and not interrupted.is_set():
            done, pause = debugger.iteration, perf_counter() + _BETWEEN_BARS

            def cancel(pause: float = pause) -> bool:
                return interrupted.is_set() or perf_counter() > pause

            debugger.run_to(total, cancel)
            bar.update(debugger.iteration - done)

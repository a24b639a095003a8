"""Whether a saved run is what it must be."""

import time
from collections.abc import Callable
from functools import cache

from engine import Debugger, Hyperparameters, read_dataset
from engine.saved.library import Entry, Library
from engine.saved.restore import open_run


def until(condition: Callable[[], object], seconds: float = 120) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began


@cache
def uninterrupted(iterations: int) -> Debugger:
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=10**9))
    debugger.run_to(iterations)
    return debugger


def check_exact(library: Library) -> int:
    """The last run is an uninterrupted one, and goes on as one; return how far it was."""
    (entry, *_) = library.entries()
    assert entry.saved is not None, entry.problem
    resumed = open_run(entry.folder)
    assert not resumed.notices
    debugger = resumed.debugger
    reached = len(debugger.losses)
    whole = uninterrupted(-(-(reached + 10) // 100_000) * 100_000)
    assert debugger.losses.tobytes() == whole.losses[:reached].tobytes()
    debugger.run_to(reached + 10)
    whole.go_to(reached + 10)
    assert debugger.losses.tobytes() == whole.losses[: reached + 10].tobytes()
    for name, values in whole.parameters.items():
        assert debugger.parameters[name].tobytes() == values.tobytes()
    return reached


def last(library: Library) -> Entry:
    return library.entries()[0]

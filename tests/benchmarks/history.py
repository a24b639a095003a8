"""Going back in a long run: how long a step takes, and what memory the way back needs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np

from engine.data.dataset import Dataset
from engine.data.table.read import read_dataset
from engine.debugger import Debugger
from engine.model.hyperparameters import Hyperparameters
from tests.benchmarks.budget import Row
from tests.benchmarks.measure import worked

_ITERATIONS = 1_000_000
_PLACES, _CHECKED = 300, 2

Place = tuple[int, int]
"""Complete iterations, and operations that have run of the next one."""


def rows() -> list[Row]:
    """Measure steps back from many places of a run of a million iterations.

    They are measured in a process of their own: only its memory is that of the run alone.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        seconds, peak, kept = process.submit(_measure).result()
    middle = median(seconds) * 1000
    return [
        Row(
            what=f"one step back in {_ITERATIONS:,} iterations of OR, worst",
            value=max(seconds) * 1000,
            limit=50,
            form="{:.1f} ms",
            detail=f"median {middle:.2f} of {len(seconds)}",
        ),
        Row(
            what=f"memory for going back in {_ITERATIONS:,} iterations of OR, peak",
            value=peak / 1e6,
            limit=256,
            form="{:.0f} MB",
            detail=f"growth of the resident set; {kept / 1e6:.0f} after the run",
        ),
    ]


def _measure() -> tuple[list[float], int, int]:
    """Return the seconds of the steps, and by how many bytes the process has grown.

    The growth is that of the peak from before the run to after the steps, and that of
    what is resident at the end of the run.
    """
    dataset = read_dataset("or")
    # What NumPy sets up on its first use is not the history's.
    _run(dataset, 1_000)
    _forget_the_peak()
    before = _resident("VmRSS")
    debugger = _run(dataset, _ITERATIONS)
    kept = _resident("VmRSS") - before
    places = _places(len(debugger.program.operations))
    seconds = [second for place in places for second in _steps_back(debugger, place)]
    peak = _resident("VmHWM") - before
    _check(debugger, sorted(places[-_CHECKED:]))
    return seconds, peak, kept


def _run(dataset: Dataset, iterations: int) -> Debugger:
    debugger = Debugger(dataset, Hyperparameters(iterations=iterations))
    debugger.run_to(iterations)
    return debugger


def _places(operations: int) -> list[Place]:
    """The end of the run, and places in the midst of iterations anywhere in it."""
    state = np.random.RandomState(1)
    iterations = state.randint(1, _ITERATIONS, _PLACES).tolist()
    positions = state.randint(1, operations, _PLACES).tolist()
    return [(_ITERATIONS - 1, operations - 1), *zip(iterations, positions, strict=True)]


def _steps_back(debugger: Debugger, place: Place) -> list[float]:
    """Time a step of either kind from a place and from the start of the next iteration."""
    iteration, _ = place

    def seconds(step: Callable[[], None], place: Place) -> float:
        debugger.go_to(*place)
        return worked(step)

    steps = (debugger.back_operation, debugger.back_iteration)
    return [seconds(step, at) for at in (place, (iteration + 1, 0)) for step in steps]


def _check(debugger: Debugger, places: list[Place]) -> None:
    """Compare where steps back lead with a run that was never ahead of that.

    Raises:
        RuntimeError: A value differs in a bit.
    """
    fresh = Debugger(debugger.dataset, debugger.hyperparameters)
    for iteration, position in places:
        debugger.go_to(iteration + 1, position)
        debugger.back_iteration()
        fresh.go_to(iteration, position)
        if _state(debugger) != _state(fresh):
            raise RuntimeError(f"a step back to {iteration}, {position} leads elsewhere")


def _state(debugger: Debugger) -> tuple[Place, dict[str, bytes]]:
    """The clock and every value that it shows, as bits."""
    snapshot = debugger.snapshot()
    values = {**snapshot.values, **debugger.parameters}
    values["losses"] = snapshot.losses[: snapshot.iteration]
    bits = {name: array.tobytes() for name, array in values.items()}
    return (snapshot.iteration, snapshot.position), bits


def _forget_the_peak() -> None:
    """Have the peak of the resident set start again at what is resident now."""
    Path("/proc/self/clear_refs").write_text("5")


def _resident(which: str) -> int:
    """Return the bytes of memory that are resident (VmRSS) or were at the most (VmHWM)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, size = line.partition(":")
        if name == which:
            return int(size.split()[0]) * 1024
    raise KeyError(which)

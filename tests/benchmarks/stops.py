"""Training with a condition that is looked at in every iteration, against plain training."""

from __future__ import annotations

from functools import partial

from engine.dataset import read_dataset
from engine.debugger import Debugger
from tests.benchmarks.budget import Row
from tests.benchmarks.measure import alternate, timed

_ROUNDS, _ITERATIONS = 151, 2_000
_CONDITION = "E < 1e-9"


def rows() -> list[Row]:
    """Measure what a stop costs."""
    plain, watched = Debugger(read_dataset("or")), Debugger(read_dataset("or"))
    watched.stops.add_watch(_CONDITION)
    run_plain, run_watched = partial(_run, plain), partial(_proceed, watched)
    alternate(run_plain, run_watched, 1)
    comparison = alternate(run_plain, run_watched, _ROUNDS)
    if plain.losses.tobytes() != watched.losses.tobytes():
        raise RuntimeError("a watch has changed the training")
    return [
        Row(
            what=f"training OR while watching {_CONDITION}, against training alone",
            value=comparison.ratio,
            limit=0.6,
            form="{:.0%} of the speed",
            detail=f"{comparison.spread('{:.0%}')}; {comparison.medians('µs', 1e6, '{:.1f}')}",
            at_least=True,
        )
    ]


def _run(debugger: Debugger) -> float:
    """Return the seconds of an iteration of plain training."""
    return timed(partial(debugger.run, _ITERATIONS)) / _ITERATIONS


def _proceed(debugger: Debugger) -> float:
    """Return the seconds of an iteration under the eyes of the stops."""
    end = debugger.iteration + _ITERATIONS
    seconds = timed(partial(debugger.proceed, end))
    if debugger.iteration != end:
        raise RuntimeError("the watch has stopped the training")
    return seconds / _ITERATIONS

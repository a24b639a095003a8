"""What it costs to look out for a reason to stop."""

from __future__ import annotations

from functools import partial

from engine.data.table.read import read_dataset
from engine.debugger import Debugger
from engine.model.hyperparameters import Hyperparameters
from tests.benchmarks.budget import Row
from tests.benchmarks.measure import alternate, worked

_ROUNDS, _ITERATIONS = 51, 3_000


def rows() -> list[Row]:
    """Measure training with a condition against training without."""
    return [_row("E < 1e-9", 0.6), _row("norm(dE_dw) < 1e-9 and E < prev(E)", 0.6)]


def _row(condition: str, limit: float) -> Row:
    hyperparameters = Hyperparameters(iterations=10**9)
    plain, watched = (Debugger(read_dataset("or"), hyperparameters) for _ in range(2))
    watched.stops.add_watch(condition)

    def train(debugger: Debugger, guarded: bool) -> float:
        to = debugger.iteration + _ITERATIONS
        return worked(partial(debugger.proceed if guarded else debugger.run_to, to))

    comparison = alternate(partial(train, plain, False), partial(train, watched, True), _ROUNDS)
    return Row(
        what=f"training with the condition {condition}",
        value=comparison.ratio * 100,
        limit=limit * 100,
        form="{:.0f} % of the plain speed",
        detail=f"median of {_ROUNDS} rounds",
        at_least=True,
    )

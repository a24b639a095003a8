"""The engine against loops that are written out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np

from engine.data.dataset import Dataset
from engine.data.table.read import read_dataset
from engine.debugger import Debugger
from engine.maths.tensor import Array
from engine.model.hyperparameters import Hyperparameters
from tests.benchmarks.budget import Row
from tests.benchmarks.inplace import InPlace
from tests.benchmarks.measure import Comparison, alternate, timed
from tests.benchmarks.notebook import Notebook

_OR_ROUNDS, _OR_ITERATIONS = 151, 2_000
_LARGE_ROUNDS, _LARGE_ITERATIONS = 101, 5


class _Loop(Protocol):
    v: Array
    w: Array

    def __init__(self, x: Array, f0: Array, v: Array, w: Array, eta: float) -> None: ...

    def run(self, iterations: int) -> None: ...


def rows() -> list[Row]:
    """Measure the engine alone."""
    return [_or_row(), _large_row()]


def _or_row() -> Row:
    debugger = Debugger(read_dataset("or"))
    comparison = _compare(debugger, Notebook, _OR_ROUNDS, _OR_ITERATIONS)
    faster = comparison.inverse
    return Row(
        what="engine on OR against the notebook's loop",
        value=faster.ratio,
        limit=1.4,
        form="{:.2f}× faster",
        detail=f"{faster.spread('{:.2f}')}; {comparison.medians('µs', 1e6, '{:.1f}')}",
        at_least=True,
    )


def _large_row() -> Row:
    state = np.random.RandomState(1)
    dataset = Dataset.from_arrays(state.rand(10_000, 64), state.rand(10_000, 10))
    debugger = Debugger(dataset, Hyperparameters(hidden=32))
    comparison = _compare(debugger, InPlace, _LARGE_ROUNDS, _LARGE_ITERATIONS)
    return Row(
        what="engine on 10,000×64 → 32 → 10 against an in-place loop",
        value=comparison.ratio,
        limit=1.1,
        form="{:.3f}× the time",
        detail=f"{comparison.spread('{:.2f}')}; {comparison.medians('ms', 1e3, '{:.1f}')}",
    )


def _compare(debugger: Debugger, loop: type[_Loop], rounds: int, iterations: int) -> Comparison:
    """Compare the seconds of an iteration, the debugger's first.

    Raises:
        RuntimeError: They do not train the same network in the same way.
    """
    dataset, eta = debugger.dataset, debugger.hyperparameters.learning_rate
    initial = debugger.initial_parameters
    reference = loop(dataset.x, dataset.f0, initial["v"], initial["w"], eta)

    def seconds(run: Callable[[int], None]) -> float:
        return timed(partial(run, iterations)) / iterations

    engine, written_out = partial(seconds, debugger.run), partial(seconds, reference.run)
    alternate(engine, written_out, 1)
    comparison = alternate(engine, written_out, rounds)
    trained = debugger.parameters
    if not (np.allclose(trained["v"], reference.v) and np.allclose(trained["w"], reference.w)):
        raise RuntimeError("the engine and the loop have come to different weights")
    return comparison

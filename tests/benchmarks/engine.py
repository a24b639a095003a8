"""The engine against loops that are written out."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Protocol

import numpy as np

from engine.data.dataset import Dataset
from engine.data.table.read import read_dataset
from engine.debugger import Debugger
from engine.formula.tensor import Array
from engine.loop.plan import loop_name
from engine.model.hyperparameters import Hyperparameters
from tests.benchmarks.budget import Row
from tests.benchmarks.compiled import Train, jax_scan, numba_loops
from tests.benchmarks.inplace import InPlace
from tests.benchmarks.measure import Comparison, alternate, worked
from tests.benchmarks.notebook import Notebook

_COMPILED_ITERATIONS = 20_000
_OR_ROUNDS, _OR_ITERATIONS = 101, 2_000
_LARGE_ROUNDS, _LARGE_ITERATIONS = 101, 5


class _Loop(Protocol):
    v: Array
    w: Array

    def __init__(self, x: Array, f0: Array, v: Array, w: Array, eta: float) -> None: ...

    def run(self, iterations: int) -> None: ...


def rows() -> list[Row]:
    """Measure the engine alone."""
    return [
        _or_row("C", 25.0),
        _or_row("Python", 1.4),
        _compiled_row("JAX's scan", jax_scan, 1.0),
        _compiled_row("scalar loops by numba", numba_loops, 4.0),
        _single_row(),
        _large_row(),
        _scan_row(),
    ]


def _debugger(loop: str, data: str, **options: object) -> Debugger:
    """Return a debugger that trains in the loop, or by calls from Python."""
    before = os.environ.get("NN_TUI_LOOP", "")
    os.environ["NN_TUI_LOOP"] = loop.lower()
    try:
        return Debugger(read_dataset(data), Hyperparameters(**options))  # type: ignore[arg-type]
    finally:
        os.environ["NN_TUI_LOOP"] = before


def _or_row(loop: str, limit: float) -> Row:
    debugger = _debugger(loop, "or")
    comparison = _compare(debugger, Notebook, _OR_ROUNDS, _OR_ITERATIONS)
    faster = comparison.inverse
    return Row(
        what=f"engine on OR ({loop}) against the notebook's loop",
        value=faster.ratio,
        limit=limit,
        form="{:.2f}× faster",
        detail=f"{faster.spread('{:.2f}')}; {comparison.medians('µs', 1e6, '{:.2f}')}",
        at_least=True,
        is_missing=loop == "C" and loop_name() != "C",
    )


def _compiled_row(name: str, make: Callable[..., Train | None], limit: float) -> Row:
    """Compare OR in the loop with a compiled one, compilation not counted."""
    debugger = _debugger("C", "or", iterations=10**9)
    dataset, initial = debugger.dataset, debugger.initial_parameters
    eta = debugger.hyperparameters.learning_rate
    train = make(dataset.x, dataset.f0, initial["v"], initial["w"], eta)
    what = f"engine on OR (C) against {name}"
    if train is None or loop_name() != "C":
        return Row(what=what, value=0, limit=limit, form="", detail="", is_missing=True)
    debugger.run(_COMPILED_ITERATIONS)
    _, w, E = train(_COMPILED_ITERATIONS)
    if not (np.allclose(debugger.parameters["w"], w) and np.allclose(debugger.losses, E)):
        raise RuntimeError(f"the engine and {name} have come to different weights")

    def seconds(run: Callable[[int], object]) -> float:
        return worked(partial(run, _COMPILED_ITERATIONS)) / _COMPILED_ITERATIONS

    comparison = alternate(partial(seconds, debugger.run), partial(seconds, train), 31)
    return Row(
        what=what,
        value=comparison.ratio,
        limit=limit,
        form="{:.2f}× the time",
        detail=f"{comparison.spread('{:.2f}')}; {comparison.medians('µs', 1e6, '{:.2f}')}",
    )


def _single_row() -> Row:
    """Batches of one observation, shuffled, on 2-2-1: the loop against calls from Python."""
    options = {"hidden": 2, "batch_size": "1", "shuffle": "yes", "iterations": 10**9}
    loop, calls = (_debugger(way, "xor", **options) for way in ("C", "Python"))

    def seconds(debugger: Debugger, iterations: int) -> float:
        return worked(partial(debugger.run, iterations)) / iterations

    comparison = alternate(partial(seconds, loop, 20_000), partial(seconds, calls, 1_000), 31)
    return Row(
        what="batches of 1 with shuffle, 2-2-1 (C): 20 times quicker than 70 µs",
        value=median(comparison.first) * 1e6,
        limit=3.5,
        form="{:.2f} µs an iteration",
        detail=f"{comparison.medians('µs', 1e6, '{:.1f}')} by calls from Python",
        is_missing=loop_name() != "C",
    )


def _scan_row() -> Row:
    debugger = _debugger("C", "or", iterations=10**6)
    debugger.run(10**6)
    seconds = worked(lambda: debugger.scan("norm(dE_dw)"))
    return Row(
        what="norm(dE_dw) over all of 1,000,000 iterations of OR",
        value=seconds,
        limit=3.0,
        form="{:.2f} s",
        detail="once",
        is_missing=loop_name() != "C",
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
        return worked(partial(run, iterations)) / iterations

    engine, written_out = partial(seconds, debugger.run), partial(seconds, reference.run)
    alternate(engine, written_out, 1)
    comparison = alternate(engine, written_out, rounds)
    trained = debugger.parameters
    if not (np.allclose(trained["v"], reference.v) and np.allclose(trained["w"], reference.w)):
        raise RuntimeError("the engine and the loop have come to different weights")
    return comparison

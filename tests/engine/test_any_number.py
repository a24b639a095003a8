"""Whatever numbers a tensor or a table holds: what is said of them is true and raises nothing."""

import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters
from engine.analysis.evaluate import Forward
from engine.analysis.histograms import distributions, histogram, update_ratio
from engine.analysis.metrics import Examiner, assess
from engine.analysis.surface import Surface
from engine.analysis.tensor_summary import summarise
from engine.inspection.explain import chain, explain
from engine.reports.trace import trace_object, trace_text
from engine.reports.training import chain_text, run_object, run_text
from tests.engine.nets import CLASSES, OTHERS, make

LARGEST = float(np.finfo(float).max)
ODD = (0.0, 5e-324, -5e-324, 1e308, -1e308, LARGEST, -LARGEST, 1.0, 1e-310, 1e200, -1e-200)
NONE = (math.inf, -math.inf, math.nan)
FINITE = [
    *([value] * 4 for value in ODD),
    [1e200, -3e200, 5e199],
    [1e-200, 4e-200, 3e-200],
    [LARGEST, LARGEST, -LARGEST],
    [5e-324, 1e-323, 0.0],
    list(ODD),
]


def filled(debugger: Debugger, seed: int) -> Debugger:
    """Put odd numbers into all that is computed."""
    random = np.random.RandomState(seed)
    for tensor in debugger.program.tensors.values():
        if tensor.data.flags.writeable:
            tensor.data[...] = random.choice([*ODD, *NONE], tensor.shape)
    return debugger


@pytest.mark.one_in(5)
@pytest.mark.parametrize("kind", OTHERS, ids=lambda kind: "-".join(map(str, kind.values())))
def test_every_number_is_explained(kind: dict[str, Any]) -> None:
    debugger = make(**kind)
    debugger.finish_iteration()
    run = debugger._run
    for seed in range(2):
        filled(debugger, seed)
        for name, tensor in run.program.tensors.items():
            for index in list(np.ndindex(tensor.shape))[:3]:
                assert str(explain(run, name, index)).count(" = ")
        name = run.program.operations[-1].name
        index = (0,) * len(run.program.tensors[name].shape)
        assert chain_text(chain(run, name, index), 0)


@pytest.mark.parametrize("values", FINITE, ids=str)
def test_measures_against_exact_arithmetic(values: list[float]) -> None:
    data = np.array(values)
    exact = [Fraction(value) for value in values]
    squares = sum(value**2 for value in exact)
    found = summarise("v", data)
    close = {"rel": 1e-12, "abs": 1e-322}
    assert found.mean == pytest.approx(float(sum(exact) / len(exact)), **close)
    assert found.norm == pytest.approx(root(squares), **close)
    drawn = histogram(data, 5)
    assert (drawn.low, drawn.high, drawn.nonfinite) == (min(values), max(values), 0)
    assert drawn.counts.sum() == len(values)
    assert drawn.mean == found.mean
    if min(values) < max(values):
        assert min(drawn.counts[0], drawn.counts[-1]) > 0
        span = exact_share(exact)
        for place, count in enumerate(drawn.counts):
            near = [s for s in span if place - 1e-9 <= s * 5 <= place + 1 + 1e-9]
            assert count <= len(near)
    measured = assess(data[:, None], -data[:, None] / 2, None, ("y",))
    rmse = root(squares * Fraction(9, 4) / len(exact))
    rough = {"rel": 1e-12, "abs": 1e-323}
    assert measured.rmse[0] == pytest.approx(rmse, **rough)
    mae = sum(map(abs, exact)) * Fraction(3, 2) / len(exact)
    assert measured.mae[0] == pytest.approx(root(mae**2), **rough)


def root(square: Fraction) -> float:
    """The root of an exact number, infinite where it is beyond the numbers that there are."""
    if not square:
        return 0.0
    # Scaled so that the root of a whole number has 60 digits or more.
    power = 2200
    whole = math.isqrt(square.numerator * 4**power // square.denominator)
    try:
        return float(Fraction(whole, 2**power))
    except OverflowError:
        return math.inf


def exact_share(values: list[Fraction]) -> list[float]:
    low, high = min(values), max(values)
    return [float((value - low) / (high - low)) for value in values]


def test_the_ratio_of_updates_of_any_size() -> None:
    for large in (1e200, 1e-200, LARGEST / 4):
        change, weights = np.array([3.0, 4.0]) * large * 1e-3, np.array([0.0, 5.0]) * (large / 2)
        assert update_ratio(change, weights) == pytest.approx(2e-3)


TABLES = {
    "large": ([[-LARGEST, 1e308], [LARGEST, -1e308], [0.0, 1.0]], [[LARGEST], [-LARGEST], [0.0]]),
    "small": ([[5e-324, 0.0], [-5e-324, 5e-324], [0.0, 1e-310]], [[5e-324], [0.0], [-5e-324]]),
    "mixed": ([[1e308, 5e-324], [-1e308, 1.0], [0.0, 0.0]], [[1e-310], [1e308], [1.0]]),
    "alike": ([[1e308, 5e-324]] * 3, [[LARGEST]] * 3),
}


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_reports_of_odd_tables(name: str, activation: str) -> None:
    x, f0 = map(np.array, TABLES[name])
    dataset = Dataset.from_arrays(x, f0)
    wanted = Hyperparameters(
        activation=activation, output_activation="identity", iterations=4, bias="per-neuron"
    )
    debugger = Debugger(dataset, wanted)
    debugger.train()
    assert "error at step" in run_text(debugger, 0.0)
    json.dumps(run_object(debugger, 0.0), allow_nan=False)
    debugger.reset()
    assert "forward" in trace_text(debugger)
    json.dumps(trace_object(debugger), allow_nan=False)
    Examiner(dataset, wanted).assess(debugger.parameters)
    distributions(Forward(dataset, wanted), debugger.parameters)
    for inputs in ((0, 1), (0,)):
        surface = Surface(dataset, wanted, inputs, 8, 6)
        for values, column in ((surface.across, 0), (surface.upward[::-1], 1)):
            if values.size:
                assert (np.diff(values) >= 0).all()
                assert np.isfinite(values).all()
                spread = x[:, column].max() / 2 - x[:, column].min() / 2
                assert values[0] <= x[:, column].min() + 0.2 * spread
        surface.compute(debugger.parameters)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", [{}, CLASSES, {"output_activation": "identity", "hidden": "3,2"}])
def test_reports_with_odd_weights(kind: dict[str, Any], seed: int) -> None:
    debugger = make(**{**kind, "iterations": 3})
    for values in debugger.program.parameters.values():
        for index in np.ndindex(values.shape):
            odd = np.random.RandomState(seed).choice(ODD)
            debugger.edit(values.name, index, float(odd))
    debugger.train()
    run_text(debugger, 0.0)
    json.dumps(run_object(debugger, 0.0), allow_nan=False)
    debugger.snapshot(buckets=100, summary_of="v")


def test_a_prediction_that_is_not_zero_does_not_read_as_zero() -> None:
    dataset = Dataset.from_arrays(np.ones((1, 1)), np.zeros((1, 1)))
    debugger = Debugger(dataset, Hyperparameters(hidden="none", output_activation="identity"))
    for weight, written in ((1e-9, "1.000000e-09"), (3e12, "3.000000e+12"), (0.25, "0.250000")):
        debugger.reset()
        debugger.edit("w", (0, 0), weight)
        assert f" {written}  " in run_text(debugger, 0.0)

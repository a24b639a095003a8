"""Histograms and ratios against NumPy's own and closed forms."""

import numpy as np
import pytest

from engine.distribution import distributions, histogram, ratio_words, update_ratio
from engine.forward import Forward
from tests.engine.nets import make


@pytest.mark.parametrize("bins", [1, 7, 20])
def test_counts_are_those_of_numpy(bins: int) -> None:
    values = np.random.RandomState(3).randn(40, 25)
    drawn = histogram(values, bins)
    np.testing.assert_array_equal(drawn.counts, np.histogram(values, bins)[0])
    assert (drawn.low, drawn.high) == (values.min(), values.max())
    assert drawn.mean == pytest.approx(values.mean())
    assert drawn.deviation == pytest.approx(values.std())


def test_values_at_one_place_or_none() -> None:
    alone = histogram(np.full((2, 2), 0.25), 5)
    assert alone.counts.tolist() == [0, 0, 4, 0, 0]
    assert (alone.low, alone.high) == (0.25, 0.25)
    nothing = histogram(np.array([np.nan, np.inf]), 5)
    assert (nothing.counts.sum(), nothing.nonfinite) == (0, 2)
    assert np.isnan(nothing.mean)
    vast = histogram(np.array([-1e308, 1e308, 0.0]), 5)
    assert vast.counts.sum() == 3


def test_the_ratio_of_an_update() -> None:
    assert update_ratio(np.array([[3.0, 4.0]]), np.array([[0.0, 5000.0]])) == 1e-3
    assert update_ratio(np.ones(2), np.zeros(2)) == np.inf


def test_words_for_a_ratio() -> None:
    for ratio, words in (
        (1e-3, "healthy"),
        (5e-5, "slowly"),
        (1e-7, "hardly"),
        (0.0, "stands still"),
        (0.05, "too high"),
        (np.inf, "no number"),
        (np.nan, "no number"),
    ):
        assert words in ratio_words(ratio)


def test_the_layers_of_a_network() -> None:
    debugger = make()
    forward = Forward(debugger.dataset, debugger.hyperparameters)
    hidden, output = distributions(forward, debugger.snapshot().values)
    assert hidden.gradient is None
    assert hidden.ratio is None
    before = debugger.parameters
    debugger.finish_iteration()
    values = debugger.snapshot().values
    hidden, output = distributions(forward, values)
    assert [hidden.layer, output.layer] == ["hidden", "output"]
    moved = debugger.parameters["v"] - before["v"]
    now = debugger.parameters["v"]
    assert hidden.ratio == pytest.approx(np.sqrt((moved**2).sum() / (now**2).sum()))
    assert hidden.gradient is not None
    assert hidden.gradient.mean == pytest.approx(values["dE_dv"].mean())
    assert output.activations.mean == pytest.approx(debugger.predict().mean())
    assert hidden.activations.counts.sum() == 5 * 3


def test_saturation() -> None:
    debugger = make()
    values = dict(debugger.snapshot().values)
    forward = Forward(debugger.dataset, debugger.hyperparameters)
    assert distributions(forward, values)[0].saturated == 0.0
    values["v"] = values["v"] * 1e6
    assert distributions(forward, values)[0].saturated == 1.0
    assert distributions(forward, values)[0].dead is None

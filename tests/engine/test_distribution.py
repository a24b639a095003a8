"""Histograms and ratios against NumPy's own and closed forms."""

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters
from engine.analysis.evaluate import Forward
from engine.analysis.histograms import distributions, histogram, ratio_words, update_ratio
from engine.formula.tensor import Axis, Tensor
from engine.formula.tree import Leaf
from engine.maths.activations import ACTIVATIONS
from tests.engine.formulas import computed, leaf
from tests.engine.nets import make


@pytest.mark.parametrize("bins", [1, 7, 20])
def test_counts_are_those_of_numpy(bins: int) -> None:
    values = np.random.RandomState(3).randn(40, 25)
    drawn = histogram(values, bins)
    np.testing.assert_array_equal(drawn.counts, np.histogram(values, bins)[0])
    assert (drawn.low, drawn.high) == (values.min(), values.max())


def test_values_at_one_place_or_none() -> None:
    alone = histogram(np.full((2, 2), 0.25), 5)
    assert alone.counts.tolist() == [0, 0, 4, 0, 0]
    assert (alone.low, alone.high) == (0.25, 0.25)
    nothing = histogram(np.array([np.nan, np.inf]), 5)
    assert (nothing.counts.sum(), nothing.nonfinite) == (0, 2)
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
    gradient, predicted = values["dE_dv"], debugger.predict()
    assert (hidden.gradient.low, hidden.gradient.high) == (gradient.min(), gradient.max())
    assert output.activations.low == pytest.approx(predicted.min())
    assert output.activations.high == pytest.approx(predicted.max())
    assert hidden.activations.counts.sum() == 5 * 3


def test_saturation() -> None:
    debugger = make()
    values = dict(debugger.snapshot().values)
    forward = Forward(debugger.dataset, debugger.hyperparameters)
    assert distributions(forward, values)[0].saturated == 0.0
    values["v"] = values["v"] * 1e6
    assert distributions(forward, values)[0].saturated == 1.0
    assert distributions(forward, values)[0].dead is None


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_what_an_activation_declares_of_itself_is_so(name: str) -> None:
    activation = ACTIVATIONS[name]
    points = np.linspace(-40, 40, 24_003).reshape(-1, 3)
    if activation.joint:
        points = points[:, :1] * [1.0, -1.0, 0.0] - [0.0, 0.0, 100.0]
    z = leaf("z", points, rows=Axis("N", tuple(map(str, range(len(points))))))
    a = computed(activation.value(z))
    ends = activation.limits
    assert (ends is not None) == (name in ("sigmoid", "tanh", "softmax"))
    if ends is not None:
        assert (a.min(), a.max()) == pytest.approx(ends)
    if activation.slope is None:
        return
    slope = computed(activation.slope(z, Leaf(Tensor("a", "a", z.axes, a))) + 0.0 * z)
    assert slope.max() == pytest.approx(activation.steepest, rel=1e-3)
    ends_flat = abs(slope[0, 0]) < 1e-9 and abs(slope[-1, -1]) < 1e-9
    assert activation.saturates == bool(ends_flat)
    assert activation.dies == bool((slope[a == 0.0] == 0.0).all() and (a == 0.0).sum() > 1)


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_the_share_of_saturated_activations(name: str) -> None:
    debugger = make(activation=name, init="normal", rows=40)
    debugger.edit("v", (0, 0), 30.0)
    forward = Forward(debugger.dataset, debugger.hyperparameters)
    hidden = distributions(forward, debugger.snapshot().values | debugger.parameters)[0]
    a = forward.run(debugger.parameters)["g"]
    slope = 4 * a * (1 - a) if name == "sigmoid" else 1 - a**2
    assert 0 < (slope < 0.01).mean() < 1
    assert hidden.saturated == (slope < 0.01).mean()


def test_a_dead_neuron_is_one_that_is_0_for_every_observation() -> None:
    """Two of the five neurons are 0 for all four observations, one observation for all neurons."""
    x = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    data = Dataset.from_arrays(x, np.zeros((4, 1)))
    weights = {"v": [[-1.0, 1.0, -2.0, 2.0, 1.0], [-1.0, 1.0, -1.0, 0.0, -1.0]], "w": [[1.0]] * 5}
    options = Hyperparameters(hidden="5", activation="relu")
    debugger = Debugger(data, options, weights)
    forward = Forward(data, options)
    hidden, output = distributions(forward, debugger.snapshot().values)
    g = np.maximum(x @ np.array(weights["v"]), 0.0)
    assert [hidden.dead, output.dead] == [2, None]
    assert ((g == 0).all(axis=0).sum(), (g == 0).all(axis=1).sum()) == (2, 1)

"""The network over a grid, against the formulas written out."""

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, InputError, read_dataset
from engine.analysis.evaluate import Forward
from engine.analysis.surface import Surface, grid_size
from engine.data.options import TableOptions
from tests.engine.nets import make


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def test_predictions_for_points_of_ones_own() -> None:
    debugger = make(bias="per-neuron", outputs=2)
    points = np.random.RandomState(5).randn(9, 4)
    p = debugger.parameters
    g = sigmoid(points @ p["v"] + p["bv"])
    np.testing.assert_allclose(debugger.predict(points), sigmoid(g @ p["w"] + p["bw"]), rtol=1e-14)
    np.testing.assert_array_equal(debugger.predict(), debugger.predict(debugger.dataset.x))


@pytest.mark.parametrize("points", [np.zeros((2, 3)), np.zeros((0, 4)), np.zeros(4)])
def test_points_that_do_not_fit(points: np.ndarray) -> None:
    with pytest.raises(InputError, match="points are P × 4"):
        make().predict(points)


def test_looking_changes_nothing() -> None:
    debugger = make()
    debugger.step_operation()
    before = {name: array.tobytes() for name, array in debugger.snapshot().values.items()}
    forward = Forward(debugger.dataset, debugger.hyperparameters)
    forward.run({name: array + 1 for name, array in debugger.parameters.items()})
    Surface(debugger.dataset, debugger.hyperparameters).compute(debugger.parameters)
    assert before == {name: array.tobytes() for name, array in debugger.snapshot().values.items()}


def test_a_plane_of_two_inputs_with_the_others_at_their_mean() -> None:
    debugger = make(outputs=2)
    x, p = debugger.dataset.x, debugger.parameters
    surface = Surface(debugger.dataset, debugger.hyperparameters, (3, 1), columns=6, rows=4)
    values = surface.compute(p)
    assert values["f"].shape == (4, 6, 2)
    assert values["g"].shape == (4, 6, 3)
    assert (np.diff(surface.across) > 0).all()
    assert (np.diff(surface.upward) < 0).all()
    for i, up in enumerate(surface.upward):
        for j, across in enumerate(surface.across):
            point = np.array([x[:, 0].mean(), up, x[:, 2].mean(), across])
            g = sigmoid(point @ p["v"])
            np.testing.assert_allclose(values["g"][i, j], g, rtol=1e-13)
            np.testing.assert_allclose(values["f"][i, j], sigmoid(g @ p["w"]), rtol=1e-13)


def test_the_grid_holds_every_observation() -> None:
    surface = Surface(read_dataset("or"), Hyperparameters(), columns=4, rows=4)
    # From 0 to 1 with 8 % of air: cells of 0.29, their centres from −0.08 + 0.145 on.
    np.testing.assert_allclose(surface.across, [0.065, 0.355, 0.645, 0.935])
    np.testing.assert_allclose(surface.upward, surface.across[::-1])


def test_a_curve_for_one_input() -> None:
    dataset = Dataset.from_arrays(np.array([[2.0], [2.0]]), np.array([[0.3], [0.9]]))
    debugger = Debugger(dataset)
    surface = Surface(dataset, debugger.hyperparameters, (0,), columns=5)
    values = surface.compute(debugger.parameters)
    assert surface.upward.size == 0
    # All observations at one place: one to either side.
    np.testing.assert_allclose(surface.across, [1.2, 1.6, 2.0, 2.4, 2.8])
    expected = debugger.predict(surface.across.reshape(-1, 1))
    np.testing.assert_array_equal(values["f"][0], expected)
    assert surface.maps[0].limits == (0.3, 0.9)


def test_the_maps_that_there_are() -> None:
    debugger = make(outputs=2)
    surface = Surface(debugger.dataset, debugger.hyperparameters)
    names = [(m.name, m.tensor, m.column) for m in surface.maps]
    # Which of two numbers is larger says nothing: there is no map of both.
    assert names == [
        ("output1", "f", 0),
        ("output2", "f", 1),
        ("g1", "g", 0),
        ("g2", "g", 1),
        ("g3", "g", 2),
    ]
    f0 = debugger.dataset.f0
    limits = [m.limits for m in surface.maps[:2]]
    assert limits == [(f0[:, k].min(), f0[:, k].max()) for k in range(2)]
    classes = Dataset.from_arrays(debugger.dataset.x, np.eye(2)[np.arange(len(f0)) % 2])
    names = [(m.name, m.column) for m in Surface(classes, Hyperparameters()).maps]
    assert names[:3] == [("f", None), ("output1", 0), ("output2", 1)]
    single = Surface(read_dataset("or"), Hyperparameters())
    assert [m.name for m in single.maps] == ["f", "g1", "g2", "g3"]
    assert {m.limits for m in single.maps} == {(0.0, 1.0)}


@pytest.mark.parametrize(
    ("inputs", "columns"), [((0, 0), 4), ((0, 2), 4), ((), 4), ((0, 1, 0), 4), ((0, 1), 0)]
)
def test_what_cannot_be_drawn(inputs: tuple[int, ...], columns: int) -> None:
    with pytest.raises(InputError):
        Surface(read_dataset("or"), Hyperparameters(), inputs, columns)


def test_a_large_network_gets_a_coarse_grid() -> None:
    assert grid_size((3, 1), 40, 20, 1_000_000) == (40, 20)
    columns, rows = grid_size((10_000, 10_000), 40, 20, 1_000_000)
    assert columns * rows * 20_000 <= 1_000_000
    assert min(columns, rows) >= 2


def test_features_follow_the_inputs_and_are_scaled_as_the_table(tmp_path) -> None:
    path = tmp_path / "ring.csv"
    random = np.random.RandomState(2)
    x = random.randn(20, 2) * 3 + 1
    lines = [f"{a},{b},{int(a * a + b * b > 9)}" for a, b in x.tolist()]
    path.write_text("\n".join(["x1,x2,out", *lines]))
    options = TableOptions(features="x1**2, x1*x2", scaling="standardise")
    debugger = Debugger(read_dataset(path, options))
    dataset, p = debugger.dataset, debugger.parameters
    surface = Surface(dataset, debugger.hyperparameters, (0, 1), columns=5, rows=3)
    assert surface.across[0] == pytest.approx(
        x[:, 0].min() - 0.08 * np.ptp(x[:, 0]) + 1.16 * np.ptp(x[:, 0]) / 10
    )
    table = np.column_stack([x, x[:, 0] ** 2, x[:, 0] * x[:, 1]])
    values = surface.compute(p)["f"]
    for i, b in enumerate(surface.upward):
        for j, a in enumerate(surface.across):
            point = (np.array([a, b, a * a, a * b]) - table.mean(axis=0)) / table.std(axis=0)
            expected = sigmoid(sigmoid(point @ p["v"]) @ p["w"])
            np.testing.assert_allclose(values[i, j], expected, rtol=1e-10)
    with pytest.raises(InputError):
        Surface(dataset, debugger.hyperparameters, (0, 2))

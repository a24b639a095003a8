"""What becomes of the columns, beside pandas and NumPy."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import Debugger, Hyperparameters, InputError, read_dataset
from engine.data.table.features import compute_features
from engine.data.table.splitting import hold_out


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A table with numbers, classes, truth values and holes."""
    random = np.random.RandomState(3)
    frame = pd.DataFrame(
        {
            "size": random.randn(40).round(3) * 50 + 7,
            "colour": random.choice(["red", "green", "blue"], 40),
            "old": random.choice(["True", "False"], 40),
            "kind": random.choice(["c", "a", "b"], 40),
        }
    )
    frame.loc[[3, 8], "size"] = np.nan
    frame.loc[5, "colour"] = np.nan
    frame.loc[6, "kind"] = np.nan
    path = tmp_path / "mixed.csv"
    frame.to_csv(path, index=False)
    return path


def frame_of(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"old": str})


def test_classes_are_named_columns_of_0_and_1(mixed: Path) -> None:
    dataset = read_dataset(mixed, missing="drop")
    rows = frame_of(mixed).dropna()
    colours = pd.get_dummies(rows["colour"], prefix="colour", prefix_sep="=", dtype=float)
    kinds = pd.get_dummies(rows["kind"], prefix="kind", prefix_sep="=", dtype=float)
    assert dataset.inputs == ("size", *colours.columns, "old")
    assert dataset.targets == tuple(kinds.columns)
    assert dataset.classes == ("a", "b", "c")
    old = (rows["old"] == "True").to_numpy(dtype=float)[:, None]
    expected = np.hstack([rows[["size"]].to_numpy(), colours.to_numpy(), old])
    assert np.array_equal(dataset.x, expected)
    assert np.array_equal(dataset.f0, kinds.to_numpy())
    told = ", ".join(dataset.assumptions)
    assert "'colour' 3 classes, an input each" in told
    assert "'kind' 3 classes, an output each" in told
    assert "'old' False = 0, True = 1" in told
    assert "4 lines with a missing cell left out" in told
    assert dataset.observations[3] == "5"


def test_missing_cells_are_refused_by_name_and_counted(mixed: Path) -> None:
    with pytest.raises(InputError, match=r"line 5, column 'size': missing cell \(4 in the table\)"):
        read_dataset(mixed)


def test_the_mean_is_that_of_the_training_part(mixed: Path) -> None:
    dataset = read_dataset(mixed, missing="mean", split=0.25, seed=2)
    assert dataset.held_out is not None
    rows = frame_of(mixed).dropna(subset=["kind"])
    numbers = [int(name) - 1 for name in dataset.observations]
    training = rows.loc[numbers]
    size = training["size"].fillna(training["size"].mean()).to_numpy()
    np.testing.assert_allclose(dataset.x[:, 0], size, rtol=1e-14)
    held = rows.loc[[int(name) - 1 for name in dataset.held_out.observations]]
    expected = held["size"].fillna(training["size"].mean()).to_numpy()
    np.testing.assert_allclose(dataset.held_out.x[:, 0], expected, rtol=1e-14)
    colours = pd.get_dummies(rows["colour"], dtype=float)
    colours[rows["colour"].isna()] = np.nan
    filled = colours.fillna(colours.loc[numbers].mean()).loc[numbers].to_numpy()
    np.testing.assert_allclose(dataset.x[:, 1:4], filled, rtol=1e-14)


def test_two_classes_are_one_output(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("a,sick\n1,yes\n2,no\n3,yes\n")
    dataset = read_dataset(path)
    assert (dataset.targets, dataset.classes) == (("sick",), ("no", "yes"))
    assert dataset.f0.tolist() == [[1], [0], [1]]
    path.write_text("a,animal\n1,dog\n2,cat\n3,dog\n")
    dataset = read_dataset(path)
    assert (dataset.targets, dataset.classes) == (("animal=dog",), ("cat", "dog"))
    assert dataset.f0.tolist() == [[1], [0], [1]]
    assert dataset.assumptions[-1] == "'animal' cat = 0, dog = 1"


def test_numbers_can_be_classes(tmp_path: Path) -> None:
    path = tmp_path / "digits.csv"
    path.write_text("a,digit\n1,10\n2,9\n3,2\n")
    assert read_dataset(path).classes == ()
    dataset = read_dataset(path, category=["digit"])
    assert dataset.targets == ("digit=2", "digit=9", "digit=10")
    assert dataset.f0.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert read_dataset("or").classes == ("0", "1")


@pytest.mark.parametrize("scaling", ["standardise", "min-max"])
def test_scaling_is_fitted_on_the_training_part(scaling: str) -> None:
    plain = read_dataset("wine", split=0.3, seed=4)
    scaled = read_dataset("wine", split=0.3, seed=4, scaling=scaling)
    assert plain.held_out is not None
    assert scaled.held_out is not None
    assert scaled.scaling is not None
    frame = pd.DataFrame(plain.x)
    if scaling == "standardise":
        shift, spread = frame.mean(), frame.std(ddof=0)
    else:
        shift, spread = frame.min(), frame.max() - frame.min()
    for before, after in ((plain, scaled), (plain.held_out, scaled.held_out)):
        expected = (pd.DataFrame(before.x) - shift) / spread
        np.testing.assert_allclose(after.x, expected, rtol=1e-12, atol=1e-12)
        assert np.array_equal(after.shown_x, before.x)
        assert np.array_equal(after.f0, before.f0)
        np.testing.assert_allclose(
            after.x * scaled.scaling.spread + scaled.scaling.shift, before.x, rtol=1e-12
        )


def test_a_constant_input_becomes_0(tmp_path: Path) -> None:
    path = tmp_path / "constant.csv"
    path.write_text("a,b,c\n" + "0.1,1,2\n" * 3)
    for scaling in ("standardise", "min-max"):
        assert read_dataset(path, scaling=scaling).x.tolist() == [[0, 0]] * 3


def test_features_are_what_numpy_computes() -> None:
    dataset = read_dataset("moons", features="x1², x1*x2, sin(x1), tanh(2*x2)")
    a, b = read_dataset("moons").x.T
    assert dataset.inputs == ("x1", "x2", "x1**2", "x1*x2", "sin(x1)", "tanh(2*x2)")
    assert np.array_equal(
        dataset.x, np.column_stack([a, b, a**2, a * b, np.sin(a), np.tanh(2 * b)])
    )


def test_a_comparison_is_a_feature_and_names_are_made_fit() -> None:
    x = np.array([[1.0, 2.0], [3.0, -4.0]])
    names, computed = compute_features(
        "sepal_length > 2, sqrt(_2b)", ["sepal length", "2b"], abs(x), [2, 3]
    )
    assert names == ["sepal_length > 2", "sqrt(_2b)"]
    assert computed.tolist() == [[0.0, 2**0.5], [1.0, 2.0]]


def test_numbers_that_are_names_stay_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("k,zip,b,y\n1,007,0.1,0\n2,010,0.30,1\n3,123456789012345678,1e3,1\n")
    dataset = read_dataset(path, index="zip", category=["b"])
    assert dataset.observations == ("007", "010", "123456789012345678")
    assert dataset.inputs == ("k", "b=0.1", "b=0.30", "b=1e3")
    assert dataset.x[:, 1:].tolist() == np.eye(3).tolist()


def test_a_feature_of_two_columns_that_are_written_alike_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a_b,a b,c,y\n1,10,3,0\n2,20,4,1\n")
    with pytest.raises(InputError, match="'a_b' can mean 'a_b' and 'a b'; rename one"):
        read_dataset(path, features="a_b*2")
    assert read_dataset(path, features="c*2").x[:, 3].tolist() == [6, 8]


@pytest.mark.parametrize("name", ["µm", "ﬁt", "Å"])
def test_a_name_that_python_writes_otherwise_is_found(name: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{name},b,y\n1,10,0\n2,20,1\n", encoding="utf-8")
    dataset = read_dataset(path, features=f"{name}*3")
    assert dataset.x[:, 2].tolist() == [3, 6]
    debugger = Debugger(dataset)
    assert debugger.evaluate(f"v[{name}, g1]") == debugger.parameters["v"][0, 0]


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ("input1*input3", "no input 'input3'; there are input1, input2"),
        ("mean(input1)*input2", "mean would mix the observations"),
        ("input1[0]*input2", "would mix the observations"),
        ("input1@input2", "would mix the observations"),
        ("prev(input1)", "prev has no meaning"),
        ("2+2", "it names no input"),
        ("1/input1", "no finite number in line 2"),
        ("input1", "this input is there already"),
        ("__import__('os')", "only|no function"),
        ("input1*", "column"),
    ],
)
def test_features_that_cannot_be_are_refused(features: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_dataset("xor", features=features)
    assert str(caught.value).startswith("--features ")


def test_the_split_is_stratified_and_follows_from_the_seed() -> None:
    one, again = (read_dataset("iris", split=0.2, seed=7) for _ in range(2))
    other = read_dataset("iris", split=0.2, seed=8)
    assert one.held_out is not None
    assert again.held_out is not None
    assert other.held_out is not None
    assert one.held_out.f0.sum(axis=0).tolist() == [10, 10, 10]
    assert one.observations == again.observations != other.observations
    assert sorted(map(int, one.observations + one.held_out.observations)) == list(range(1, 151))
    whole = read_dataset("iris")
    rows = [int(name) - 1 for name in one.held_out.observations]
    assert np.array_equal(one.held_out.x, whole.x[rows])
    assert rows == sorted(rows)


def test_shares_are_met_to_one_observation() -> None:
    for seed in range(20):
        random = np.random.RandomState(seed)
        groups = random.randint(0, 4, 57)
        held = hold_out(57, 0.3, seed, groups)
        assert held.sum() == 17
        for group in range(4):
            size = (groups == group).sum()
            assert abs(held[groups == group].sum() - size * 17 / 57) < 1
    assert not hold_out(4, 0.5, 1, np.array([0, 1, 1, 1]))[0]
    with pytest.raises(InputError, match="one observation cannot be split"):
        hold_out(1, 0.5, 1)


def test_validation_is_computed_with_the_present_parameters() -> None:
    dataset = read_dataset("iris", split=0.2, scaling="standardise")
    held = dataset.held_out
    assert held is not None
    debugger = Debugger(
        dataset,
        Hyperparameters(
            hidden="4",
            output_activation="softmax",
            loss="cross-entropy",
            bias="per-neuron",
            batch_size="16",
        ),
    )
    debugger.run(30)
    for _ in range(2):
        found, p = debugger.evaluate_held_out(), debugger.parameters
        assert found is not None
        g = 1 / (1 + np.exp(-(held.x @ p["v"] + p["bv"])))
        e = np.exp(g @ p["w"] + p["bw"])
        f = e / e.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(found.f, f, rtol=1e-12)
        np.testing.assert_allclose(found.E, -(held.f0 * np.log(f)).sum() / len(f), rtol=1e-12)
        assert found.accuracy == (f.argmax(axis=1) == held.f0.argmax(axis=1)).mean()
        debugger.run(200)
    assert Debugger(read_dataset("or")).evaluate_held_out() is None


def test_evaluating_leaves_the_training_as_it_is() -> None:
    dataset = read_dataset("moons", split=0.3)
    plain, watched = Debugger(dataset), Debugger(dataset)
    plain.run(50)
    for _ in range(50):
        watched.step_iteration()
        watched.snapshot()
        watched.evaluate_held_out()
    assert np.array_equal(plain.losses, watched.losses)

"""Measures of quality against tables counted by hand."""

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, read_dataset
from engine.quality import (
    Classification,
    Decision,
    Examiner,
    Regression,
    assess,
    decision_of,
)


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float).reshape(-1, 1)


def of(*targets: float) -> Dataset:
    return Dataset.from_arrays(np.zeros((len(targets), 1)), column(*targets))


def test_two_classes_counted_by_hand() -> None:
    f0 = column(0, 0, 0, 1, 1, 1, 1, 1)
    # Right: 2 of the three 0, 3 of the five 1; 0.5 itself is taken for the first class.
    f = column(0.1, 0.5, 0.9, 0.51, 1.7, 0.99, 0.2, -3.0)
    quality = assess(f, f0, decision_of(of(*f0[:, 0])), ("t",))
    assert isinstance(quality, Classification)
    assert quality.classes == ("0", "1")
    assert quality.confusion.tolist() == [[2, 1], [2, 3]]
    assert quality.accuracy == 5 / 8
    assert quality.precision.tolist() == [2 / 4, 3 / 4]
    assert quality.recall.tolist() == [2 / 3, 3 / 5]


def test_three_classes_counted_by_hand() -> None:
    f0 = np.eye(3)[[0, 0, 0, 1, 1, 2, 2]]
    f = np.eye(3)[[0, 1, 1, 1, 0, 0, 1]] * 0.4 + 0.1
    f[0] = (0.3, 0.3, 0.3)  # of equal ones the first
    decision = decision_of(Dataset.from_arrays(np.zeros((7, 1)), f0))
    quality = assess(f, f0, decision, ())
    assert isinstance(quality, Classification)
    assert quality.classes == ("output1", "output2", "output3")
    assert quality.confusion.tolist() == [[1, 2, 0], [1, 1, 0], [1, 1, 0]]
    assert quality.accuracy == 2 / 7
    np.testing.assert_array_equal(quality.precision, [1 / 3, 1 / 4, np.nan])
    np.testing.assert_array_equal(quality.recall, [1 / 3, 1 / 2, 0])


def test_a_class_without_observations_has_no_recall() -> None:
    quality = assess(column(0.9, 0.1), column(1, 1), Decision(("no", "yes"), 0.5), ())
    assert isinstance(quality, Classification)
    np.testing.assert_array_equal(quality.recall, [np.nan, 0.5])
    assert quality.precision.tolist() == [0.0, 1.0]


def test_predictions_that_are_not_finite_are_wrong_and_counted() -> None:
    quality = assess(column(np.nan, 0.9, np.inf, 0.1), column(1, 1, 1, 1), Decision("ab", 0.5), ())
    assert isinstance(quality, Classification)
    assert (quality.undecided, quality.observations, quality.accuracy) == (2, 4, 0.25)


@pytest.mark.parametrize(
    ("targets", "loss", "expected"),
    [
        ((0, 1, 1), "mse", Decision(("0", "1"), 0.5)),
        ((0, 0), "mse", Decision(("0", "1"), 0.5)),
        ((-1, 1), "mse", Decision(("−1", "1"), 0.0)),
        ((0, 1), "hinge", Decision(("0", "1"), 0.0)),
        ((0, 2), "mse", None),
        ((-1, 0, 1), "mse", None),
        ((0.5, 1), "mse", None),
    ],
)
def test_what_counts_as_classes(targets: tuple[float], loss: str, expected: Decision) -> None:
    assert decision_of(of(*targets), loss) == expected


def test_several_numbers_are_no_classes() -> None:
    several = Dataset.from_arrays(np.zeros((2, 1)), np.array([[0, 1], [1, 1]]))
    assert decision_of(several) is None


def test_signs_are_told_apart_at_0() -> None:
    f0 = column(-1, -1, 1, 1)
    quality = assess(column(-0.2, 0.1, 0.3, 0.7), f0, decision_of(of(-1, -1, 1, 1)), ())
    assert isinstance(quality, Classification)
    assert quality.confusion.tolist() == [[1, 1], [0, 2]]


def test_numbers_against_the_closed_forms() -> None:
    f0 = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [6.0, 5.0]])
    f = f0 + np.array([[1.0, 0.0], [-1.0, 0.0], [2.0, 0.0], [0.0, 3.0]])
    quality = assess(f, f0, None, ("a", "b"))
    assert isinstance(quality, Regression)
    np.testing.assert_allclose(quality.rmse, [np.sqrt(6 / 4), np.sqrt(9 / 4)])
    np.testing.assert_allclose(quality.mae, [4 / 4, 3 / 4])
    # Σ(f₀ − 3)² = 4 + 1 + 0 + 9
    np.testing.assert_allclose(quality.r2, [1 - 6 / 14, np.nan])
    mean = assess(np.full((4, 1), 3.0), f0[:, :1], None, ("a",))
    assert isinstance(mean, Regression)
    assert mean.r2[0] == 0.0


def test_a_trained_network_and_its_parts() -> None:
    debugger = Debugger(read_dataset("or"), Hyperparameters(bias="shared", learning_rate=1.0))
    before = Examiner(debugger.dataset, debugger.hyperparameters).assess(debugger.parameters)
    debugger.run(2000)
    after = Examiner(debugger.dataset, debugger.hyperparameters).assess(debugger.parameters)
    assert list(before) == list(after) == ["training"]
    # At the start each answer is above 0.5: three of the four are right.
    assert before["training"].accuracy == 0.75
    assert after["training"].confusion.tolist() == [[1, 0], [0, 3]]


def test_the_validation_part_has_predictions_of_its_own() -> None:
    debugger = Debugger(read_dataset("or"))
    held_out = Dataset.from_arrays(np.array([[1.0, 1.0], [0.0, 1.0]]), column(1, 0))
    object.__setattr__(debugger.dataset, "validation", held_out)
    parts = Examiner(debugger.dataset, debugger.hyperparameters).assess(debugger.parameters)
    assert list(parts) == ["training", "validation"]
    assert parts["validation"].confusion.tolist() == [[0, 1], [0, 1]]

"""Measures of quality against tables counted by hand."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, read_dataset
from engine.analysis.evaluate import Forward
from engine.analysis.metrics import (
    Classification,
    Decision,
    Examiner,
    Regression,
    assess,
    decision_of,
)
from engine.reports.export import export
from engine.reports.training import run_object, run_text


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
    object.__setattr__(debugger.dataset, "held_out", held_out)
    parts = Examiner(debugger.dataset, debugger.hyperparameters).assess(debugger.parameters)
    assert list(parts) == ["training", "validation"]
    assert parts["validation"].confusion.tolist() == [[0, 1], [0, 1]]


def report_of(debugger: Debugger) -> list[str]:
    lines = run_text(debugger, 1.0).splitlines()
    return lines[lines.index("With the final weights:") + 1 :]


def test_the_report_states_what_numbers_are_worth() -> None:
    dataset = read_dataset("sine", split=0.2)
    debugger = Debugger(dataset, Hyperparameters(output_activation="identity"))
    debugger.run(30)
    quality = run_object(debugger, 1.0)["quality"]
    assert run_text(debugger, 1.0).startswith("sine.csv: 80 observations and 20 held out, input ")
    assert dataset.held_out is not None
    for line, name, part in zip(
        report_of(debugger), quality, (dataset, dataset.held_out), strict=False
    ):
        error = Forward(part, debugger.hyperparameters).predict(debugger.parameters) - part.f0
        rmse, mae = float((error**2).mean() ** 0.5), float(abs(error).mean())
        r2 = float(1 - (error**2).mean() / part.f0.var())
        found = quality[name]
        assert [found["rmse"], found["mae"], found["r2"]] == [
            [pytest.approx(value, rel=1e-12)] for value in (rmse, mae, r2)
        ]
        assert line.startswith(f"{name}: {len(part.f0)} observations, E = ")
        assert line.endswith(f", RMSE {rmse:.6g}, MAE {mae:.6g}, R² {r2:.6g}")
    assert list(quality) == ["training", "validation"]


def test_the_report_has_a_line_for_each_of_several_numbers() -> None:
    debugger = Debugger(Dataset.from_arrays(np.eye(3), np.array([[0.2, 1], [0.4, 1], [0.9, 1]])))
    first, second, third = report_of(debugger)[:3]
    assert "RMSE" not in first
    assert second.startswith("  output1: RMSE ")
    assert third.endswith("R² nan")
    assert run_object(debugger, 1.0)["quality"]["training"]["r2"][1] == "NaN"


def test_the_report_states_how_many_are_right() -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(1)
    text = run_text(debugger, 1.0)
    assert text.startswith("or.csv: 4 observations, inputs input1, input2, target output\n")
    assert report_of(debugger)[0].endswith(", accuracy 75.00 %")
    assert text.endswith("\n1 iteration in 1.000 s")
    assert run_object(debugger, 1.0)["quality"]["training"]["accuracy"] == 0.75


def test_what_is_held_out_is_judged_like_the_rest() -> None:
    """Its targets alone would look like two classes."""
    held_out = Dataset.from_arrays(np.eye(2), column(0, 1))
    dataset = Dataset.from_arrays(np.eye(3)[:, :2], column(0, 1, 2))
    debugger = Debugger(dataclasses.replace(dataset, held_out=held_out))
    assert "RMSE" in report_of(debugger)[1]
    found = debugger.evaluate_held_out()
    assert found is not None
    assert found.accuracy is None


@pytest.mark.parametrize(("low", "said"), [(0.0, True), (-1.0, False)])
def test_what_hinge_takes_the_targets_for_is_said(low: float, said: bool) -> None:
    dataset = Dataset.from_arrays(np.eye(2), column(low, 1))
    hinge = Hyperparameters(loss="hinge", output_activation="identity")
    debugger = Debugger(dataset, hinge)
    words = "targets 0 and 1 are −1 and 1, t = 2·f₀ − 1"
    assert (f"assumed {words}" in run_text(debugger, 1.0)) == said
    assert (words in run_object(debugger, 1.0)["dataset"]["assumptions"]) == said
    assert not Debugger(dataset, Hyperparameters()).program.listing.assumptions


@pytest.mark.parametrize(("low", "errors"), [(0.0, (-0.2, 0.2)), (-1.0, (-0.2, 0.2))])
def test_with_hinge_the_error_is_the_distance_from_the_side(
    low: float, errors: tuple[float, ...], tmp_path: Path
) -> None:
    """By hand: with one input ±1 and the weight 0.8, f is −0.8 and 0.8, and t is −1 and 1."""
    dataset = Dataset.from_arrays(column(-1, 1), column(low, 1))
    hinge = Hyperparameters(loss="hinge", output_activation="identity", hidden="none")
    debugger = Debugger(dataset, hinge, {"w": np.array([[0.8]])})
    debugger.finish_iteration()
    shown = debugger.snapshot().errors
    assert shown is not None
    assert shown.ravel().tolist() == pytest.approx(errors)
    debugger.go_to(0)
    rows = [line.split()[-2:] for line in run_text(debugger, 1.0).splitlines()]
    assert ["-0.800000", f"{errors[0]:.6f}"] in rows
    export(debugger, tmp_path)
    lines = (tmp_path / "predictions.csv").read_text().splitlines()
    assert float(lines[1].split(",")[-1]) == pytest.approx(errors[0])


def test_the_report_tells_e_with_the_penalty_from_e_without() -> None:
    dataset = read_dataset("or")
    debugger = Debugger(dataset, Hyperparameters(l2=0.01, iterations=3))
    debugger.run(3)
    text = run_text(debugger, 1.0)
    assert "E = mean((f − f₀)²) + R" in text
    assert "E without the penalty R" in text
    f = debugger.predict()
    assert f"E = {np.mean((f - dataset.f0) ** 2):e}" in text
    assert "penalty" not in run_text(Debugger(dataset), 1.0)

"""Shares of what is right: `accuracy`, and comparisons that count as 0 and 1."""

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, read_dataset
from engine.analysis.metrics import Examiner
from engine.common.errors import QueryError

CLASSES = {"output_activation": "softmax", "loss": "cross-entropy"}


def shares(made: Debugger, count: int) -> list[float]:
    """The accuracy of each iteration, by examining the parameters that it began with."""
    examiner = Examiner(made.dataset, made.hyperparameters)
    found = []
    for iteration in range(count):
        made.go_to(iteration)
        found.append(examiner.assess(made.parameters)["training"].accuracy)
    made.go_to(count)
    return found


@pytest.mark.parametrize("loop", ["c", "python"])
@pytest.mark.parametrize(
    ("name", "settings"),
    [("or", {"learning_rate": 5.0}), ("xor", {"learning_rate": 5.0}), ("iris", CLASSES)],
)
def test_accuracy_over_the_iterations(
    name: str, settings: dict[str, object], loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NN_TUI_LOOP", loop if loop == "python" else "")
    made = Debugger(read_dataset(name), Hyperparameters(**settings))
    made.run(200)
    found = made.scan("accuracy")
    assert found is not None
    expected = shares(made, 200)
    assert len(set(expected)) > 1
    np.testing.assert_array_equal(found.values, expected)
    if name != "iris":
        by_hand = made.scan("mean((f > 0.5) == (f0 > 0.5))")
        assert by_hand is not None
        np.testing.assert_array_equal(by_hand.values, expected)
        counted = made.scan("sum((f > 0.5) != (f0 > 0.5))")
        assert counted is not None
        np.testing.assert_array_equal(counted.values, 4 * (1 - np.array(expected)))


def test_it_stops_a_run_and_needs_classes() -> None:
    made = Debugger(read_dataset("or"), Hyperparameters(learning_rate=5.0))
    made.stops.add_watch("accuracy == 1")
    hit = made.proceed()
    assert hit is not None
    assert shares(made, made.iteration)[-2:] != [1.0, 1.0]
    assert shares(made, made.iteration)[-1] == 1.0
    x = np.arange(6.0).reshape(3, 2)
    numbers = Debugger(Dataset.from_arrays(x, x[:, :1] / 2 + 0.1), Hyperparameters())
    numbers.run(1)
    with pytest.raises(QueryError, match="accuracy needs classes"):
        numbers.evaluate("accuracy")


def test_comparisons_are_not_mixed_with_numbers() -> None:
    made = Debugger(read_dataset("or"), Hyperparameters())
    made.run(1)
    for text in ("(f > 0.5) == 1", "(f > 0.5) < (f0 > 0.5)", "(f > 0.5) + 1"):
        with pytest.raises(QueryError, match="a comparison is not a number"):
            made.evaluate(text)

"""Expressions followed over the iterations."""

import numpy as np
import pytest

from engine import Debugger, Hyperparameters, read_dataset
from engine.common.progress import Cancel
from engine.inspection.ask import Scan, scan
from engine.inspection.curves import Curves
from engine.run.run import Run

TEXTS = ["norm(dE_dw)", "v[1, 0]", "E < 0.1", "v"]


def test_they_are_what_each_iteration_has_and_only_what_is_new_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, curves = Debugger(read_dataset("xor"), Hyperparameters()), Curves()
    looked: list[int] = []

    def noted(run: Run, text: str, first: int, last: int, cancel: Cancel) -> Scan | None:
        looked.append(first)
        return scan(run, text, first, last, cancel)

    monkeypatch.setattr("engine.inspection.curves.scan", noted)
    for end in (30, 50):
        made.run_to(end)
        made.step_operation()
        found = curves.follow(made.branches.current.run, TEXTS)
        assert found is not None
        assert list(found) == TEXTS[:2]
        assert (made.iteration, made.position) == (end, 1)
    # A condition is looked at anew, as it is no curve.
    assert looked[:2] == [0, 0]
    assert looked[-4:-2] == [30, 30]
    other = Debugger(read_dataset("xor"), Hyperparameters())
    for iteration in range(50):
        other.run_to(iteration + 1)
        assert found["norm(dE_dw)"][iteration] == other.evaluate("norm(dE_dw)")
        assert found["v[1, 0]"][iteration] == other.value("v")[1, 0]


def test_what_a_change_that_is_taken_back_has_made_of_them_is_forgotten() -> None:
    made, curves = Debugger(read_dataset("xor"), Hyperparameters()), Curves()
    made.run(20)
    made.edit("w", (0, 0), 3.0)
    made.run(20)
    curves.follow(made.branches.current.run, ["E"])
    made.go_to(20)
    made.undo()
    made.run_to(40)
    found = curves.follow(made.branches.current.run, ["E"])
    assert found is not None
    np.testing.assert_array_equal(found["E"], made.losses)


def test_a_search_that_is_given_up_gives_nothing() -> None:
    made = Debugger(read_dataset("xor"), Hyperparameters())
    made.run(20)
    assert Curves().follow(made.branches.current.run, ["E"], lambda: True) is None

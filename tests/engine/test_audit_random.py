"""The audit of exported scripts of random networks: what is right gets no complaint.

A few of each kind of difficulty; the benchmarks judge hundreds.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import Debugger
from engine.audit import audit
from engine.audit.report.report import Report
from engine.reports.standalone.script import script_of
from tests.engine.edited_scripts import random_network


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("number", "changes"),
    [
        pytest.param(5, {}, id="no hidden layer, adamw"),
        pytest.param(5, {"l1": 0.01, "l2": 0.1}, id="both penalties on three weights"),
        pytest.param(20, {}, id="a shared bias that starts at 0, relu at 0"),
        pytest.param(42, {}, id="hinge, one observation at a time"),
        pytest.param(137, {}, id="hinge, targets that tanh does not reach in its own units"),
        pytest.param(38, {}, id="shuffled rows, nesterov"),
        pytest.param(
            523, {"huber_delta": 0.3, "schedule": "warm-up", "schedule_steps": 5}, id="huber with δ"
        ),
        pytest.param(3082, {}, id="1 − y, which is no sum with a counter of 1"),
        pytest.param(3009, {}, id="a negative output that is no dead relu"),
        pytest.param(3005, {}, id="a velocity that looks like a penalty"),
        pytest.param(3197, {}, id="a last batch of one row"),
        pytest.param(3156, {}, id="an output that is dead in a pass"),
        pytest.param(3166, {}, id="an output that is saturated"),
        pytest.param(5028, {"clip": 0.5}, id="clipped gradients, adam"),
        pytest.param(9100, {}, id="relu at the output, which is 0 in a pass of one row"),
        pytest.param(9120, {}, id="targets that pick the largest output, and are no third layer"),
        pytest.param(9307, {}, id="hinge, one output, all targets 1, one row at a time"),
        pytest.param(9057, {}, id="adam, whose gradients stay the same"),
        pytest.param(9037, {}, id="rmsprop, with a step that rounding swallows"),
    ],
)
def test_a_right_script_of_a_random_network(
    number: int, changes: dict[str, Any], tmp_path: Path
) -> None:
    report = audited(number, changes, tmp_path)
    assert (report.verdict, report.problems) == ("right", ()), str(report)


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    "number",
    [
        pytest.param(6034, id="hinge, all targets 1"),
        pytest.param(6004, id="clipped gradients and a penalty, nesterov"),
        pytest.param(6006, id="an output that is dead in some batches, with a penalty"),
        pytest.param(6012, id="huber, of which most errors are within δ"),
    ],
)
def test_a_right_script_with_rare_options(number: int, tmp_path: Path) -> None:
    debugger = random_network(number, every_option=True)
    report = _audited(debugger, tmp_path)
    assert (report.verdict, report.problems) == ("right", ()), str(report)


def test_the_steps_of_a_single_number_tell_no_sign_beside_a_velocity(tmp_path: Path) -> None:
    # Its learning rate falls, so that the steps fit none of our optimisers.
    report = _audited(random_network(94, every_option=True), tmp_path)
    assert report.problems == (), str(report)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("parameter", ["bw", "w"])
def test_a_frozen_parameter_is_no_mistake(parameter: str, tmp_path: Path) -> None:
    report = audited(5055, {"freeze": parameter}, tmp_path)
    assert (report.verdict, report.problems) == ("right", ()), str(report)
    assert f"{parameter} stays fixed" in str(report)


def test_a_training_that_dies_is_judged_by_the_passes_before(tmp_path: Path) -> None:
    report = audited(3106, {}, tmp_path)
    assert (report.verdict, report.problems) == ("right", ()), str(report)


def audited(number: int, changes: dict[str, Any], folder: Path) -> Report:
    debugger = random_network(number)
    if changes:
        debugger = Debugger(debugger.dataset, replace(debugger.hyperparameters, **changes))
    return _audited(debugger, folder)


def _audited(debugger: Debugger, folder: Path) -> Report:
    path = folder / "mine.py"
    path.write_text(script_of(debugger, "beside.npz")[0], encoding="utf-8")
    return audit(path)

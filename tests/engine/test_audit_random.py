"""The audit of exported scripts of random networks: what is right gets no complaint.

A few of each kind of difficulty; the benchmarks judge hundreds.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import Debugger
from engine.audit import audit
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
        pytest.param(38, {}, id="shuffled rows, nesterov"),
        pytest.param(
            523, {"huber_delta": 0.3, "schedule": "warm-up", "schedule_steps": 5}, id="huber with δ"
        ),
    ],
)
def test_a_right_script_of_a_random_network(
    number: int, changes: dict[str, Any], tmp_path: Path
) -> None:
    debugger = random_network(number)
    if changes:
        debugger = Debugger(debugger.dataset, replace(debugger.hyperparameters, **changes))
    path = tmp_path / "mine.py"
    path.write_text(script_of(debugger, "beside.npz")[0], encoding="utf-8")
    report = audit(path)
    assert (report.verdict, report.problems) == ("right", ()), str(report)

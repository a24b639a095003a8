"""What a user says about a script beforehand: the table, the widths, the names."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audit.auditing import Audit
from engine.audit.network.settled import Settled
from engine.audit.recording.recording import Recording
from engine.audit.recording.run_script import record
from engine.audit.report.report import Report
from engine.audit.reporting import report_of
from engine.data.dataset import Dataset

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([[0.0], [1.0], [1.0], [0.0]])
SCRIPT = """
import numpy as np

rng = np.random.default_rng(0)
X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
T = np.array([[0.0], [1], [1], [0]])
W1, W2 = rng.normal(size=(2, 3)), rng.normal(size=(3, 1))
b1, b2 = np.zeros(3), np.zeros(1)
for step in range(6):
    h = np.tanh(X @ W1 + b1)
    p = 1 / (1 + np.exp(-(h @ W2 + b2)))
    d2 = (p - T) * p * (1 - p)
    d1 = d2 @ W2.T * (1 - h**2)
    W2 -= 0.5 * h.T @ d2
    b2 -= 0.5 * d2.sum(0)
    W1 -= 0.5 * X.T @ d1
    b1 -= 0.5 * d1.sum(0)
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    path = tmp_path_factory.mktemp("settled") / "mine.py"
    path.write_text(SCRIPT)
    return record(path)


def audited(recording: Recording, settled: Settled) -> Report:
    return report_of(Audit(recording, settled), "mine.py")


def test_a_table_and_widths_that_fit_change_nothing(recording: Recording) -> None:
    settled = Settled({"hidden": "3"}, table=Dataset.from_arrays(X, XOR))
    report = audited(recording, settled)
    assert (report.verdict, report.network["targets"]) == ("right", "T")


def test_the_targets_of_the_table_are_what_the_script_is_to_learn(recording: Recording) -> None:
    conjunction = np.array([[0.0], [0.0], [0.0], [1.0]])
    report = audited(recording, Settled(table=Dataset.from_arrays(X, conjunction)))
    assert report.verdict == "unclear"
    assert "targets" not in report.network


def test_the_rows_of_the_table_may_come_in_any_order(recording: Recording) -> None:
    order = [3, 1, 0, 2]
    report = audited(recording, Settled(table=Dataset.from_arrays(X[order], XOR[order])))
    assert report.verdict == "right"


def test_another_table_is_not_found(recording: Recording) -> None:
    report = audited(recording, Settled(table=Dataset.from_arrays(X + 5.0, XOR)))
    assert report.verdict == "unclear"
    assert "takes the rows of the table" in report.summary


def test_other_widths_are_not_found(recording: Recording) -> None:
    report = audited(recording, Settled({"hidden": "4"}))
    assert report.verdict == "unclear"
    assert "hidden widths 4" in report.summary


def test_an_activation_that_is_meant_is_the_one_that_is_judged(recording: Recording) -> None:
    report = audited(recording, Settled({"activation": "relu"}))
    assert report.verdict == "wrong"
    assert report.problems[0].operation == "dg_dyhat"

"""Activations with a constant of the script's own, found from the numbers."""

from pathlib import Path

import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record
from engine.audit.reporting import report_of
from tests.engine.scripts import bent

_BENT = bent("np.where(z > 0, z, BELOW)", "np.where(z > 0, 1, SLOPE)")

_ROW_BY_ROW = """import numpy as np
X = np.array([[1.0, 2.0], [0.5, 0.3], [-2.0, 1.0], [-1.0, 0.2], [0.7, 1.3]])
Y = np.array([1.0, -0.5, 0.3, 0.1, 2.0])
V, W = np.array([[0.3, 0.7], [0.9, -0.2], [0.4, 0.6]]), np.array([[0.5, -0.8, 0.3]])
for i in range(3):
    for x, y in zip(X, Y):
        z = V @ x
        a = np.maximum(0.05 * z, z)
        d = W @ a - y
        h = W.T @ d * np.where(z > 0, 1, 0.05)
        W -= 0.01 * np.outer(d, a)
        V -= 0.01 * np.outer(h, x)
"""

_ADDED_UP = """import numpy as np
rng = np.random.RandomState(31)
X = rng.uniform(-1, 1, (12, 4))
V, W = rng.randn(3, 5), rng.randn(5)
for epoch in range(4):
    dV, dW = np.zeros_like(V), np.zeros_like(W)
    for row in X:
        z = row[:3] @ V
        a = np.maximum(0.2 * z, z)
        d = 2 * (a @ W - row[3]) / len(X)
        dW += d * a
        dV += np.outer(row[:3], d * W * np.where(z > 0, 1, 0.2))
    V -= 0.2 * dV
    W -= 0.2 * dW
"""


def _audited(folder: Path, text: str) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=4000, window=700, turns=(20,)))


def _is_right(audit: Audit) -> bool:
    return bool(audit.judged) and not (audit.findings or audit.unsure or audit.updates.unmatched)


@pytest.mark.parametrize(
    ("below", "slope", "name"),
    [
        ("0.05 * z", "0.05", "leaky-relu:0.05"),
        ("z / 5.5", "1 / 5.5", "leaky-relu:0.1818181818"),
        ("1.5 * (np.exp(z) - 1)", "1.5 * np.exp(z)", "elu:1.5"),
    ],
)
def test_a_constant_is_found(tmp_path: Path, below: str, slope: str, name: str) -> None:
    audit = _audited(tmp_path, _BENT.replace("BELOW", below).replace("SLOPE", slope))
    assert audit.activations == [name, "identity"]
    assert _is_right(audit)


def test_it_is_told_in_words(tmp_path: Path) -> None:
    text = _BENT.replace("BELOW", "0.05 * z").replace("SLOPE", "0.05")
    report = str(report_of(_audited(tmp_path, text), "mine.py"))
    assert "leaky-relu with the slope 0.05 and identity" in report


def test_rows_where_nothing_is_negative_show_no_slope(tmp_path: Path) -> None:
    audit = _audited(tmp_path, _ROW_BY_ROW)
    assert audit.activations[0] == "leaky-relu:0.05"
    assert _is_right(audit)


@pytest.mark.parametrize(("leak", "other"), [(0.1, 0.01), (0.01, 0.2)])
def test_the_slope_of_another_leak_is_named(tmp_path: Path, leak: float, other: float) -> None:
    text = _BENT.replace("BELOW", f"{leak} * z").replace("SLOPE", f"{other}")
    finding = _audited(tmp_path, text).findings[0]
    assert (finding.operation, finding.kind) == ("dg_dyhat", "wrong-slope-formula")
    assert f"else {other} is the slope of lrelu" in finding.says


def test_a_constant_is_found_where_rows_are_added_up(tmp_path: Path) -> None:
    # What is put together of rows differs in its last digits from a product of matrices.
    audit = _audited(tmp_path, _ADDED_UP)
    assert audit.activations == ["leaky-relu:0.2", "identity"]
    assert _is_right(audit)

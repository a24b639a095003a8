"""Gradients that hold a sum too much, in tiny scripts with a known truth."""

from pathlib import Path

import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record

_PENALTY = """import numpy as np
rng = np.random.RandomState(3)
X, Y = rng.randn(9, 3), rng.randn(9, 2)
W, b = rng.randn(3, 2), np.zeros(2)
for _ in range(8):
    error = X @ W + b - Y
    loss = np.mean(error**2) + 0.5 * 0.1 * np.sum(W**2)
    dW = 2 * X.T @ error / error.size + 0.1 * W
    db = 2 * error.sum(axis=0) / error.size
    W -= 0.1 * dW
    b -= 0.1 * db
"""
_ROWS = """import numpy as np
rng = np.random.RandomState(4)
X, Y = rng.rand(6, 2), rng.rand(6)
v, w = rng.randn(2, 3), rng.randn(3)
for _ in range(8):
    dv = [np.zeros(3) for _ in range(2)]
    dw = np.zeros(3)
    loss = 0.0
    for x, target in zip(X, Y):
        g = np.tanh(x @ v)
        error = g @ w - target
        loss += error**2 / 2
        dw += error * g
        delta = error * w * (1 - g**2)
        for i in range(2):
            dv[i] += x[i] * delta
    w -= 0.1 * dw
    v -= 0.1 * np.array(dv)
"""


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("text", "change", "operation", "line", "says"),
    [
        (_PENALTY, ("+ 0.1 * W", "+ 0.1 * np.sum(W**2)"), "dE_dw", 0, "0.1·Σw²"),
        (_PENALTY, ("+ 0.1 * W", "+ 0.1 * np.abs(W).sum()"), "dE_dw", 0, "0.1·Σ|w|"),
        (
            _ROWS,
            ("[np.zeros(3) for _ in range(2)]", "[np.zeros(3)] * 2"),
            "dE_dv",
            6,
            "one and the same row",
        ),
    ],
    ids=["penalty", "lasso", "rows"],
)
def test_sums(
    tmp_path: Path, text: str, change: tuple[str, str], operation: str, line: int, says: str
) -> None:
    """One number in each cell, and one sum in each row, are told from the right gradient."""
    assert text.count(change[0]) == 1
    (found,) = _audited(tmp_path, text.replace(*change)).findings
    assert (found.operation, found.line) == (operation, line)
    assert says in found.says
    right = _audited(tmp_path, text)
    assert not right.findings
    assert not right.unsure


def _audited(folder: Path, text: str) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=30_000, window=700, turns=(20,)))

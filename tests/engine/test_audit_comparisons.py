"""What is no comparison of predictions with targets, though the numbers would allow it."""

from pathlib import Path

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record

_DROPOUT = """import numpy as np
rng = np.random.RandomState(17)
X, y = rng.randn(12, 3), rng.randn(12, 1)
W1, W2 = rng.randn(3, 6), rng.randn(6, 1)
for _ in range(10):
    a1 = np.tanh(X @ W1)
    mask = (rng.rand(*a1.shape) < 0.8) / 0.8
    dropped = a1 * mask
    out = dropped @ W2
    dout = 2 * (out - y) / len(X)
    dz1 = (dout @ W2.T) * mask * (1 - a1**2)
    W2 -= 0.1 * dropped.T @ dout
    W1 -= 0.1 * X.T @ dz1
"""
_SOFTMAX = """import numpy as np
np.random.seed(31)
labels = np.random.randint(0, 3, 18)
X = np.random.randn(18, 4) * 0.4 + np.eye(4)[labels] * 1.5
W1, b1 = np.random.randn(6, 4) * 0.5, np.zeros(6)
W2, b2 = np.random.randn(3, 6) * 0.5, np.zeros(3)
for epoch in range(4):
    total = 0
    for x, label in zip(X, labels):
        target = np.zeros(3)
        target[label] = 1
        h = np.tanh(np.dot(W1, x) + b1)
        z = np.dot(W2, h) + b2
        e = np.exp(z - np.max(z))
        s = e / e.sum()
        total += -np.log(s[label])
        ds = -target / s
        dz2 = np.dot(np.diag(s) - s * s.T, ds)
        dz1 = np.dot(W2.T, dz2) * (1 - h**2)
        W2 -= 0.1 * np.outer(dz2, h)
        b2 -= 0.1 * dz2
        W1 -= 0.1 * np.outer(dz1, x)
        b1 -= 0.1 * dz1
"""


def _audited(folder: Path, text: str) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=60_000, window=700, turns=(20,)))


def test_masks_are_no_comparison(tmp_path: Path) -> None:
    """A layer times the mask of its dropout is not taken for targets, of which it is a share."""
    assert _audited(tmp_path, _DROPOUT).findings == []


def test_squares_are_no_errors(tmp_path: Path) -> None:
    """The s² of a wrong softmax slope is not taken for the errors of targets that are still 0."""
    (found,) = _audited(tmp_path, _SOFTMAX).findings
    assert found.operation == "dE_dy"
    assert "outer product f·fᵀ belongs" in found.says

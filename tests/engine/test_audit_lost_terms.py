"""Terms and steps that are lost, in tiny scripts with a known truth, and right ones beside them."""

from pathlib import Path

import pytest

from engine.audit.faults.hidden import hidden_faults
from engine.audit.findings import Finding
from engine.audit.recording.run_script import record

_SUMS = """import numpy as np
rng = np.random.RandomState(2)
X, Y, W = rng.randn(5, 3), rng.randn(5, 2), rng.randn(3, 2)


def gradient(W):
    J, D = 0.0, np.zeros(W.shape)
    for i in range(len(X)):
        d = X[i] @ W - Y[i]
        J += 0.5 * np.sum(d**2)
        D += np.outer(X[i], d)
    return J, D


for _ in range(6):
    J, D = gradient(W)
    W -= 0.05 * D
"""
_ROWS = """import numpy as np
rng = np.random.RandomState(3)
letters = np.array([0, 1, 2, 0, 3, 0, 1])
C, Y = rng.randn(4, 2), rng.randn(7, 2)
for _ in range(6):
    d = C[letters] - Y
    loss = 0.5 * np.sum(d**2)
    dC = np.zeros_like(C)
    np.add.at(dC, letters, d)
    C -= 0.1 * dC
"""
_DICTS = """import numpy as np
rng = np.random.RandomState(5)
X, Y = rng.randn(6, 2), rng.randn(6, 1)
layers = [{"W": rng.randn(2, 1)}]
for _ in range(6):
    d = (X @ layers[0]["W"] - Y) / len(X)
    layers[0]["dW"] = X.T @ d
    for layer in layers:
        W, dW = layer["W"], layer["dW"]
        W = W - 0.1 * dW
        layer["W"] = W
"""
_LISTS = """import numpy as np
rng = np.random.RandomState(5)
X, Y = rng.randn(6, 2), rng.randn(6, 1)
weights, biases = [rng.randn(2, 1)], [np.zeros(1)]
for _ in range(6):
    d = (X @ weights[0] + biases[0] - Y) / len(X)
    gradients = [X.T @ d], [d.sum(axis=0)]
    for w, b, dw, db in zip(weights, biases, *gradients):
        w -= 0.1 * dw
        b -= 0.1 * db
"""


def _found(folder: Path, text: str) -> list[Finding]:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return hidden_faults(record(script, first=20_000, window=700, turns=(20,)))


@pytest.mark.parametrize(
    ("text", "wrong", "kind", "says"),
    [
        (_SUMS, ("    return J, D\n", "        return J, D\n"), "early-return", "all 5 rows"),
        (_ROWS, ("np.add.at(dC, letters, d)", "dC[letters] += d"), "repeated-index", "3 times"),
        (_LISTS, ("w -= 0.1 * dw", "w = w - 0.1 * dw"), "no-update", "w is only a name"),
        (_DICTS, ('        layer["W"] = W\n', ""), "no-update", "W is only a name"),
    ],
)
def test_lost_terms(
    tmp_path: Path, text: str, wrong: tuple[str, str], kind: str, says: str
) -> None:
    """A sum over all rows that has only one of the terms is named; the whole sum is not."""
    assert text.count(wrong[0]) == 1
    (found,) = _found(tmp_path, text.replace(*wrong))
    assert found.kind == kind
    assert says in found.says
    assert _found(tmp_path, text) == []


@pytest.mark.parametrize(
    "text",
    [
        # Each row has an index of its own, or none is chosen by a condition.
        _ROWS.replace("letters = np.array([0, 1, 2, 0, 3, 0, 1])", "letters = np.arange(4)")
        .replace("rng.randn(7, 2)", "rng.randn(4, 2)")
        .replace("np.add.at(dC, letters, d)", "dC[letters] += d"),
        _ROWS.replace("np.add.at(dC, letters, d)", "np.add.at(dC, letters, d)\n    dC[C > 9] += 1"),
        # The name is put back, or is a counter.
        _LISTS.replace("w -= 0.1 * dw", "w = w - 0.1 * dw\n        weights[0] = w"),
        _SUMS.replace("np.outer(X[i], d)", "np.outer(X[i], d)\n        i += 1"),
        # A loop that goes on after a condition.
        _SUMS.replace("    return J, D\n", "        if i == 4:\n            return J, D\n"),
    ],
)
def test_no_terms_are_lost(tmp_path: Path, text: str) -> None:
    """Sums of distinct rows, and loops that return at their end, are right."""
    assert _found(tmp_path, text) == []

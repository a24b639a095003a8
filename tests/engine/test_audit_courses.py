"""Scripts in the manner of well-known courses, right ones and with a mistake of a certain kind."""

from pathlib import Path

import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record


def _audited(folder: Path, text: str, first: int = 60_000) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=first, window=700, turns=(20,)))


_THETA = """import numpy as np
np.random.seed(31)
m = 6
X = np.random.randn(m, 2)
Y = np.eye(2)[np.arange(m) % 2]
Theta1 = np.random.rand(3, 3) - 0.5
Theta2 = np.random.rand(2, 4) - 0.5


def g(z):
    return 1 / (1 + np.exp(-z))


def cost(Theta1, Theta2):
    J = 0
    grad1, grad2 = np.zeros(Theta1.shape), np.zeros(Theta2.shape)
    for i in range(m):
        a1 = np.append(1, X[i])
        z2 = Theta1.dot(a1)
        a2 = np.append(1, g(z2))
        h = g(Theta2.dot(a2))
        J += np.sum(-Y[i] * np.log(h) - (1 - Y[i]) * np.log(1 - h))
        d3 = h - Y[i]
        d2 = Theta2[:, 1:].T.dot(d3) * g(z2) * (1 - g(z2))
        grad1 += np.outer(d2, a1)
        grad2 += np.outer(d3, a2)
    grad1, grad2 = grad1 / m, grad2 / m
    grad1[:, 1:] += 0.3 / m * Theta1[:, 1:]
    grad2[:, 1:] += 0.3 / m * Theta2[:, 1:]
    J = J / m + 0.3 / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
    return J, grad1, grad2


for it in range(60):
    J, grad1, grad2 = cost(Theta1, Theta2)
    Theta1 = Theta1 - grad1
    Theta2 = Theta2 - grad2
"""


@pytest.mark.slow
def test_a_bias_in_the_first_column_is_told_by_its_step(tmp_path: Path) -> None:
    one = _audited(tmp_path, _THETA, first=2000)
    # The last pass that is recorded has no step.
    assert not one.judged[-1].changes
    assert (one.findings, one.unsure) == ([], [])


_WHOLE = """import numpy as np
rng = np.random.RandomState(24)
X = np.array([[0.5, 1.0], [1.5, -0.5], [-1.0, 0.3], [0.2, 0.9]])
y = np.array([[1], [0], [1], [0]])
w1, w2 = rng.randn(2, 3), rng.randn(3, 1)
for epoch in range(20):
    hidden = 1 / (1 + np.exp(-X @ w1))
    out = 1 / (1 + np.exp(-hidden @ w2))
    delta = np.zeros_like(y)
    for i in range(len(X)):
        delta[i] = (out[i] - y[i]) * out[i] * (1 - out[i])
    w2, w1 = w2 - hidden.T @ delta, w1 - X.T @ ((delta @ w2.T) * hidden * (1 - hidden))
"""


@pytest.mark.slow
def test_deltas_that_are_cut_off_to_whole_numbers_are_found(tmp_path: Path) -> None:
    (finding,) = _audited(tmp_path, _WHOLE).findings
    assert finding.kind == "whole-number"
    assert finding.says.startswith("delta holds whole numbers")
    assert not _audited(tmp_path, _WHOLE.replace("like(y)", "like(y, dtype=float)")).findings


def test_predictions_that_are_rounded_on_purpose_are_no_mistake(tmp_path: Path) -> None:
    rounded = _WHOLE.replace("like(y)", "like(y, dtype=float)") + (
        "    shown = np.zeros_like(y)\n"
        "    for i in range(len(X)):\n"
        "        shown[i] = out[i] + 0.5\n"
    )
    assert not _audited(tmp_path, rounded).findings


_LISTS = """import math, random
random.seed(29)
X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
T = [[0.0], [1.0], [1.0], [0.0]]


def matmul(A, B):
    return [[sum(a * b for a, b in zip(row, col)) for col in zip(*B)] for row in A]


def turned(A):
    return [list(r) for r in zip(*A)]


def layer(A, W, b):
    Z = matmul(A, W)
    return [[1 / (1 + math.exp(-(z + bj))) for z, bj in zip(row, b)] for row in Z]


def minus(W, G):
    return [[w - 0.5 * g for w, g in zip(wr, gr)] for wr, gr in zip(W, G)]


W1 = [[random.gauss(0, 1) for _ in range(3)] for _ in range(2)]
W2 = [[random.gauss(0, 1)] for _ in range(3)]
b1, b2 = [0.0, 0.0, 0.0], [0.0]
for epoch in range(12):
    H = layer(X, W1, b1)
    O = layer(H, W2, b2)
    d2 = [[(o - t) * o * (1 - o) for o, t in zip(p, q)] for p, q in zip(O, T)]
    d1 = [[e * h * (1 - h) for e, h in zip(p, q)] for p, q in zip(matmul(d2, turned(W2)), H)]
    b1 = [b - 0.5 * sum(g) for b, g in zip(b1, zip(*d1))]
    b2 = [b - 0.5 * sum(g) for b, g in zip(b2, zip(*d2))]
    W1, W2 = minus(W1, matmul(turned(X), d1)), minus(W2, matmul(turned(H), d2))
"""


@pytest.mark.slow
def test_weights_are_the_lists_that_a_script_holds_and_not_their_parts(tmp_path: Path) -> None:
    one = _audited(tmp_path, _LISTS)
    assert one.understood is not None
    assert [layer.weights.shape for layer in one.understood.layers] == [(2, 3), (3, 1)]
    assert [layer.of_weights.is_assembled for layer in one.understood.layers] == [False, False]
    assert (one.findings, one.unsure) == ([], [])


_LOGISTIC = """import numpy as np
rng = np.random.RandomState(23)
X = rng.randn(8, 2)
y = (X[:, :1] > X[:, 1:]).astype(float)
W, b = rng.randn(2, 1), np.zeros(1)
for epoch in range(12):
    p = 1 / (1 + np.exp(-(X.dot(W) + b)))
    loss = -np.mean(y * np.log(p))
    d = (p - y) / len(X)
    W, b = W - 0.1 * X.T.dot(d), b - 0.1 * d.sum(axis=0)
"""


def test_a_loss_that_leaves_out_the_targets_of_0_is_found(tmp_path: Path) -> None:
    (finding,) = _audited(tmp_path, _LOGISTIC).findings
    assert (finding.operation, finding.kind, finding.line) == ("E", "loss-formula", 8)
    # A half with a weight of its own is no half left out.
    weighted = _LOGISTIC.replace("loss = -", "pos = -").replace(
        "    d =", "    loss = pos - 3 * np.mean((1 - y) * np.log(1 - p))\n    d ="
    )
    assert not _audited(tmp_path, weighted).findings

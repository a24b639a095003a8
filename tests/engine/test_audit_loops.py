"""Loops over rows, layers and cells, and parameters in one vector."""

from pathlib import Path

import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record

_CELLS_OF_GRADIENTS = """import numpy as np
rng = np.random.RandomState(0)
X = rng.randn(5, 3)
y = (X[:, :1] + X[:, 1:2] > 0).astype(float)
V, bv = rng.randn(3, 2) * 0.5, np.zeros(2)
W, bw = rng.randn(2, 1) * 0.5, np.zeros(1)
for epoch in range(4):
    g = 1 / (1 + np.exp(-(X @ V + bv)))
    f = 1 / (1 + np.exp(-(g @ W + bw)))
    loss = np.mean((f - y) ** 2)
    dV, dW, dbv, dbw = (np.zeros_like(p) for p in (V, W, bv, bw))
    for i in range(len(X)):
        d = 2 * (f[i, 0] - y[i, 0]) * f[i, 0] * (1 - f[i, 0]) / len(X)
        for j in range(2):
            dW[j, 0] += d * g[i, j]
        dbw[0] += d
        for j in range(2):
            h = d * W[j, 0] * g[i, j] * (1 - g[i, j])
            for k in range(3):
                dV[k, j] += h * X[i, k]
            dbv[j] += h
    V -= 0.5 * dV; bv -= 0.5 * dbv; W -= 0.5 * dW; bw -= 0.5 * dbw
"""

_CLASSES = """import numpy as np
rng = np.random.RandomState(231)
y = np.arange(8) % 3
X = rng.randn(8, 4)
W = rng.randn(4, 3) * 0.1
for epoch in range(6):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(8):
        scores = X[i].dot(W)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss -= np.log(p[y[i]])
        for j in range(3):
            dW[:, j] += (p[j] - (j == y[i])) * X[i]
    loss /= 8
    W -= 0.5 * dW / 8
"""

_VECTOR = """import numpy as np
rng = np.random.RandomState(0)
X, y = rng.randn(6, 3), rng.randn(6, 1)
theta = rng.randn(20) * 0.5
for it in range(5):
    V, bv = theta[:12].reshape(3, 4), theta[12:16]
    W = np.reshape(theta[16:], (4, 1))
    g = np.tanh(X @ V + bv)
    d = 2 * (g @ W - y) / len(X)
    h = d @ W.T * (1 - g**2)
    theta = theta - 0.1 * np.concatenate([(X.T @ h).ravel(), h.sum(0), (g.T @ d).ravel()])
"""

# Every fourth row is the same, and its class is 0: then the class is no input that shows.
_CLASS_IN_ROW = """import numpy as np
rng = np.random.RandomState(3)
rows = rng.normal(size=(4, 3))
rows[:, 2] = [0, 1, 1, 0]
V, W = rng.normal(size=(2, 3)), rng.normal(size=3)
for epoch in range(8):
    for row in rows:
        h = np.tanh(V[:, :2] @ row[:2] + V[:, 2])
        f = 1 / (1 + np.exp(-(W[:2] @ h + W[2])))
        d = (f - row[2]) * f * (1 - f)
        back = d * W[:2] * (1 - h * h)
        W[:2] -= 0.3 * d * h
        W[2] -= 0.3 * d
        V[:, :2] -= 0.3 * np.outer(back, row[:2])
        V[:, 2] -= 0.3 * back
"""

_HANDED_OUT = """import numpy as np
rng = np.random.RandomState(5)
X, T = rng.normal(size=(9, 3)), rng.uniform(-0.9, 0.9, size=(9, 3))
Ws = [rng.normal(size=(3, 3)) * 0.5 for _ in range(3)]
for step in range(6):
    outs = [X]
    for W in Ws:
        outs.append(np.tanh(outs[-1] @ W))
    d = 2 * (outs[-1] - T) / T.size
    for k in reversed(range(3)):
        d = d * (1 - outs[k + 1] ** 2)
        g = outs[k].T @ d
        d = d @ Ws[k].T
        Ws[k] = Ws[k] - 0.2 * g
"""

_OWN_MATRIX = """import math, random
random.seed(21)
class Mat:
    def __init__(self, r, c, fill=lambda: 0.0):
        self.r, self.c = r, c
        self.rows = [[fill() for _ in range(c)] for _ in range(r)]
    @staticmethod
    def column(values):
        m = Mat(len(values), 1)
        for i in range(len(values)):
            m.rows[i][0] = values[i]
        return m
    @staticmethod
    def multiply(a, b):
        out = Mat(a.r, b.c)
        for i in range(a.r):
            for j in range(b.c):
                total = 0.0
                for k in range(a.c):
                    total += a.rows[i][k] * b.rows[k][j]
                out.rows[i][j] = total
        return out
    @staticmethod
    def pairs(a, b, f):
        out = Mat(a.r, a.c)
        for i in range(a.r):
            for j in range(a.c):
                out.rows[i][j] = f(a.rows[i][j], b.rows[i][j])
        return out
    def map(self, f):
        return Mat.pairs(self, self, lambda p, q: f(p))
    def transpose(self):
        out = Mat(self.c, self.r)
        for i in range(self.r):
            for j in range(self.c):
                out.rows[j][i] = self.rows[i][j]
        return out
plus, minus, times = (lambda p, q: p + q), (lambda p, q: p - q), (lambda p, q: p * q)
sigma = lambda v: 1.0 / (1.0 + math.exp(-v))
draw = lambda: random.uniform(-1, 1)
V, bv, W, bw = Mat(4, 3, draw), Mat(4, 1, draw), Mat(2, 4, draw), Mat(2, 1, draw)
table = [([0.2, 0.7, -0.3], [1, 0]), ([0.9, -0.1, 0.4], [0, 1]), ([-0.5, 0.3, 0.8], [1, 1])]
def moved(p, step):
    return Mat.pairs(p, step.map(lambda v: 0.2 * v), plus)
for epoch in range(4):
    for given, wanted in table:
        x, t = Mat.column(given), Mat.column(wanted)
        h = Mat.pairs(Mat.multiply(V, x), bv, plus).map(sigma)
        o = Mat.pairs(Mat.multiply(W, h), bw, plus).map(sigma)
        error = Mat.pairs(t, o, minus)
        loss = sum(row[0] ** 2 for row in error.rows) / 2
        d = Mat.pairs(error, o.map(lambda v: v * (1.0 - v)), times)
        back = Mat.multiply(W.transpose(), d)
        e = Mat.pairs(back, h.map(lambda v: v * (1.0 - v)), times)
        W, bw = moved(W, Mat.multiply(d, h.transpose())), moved(bw, d)
        V, bv = moved(V, Mat.multiply(e, x.transpose())), moved(bv, e)
"""


def _audited(folder: Path, text: str) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=6000, window=700, turns=(20,)))


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("text", "layers"),
    [
        (_VECTOR, [(3, 4), (4, 1)]),
        (_CELLS_OF_GRADIENTS, [(3, 2), (2, 1)]),
        (_CLASSES, [(4, 3)]),
        (_CLASS_IN_ROW, [(2, 2), (2, 1)]),
        (_HANDED_OUT, [(3, 3), (3, 3), (3, 3)]),
        (_OWN_MATRIX, [(3, 4), (4, 2)]),
    ],
    ids=["vector", "cells", "classes", "class-in-row", "handed-out", "own-matrix"],
)
def test_a_right_one(tmp_path: Path, text: str, layers: list[tuple[int, int]]) -> None:
    audit = _audited(tmp_path, text)
    assert audit.understood is not None
    assert [layer.weights.shape for layer in audit.understood.layers] == layers
    assert audit.judged
    assert [audit.findings, audit.unsure, audit.updates.unmatched] == [[], [], []]


def test_a_slope_that_is_missing_in_the_loops(tmp_path: Path) -> None:
    wrong = _CELLS_OF_GRADIENTS.replace(" * g[i, j] * (1 - g[i, j])", "")
    found = [(f.operation, f.kind) for f in _audited(tmp_path, wrong).findings]
    assert found == [("dE_dyhat", "missing-slope")]


def test_a_pass_whose_step_is_not_seen_tells_no_penalty(tmp_path: Path) -> None:
    audit = _audited(tmp_path, _VECTOR.replace("(X.T @ h)", "(X.T @ h + 0.02 * V)"))
    assert audit.loss_in_words == "E = mean((f − f₀)²) + ½·0.02·Σv²"


def test_biases_that_are_held_with_the_weights_have_to_learn(tmp_path: Path) -> None:
    text = _CLASS_IN_ROW.replace("        W[2] -= 0.3 * d\n", "")
    found = _audited(tmp_path, text.replace("        V[:, 2] -= 0.3 * back\n", "")).findings
    assert {(one.operation, one.kind) for one in found} == {
        ("bv", "no-update"),
        ("bw", "no-update"),
    }

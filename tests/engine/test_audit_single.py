"""Scripts that make one step, in a loop of one turn or in none: nothing is seen to change twice."""

from pathlib import Path

import pytest

from engine.audit import audit
from engine.audit.report.report import Report

_DATA = """import numpy as np
rng = np.random.RandomState(13)
x = np.linspace(-2, 2, 15).reshape(-1, 1)
y = np.sin(2 * x)
w1, b1, w2, b2 = rng.randn(1, 6), rng.randn(6), 0.3 * rng.randn(6, 1), np.zeros(1)
"""
_GRADIENTS = """z1 = x @ w1 + b1
a1 = np.tanh(z1)
pred = a1 @ w2 + b2
loss = ((pred - y) ** 2).mean()
dpred = 2 * (pred - y) / len(x)
dw2, db2 = a1.T @ dpred, dpred.sum(0)
dz1 = (dpred @ w2.T) * (1 - a1**2)
dw1, db1 = x.T @ dz1, dz1.sum(0)
"""
_STEP = """w1 = w1 - 0.02 * dw1
b1 -= 0.02 * db1
w2 -= 0.02 * dw2
b2 = b2 - 0.02 * db2
"""


def _in_a_loop(text: str) -> str:
    return "for _ in range(1):\n" + "".join(f"    {line}\n" for line in text.splitlines())


def _in_a_function(text: str) -> str:
    body = "".join(f"    {line}\n" for line in text.splitlines())
    return f"def gradients():\n{body}    return dw1, db1, dw2, db2\nprint(gradients())\n"


def _audited(tmp_path: Path, text: str) -> Report:
    script = tmp_path / "one.py"
    script.write_text(text, encoding="utf-8")
    return audit(script)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "step",
    [_GRADIENTS + _STEP, _in_a_loop(_GRADIENTS + _STEP), _in_a_function(_GRADIENTS)],
    ids=["no loop", "one turn", "function"],
)
def test_one_step(tmp_path: Path, step: str) -> None:
    right = _audited(tmp_path, _DATA + step)
    assert right.verdict == "right", str(right)
    assert right.network["layers"] == "1-6-1"
    wrong = _audited(tmp_path, _DATA + step.replace("1 - a1**2", "1 - z1**2"))
    (problem,) = wrong.problems
    # With one output the gradient without the slope is a multiple of w2, which stands there.
    assert (problem.operation, problem.kind) == ("dg_dyhat", "slope-argument")


def test_gradients_alone_take_no_step(tmp_path: Path) -> None:
    report = _audited(tmp_path, _DATA + _GRADIENTS)
    assert report.summary == "the gradient is that of E = mean((f − f₀)²)"


def test_one_step_uphill(tmp_path: Path) -> None:
    report = _audited(tmp_path, _DATA + _GRADIENTS + _STEP.replace("w2 -=", "w2 +="))
    assert [problem.operation for problem in report.problems] == ["w"]


_BY_HAND = """import math

i1, i2, t1, t2 = 0.05, 0.10, 0.01, 0.99
w1, w2, w3, w4, b1 = 0.15, 0.20, 0.25, 0.30, 0.35
w5, w6, w7, w8, b2 = 0.40, 0.45, 0.50, 0.55, 0.60

def sigmoid(x):
    return 1 / (1 + math.exp(-x))

h1, h2 = sigmoid(w1 * i1 + w2 * i2 + b1), sigmoid(w3 * i1 + w4 * i2 + b1)
o1, o2 = sigmoid(w5 * h1 + w6 * h2 + b2), sigmoid(w7 * h1 + w8 * h2 + b2)
E = 0.5 * (t1 - o1) ** 2 + 0.5 * (t2 - o2) ** 2
d1 = -(t1 - o1) * o1 * (1 - o1)
d2 = -(t2 - o2) * o2 * (1 - o2)
dh1 = (d1 * w5 + d2 * w7) * h1 * (1 - h1)
dh2 = (d1 * w6 + d2 * w8) * h2 * (1 - h2)
n5, n6, n7, n8 = w5 - 0.5 * d1 * h1, w6 - 0.5 * d1 * h2, w7 - 0.5 * d2 * h1, w8 - 0.5 * d2 * h2
n1, n2, n3, n4 = w1 - 0.5 * dh1 * i1, w2 - 0.5 * dh1 * i2, w3 - 0.5 * dh2 * i1, w4 - 0.5 * dh2 * i2
"""
"""A step with every weight written out, biases that stay, and the steps under other names."""


def test_a_step_written_out(tmp_path: Path) -> None:
    report = _audited(tmp_path, _BY_HAND)
    assert (report.verdict, report.network["layers"]) == ("right", "2-2-2"), str(report)
    assert report.network["learning_rate"] == 0.5


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("was", "now", "operation", "neuron"),
    [
        ("d2 * w7) * h1", "d2 * w6) * h1", "dE_dg", "g1"),
        ("d2 * w8) * h2 * (1 - h2)", "d2 * w8)", "dE_dyhat", "g2"),
    ],
    ids=["another weight", "no slope"],
)
def test_one_scalar_is_wrong(
    tmp_path: Path, was: str, now: str, operation: str, neuron: str
) -> None:
    (problem,) = _audited(tmp_path, _BY_HAND.replace(was, now)).problems
    assert problem.operation == operation
    assert problem.says.startswith(f"of {neuron} alone: ")
    assert problem.line.variable == f"d{neuron.replace('g', 'h')}"

"""Scripts that make one step, in a loop of one turn or in none: nothing is seen to change twice."""

from pathlib import Path

import pytest

from engine.audit import audit
from engine.audit.report import Report

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

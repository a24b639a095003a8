"""The line that is named: that of the formula, or of the call that gives it what it reads."""

from pathlib import Path

from engine.audit import audit

_SCRIPT = """import numpy as np
rng = np.random.RandomState(1)
X, Y = rng.randn(7, 3), rng.randn(7, 2)
W1, W2 = rng.randn(3, 4), rng.randn(4, 2)


def times(a, b):
    return a @ b


for _ in range(8):
    h = np.tanh(times(X, W1))
    error = times(h, W2) - Y
    loss = np.mean(error**2)
    d2 = 2 * error / error.size
    W2 -= 0.3 * times(h.T, d2)
    d1 = (1 - h**2) * times(d2, W2.T)
    W1 -= 0.3 * times(X.T, d1)
"""


def test_the_caller_of_a_helper_is_named(tmp_path: Path) -> None:
    """A function that several lines call is not at fault for what one of them gives it."""
    script = tmp_path / "mine.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    (problem,) = audit(script).problems
    assert problem.kind == "updated-weights"
    assert problem.line.text == "d1 = (1 - h**2) * times(d2, W2.T)"

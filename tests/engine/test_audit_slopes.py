"""Slopes of activations in other forms than ours, with one thing left out of them."""

from pathlib import Path

import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record

_NETWORK = """import numpy as np
rng = np.random.RandomState(5)
X, Y = rng.randn(9, 3), rng.randn(9, 1)
W1, W2 = rng.randn(3, 4), rng.randn(4, 1)
for _ in range(6):
    z = X @ W1
    s = 1 / (1 + np.exp(-z))
    a = VALUE
    error = a @ W2 - Y
    loss = np.mean(error**2)
    d2 = 2 * error / len(X)
    slope = SLOPE
    d1 = (d2 @ W2.T) * slope
    W2 -= 0.1 * a.T @ d2
    W1 -= 0.1 * X.T @ d1
"""
_FORMS = [
    ("z * s", "s + z * s * (1 - s)", "s + s * (1 - s)", "the factor ŷ"),
    (
        "np.where(z > 0, z, np.exp(z) - 1)",
        "np.where(z > 0, 1, a + 1)",
        "np.where(z > 0, 1, a)",
        "1",
    ),
    ("s", "np.exp(-z) / (1 + np.exp(-z)) ** 2", "np.exp(-z) / (1 + np.exp(-z))", "the square of"),
]


@pytest.mark.parametrize(("value", "right", "wrong", "says"), _FORMS, ids=["swish", "elu", "σ"])
def test_parts_left_out_of_slopes(
    tmp_path: Path, value: str, right: str, wrong: str, says: str
) -> None:
    script = tmp_path / "mine.py"
    found = []
    for slope in (right, wrong):
        script.write_text(_NETWORK.replace("VALUE", value).replace("SLOPE", slope))
        audit = Audit(record(script, first=30_000, window=700, turns=(20,)))
        found.append([(finding.operation, finding.says) for finding in audit.findings])
    assert found[0] == []
    ((operation, words),) = found[1]
    assert operation == "dg_dyhat"
    assert words.startswith(f"{says} ")
    assert "is missing: the slope of" in words


def test_slope_of_another_layer(tmp_path: Path) -> None:
    """A column of slopes, of the one output, is repeated for all hidden neurons by NumPy."""
    script = tmp_path / "mine.py"
    text = _NETWORK.replace("VALUE", "np.maximum(z, 0)").replace("SLOPE", "(a @ W2 > 0) * 1.0")
    script.write_text(text)
    (found,) = Audit(record(script, first=30_000, window=700, turns=(20,))).findings
    assert found.operation == "dE_dyhat"
    assert "is taken at f, of another layer" in found.says

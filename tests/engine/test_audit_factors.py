"""Sums, counts and learning rates that come into one gradient alone, or twice."""

from pathlib import Path

import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record

_NETWORK = """import numpy as np
rng = np.random.RandomState(4)
X = rng.rand(10, 3)
Y = np.eye(2)[(X[:, 0] > X[:, 1]) * 1]
W1, b1, W2, b2 = rng.randn(3, 4), np.zeros((1, 4)), rng.randn(4, 2), rng.randn(1, 2)
mW1, mW2, lr = 0.0, 0.0, 0.2
for _ in range(12):
    h = 1 / (1 + np.exp(-(X @ W1 + b1)))
    e = np.exp(h @ W2 + b2)
    f = e / e.sum(axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(f)) / len(X)
    d2 = f - Y
    dW2 = h.T @ d2 / len(X)
    db2 = d2.sum(axis=0, keepdims=True) / len(X)
    d1 = d2 @ W2.T * h * (1 - h)
    dW1 = X.T @ d1 / len(X)
    db1 = d1.sum(axis=0, keepdims=True) / len(X)
    W1, b1 = W1 - lr * dW1, b1 - lr * db1
    W2, b2 = W2 - lr * dW2, b2 - lr * db2
"""
_STEPS = _NETWORK[_NETWORK.index("    W1, b1 =") :]

_ADAM = """    if not _:
        p, lr = [W1, b1, W2, b2], 0.01
        m, s = [0 * q for q in p], [0 * q for q in p]
    for k, g in enumerate([dW1, db1, dW2, db2]):
        m[k] = 0.9 * m[k] + (1 - 0.9) * g
        s[k] = 0.999 * s[k] + (1 - 0.9) * g**2
        step = m[k] / (1 - 0.9 ** (_ + 1)) / (np.sqrt(s[k] / (1 - 0.999 ** (_ + 1))) + 1e-8)
        p[k] = p[k] - lr * step
    W1, b1, W2, b2 = p
"""


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        (
            "dW1 = X.T @ d1 / len(X)",
            "dW1 = X.T @ d1 / X.shape[1]",
            ("dE_dv", "divided by 3, the number of inputs"),
        ),
        ("dW1 = X.T @ d1", "dW1 = lr * X.T @ d1", ("dE_dv", "the learning rate is in it already")),
        (
            "db1 = d1.sum(axis=0, keepdims=True)",
            "db1 = d1.sum()",
            ("dE_dbv", "a sum over everything"),
        ),
        ("db2 = d2.sum(axis=0, keepdims=True)", "db2 = d2.sum()", ("dE_dbw", "over everything")),
        (
            _STEPS,
            "    mW1, mW2 = 0.5 * mW1 - lr * dW1, 0.5 * mW2 - lr * dW2\n"
            "    W1, W2 = W1 - mW1, W2 - mW2\n",
            ("v", "∂E/∂v is added, v ← v + m"),
        ),
        ("d2 = f - Y", "d2 = f - Y / len(X)", ("dE_dy", "only f₀ is divided by N, f is not")),
        (_STEPS, _ADAM, ("v", "s_v: 1 − β₁ stands where 1 − β₂ belongs")),
        ("* 1]", "* 1].T.reshape(10, 2)", ("f0", "reshape keeps the numbers in their order")),
    ],
    ids=[
        "features",
        "rate-twice",
        "one-number",
        "one-number-of-0",
        "two-minus-signs",
        "parentheses",
        "adam-share",
        "reshaped",
    ],
)
def test_one_gradient_unlike_the_others_is_named(
    tmp_path: Path, right: str, wrong: str, found: tuple[str, str]
) -> None:
    assert _NETWORK.count(right) == 1
    script = tmp_path / "script.py"
    script.write_text(_NETWORK.replace(right, wrong))
    audit = Audit(record(script))
    operation, says = found
    assert [f.operation for f in audit.findings][:1] == [operation]
    assert says in audit.findings[0].says + audit.findings[0].repair


_BATCHES = """import numpy as np
rng = np.random.RandomState(2)
X, Y = rng.randn(40, 3), rng.rand(40, 1)
w, b = rng.randn(3, 1), np.zeros((1, 1))
for _ in range(8):
    rows = rng.choice(40, 10)
    x, y = X[rows], Y[rows]
    f = 1 / (1 + np.exp(-(x @ w + b)))
    loss = np.mean((f - y) ** 2)
    d = 2 * (f - y) * f * (1 - f) / len(x)
    w -= 0.3 * (x.T @ d)
    b -= 0.3 * d.sum(axis=0, keepdims=True)
"""


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("X[rows], Y[rows]", []),
        ("X[rows], Y[:10]", ["f0"]),
        ("X[:10] + 0.1 * rng.randn(10, 3), Y[:10]", []),
    ],
    ids=["same", "others", "with-noise"],
)
def test_targets_of_other_rows_are_found(tmp_path: Path, rows: str, found: list[str]) -> None:
    script = tmp_path / "script.py"
    script.write_text(_BATCHES.replace("X[rows], Y[rows]", rows))
    audit = Audit(record(script))
    assert [f.operation for f in audit.findings] == found
    assert audit.moves
    assert not audit.unsure

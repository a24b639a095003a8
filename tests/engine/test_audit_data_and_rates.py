"""Data that change from pass to pass, and learning rates that do so within one, in tiny scripts."""

from pathlib import Path

import numpy as np
import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record
from engine.audit.updates.plain_steps import go_apart
from engine.audit.updates.steps import Steps
from engine.formula.tensor import Array

_BATCHES = """import numpy as np
rng = np.random.RandomState(3)
X, Y = rng.randn(12, 2) + 4, rng.randn(12, 1)
mean, W, b = X.mean(axis=0), rng.randn(2, 1), np.zeros(1)
rate = 0.05
first_X, first_Y = X, Y
for epoch in range(5):
    order = rng.permutation(12)
    X, Y = X[order], Y[order]
    for i in range(0, 12, 4):
        x, y = X[i : i + 4], Y[i : i + 4]
        error = x @ W + b - y
        loss = np.mean(error**2)
        grads = [2 * x.T @ error / 4, 2 * error.mean(axis=0)]
        for parameter, gradient in zip([W, b], grads):
            parameter -= rate * gradient
        rate *= 0.9
"""
_WHOLE = """import numpy as np
rng = np.random.RandomState(3)
X, Y = rng.randn(9, 2) + 4, rng.randn(9, 1)
mean, W, b = X.mean(axis=0), rng.randn(2, 1), np.zeros(1)
for _ in range(8):
    x = X - mean
    error = x @ W + b - Y
    loss = np.mean(error**2)
    grads = [2 * x.T @ error / len(x), 2 * error.mean(axis=0)]
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > 0.5:
        grads = [g * (0.5 / norm) for g in grads]
    W -= 0.1 * grads[0]
    b -= 0.1 * grads[1]
"""
_VIEWS = """import numpy as np
rng = np.random.RandomState(3)
X, Y = 9 * rng.rand(12, 2), rng.randn(12, 1)
W, b = rng.randn(2, 1), np.zeros(1)
for epoch in range(5):
    for i in range(0, 12, 4):
        x = X[i : i + 4] / 9
        error = x @ W + b - Y[i : i + 4]
        loss = np.mean(error**2)
        W -= 0.1 * 2 * x.T @ error / 4
        b -= 0.1 * 2 * error.mean(axis=0)
"""


def _audited(folder: Path, text: str) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=30_000, window=700, turns=(20,)))


@pytest.mark.parametrize("text", [_BATCHES, _WHOLE, _VIEWS], ids=["batches", "whole", "views"])
def test_right(tmp_path: Path, text: str) -> None:
    """Rows shuffled together, a rate that decays from pass to pass, and clipping are right."""
    audit = _audited(tmp_path, text)
    assert not audit.findings
    assert not audit.unsure


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("text", "changes", "operation", "kind"),
    [
        # One of two arrays goes on from its last order, the other from the first.
        (_BATCHES, [("X, Y = X[order], Y[order]", "X, Y = X[order], first_Y[order]")], "f0", ""),
        (_BATCHES, [("        rate *= 0.9", "            rate *= 0.9")], "b", "learning-rate"),
        (_WHOLE, [("x = X - mean", "X -= mean"), ("x ", "X "), ("x.T", "X.T")], "x", "in-place"),
        (_WHOLE, [("0.5 / norm", "norm / 0.5"), ("0.1 *", "0.01 *")], "w", "clipping"),
        # Each by its own length.
        (
            _WHOLE,
            [
                ("        grads = [g * (0.5 / norm) for g in grads]", "        pass"),
                (
                    "    norm =",
                    "    grads = [g * max(1, 2 * np.linalg.norm(g)) for g in grads]\n    norm =",
                ),
                ("0.1 *", "0.01 *"),
            ],
            "w",
            "clipping",
        ),
        # Each batch is a view of the table.
        (_VIEWS, [("x = X[i : i + 4] / 9", "x = X[i : i + 4]\n        x /= 9")], "x", "in-place"),
    ],
)
def test_wrong(
    tmp_path: Path, text: str, changes: list[tuple[str, str]], operation: str, kind: str
) -> None:
    """What no comparison within a pass can show is found by what the passes have in common."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (found,) = _audited(tmp_path, text.replace("len(x)", "len(X)")).findings
    assert found.kind == (kind or "other-rows")
    assert found.operation in (operation, f"{operation}w")


def test_rounding_tells_no_rate() -> None:
    """What rounding has left of a gradient of 0 does not make two learning rates."""
    gradients = [np.full(2, size) for size in (1.0, 0.5, 0.25, 0.2)]
    noise = [np.full(1, size) for size in (4e-16, -4e-16, 9e-16, 4e-16)]
    w = _steps("w", gradients, [-0.1 * gradient for gradient in gradients])
    bw = _steps("bw", noise, [np.full(1, 1e-17) for _ in noise])
    assert go_apart({"w": w, "bw": bw})
    bw.vague = [True] * 4
    assert not go_apart({"w": w, "bw": bw})


def _steps(name: str, gradients: list[Array], changes: list[Array]) -> Steps:
    count = len(gradients)
    return Steps(
        name,
        gradients,
        [1.0] * count,
        changes,
        changes,
        list(range(count)),
        [{} for _ in range(count)],
        [False] * count,
    )

"""Scripts of users, as tests write them."""

from __future__ import annotations

from pathlib import Path

RIGHT = """\
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

X = np.array([[0.0, 0.1, 1.0], [0.2, 1.0, 1.0], [1.0, 0.3, 1.0], [0.9, 1.0, 1.0], [0.4, 0.7, 1.0]])
target = np.array([[0.0], [1.0], [1.0], [0.0], [1.0]])
rng = np.random.RandomState(3)
first, second = rng.normal(size=(3, 4)), rng.normal(size=(4, 1))
for step in range(60):
    layer = sigmoid(X @ first)
    out = sigmoid(layer @ second)
    loss = np.mean((out - target) ** 2)
    error = 2 * (out - target) / len(X)
    d_out = error * out * (1 - out)
    d_second = layer.T @ d_out
    d_layer = d_out @ second.T * layer * (1 - layer)
    d_first = X.T @ d_layer
    first -= 0.3 * d_first
    second -= 0.3 * d_second
"""
"""A network 3-4-1 of sigmoids; the backward phase begins in line 14."""

LINE = 17
"""The line of ∂E/∂ŷ, which `WRONG` has without the slope."""

_BENT = """import numpy as np
rng = np.random.default_rng(3)
X, Y = rng.normal(size=(9, 3)), rng.normal(size=(9, 2))
V, W = rng.normal(size=(3, 5)), rng.normal(size=(5, 2))
for i in range(4):
    z = X @ V
    a = ACTIVATION
    d = 2 * (a @ W - Y) / Y.size
    dW, dV = a.T @ d, X.T @ (d @ W.T * GRADIENT)
    W -= 0.02 * dW
    V -= 0.02 * dV
"""

WRONG = RIGHT.replace("second.T * layer * (1 - layer)", "second.T")


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    """Write a script, and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def bent(activation: str, slope: str) -> str:
    """Return a script of a network 3-5-2 with an activation a of z and its slope."""
    return _BENT.replace("ACTIVATION", activation).replace("GRADIENT", slope)

"""Dropout in a user's script: masks that are drawn anew in each pass."""

from pathlib import Path

import pytest

from engine.audit import audit
from engine.audit.report.report import Report

_DROPPED = """import numpy as np
gen = np.random.default_rng(8)
x = gen.normal(size=(14, 3))
t = np.column_stack([x[:, 0] * x[:, 1], np.sin(x[:, 2])])
V, W = gen.normal(0, 0.5, (3, 6)), gen.normal(0, 0.5, (6, 2))
for epoch in range(6):
    h = np.tanh(x @ V)
    keep = gen.random(h.shape) < 0.75
    mask = keep / 0.75
    out = h * mask
    y = out @ W
    print(np.mean((y - t) ** 2))
    d = 2 * (y - t) / y.size
    back = d @ W.T * mask
    delta = back * (1 - h ** 2)
    W -= 0.1 * out.T @ d
    V -= 0.1 * x.T @ delta
"""


def _audited(folder: Path, text: str) -> Report:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return audit(script)


@pytest.mark.parametrize("mask", ["keep / 0.75", "keep", "gen.binomial(1, 0.8, h.shape) / 0.8"])
def test_a_mask_in_both_phases_is_right(tmp_path: Path, mask: str) -> None:
    report = _audited(tmp_path, _DROPPED.replace("keep / 0.75", mask))
    assert report.verdict == "right", str(report)
    assert report.network["dropout"] == "of g"


@pytest.mark.parametrize(
    ("was", "now", "operation", "says"),
    [
        ("W.T * mask", "W.T", "dE_dg", "the mask of the dropout is missing"),
        ("W.T * mask", "W.T * keep", "dE_dg", "dropout not scaled back"),
        ("1 - h ** 2", "1 - out ** 2", "dg_dyhat", "g behind the dropout stands where g"),
        ("out.T @ d", "h.T @ d", "dE_dw", "g stands where g behind the dropout belongs"),
    ],
)
def test_a_mistake_with_a_mask_is_named(
    tmp_path: Path, was: str, now: str, operation: str, says: str
) -> None:
    (found,) = _audited(tmp_path, _DROPPED.replace(was, now)).problems
    assert found.operation == operation
    assert says in found.says

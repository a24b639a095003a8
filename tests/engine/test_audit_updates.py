"""The audit of steps: a rate twice in one, rates of their own, buffers that start at 0."""

from pathlib import Path

import pytest

from engine.audit import audit
from engine.audit.report.report import Report

_MOMENTUM = """import numpy as np
rng = np.random.default_rng(3)
x = rng.normal(size=(8, 3))
y = np.tanh(x @ rng.normal(size=(3, 2)))
p = {"W1": rng.normal(size=(3, 2)), "b1": np.zeros(2)}
p |= {"W2": rng.normal(size=(2, 2)), "b2": np.zeros(2)}
m = {k: np.zeros_like(a) for k, a in p.items()}
lr, mu = 0.1, 0.9
for _ in range(8):
    h = np.tanh(x @ p["W1"] + p["b1"])
    out = h @ p["W2"] + p["b2"]
    d = 2 * (out - y) / y.size
    dh = d @ p["W2"].T * (1 - h**2)
    g = {"W1": x.T @ dh, "b1": dh.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
    for k in p:
        m[k] = mu * m[k] - lr * g[k]
        p[k] = p[k] + m[k]
    print(np.mean((out - y) ** 2))
"""
_STEP = _MOMENTUM[_MOMENTUM.index("        m[k] =") : _MOMENTUM.index("    print")]


def _audited(folder: Path, text: str) -> Report:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return audit(script)


def _with_step(step: str) -> str:
    return _MOMENTUM.replace(_STEP, f"        {step}\n")


def test_zeros_are_named_for_the_bias_that_grows_of_them(tmp_path: Path) -> None:
    report = _audited(tmp_path, _MOMENTUM)
    assert report.verdict == "right", str(report)
    names = {"v": "p['W1']", "bv": "p['b1']", "w": "p['W2']", "bw": "p['b2']"}
    assert report.network["parameters"] == names


def test_a_rate_that_is_in_one_velocity_twice_is_told(tmp_path: Path) -> None:
    twice = "(lr * lr if k == 'W2' else lr) * g[k]"
    report = _audited(tmp_path, _MOMENTUM.replace("lr * g[k]", twice))
    assert [(p.operation, p.kind) for p in report.problems] == [("w", "factor")], str(report)
    assert "learning rate is in the step of w twice" in report.problems[0].says


@pytest.mark.parametrize(
    ("rate", "note"),
    [
        ("2 * lr if k[0] == 'b' else lr", "the biases take steps 2 times as long"),
        ("0.01 if k == 'W2' else lr", ""),
    ],
    ids=["of all biases", "of one layer, the square of another by chance"],
)
def test_a_rate_of_its_own_is_a_choice(tmp_path: Path, rate: str, note: str) -> None:
    report = _audited(tmp_path, _with_step(f"p[k] = p[k] - ({rate}) * g[k]"))
    assert (report.verdict, report.problems) == ("right", ()), str(report)
    assert note in str(report).replace("\n", " ")


def test_one_bias_with_twice_the_rate_is_told(tmp_path: Path) -> None:
    step = "p[k] = p[k] - (2 * lr if k == 'b2' else lr) * g[k]"
    report = _audited(tmp_path, _with_step(step))
    assert [p.operation for p in report.problems] == ["bw"], str(report)


def test_a_layer_that_a_comment_calls_frozen_is_no_mistake(tmp_path: Path) -> None:
    step = "if k[1] == '2': p[k] = p[k] - lr * g[k]"
    text = _with_step(step).replace(
        "for _ in", "# W1 and b1 are frozen: random features.\nfor _ in"
    )
    report = _audited(tmp_path, text.replace("np.zeros(2)}", "np.ones(2)}", 1))
    assert report.verdict == "right", str(report)
    assert any("v stays fixed" in note for note in report.notes)

"""What a script prints or keeps beside its gradients: its loss, its penalty, Adam's moments."""

from pathlib import Path

import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record
from engine.audit.script import audit

_LOGISTIC = """import numpy as np
rng = np.random.RandomState(9)
X = rng.randn(20, 3)
y = (X @ np.array([1.0, -2.0, 0.5]) > 0).astype(int)
w, b = np.zeros(3), 0.0
for it in range(12):
    p = 1 / (1 + np.exp(-(X @ w + b)))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    w -= 0.3 * X.T @ (p - y) / y.size
    b -= 0.3 * np.mean(p - y)
"""

_DEEP = """import numpy as np
rng = np.random.RandomState(4)
X, Y = rng.randn(12, 2), rng.rand(12, 1)
V, W = rng.randn(2, 4), rng.randn(4, 1)
m, s = [0, 0], [0, 0]
for t in range(1, 15):
    H = np.tanh(X @ V)
    out = 1 / (1 + np.exp(-H @ W))
    error = out - Y
    loss = 0.5 * np.sum(error ** 2)
    delta = error * out * (1 - out)
    gW = H.T @ delta + 0 * W
    gV = X.T @ (delta @ W.T * (1 - H ** 2)) + 0 * V
    W = W - 0.1 * gW
    V = V - 0.1 * gV
"""

_ADAM = (
    _DEEP[: _DEEP.index("    W = ")]
    + """    for k, g in enumerate((gV, gW)):
        m[k] = 0.9 * m[k] + 0.1 * g
        s[k] = 0.999 * s[k] + (1 - 0.999) * g * g
    a, c = [m[k] / (1 - 0.9 ** t) for k in (0, 1)], [s[k] / (1 - 0.999 ** t) for k in (0, 1)]
    V = V - 0.02 * a[0] / (np.sqrt(c[0]) + 1e-8)
    W = W - 0.02 * a[1] / (np.sqrt(c[1]) + 1e-8)
"""
)


def _audited(folder: Path, text: str) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=60_000, window=700, turns=(20,)))


@pytest.mark.parametrize("text", [_LOGISTIC, _DEEP, _ADAM])
def test_the_right_ones(tmp_path: Path, text: str) -> None:
    one = _audited(tmp_path, text)
    assert (one.findings, one.unsure) == ([], [])


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("error", "rate", "says"),
    [
        ("out - Y", "0.1", "E = ½·Σ(f − f₀)²"),
        ("(out - Y) / 12", "0.1", "E = ½·mean((f − f₀)²)"),
        ("2 * (out - Y)", "0.1 / 12", "E = mean((f − f₀)²)"),
        ("3 * (out - Y)", "0.1", "E = 18·mean((f − f₀)²)"),
    ],
)
def test_a_loss_that_is_not_computed_is_the_one_of_the_rate_that_is_written(
    tmp_path: Path, error: str, rate: str, says: str
) -> None:
    text = _DEEP.replace("    loss = 0.5 * np.sum(error ** 2)\n", "")
    path = tmp_path / "mine.py"
    text = text.replace("error = out - Y", f"error = {error}").replace("0.1 * g", f"{rate} * g")
    path.write_text(text, encoding="utf-8")
    report = audit(path)
    assert (report.verdict, report.network["loss"]) == ("right", says)
    assert report.network["learning_rate"] == 0.1


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("np.log(1 - p))", "np.log(p))", "ln f stands in both terms"),
        ("(1 - y) * np", "y * np", "f₀ stands in both terms"),
        ("+ (1 - y)", "- (1 - y)", "subtracted"),
        (" + (1 - y) * np.log(1 - p)", "", "(1 − f₀)·ln(1 − f) is missing"),
    ],
)
def test_a_wrong_cross_entropy_is_named(tmp_path: Path, was: str, now: str, says: str) -> None:
    assert was in _LOGISTIC
    (found,) = _audited(tmp_path, _LOGISTIC.replace(was, now)).findings
    assert (found.operation, found.line) == ("E", 8)
    assert says in found.says


def test_errors_that_were_changed_in_place(tmp_path: Path) -> None:
    loss = "    loss = 0.5 * np.sum(error ** 2)\n"
    delta = "    delta = error * out * (1 - out)\n"
    late = "    delta = error\n    delta *= out * (1 - out)\n" + loss
    (found,) = _audited(tmp_path, _DEEP.replace(loss, "").replace(delta, late)).findings
    assert (found.operation, found.line) == ("E", 12)
    assert "multiplied by the slope" in found.says
    # The same number under another name may be the length of a gradient.
    late = late.replace("loss", "length")
    assert not _audited(tmp_path, _DEEP.replace(loss, "").replace(delta, late)).findings


def test_a_penalty_of_the_weights_after_their_step_is_no_mistake(tmp_path: Path) -> None:
    loss = "    loss = 0.5 * np.sum(error ** 2)\n"
    text = (
        _DEEP.replace("0 * ", "0.01 * ").replace(loss, "")
        + "    loss = 0.5 * np.sum(error ** 2) + 0.005 * ("
    )
    text += "np.sum(V ** 2) + np.sum(W ** 2))\n"
    one = _audited(tmp_path, text)
    assert not one.findings
    assert one.loss_in_words == "E = ½·Σ(f − f₀)² + ½·0.01·(Σv² + Σw²)"
    # A slope of another factor is one.
    early = loss[:-1] + " + 0.01 * (np.sum(V ** 2) + np.sum(W ** 2))\n"
    wrong = _audited(tmp_path, _DEEP.replace("0 * ", "0.01 * ").replace(loss, early))
    assert {found.kind for found in wrong.findings} == {"penalty"}


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("0.999 ** t", "0.9 ** t", "β₁ stands where β₂ belongs"),
        ("m[k] / (1 - 0.9 ** t)", "m[k] / (1 - 0.999 ** t)", "β₂ stands where β₁ belongs"),
    ],
)
def test_the_wrong_share_in_adam_is_named(tmp_path: Path, was: str, now: str, says: str) -> None:
    assert was in _ADAM
    found = _audited(tmp_path, _ADAM.replace(was, now)).findings
    assert {one.operation for one in found} == {"v", "w"}
    assert all(says in one.says for one in found)


def test_the_place_of_adams_epsilon_is_a_matter_of_taste(tmp_path: Path) -> None:
    rate = "0.02 * np.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)"
    text = _ADAM.replace("0.02 * a[", f"{rate} * m[").replace("sqrt(c[", "sqrt(s[")
    one = _audited(tmp_path, text)
    assert (one.findings, one.unsure) == ([], [])


def test_adagrad_forgets_nothing_on_purpose(tmp_path: Path) -> None:
    text = _DEEP.replace("W = W - 0.1 * gW", "s[0] += gW ** 2").replace(
        "    V = V - 0.1 * gV\n",
        "    s[1] = s[1] + gV ** 2\n"
        "    W = W - 0.1 * gW / (np.sqrt(s[0]) + 1e-8)\n"
        "    V -= 0.1 * gV / (np.sqrt(s[1]) + 1e-8)\n",
    )
    one = _audited(tmp_path, text)
    assert (one.findings, one.unsure) == ([], [])


@pytest.mark.parametrize(
    ("kept", "name"), [("s[K] +", "AdaGrad"), ("0.9 * s[K] + 0.1 *", "rmsprop")]
)
def test_epsilon_may_stand_under_the_root(tmp_path: Path, kept: str, name: str) -> None:
    lines = "".join(
        f"    s[{k}] = {kept.replace('K', k)} g{p} ** 2\n"
        f"    {p} = {p} - 0.1 * g{p} / np.sqrt(s[{k}] + 1e-4)\n"
        for k, p in (("0", "V"), ("1", "W"))
    )
    one = _audited(tmp_path, _DEEP[: _DEEP.index("    W = ")] + lines)
    assert (one.findings, one.unsure, one.updates.optimiser) == ([], [], name)
    assert not one.updates.findings
    wrong = _audited(tmp_path, _DEEP[: _DEEP.index("    W = ")] + lines.replace("np.sqrt", ""))
    assert {found.operation for found in wrong.findings} == {"v", "w"}


@pytest.mark.parametrize("step", ["g", "m := 0.9 * m + g"])
def test_gradients_may_be_cut_cell_by_cell(tmp_path: Path, step: str) -> None:
    cut = "".join(
        f"    g{p} = np.clip(g{p}, -0.1, 0.1)\n"
        f"    {p} = {p} - 0.1 * ({step.replace('m', 'm' + p).replace('g', 'g' + p)})\n"
        for p in "VW"
    )
    text = _DEEP[: _DEEP.index("    W = ")].replace("m, s =", "mV, mW =") + cut
    one = _audited(tmp_path, text.replace("mV, mW = [0, 0], [0, 0]", "mV = mW = 0"))
    assert (one.findings, one.unsure) == ([], [])


def test_weights_that_decay_after_their_step(tmp_path: Path) -> None:
    one = _audited(tmp_path, _DEEP.replace("W - 0.1 * gW", "W - 0.1 * gW; W *= 1 - 0.1 * 0.01"))
    assert (one.findings, one.unsure) == ([], [])


def test_what_goes_on_from_a_delta_with_an_extra_slope_is_right(tmp_path: Path) -> None:
    text = _DEEP.replace("rng.rand(12, 1)", "(rng.rand(12, 1) > 0.5) * 1.0")
    text = text.replace("0.5 * np.sum(error ** 2)", "-np.mean(np.log(np.where(Y, out, 1 - out)))")
    text = text.replace(" + 0 * W", " / 12").replace(" + 0 * V", " / 12")
    (found,) = _audited(tmp_path, text).findings
    assert (found.operation, found.kind) == ("dE_dy", "extra-slope")

"""Faults of the design, exceptions, and what no comparison of one array shows."""

from pathlib import Path

import numpy as np
import pytest

from engine.audit import audit
from engine.audit.auditing import Audit
from engine.audit.faults.curvature import largest_curvature
from engine.audit.faults.hidden import hidden_faults
from engine.audit.faults.separable import cannot_be_parted
from engine.audit.faults.stuck import stuck
from engine.audit.findings import Finding
from engine.audit.recording import run_script
from engine.audit.recording.recording import Recording
from engine.audit.recording.run_script import record

_NETWORK = """import numpy as np
rng = np.random.RandomState(1)
X = rng.rand(6, 2)
Y = (X[:, :1] > X[:, 1:]).astype(float)
W1, b1, W2, b2 = rng.randn(2, 3), np.zeros(3), rng.randn(3, 1), np.zeros(1)
for _ in range(12):
    h = 1 / (1 + np.exp(-(X @ W1 + b1)))
    f = 1 / (1 + np.exp(-(h @ W2 + b2)))
    loss = np.mean((f - Y) ** 2)
    d2 = 2 * (f - Y) * f * (1 - f) / len(X)
    d1 = d2 @ W2.T * h * (1 - h)
    W2 -= 0.3 * (h.T @ d2)
    b2 -= 0.3 * d2.sum(axis=0)
    W1 -= 0.3 * (X.T @ d1)
    b1 -= 0.3 * d1.sum(axis=0)
"""
_START = "W1, b1, W2, b2 = rng.randn(2, 3), np.zeros(3), rng.randn(3, 1), np.zeros(1)"
_STEPS = _NETWORK[_NETWORK.index("    W2 -=") :]
_NEURON = """import numpy as np
rng = np.random.RandomState(1)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
Y = np.array([0, 1, 1, 0], dtype=float)[:, None]
w, b = rng.randn(2, 1), np.zeros(1)
for _ in range(6):
    f = 1 / (1 + np.exp(-(X @ w + b)))
    loss = -np.mean(Y * np.log(f) + (1 - Y) * np.log(1 - f))
    d = (f - Y) / len(X)
    w -= 0.3 * (X.T @ d)
    b -= 0.3 * d.sum(axis=0)
"""
_LINE = """import numpy as np
X = np.array([[10.0, 1], [8, 3], [6, 2], [9, 5]])
y = X @ np.array([[1.0], [2.0]]) + 0.5
w, b = np.zeros((2, 1)), np.zeros(1)
for _ in range(8):
    f = X @ w + b
    loss = np.mean((f - y) ** 2)
    g = 2 * (f - y) / len(X)
    w -= 0.005 * (X.T @ g)
    b -= 0.005 * g.sum(axis=0)
"""


def _changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def _recorded(folder: Path, text: str) -> Recording:
    path = folder / "mine.py"
    path.write_text(text)
    return record(path)


def _audited(folder: Path, text: str) -> Audit:
    return Audit(_recorded(folder, text))


def _named(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.operation, finding.kind) for finding in findings]


def _without_bias(text: str) -> str:
    return _changed(text, (" + b", ""), ("    b -= 0.3 * d.sum(axis=0)\n", ""))


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "text",
    [
        _NETWORK,
        _LINE,
        _changed(_NEURON, ("[0, 1, 1, 0]", "[0, 1, 1, 1]")),
        # A row that comes twice with either target is noise, not a table that no line parts.
        _changed(_NEURON, ("[1, 1]]", "[0, 1]]")),
        # A constant input is a bias.
        _without_bias(
            _changed(
                _NEURON,
                (
                    "[[0, 0], [0, 1], [1, 0], [1, 1]]",
                    "[[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]",
                ),
                ("[0, 1, 1, 0]", "[1, 0, 0, 0]"),
                ("rng.randn(2, 1)", "rng.randn(3, 1)"),
            )
        ),
    ],
    ids=["network", "line", "or", "noise", "constant"],
)
def test_what_can_learn_gets_no_complaint(tmp_path: Path, text: str) -> None:
    found = _audited(tmp_path, text)

    assert found.judged
    assert (_named(found.findings), found.notes) == ([], [])


@pytest.mark.one_in(6)
@pytest.mark.parametrize(
    ("kind", "says", "text"),
    [
        (
            "symmetric-start",
            "equal",
            _changed(
                _NETWORK,
                ("rng.randn(2, 3)", "np.full((2, 3), 0.5)"),
                ("rng.randn(3, 1)", "np.ones((3, 1))"),
            ),
        ),
        (
            "range",
            "above 1 can never be reached",
            _changed(_NETWORK, ("(X[:, :1] > X[:, 1:]).astype(float)", "3 * X[:, :1]")),
        ),
        ("rate", "the loss rises", _changed(_LINE, ("0.005", "0.1"))),
        ("inseparable", "no line parts", _NEURON),
        (
            "no-bias",
            "whatever the weights are",
            _without_bias(_changed(_NEURON, ("[0, 1, 1, 0]", "[1, 0, 0, 0]"))),
        ),
        (
            "inseparable",
            "no line parts",
            # In mini-batches, none of which is inseparable.
            _changed(
                _NEURON,
                ("[1, 1]]", "[1, 1], [0, 0], [1, 1]]"),
                ("[0, 1, 1, 0]", "[0, 1, 1, 0, 0, 0]"),
                (
                    "for _ in range(6):",
                    "for i in range(8):\n    x, t = X[i % 2 :: 2], Y[i % 2 :: 2]",
                ),
                ("(X @ w", "(x @ w"),
                ("(Y * np.log(f) + (1 - Y)", "(t * np.log(f) + (1 - t)"),
                ("(f - Y) / len(X)", "(f - t) / 3"),
                ("X.T @ d", "x.T @ d"),
            ),
        ),
        (
            "no-bias",
            "through the origin",
            _without_bias(
                _changed(
                    _NEURON,
                    ("[[0, 0], [0, 1], [1, 0], [1, 1]]", "[[-1, -1], [-1, 1], [1, -1], [1, 1]]"),
                    ("[0, 1, 1, 0]", "[0, 0, 0, 1]"),
                )
            ),
        ),
    ],
    ids=["equal", "range", "rate", "xor", "zero row", "xor in batches", "origin"],
)
def test_a_design_that_cannot_work_is_found(
    tmp_path: Path, kind: str, says: str, text: str
) -> None:
    found = _audited(tmp_path, text)

    assert _named(found.findings) == [("", kind)]
    assert says in found.findings[0].says


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "zero-start",
            _changed(
                _NETWORK,
                (_START, _START.replace("rng.randn(2, 3)", "np.zeros((2, 3))")),
                ("rng.randn(3, 1)", "np.zeros((3, 1))"),
                ("1 / (1 + np.exp(-(X @ W1 + b1)))", "np.tanh(X @ W1 + b1)"),
                ("* h * (1 - h)", "* (1 - h**2)"),
            ),
        ),
        (
            "dead",
            _changed(
                _NETWORK,
                ("np.zeros(3)", "np.full(3, -9.0)"),
                ("1 / (1 + np.exp(-(X @ W1 + b1)))", "np.maximum(0, X @ W1 + b1)"),
                ("* h * (1 - h)", "* (h > 0)"),
            ),
        ),
    ],
)
def test_a_network_that_never_moves_is_found(tmp_path: Path, kind: str, text: str) -> None:
    assert _named(stuck(_recorded(tmp_path, text))) == [("", kind)]


def test_a_network_that_moves_is_not_called_stuck(tmp_path: Path) -> None:
    assert stuck(_recorded(tmp_path, _NETWORK)) == []


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("operation", "repair", "text"),
    [
        ("dE_dw", "h.T @ d2", _changed(_NETWORK, ("h.T @ d2", "h @ d2"))),
        ("dE_dv", "X.T.dot(d1)", _changed(_NETWORK, ("X.T @ d1", "X.dot(d1)"))),
        ("dE_dg", "d2 @ W2.T", _changed(_NETWORK, ("d2 @ W2.T", "d2 @ W2"))),
        ("df_dy", "f * (1 - f)", _changed(_NETWORK, ("f * (1 - f) /", "np.dot(f, 1 - f) /"))),
        (
            "dE_dyhat",
            "(d2 @ W2.T) * (h * (1 - h))",
            _changed(_NETWORK, ("* h * (1 - h)", "* (h * (1 - h)).T")),
        ),
        ("v", "(0.3 * (d1.T @ X)).T", _changed(_NETWORK, ("X.T @ d1", "d1.T @ X"))),
    ],
    ids=["weights", "inputs", "error", "product", "slope", "step"],
)
def test_an_exception_is_explained_by_its_operation(
    tmp_path: Path, operation: str, repair: str, text: str
) -> None:
    found = _audited(tmp_path, text)

    assert _named(found.findings) == [(operation, "shape-error")]
    assert found.findings[0].repair == repair


def test_a_step_that_whole_numbers_cannot_take_is_explained(tmp_path: Path) -> None:
    text = _changed(_NETWORK, ("rng.randn(3, 1)", "np.array([[1], [-1], [2]])"))

    assert _named(_audited(tmp_path, text).findings) == [("w", "whole-number")]


def test_another_exception_is_told_and_blames_no_operation(tmp_path: Path) -> None:
    found = _audited(tmp_path, _changed(_NETWORK, ("d2 @ W2.T", "undefined @ W2.T")))

    assert not found.findings
    assert "line 11" in found.unsure[0]
    assert "name 'undefined' is not defined" in found.unsure[0]


def test_an_exception_after_the_training_is_a_note(tmp_path: Path) -> None:
    found = _audited(tmp_path, _NETWORK + "print(undefined)\n")

    assert not found.findings
    assert not found.unsure
    assert "line 16" in found.notes[0]


_SQUARE = (
    ("rng.rand(6, 2)", "rng.rand(6, 3)"),
    ("(X[:, :1] > X[:, 1:]).astype(float)", "(X > 0.5).astype(float)"),
    (_START, "W1, b1, W2, b2 = rng.randn(3, 3), np.zeros(3), rng.randn(3, 3), np.zeros(3)"),
)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (
            [("v", "whole-number")],
            _changed(
                _NETWORK,
                ("rng.randn(2, 3)", "np.array([[1, 0, 2], [0, 1, -1]])"),
                ("W1 -= 0.3 * (X.T @ d1)", "W1[:] = W1 - 0.3 * (X.T @ d1)"),
            ),
        ),
        (
            [("v", "whole-number")],
            _changed(_NETWORK, ("W1 -= 0.3 * (X.T @ d1)", "W1 = (W1 - X.T @ d1).astype(int)")),
        ),
        (
            [("v", "aliased")],
            _changed(_NETWORK, *_SQUARE, ("for _", "W1 = W2 = rng.randn(3, 3)\nfor _")),
        ),
        (
            [("dE_df", "broadcasting")],
            _changed(
                _NETWORK,
                ("(X[:, :1] > X[:, 1:])", "(X[:, 0] > X[:, 1])"),
                ("    d2 = 2 * (f - Y) *", "    e = f - Y\n    d2 = 2 * e.mean(axis=1)[:, None] *"),
            ),
        ),
        (
            [("dE_dbw", "bias-grows"), ("dE_dbv", "bias-grows")],
            _changed(
                _NETWORK,
                ("b2 -= 0.3 * d2.sum(axis=0)", "b2 = b2 - 0.3 * d2"),
                ("b1 -= 0.3 * d1.sum(axis=0)", "b1 = b1 - 0.3 * d1"),
            ),
        ),
        (
            [("dE_dw", "not-reset")],
            _changed(
                _NETWORK,
                ("for _", "sums = np.zeros((3, 1))\nfor _"),
                ("W2 -= 0.3 * (h.T @ d2)", "sums += h.T @ d2\n    W2 -= 0.3 * sums"),
            ),
        ),
        (
            [("w", "changed-twice")],
            _changed(
                _NETWORK,
                ("    W2 -= 0.3 * (h.T @ d2)", "    step = 0.3 * (h.T @ d2)\n    W2 -= step"),
                ("    b1 -=", "    W2 -= step\n    b1 -="),
            ),
        ),
    ],
    ids=["cut", "astype", "alias", "n by n", "bias", "sums", "twice"],
)  # fmt: skip
def test_what_no_single_array_shows_is_found(
    tmp_path: Path, expected: list[tuple[str, str]], text: str
) -> None:
    assert _named(hidden_faults(_recorded(tmp_path, text))) == expected


def test_what_only_looks_like_a_hidden_fault_is_none(tmp_path: Path) -> None:
    text = _changed(
        _NETWORK,
        *_SQUARE,
        # One start for two buffers, a mean, sums of squares, and one that `fill` resets.
        (
            "for _",
            "m1 = m2 = np.zeros((3, 3))\n"
            "squares, sums, mean, total = m1 + 0, m2 + 0, m1 + 0, 0\n"
            "for _",
        ),
        (
            _STEPS,
            """    for one in [sums]:
        one.fill(0)
    sums += h.T @ d2
    squares += (h.T @ d2) ** 2
    total += loss
    m1 = 0.9 * m1 + X.T @ d1
    mean += 0.1 * (X.T @ d1 - mean)
    W2 -= 0.1 * mean
    short = W1
    short -= 0.1 * m1
    m2 = 0.9 * m2 + sums / np.sqrt(squares)
    W1 -= 0.1 * m1
    W2 -= 0.1 * m2 + 0.1 * sums
    # Whole numbers that are made anew, and all the distances of two columns.
    labels = np.zeros(6, dtype=int)
    for row in range(6):
        labels[row] = 3 * f[row, 0]
    gaps = X[:, 0] - X[:, :1]
""",
        ),
    )

    assert hidden_faults(_recorded(tmp_path, text)) == []


@pytest.mark.parametrize(
    ("targets", "with_bias", "certain"),
    [
        ([0, 1, 1, 0], True, True),
        ([0, 1, 1, 1], True, False),
        ([0, 0, 0, 1], True, False),
        ([0, 0, 0, 1], False, True),
        ([0, 0, 1, 1], True, False),
    ],
)
def test_what_a_line_parts(targets: list[int], with_bias: bool, certain: bool) -> None:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)

    assert cannot_be_parted(x, np.array(targets) == 1, with_bias=with_bias) is certain


def test_classes_on_two_sides_of_a_random_border_are_never_called_inseparable() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        x = rng.integers(0, 2, (20, 5)).astype(float)
        side = x @ rng.normal(size=5) + rng.normal()

        assert not cannot_be_parted(x, side > 0.0, with_bias=True)


def test_the_curvature_is_the_largest_eigenvalue_of_the_hessian(tmp_path: Path) -> None:
    found = _audited(tmp_path, _LINE)
    x = np.column_stack([found.judged[0].model.values["x"], np.ones(4)])

    expected = np.linalg.eigvalsh(2.0 * x.T @ x / 4)[-1]

    assert largest_curvature(found.judged[0].model) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no network was found in it"),
        ("print('no numbers')", "no network was found in it"),
        (
            "import nosuchmodule",
            "No module named 'nosuchmodule'; nn-tui audit --python names another Python",
        ),
        ("while True: pass", "found in it; it was stopped after 0.5 s; nn-tui audit --timeout"),
        pytest.param(
            "import itertools\nfor i in itertools.count(): x = i",
            "found in it; it was stopped when enough turns of the loop in line 2 were recorded",
            marks=pytest.mark.slow,
        ),
        (
            "import sys\nsys.exit('bye')",
            "found in it; line 2: the script ends there with SystemExit",
        ),
        (
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('n')\np.parse_args()",
            "its arguments come after --, as in nn-tui audit FILE -- --epochs 9",
        ),
        ("n = input()", "there is nothing for it to read"),
        ("n = 2 * ...", "'ellipsis'; it computes with a line that is still blank, ..."),
        ("raise MemoryError", "it is given three quarters of the memory"),
    ],
    ids=[
        "empty",
        "nothing recorded",
        "no module",
        "endless",
        "enough",
        "left",
        "arguments",
        "input",
        "blank",
        "memory",
    ],
)
def test_a_script_that_makes_no_numbers(
    tmp_path: Path, text: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine takes long to start a Python.
    monkeypatch.setattr(run_script, "_GRACE", 60.0)
    script = tmp_path / "mine.py"
    script.write_text(text, encoding="utf-8")
    report = audit(script, seconds=0.5 if "pass" in text else 20.0)
    assert report.verdict == "unclear"
    assert says in report.summary


def test_a_step_of_a_list_is_one_step(tmp_path: Path) -> None:
    listed = _NETWORK.replace(_STEPS, "").replace("for _ in", "weights = [W1, W2]\nfor _ in")
    listed = listed.replace("X @ W1", "X @ weights[0]").replace("h @ W2", "h @ weights[1]")
    listed = listed.replace("W2.T", "weights[1].T") + (
        "    for l, step in enumerate([X.T @ d1, h.T @ d2]):\n"
        "        weights[l] -= 0.3 * step\n"
        "    b2 -= 0.3 * d2.sum(axis=0)\n"
        "    b1 -= 0.3 * d1.sum(axis=0)\n"
    )
    script = tmp_path / "mine.py"
    script.write_text(listed, encoding="utf-8")
    report = audit(script)
    assert (report.verdict, report.problems) == ("right", ()), str(report)

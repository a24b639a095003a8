"""The lines that an audit names: where an array is made, not where it is handed on."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from engine.audit import audit
from engine.audit.report.report import Report
from tests.engine import scripts

_WITH_A_HELPER = """import numpy as np
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


def in_a_function(script: str, returned: str) -> str:
    """Compute the gradients of a script in a function that returns several things."""
    head, _, loop = script.partition("for step in range(60):\n")
    backward, _, update = loop.partition("    first -=")
    made = f"def gradients():\n{backward}    return {returned}\n"
    return f"{head}{made}for step in range(60):\n    {returned} = gradients()\n    first -={update}"


def lines(report: Report) -> dict[str, str]:
    named = {match.operation: match.line.text for match in report.matched}
    return named | {problem.operation: problem.line.text for problem in report.problems}


def test_what_a_function_returns_is_made_in_it(tmp_path: Path) -> None:
    wrong = scripts.RIGHT.replace("X.T @ d_layer", "X.T @ d_layer / 5")
    text = in_a_function(wrong, "d_first, d_second, loss")
    report = audit(scripts.written(tmp_path, text))
    named = lines(report)
    assert [problem.operation for problem in report.problems] == ["dE_dv"]
    assert named["dE_dv"] == "d_first = X.T @ d_layer / 5"
    assert named["dE_dw"] == "d_second = layer.T @ d_out"


def test_the_line_that_names_a_number_comes_before_one_that_uses_it(tmp_path: Path) -> None:
    summed = scripts.RIGHT.replace("2 * (out - target) / len(X)", "out - target")
    summed = summed.replace("np.mean((out", "0.5 * np.sum((out")
    text = in_a_function(summed, "d_first, d_second, loss")
    assert lines(audit(scripts.written(tmp_path, text)))["dE_df"] == "error = out - target"


def test_the_caller_of_a_helper_is_named(tmp_path: Path) -> None:
    (problem,) = audit(scripts.written(tmp_path, _WITH_A_HELPER)).problems
    assert problem.kind == "updated-weights"
    assert problem.line.text == "d1 = (1 - h**2) * times(d2, W2.T)"


@pytest.mark.slow
def test_the_caller_of_a_helper_is_named_among_lists(tmp_path: Path) -> None:
    text = """\
        import math
        import random

        rows = [([1, 0, 0, 1], [1, 0]), ([0, 1, 1, 0], [1, 0]), ([1, 1, 0, 0], [0, 1]),
                ([0, 0, 1, 1], [0, 1]), ([1, 0, 1, 0], [1, 1]), ([0, 1, 0, 1], [1, 1])]
        random.seed(0)
        hidden = [[random.uniform(-1, 1) for _ in range(4)] for _ in range(3)]
        output = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(2)]

        def dot(u, v):
            return sum(a * b for a, b in zip(u, v))

        def neuron(weights, inputs):
            return 1 / (1 + math.exp(-dot(weights, inputs)))

        for epoch in range(1):
            for x, wanted in rows:
                g = [neuron(n, x) for n in hidden]
                f = [neuron(n, g) for n in output]
                d = [a * (1 - a) * (a - t) for a, t in zip(f, wanted)]
                for i, n in enumerate(output):
                    for j, h in enumerate(g):
                        n[j] -= d[i] * h
                deltas = [h * (1 - h) * dot(d, [n[i] for n in output]) for i, h in enumerate(g)]
                for i, n in enumerate(hidden):
                    for j, value in enumerate(x):
                        n[j] -= deltas[i] * value
        """
    report = audit(scripts.written(tmp_path, dedent(text)))
    (problem,) = report.problems
    assert problem.kind == "updated-weights"
    assert problem.line.text.startswith("deltas = [h * (1 - h) * dot(d, [n[i] for n in output])")


def test_what_has_no_line_leaves_none_blank(tmp_path: Path) -> None:
    text = scripts.RIGHT.replace("rng.normal(size=(3, 4))", "np.ones((3, 4))")
    text = text.replace("rng.normal(size=(4, 1))", "np.ones((4, 1))")
    report = str(audit(scripts.written(tmp_path, text)))
    assert report.startswith("mine.py: wrong\n\n")
    assert "\n\n\n" not in report


def test_an_array_is_not_called_by_its_other_names(tmp_path: Path) -> None:
    text = scripts.RIGHT.replace(
        "    d_second =", "    rows = X\n    back = second\n    d_second ="
    )
    text = text.replace("d_out @ second.T", "d_out @ back.T")
    text = text.replace("X.T @ d_layer", "rows.T @ d_layer")
    network = audit(scripts.written(tmp_path, text)).network
    assert network["inputs"] == "X"
    assert network["parameters"] == {"v": "first", "w": "second"}

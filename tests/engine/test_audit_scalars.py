"""Audits of scripts that write every weight as a scalar."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record
from engine.audit.report.report import Report
from engine.audit.reporting import report_of

ONE_ROW = """
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def deriv_sigmoid(x):
    fx = sigmoid(x)
    return fx * (1 - fx)


class OurNeuralNetwork:
    def __init__(self):
        rng = np.random.default_rng(3)
        self.w1, self.w2, self.w3, self.w4, self.w5, self.w6 = rng.normal(size=6)
        self.b1, self.b2, self.b3 = rng.normal(size=3)

    def feedforward(self, x):
        h1 = sigmoid(self.w1 * x[0] + self.w2 * x[1] + self.b1)
        h2 = sigmoid(self.w3 * x[0] + self.w4 * x[1] + self.b2)
        return sigmoid(self.w5 * h1 + self.w6 * h2 + self.b3)

    def train(self, data, all_y_trues):
        learn_rate = 0.1
        for epoch in range(12):
            for x, y_true in zip(data, all_y_trues):
                sum_h1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
                h1 = sigmoid(sum_h1)
                sum_h2 = self.w3 * x[0] + self.w4 * x[1] + self.b2
                h2 = sigmoid(sum_h2)
                sum_o1 = self.w5 * h1 + self.w6 * h2 + self.b3
                y_pred = sigmoid(sum_o1)
                d_L_d_ypred = -2 * (y_true - y_pred)
                d_ypred_d_w5 = h1 * deriv_sigmoid(sum_o1)
                d_ypred_d_w6 = h2 * deriv_sigmoid(sum_o1)
                d_ypred_d_b3 = deriv_sigmoid(sum_o1)
                d_ypred_d_h1 = self.w5 * deriv_sigmoid(sum_o1)
                d_ypred_d_h2 = self.w6 * deriv_sigmoid(sum_o1)
                d_h1_d_w1 = x[0] * deriv_sigmoid(sum_h1)
                d_h1_d_w2 = x[1] * deriv_sigmoid(sum_h1)
                d_h1_d_b1 = deriv_sigmoid(sum_h1)
                d_h2_d_w3 = x[0] * deriv_sigmoid(sum_h2)
                d_h2_d_w4 = x[1] * deriv_sigmoid(sum_h2)
                d_h2_d_b2 = deriv_sigmoid(sum_h2)
                self.w1 -= learn_rate * d_L_d_ypred * d_ypred_d_h1 * d_h1_d_w1
                self.w2 -= learn_rate * d_L_d_ypred * d_ypred_d_h1 * d_h1_d_w2
                self.b1 -= learn_rate * d_L_d_ypred * d_ypred_d_h1 * d_h1_d_b1
                self.w3 -= learn_rate * d_L_d_ypred * d_ypred_d_h2 * d_h2_d_w3
                self.w4 -= learn_rate * d_L_d_ypred * d_ypred_d_h2 * d_h2_d_w4
                self.b2 -= learn_rate * d_L_d_ypred * d_ypred_d_h2 * d_h2_d_b2
                self.w5 -= learn_rate * d_L_d_ypred * d_ypred_d_w5
                self.w6 -= learn_rate * d_L_d_ypred * d_ypred_d_w6
                self.b3 -= learn_rate * d_L_d_ypred * d_ypred_d_b3
            if epoch % 10 == 0:
                y_preds = np.apply_along_axis(self.feedforward, 1, data)
                print(((all_y_trues - y_preds) ** 2).mean())


data = np.array([[-2, -1], [2.5, 0.6], [1.7, 0.4], [-1.5, -0.6]])
OurNeuralNetwork().train(data, np.array([1, 0, 0, 1]))
"""

COLUMNS = """
import numpy as np

x1 = np.array([0.5, -1.0, 1.6, 0.1, -2.4, 1.0])
x2 = np.array([1.9, 0.2, -1.1, -0.5, 0.8, -1.3])
t = np.array([1.0, 1, 0, 0, 1, 0])
w11, w12, w21, w22, v1, v2 = 0.3, -0.4, 0.15, 0.2, -0.6, 0.7
b1, b2, b3 = 0.1, -0.2, 0.05
for i in range(12):
    h1 = np.tanh(w11 * x1 + w12 * x2 + b1)
    h2 = np.tanh(w21 * x1 + w22 * x2 + b2)
    o = 1 / (1 + np.exp(-(v1 * h1 + v2 * h2 + b3)))
    loss = np.mean((o - t) ** 2)
    d = (o - t) * o * (1 - o)
    dh1 = d * v1 * (1 - h1 ** 2)
    dh2 = d * v2 * (1 - h2 ** 2)
    w11 -= 0.1 * np.mean(dh1 * x1)
    w12 -= 0.1 * np.mean(dh1 * x2)
    w21 -= 0.1 * np.mean(dh2 * x1)
    w22 -= 0.1 * np.mean(dh2 * x2)
    b1 -= 0.1 * np.mean(dh1)
    b2 -= 0.1 * np.mean(dh2)
    v1 -= 0.1 * np.mean(d * h1)
    v2 -= 0.1 * np.mean(d * h2)
    b3 -= 0.1 * np.mean(d)
"""

SLOPE_AND_INTERCEPT = """
xs = [1.0, 2.0, 4.0, 3.0, 5.0]
ys = [1.0, 3.0, 3.0, 2.0, 5.0]
b0 = b1 = 0.0
for epoch in range(4):
    for x, y in zip(xs, ys):
        p = b0 + b1 * x
        error = p - y
        b0 = b0 - 0.01 * error
        b1 = b1 - 0.01 * error * x
"""

WRONG_INTERCEPT = """
import numpy as np

x = np.array([0.5, 1.0, 1.6, 2.1, 2.4, 3.0])
y = np.array([1.9, 3.2, 4.1, 5.5, 5.8, 7.1])
m, c = 0.3, 0.1
for i in range(12):
    y_pred = m * x + c
    loss = np.mean((y_pred - y) ** 2)
    dm = 2 * np.mean((y_pred - y) * x)
    dc = 2 * np.mean((y_pred - y) * x)
    m -= 0.02 * dm
    c -= 0.02 * dc
print(m, c)
"""


def audited(tmp_path: Path, script: str) -> tuple[Audit, Report]:
    path = tmp_path / "mine.py"
    path.write_text(script)
    audit = Audit(record(path))
    return audit, report_of(audit, path.name)


def test_one_row_at_a_time_is_right(tmp_path: Path) -> None:
    audit, report = audited(tmp_path, ONE_ROW)
    assert (report.verdict, audit.activations, audit.loss) == ("right", ["sigmoid"] * 2, "mse")
    start = np.random.default_rng(3).normal(size=6)
    weights = audit.judged[0].model.values
    np.testing.assert_array_equal(weights["v"], start[:4].reshape(2, 2).T)
    np.testing.assert_array_equal(weights["w"], start[4:, None])


@pytest.mark.slow
def test_slope_of_what_is_activated_is_named(tmp_path: Path) -> None:
    wrong = ONE_ROW.replace("deriv_sigmoid(sum_h1)", "deriv_sigmoid(h1)")
    _, report = audited(tmp_path, wrong.replace("deriv_sigmoid(sum_h2)", "deriv_sigmoid(h2)"))
    assert report.verdict == "wrong"
    (problem,) = report.problems
    assert (problem.operation, problem.kind) == ("dg_dyhat", "slope-argument")
    assert "deriv_sigmoid(h1)" in problem.line.text


def test_columns_of_all_rows_are_right(tmp_path: Path) -> None:
    audit, report = audited(tmp_path, COLUMNS)
    assert (report.verdict, audit.activations) == ("right", ["tanh", "sigmoid"])
    assert audit.judged[0].model.values["g"].shape == (6, 2)


def test_a_missing_slope_of_columns_is_named_at_its_first_line(tmp_path: Path) -> None:
    wrong = re.sub(r"(dh.) = d \* (v.) .*", r"\1 = d * \2", COLUMNS)
    _, report = audited(tmp_path, wrong)
    (problem,) = report.problems
    assert (problem.operation, problem.kind) == ("dE_dyhat", "missing-slope")
    assert problem.line.variable == "dh1"


def test_slope_and_intercept_one_row_at_a_time_are_right(tmp_path: Path) -> None:
    audit, report = audited(tmp_path, SLOPE_AND_INTERCEPT)
    assert (report.verdict, audit.activations) == ("right", ["identity"])


def test_steps_that_are_no_common_multiple_are_not_called_right(tmp_path: Path) -> None:
    _, report = audited(tmp_path, WRONG_INTERCEPT)
    assert report.verdict != "right"


_SUMMED = """dose, effect = [0.1, 0.4, 0.7, 0.9], [0.2, 0.9, 0.8, 0.1]
w1, b1, w2, b2, w3, w4, b3 = 1.3, -0.2, 0.8, 0.15, -0.6, 0.9, 0.05
for epoch in range(6):
    d1 = e1 = d2 = e2 = d3 = d4 = e3 = loss = 0.0
    for x, t in zip(dose, effect):
        z1 = x * w1 + b1
        z2 = x * w2 + b2
        g1, g2 = max(0.0, z1), max(0.0, z2)
        y = g1 * w3 + g2 * w4 + b3
        loss += (t - y) ** 2
        error = -2 * (t - y)
        d3 += error * g1
        d4 += error * g2
        e3 += error
        back1 = error * w3 * (z1 > 0)
        back2 = error * w4 * (z2 > 0)
        d1 += back1 * x
        e1 += back1
        d2 += back2 * x
        e2 += back2
    w1, b1, w2, b2 = w1 - 0.02 * d1, b1 - 0.02 * e1, w2 - 0.02 * d2, b2 - 0.02 * e2
    w3, w4, b3 = w3 - 0.02 * d3, w4 - 0.02 * d4, b3 - 0.02 * e3
"""


def test_derivatives_of_scalars_are_summed_over_the_rows(tmp_path: Path) -> None:
    _, report = audited(tmp_path, _SUMMED)
    assert report.verdict == "right", str(report)
    assert (report.network["layers"], report.network["observations"]) == ("1-2-1", 4)


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("was", "now", "line", "says"),
    [
        ("error * w4 * (z2", "error * w3 * (z2", 16, "of g2 alone"),
        ("w3 * (z1 > 0)", "w3", 15, "the slope ∂g/∂ŷ is missing"),
    ],
)
def test_a_scalar_that_is_wrong_in_each_row_is_told(
    tmp_path: Path, was: str, now: str, line: int, says: str
) -> None:
    _, report = audited(tmp_path, _SUMMED.replace(was, now))
    (found,) = report.problems
    assert (found.operation, found.line.number) == ("dE_dyhat", line)
    assert says in found.says

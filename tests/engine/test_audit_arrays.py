"""The audit of arrays: each is compared by its name, conventions are no mistakes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audit import audit_arrays
from engine.audit.report.report import Report
from engine.common.errors import InputError
from engine.formula.tensor import Array

NETWORK = {"hidden": "2", "activation": "tanh", "loss": "mse"}


def by_hand() -> dict[str, Array]:
    """A network 3-2-1 of tanh and σ on five observations, with NumPy alone."""
    random = np.random.RandomState(5)
    x, f0 = random.normal(size=(5, 3)), random.uniform(size=(5, 1))
    v, w = random.normal(size=(3, 2)), random.normal(size=(2, 1))
    yhat = x @ v
    g = np.tanh(yhat)
    y = g @ w
    f = 1 / (1 + np.exp(-y))
    dE_df = 2 * (f - f0) / 5
    dE_dy = dE_df * f * (1 - f)
    dE_dyhat = (dE_dy @ w.T) * (1 - g**2)
    dE_dw, dE_dv = g.T @ dE_dy, x.T @ dE_dyhat
    given = {"x": x, "f0": f0, "v": v, "w": w, "g": g, "f": f, "E": np.mean((f - f0) ** 2)}
    return given | {
        "dE_df": dE_df, "dE_dy": dE_dy, "dE_dw": dE_dw, "dE_dyhat": dE_dyhat, "dE_dv": dE_dv
    }  # fmt: skip


def audited(arrays: dict[str, Array]) -> Report:
    return audit_arrays(arrays, **NETWORK)


def test_what_is_right_is_right() -> None:
    report = audited(by_hand())
    assert report.verdict == "right"
    assert {m.operation for m in report.matched} >= {"g", "f", "E", "dE_dy", "dE_dw", "dE_dv"}


@pytest.mark.parametrize("factor", [-1.0, 0.5, 5.0])
def test_a_factor_of_the_whole_backward_phase_is_no_mistake(factor: float) -> None:
    arrays = by_hand()
    arrays |= {name: factor * value for name, value in arrays.items() if name.startswith("dE_")}
    report = audited(arrays)
    assert report.verdict == "right"
    assert next(m for m in report.matched if m.operation == "dE_df").factor == pytest.approx(factor)


def test_rows_and_columns_may_be_exchanged() -> None:
    arrays = by_hand()
    arrays["dE_dv"] = arrays["dE_dv"].T
    report = audited(arrays)
    assert report.verdict == "right"
    assert [m.operation for m in report.matched if m.transposed] == ["dE_dv"]


def test_each_mistake_is_found_by_itself() -> None:
    arrays = by_hand()
    arrays["dE_dy"] = arrays["dE_df"]
    arrays["dE_dw"] = arrays["g"].T @ arrays["dE_dy"]
    arrays["dE_dyhat"] = (arrays["dE_dy"] @ arrays["w"].T) * (1 - arrays["g"])
    arrays["dE_dv"] = arrays["x"].T @ arrays["dE_dyhat"]
    report = audited(arrays)
    assert [(p.operation, p.line.variable) for p in report.problems] == [
        ("dE_dy", "dE_dy"),
        ("dg_dyhat", "dE_dyhat"),
    ]
    slope = report.problems[0]
    assert slope.kind == "missing-slope"
    assert slope.worked is not None
    f = float(arrays["f"][0, 0])
    assert slope.worked.yours.value == pytest.approx(float(arrays["dE_df"][0, 0]))
    assert slope.worked.right.value == pytest.approx(float(arrays["dE_df"][0, 0]) * f * (1 - f))


def test_a_gradient_with_a_factor_of_its_own_is_found() -> None:
    arrays = by_hand()
    arrays["dE_dv"] = 5 * arrays["dE_dv"]
    (problem,) = audited(arrays).problems
    assert problem.operation == "dE_dv"
    assert "N" in problem.says


def test_an_array_may_be_called_otherwise() -> None:
    arrays = by_hand()
    arrays["delta"] = -arrays.pop("dE_dy")
    report = audit_arrays(arrays, names={"delta": "dE_dy"}, **NETWORK)
    assert report.problems == ()
    assert any(m.line.variable == "delta" and m.factor == -1.0 for m in report.matched)


def test_what_no_operation_is_called_is_told() -> None:
    report = audit_arrays({**by_hand(), "delta": np.zeros(3)}, **NETWORK)
    assert "delta" in report.notes[0]


def test_what_does_not_fit_is_told_in_a_line() -> None:
    with pytest.raises(InputError, match="dE_dw: the shape is 3×1, but 2×1 is needed"):
        audited({**by_hand(), "dE_dw": np.zeros((3, 1))})
    with pytest.raises(InputError, match="x and f0 are needed"):
        audit_arrays({"dE_dw": np.zeros((2, 1))}, **NETWORK)

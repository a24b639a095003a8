"""The notebook's print-out, digit for digit."""

import numpy as np
import pytest

from engine import Debugger, NotComputedError, read_dataset
from engine.reports.trace import trace_object
from engine.reports.training import run_text

ERRORS = """\
error at step     0: 1.960156e-01
error at step  1000: 1.651662e-01
error at step  2000: 1.593565e-01
error at step  3000: 1.550351e-01
error at step  4000: 1.511067e-01
error at step  5000: 1.465351e-01
error at step  6000: 1.392272e-01
error at step  7000: 1.234844e-01
error at step  8000: 9.350530e-02
error at step  9000: 6.205274e-02
"""
WEIGHTS = """\
Final weights: hidden [ 1.66707072  2.43454525 -1.50667653  1.66659174  2.29166158 -1.50681196]
               output [ 0.70570663  2.04736287 -4.12867523]
"""
START_V = (
    "[[4.17022005e-01 7.20324493e-01 1.14374817e-04]"
    " [3.02332573e-01 1.46755891e-01 9.23385948e-02]]"
)
START_W = "[[0.18626021] [0.34556073] [0.39676747]]"

FIRST_ITERATION = {
    "dE_df": [0.30701619, -0.1887616, -0.18373122, -0.17991252],
    "dE_dy": [0.0727618, -0.04435887, -0.04270534, -0.04144302],
    "dE_dw": [-0.04273651, -0.04533167, -0.02985442],
}


@pytest.fixture(scope="module")
def trained() -> Debugger:
    debugger = Debugger(read_dataset("or"))
    debugger.run(10_000)
    return debugger


def test_report_prints_the_notebooks_numbers(trained: Debugger) -> None:
    with np.printoptions(precision=3, suppress=True):
        report = run_text(trained, seconds=1.0)
    assert f"Starting hidden layer weights: {START_V}\n" in report
    assert f"Starting output layer weights: {START_W}\n" in report
    assert ERRORS in report
    assert WEIGHTS in report
    table = [line.split() for line in report.splitlines()]
    for row in (
        ["1", "0", "0", "0", "0.334522", "-0.334522"],
        ["2", "0", "1", "1", "0.846053", "0.153947"],
        ["3", "1", "0", "1", "0.849022", "0.150978"],
        ["4", "1", "1", "1", "0.925358", "0.074642"],
    ):
        assert row in table


def test_loss_of_an_iteration_is_the_one_before_its_update(trained: Debugger) -> None:
    assert len(trained.losses) == 10_000
    assert f"{trained.losses[0]:.6e}" == "1.960156e-01"


def test_first_iterations_partial_derivatives() -> None:
    trace = trace_object(Debugger(read_dataset("or")))
    assert trace["iteration"] == 0
    values = {operation["name"]: operation["value"] for operation in trace["operations"]}
    for name, expected in FIRST_ITERATION.items():
        assert np.round(np.ravel(values[name]), 8).tolist() == expected


def test_operations_are_those_of_the_table_in_order() -> None:
    trace = trace_object(Debugger(read_dataset("or")))
    assert [(o["name"], o["phase"], o["shape"]) for o in trace["operations"]] == [
        ("yhat", "forward", [4, 3]),
        ("g", "forward", [4, 3]),
        ("y", "forward", [4, 1]),
        ("f", "forward", [4, 1]),
        ("E", "loss", []),
        ("dE_df", "backward", [4, 1]),
        ("df_dy", "backward", [4, 1]),
        ("dE_dy", "backward", [4, 1]),
        ("dy_dw", "backward", [4, 3]),
        ("dE_dw", "backward", [3, 1]),
        ("dy_dg", "backward", [3, 1]),
        ("dE_dg", "backward", [4, 3]),
        ("dg_dyhat", "backward", [4, 3]),
        ("dE_dyhat", "backward", [4, 3]),
        ("dyhat_dv", "backward", [4, 2]),
        ("dE_dv", "backward", [2, 3]),
        ("v", "update", [2, 3]),
        ("w", "update", [3, 1]),
    ]


def test_nothing_uncomputed_is_a_number() -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.step_operation()
    assert debugger.value("yhat").shape == (4, 3)
    with pytest.raises(NotComputedError, match="g is not computed"):
        debugger.value("g")

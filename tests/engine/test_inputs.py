"""What is told of how the inputs were made."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine import Debugger, Hyperparameters, read_dataset
from engine.data.options import TableOptions
from engine.reports.export import export
from engine.reports.training import run_object, run_text

TABLE = "a,b,t\n1,10,0\n2,30,1\n-6,20,0\n"


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return str(path)


def made(table: str, batch: str = "full", **options: str) -> Debugger:
    dataset = read_dataset(table, TableOptions(**options))  # type: ignore[arg-type]
    return Debugger(dataset, Hyperparameters(batch_size=batch, iterations=6))


def test_new_rows_can_be_put_through_an_exported_network(table: str, tmp_path: Path) -> None:
    debugger = made(table, scaling="standardise", features="a*b")
    debugger.run(6)
    export(debugger, tmp_path / "out")
    saved = json.loads((tmp_path / "out" / "parameters.json").read_text())
    assert (saved["inputs"], saved["features"]) == (["a", "b", "a*b"], 1)
    rows = np.array([[1.0, 10.0], [2.0, 30.0], [-6.0, 20.0]])
    x = np.column_stack([rows, rows[:, 0] * rows[:, 1]])
    x = (x - saved["scaling"]["shift"]) / saved["scaling"]["spread"]
    v, w = (np.array(saved["parameters"][name]) for name in ("v", "w"))
    f = 1 / (1 + np.exp(-(1 / (1 + np.exp(-x @ v)) @ w)))
    assert f == pytest.approx(debugger.predict(), rel=1e-12)
    told = run_object(debugger, 1.0)["dataset"]
    assert {name: told[name] for name in ("inputs", "features", "scaling")} == {
        name: saved[name] for name in ("inputs", "features", "scaling")
    }


def test_the_report_tells_the_scaling(table: str) -> None:
    lines = run_text(made(table, scaling="min-max"), 1.0).splitlines()
    place = lines.index("inputs scaled, x = (value − shift)/spread by the training part:")
    assert lines[place + 1 : place + 3] == ["  a  shift −6, spread 8", "  b  shift 10, spread 20"]
    assert not any("scaled" in line for line in run_text(made(table), 1.0).splitlines())


@pytest.mark.parametrize("batch", ["full", "2"])
def test_an_input_comes_from_the_number_in_the_table(table: str, batch: str) -> None:
    scaled = made(table, batch, scaling="min-max", features="a+b")
    scaled.run(3)
    scaled.step_operation()
    if batch == "2":
        # The second batch is what is left: the third line.
        assert scaled.program.batch == (2,)
        scaled.step_operation()
        scaled.step_operation()
    row = 0 if batch == "2" else 2
    origins = [scaled.explain("x", row, i).rule for i in range(3)]
    assert origins == [
        "((−6) + 6)/8: the table's number, scaled",
        "(20 − 10)/20: the table's number, scaled",
        "(14 − 11)/21: a feature, scaled",
    ]
    plain = made(table, features="a+b")
    assert [plain.explain("x", 1, i).rule for i in (0, 2)] == [
        "an input, from the table",
        "a feature, computed from other inputs",
    ]

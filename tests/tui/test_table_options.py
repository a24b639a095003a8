"""The options of the table on the command line."""

import json
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import read_dataset
from tui.cli import cli
from tui.waiting import told_if_slow


def test_every_option_reaches_the_table(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = "".join(f"n{i};{i},5;{i % 3};{i};{'yes' if i % 2 else 'no'}\n" for i in range(20))
    path.write_text(rows + ";;1;1;yes\n", encoding="latin-1")
    said = {
        "header": "no",
        "separator": "semicolon",
        "decimal": "comma",
        "encoding": "latin-1",
        "target": "column5",
        "index": "column1",
        "ignore": "column4",
        "category": "column3",
        "missing": "drop",
        "scaling": "min-max",
        "split": "0.2",
        "seed": "3",
        "features": "column2**2",
        "iterations": "2",
    }
    options = [f"--{name}={value}" for name, value in said.items()] + ["--json"]
    done = CliRunner().invoke(cli, ["train", str(path), *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    dataset = read_dataset(
        path,
        header="no",
        targets=["column5"],
        index="column1",
        ignore=["column4"],
        category=["column3"],
        missing="drop",
        scaling="min-max",
        split=0.2,
        seed=3,
        features="column2**2",
    )
    assert dataset.validation is not None
    assert report["dataset"]["inputs"] == list(dataset.inputs)
    assert report["dataset"]["inputs"][-1] == "column2**2"
    assert report["dataset"]["classes"] == ["no", "yes"]
    assert report["validation"]["observations"] == list(dataset.validation.observations)
    assert len(report["predictions"]) == 16
    assert 0 <= report["validation"]["accuracy"] <= 1
    assert dataset.x.min() == 0
    assert dataset.x.max() == 1


def test_the_text_report_ends_with_both_parts() -> None:
    arguments = ["train", "moons", "--split", "0.25", "--iterations", "3"]
    lines = CliRunner().invoke(cli, arguments, catch_exceptions=False).stdout.splitlines()
    at = lines.index("With the final weights:")
    assert lines[at + 1].startswith("training: 150 observations, E = ")
    assert lines[at + 2].startswith("validation: 50 observations, E = ")
    assert all("accuracy" in line for line in lines[at + 1 : at + 3])


def test_a_line_tells_of_a_file_that_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, told, said = tmp_path / "large.csv", [], threading.Event()
    path.write_bytes(b"x" * 1_500_000)

    def echo(line: str, err: bool) -> None:
        told.append((line, err))
        said.set()

    monkeypatch.setattr("tui.waiting.click.echo", echo)
    with told_if_slow(str(path), patience=0.0):
        assert said.wait(10)
    assert told == [(f"nn-tui: reading {path} (1.5 MB) …", True)]
    with told_if_slow(str(path), patience=60.0):
        pass
    assert len(told) == 1

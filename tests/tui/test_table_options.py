"""The options of the table on the command line."""

import io
import json
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import read_dataset
from tui.cli import cli
from tui.commands.reading_progress import told_if_slow


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
    assert dataset.held_out is not None
    assert report["dataset"]["inputs"] == list(dataset.inputs)
    assert report["dataset"]["inputs"][-1] == "column2**2"
    assert report["dataset"]["classes"] == ["no", "yes"]
    assert report["validation"]["observations"] == list(dataset.held_out.observations)
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


class Stderr(io.StringIO):
    """Knows whether it is a terminal, and when something was written to it."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal
        self.said = threading.Event()

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> int:
        done = super().write(text)
        if "37 %" in text:
            self.said.set()
        return done


def test_a_line_tells_how_far_a_large_file_is_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"x" * 1_600_000)
    monkeypatch.setattr(sys, "stderr", terminal := Stderr(is_terminal=True))
    monkeypatch.chdir(tmp_path)
    with told_if_slow(path.name, patience=0.0) as progress:
        progress(37, 100)
        assert terminal.said.wait(60)
    line = "nn-tui: reading large.csv (2 MB) … 37 %"
    assert f"\r{line}" in terminal.getvalue()
    assert terminal.getvalue().endswith(f"\r{' ' * len(line)}\r")


@pytest.mark.parametrize(("is_terminal", "patience"), [(True, 60.0), (False, 0.0)])
def test_no_line_tells_of_a_small_file_or_where_it_would_stay(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, patience: float
) -> None:
    monkeypatch.setattr(sys, "stderr", stderr := Stderr(is_terminal))
    with told_if_slow("or", patience) as progress:
        progress(37, 100)
        # It would have come within this time.
        stderr.said.wait(0.5 if patience == 0 else 0)
    assert stderr.getvalue() == ""

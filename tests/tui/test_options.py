"""Options that hands type, and the help that lists them."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.saved.library import Library
from tests.engine import scripts
from tui.cli import _EXAMPLES, cli
from tui.commands.grouped_help import OTHER, GroupedOption


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def train(*arguments: str) -> str:
    done = invoke("train", *arguments)
    assert done.exit_code == 0, done.output
    # Without the time that it took.
    return re.sub(r" in [\d.]+ m?s\n", "", done.stdout)


def test_american_and_short_names_are_understood() -> None:
    known = train("or", "--optimiser", "adam", "--learning-rate", "0.5", "--iterations", "5")
    assert train("or", "--optimizer", "adam", "--lr", "0.5", "--iterations", "5") == known
    assert invoke("-V").stdout == invoke("--version").stdout
    assert invoke("-h").stdout == invoke("--help").stdout


def test_epochs_make_iterations_and_it_is_told_how_many() -> None:
    # 4 observations in batches of 3: two an epoch.
    done = invoke("train", "or", "--batch-size", "3", "--epochs", "7")
    assert done.stderr == "nn-tui: --epochs 7 makes 14 iterations, at 2 batches an epoch\n"
    assert "14 iterations in" in done.stdout
    held_out = ("--split", "0.5", "--batch-size", "1")
    assert "2 batches" in invoke("trace", "or", *held_out, "--epochs", "3", "--at", "6").stderr
    refused = invoke("trace", "or", *held_out, "--epochs", "3", "--at", "7")
    assert "the run is planned for 6 iterations" in str(refused.exception)


def test_epochs_go_neither_with_iterations_nor_beyond_what_a_run_can_have() -> None:
    both = invoke("train", "or", "--iterations", "3", "--epochs", "7")
    assert both.exit_code == 2
    assert "only one of them" in both.stderr
    many = invoke("train", "or", "--batch-size", "2", "--epochs", "600000000")
    assert str(many.exception) == (
        "--epochs 600000000 makes 1,200,000,000 iterations, at 2 batches an epoch; "
        "the most is 1,000,000,000"
    )


def test_a_saved_run_goes_on_to_a_number_of_epochs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    train("or", "--batch-size", "2", "--iterations", "4")
    for how in (["or", "--resume"], ["--open", Library().entries()[0].identity]):
        done = invoke("train", *how, "--epochs", "5")
        assert done.stderr == "nn-tui: --epochs 5 makes 10 iterations, at 2 batches an epoch\n"
        assert "10 iterations" in done.stdout


def test_each_option_stands_under_a_heading() -> None:
    shown = invoke("--help").stdout
    for command in cli.commands.values():
        for parameter in command.params:
            if isinstance(parameter, GroupedOption):
                assert parameter.group != OTHER or parameter.name == "history"
    # Those of the screen as well, under the headings in this order.
    headings = re.findall(r"^(\w.*):$", shown, re.MULTILINE)
    assert headings == [
        *("Examples", "The network", "Training", "The table", "Stops", "Saved runs"),
        *("The screen", "Other options", "Commands"),
    ]
    for heading, option in (("Training", "--optimiser, --optimizer"), ("The table", "--target")):
        assert option in shown.partition(f"{heading}:\n")[2].partition("\n\n")[0]
    others = shown.partition("Other options:\n")[2].partition("\n\n")[0]
    assert re.findall(r"^  (-.*?)(?:  | N)", others, re.MULTILINE) == ["--history", "-h, --help"]
    for command, text in ((c, invoke(c, "--help").stdout) for c in ("train", "trace", "check")):
        assert "\nTraining:\n" in text, command
        assert "\nThe screen:\n" not in text


def test_the_examples_fit_a_line_and_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    Path("my.csv").write_text("a,b,price\n1,0,0\n0,1,1\n")
    scripts.written(tmp_path, scripts.RIGHT)
    lines = invoke("--help").stdout.splitlines()
    for example, what in _EXAMPLES.items():
        assert [line for line in lines if example in line and what in line]
        trains = [] if " audit " in example else ["--iterations", "500"]
        done = invoke(*shlex.split(example)[1:], *trains)
        assert done.exit_code == 0, done.output

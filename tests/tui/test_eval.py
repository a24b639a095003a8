"""`nn-tui eval`: an expression in one iteration, or over many, without a screen."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from engine import Debugger, Hyperparameters, read_dataset
from engine.saved.library import Library
from engine.saved.saver import Saver
from tests.engine.test_notebook import FIRST_ITERATION
from tui.cli import cli


def evaluate(*arguments: str, stdin: bytes | None = None) -> str:
    done = CliRunner().invoke(cli, ["eval", *arguments], input=stdin, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    return done.stdout


def refused(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["eval", *arguments])
    assert done.exit_code
    assert done.stdout == ""
    return done.stderr or str(done.exception)


def trained(iterations: int) -> Debugger:
    debugger = Debugger(read_dataset("or"))
    debugger.run(iterations)
    return debugger


def test_at_counts_as_in_trace() -> None:
    first = json.loads(evaluate("or", "dE_dw", "--json"))
    assert list(first) == ["expression", "iteration", "value"]
    assert first["iteration"] == 0
    assert np.round(np.ravel(first["value"]), 8).tolist() == FIRST_ITERATION["dE_dw"]
    traced = CliRunner().invoke(cli, ["trace", "or", "--at", "7", "--json"]).stdout
    values = {
        operation["name"]: operation["value"] for operation in json.loads(traced)["operations"]
    }
    for name in ("E", "f", "dE_dw", "v"):
        found = json.loads(evaluate("or", name, "--at", "7", "--json"))
        assert found == {"expression": name, "iteration": 7, "value": values[name]}


def test_the_text_is_read_by_other_programs() -> None:
    (gradient,) = trained(6).value("dE_dw")[0]
    assert gradient < 0
    assert float(evaluate("or", "dE_dw[0, 0]", "--at", "5")) == pytest.approx(gradient, rel=1e-8)
    assert evaluate("or", "E < 1") == "true\n"
    table = Path("samples/or.csv").read_bytes()
    assert evaluate("-", "E", stdin=table) == evaluate("or", "E")


@pytest.mark.parametrize("how", [["E < 0.16 over all"], ["E < 0.16", "--over", "all"]])
def test_over_iterations_it_trains_as_far_as_they_go(how: list[str]) -> None:
    losses = trained(4000).losses
    first, times = int(np.argmax(losses < 0.16)), int((losses < 0.16).sum())
    told = f"true {times:,} times, first in iteration {first:,}\n"
    assert evaluate("or", *how, "--iterations", "4000") == f"iterations 0 to 3,999: {told}"


def test_over_some_iterations_as_json() -> None:
    losses = trained(41).losses.tolist()
    found = json.loads(evaluate("or", "E", "--over", "30..40", "--json"))
    assert found == {
        "expression": "E",
        "first": 30,
        "last": 40,
        "largest": {"iteration": 30, "value": losses[30]},
        "smallest": {"iteration": 40, "value": losses[40]},
        "values": losses[30:],
    }
    found = json.loads(evaluate("or", "E - prev(E) < 0 over ..2", "--json"))
    assert (found["true"], found["first_true"], found["values"]) == (2, 1, ["NaN", 1.0, 1.0])


def test_a_saved_run_is_looked_into_where_it_stands_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=100))
    saver = Saver(debugger, Library().new())
    debugger.run(60)
    debugger.edit("v", (0, 0), 3.0)
    debugger.run(1)
    assert saver.close("quit", here=True)
    run = ["--open", saver.folder.path.name[:4]]
    before = {path: path.read_bytes() for path in saver.folder.path.iterdir()}
    losses = debugger.losses.tolist()
    assert json.loads(evaluate(*run, "E", "--json")) == {
        "expression": "E",
        "iteration": 60,
        "value": losses[60],
    }
    over = json.loads(evaluate(*run, "E over all", "--json"))
    assert over["values"] == losses
    assert json.loads(evaluate(*run, "E", "--at", "20", "--json"))["value"] == losses[20]
    # Further than it has come, from the changed weight on.
    debugger.run(10)
    assert json.loads(evaluate(*run, "E", "--at", "70", "--json"))["value"] == debugger.losses[70]
    assert json.loads(evaluate(*run, "E", "--over", "70..70", "--json"))["values"] == [
        debugger.losses[70]
    ]
    assert {path: path.read_bytes() for path in saver.folder.path.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["or"], "Missing argument 'EXPR'"),
        ([], "Missing argument 'EXPR'"),
        (["or", "E +", "--at", "9999"], "column"),
        (["or", "nothing"], "there is no 'nothing' here"),
        (["or", "v over all"], "v: a single value is needed, as in norm(v)"),
        (["or", "E", "--over", "3"], "--over 3: A..B, A.., ..B or all"),
        (["or", "E", "--over", "5..3"], "5..3 runs backwards"),
        (["or", "E", "--over", "5..", "--iterations", "3"], "are computed"),
        (["or", "E", "--at", "1", "--over", "all"], "only one of them"),
        (["or", "E over all", "--at", "1"], "the expression says itself"),
        (["or", "E", "--at", "10001"], "--at 10,001: the run is planned for 10,000 iterations"),
        (["or", "E over 5..10001"], "--over 10,001: the run is planned"),
        (["--open", "nothing", "E"], "no such file, nor a saved run"),
        (["or", "prev(E)"], "there is no iteration before"),
    ],
)
def test_what_cannot_be_answered_is_told(arguments: list[str], problem: str) -> None:
    assert problem in refused(*arguments)


@pytest.mark.parametrize("how", [["E +"], ["nothing", "--at", "9"], ["v over all"]])
def test_what_cannot_be_read_is_told_before_the_training(
    how: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Debugger, "run_to", lambda *_: pytest.fail("it trains"))
    assert refused("or", *how)

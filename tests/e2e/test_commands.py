"""The installed command, without a screen."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pexpect
import pytest

from tests.e2e.command import COMMAND, Done, refusal, run, run_process, told_in_a_line
from tests.engine.test_notebook import ERRORS, FIRST_ITERATION, START_V, START_W, WEIGHTS

OR = str(Path(__file__).parents[2] / "samples" / "or.csv")


@pytest.mark.parametrize("start", [run, run_process])
def test_train_prints_the_notebooks_report(start: Callable[..., Done]) -> None:
    done = start("train", OR)
    assert ERRORS in done.stdout
    assert WEIGHTS in done.stdout
    assert START_V in done.stdout
    assert START_W in done.stdout
    assert "0.334522  -0.334522" in done.stdout
    assert "bias: none" in done.stdout
    assert "10,000 iterations in" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("bias", ["none", "shared", "per-neuron"])
def test_train_json_and_going_on_from_it(tmp_path: Path, bias: str) -> None:
    options = ["--bias", bias, "--iterations", "300", "--json"]
    whole = json.loads(run("train", "or", *options).stdout)
    assert list(whole) == [
        "dataset",
        "hyperparameters",
        "initial_parameters",
        "losses",
        "parameters",
        "predictions",
        "quality",
        "validation",
        "iterations",
        "iteration",
        "stopped",
        "held_out_losses",
        "seconds",
    ]
    assert whole["dataset"] == {
        "name": "or.csv",
        "observations": 4,
        "inputs": ["input1", "input2"],
        "targets": ["output"],
        "classes": ["0", "1"],
        "assumptions": [
            "target 'output' (the last column)",
            "index 'observation' (the first column)",
        ],
        "features": 0,
        "scaling": None,
    }
    assert whole["hyperparameters"]["bias"] == bias
    assert (len(whole["losses"]), whole["iterations"]) == (300, 300)
    assert np.shape(whole["predictions"]) == (4, 1)

    half = run("train", "or", *options[:2], "--iterations", "200", "--json").stdout
    saved = tmp_path / "half.json"
    for content in (half, json.dumps(json.loads(half)["parameters"])):
        saved.write_text(content)
        rest = ["--iterations", "100", "--weights", str(saved)]
        second = json.loads(run("train", "or", "--bias", bias, *rest, "--json").stdout)
        assert second["parameters"] == whole["parameters"]
        assert second["losses"] == whole["losses"][200:]


def test_a_choice_of_no_and_yes_is_a_switch_as_well() -> None:
    plain, *shuffled = (
        json.loads(run("train", *how.split(), "--iterations", "6", "--json").stdout)
        for how in (
            "--batch-size 2 or",
            "--shuffle or --batch-size 2",
            "--batch-size 2 or --shuffle",
            "or --shuffle yes --batch-size 2",
        )
    )
    assert plain["hyperparameters"]["shuffle"] == "no"
    for told in shuffled:
        assert told["hyperparameters"]["shuffle"] == "yes"
        assert told["losses"] == shuffled[0]["losses"] != plain["losses"]


def test_a_misspelt_command_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Did you mean train?" in refusal("trian", "or")
    assert "Did you mean samples?" in refusal("sample")
    # A file of that name is opened, and what is not nearly a command is taken for one.
    (tmp_path / "trian").write_text("a,b\n1,0\n2,1\n")
    monkeypatch.chdir(tmp_path)
    assert "2 observations" in run("trian", "--iterations", "2").stdout
    assert "nor a bundled dataset" in refusal("wien")


def test_trace_as_json_and_as_text() -> None:
    trace = json.loads(run("trace", OR, "--json").stdout)
    assert trace["iteration"] == 0
    values = {o["name"]: o["value"] for o in trace["operations"]}
    for name, expected in FIRST_ITERATION.items():
        assert np.round(np.ravel(values[name]), 8).tolist() == expected
    assert set(trace["operations"][0]) == {
        "name", "symbol", "phase", "layer", "formula", "note", "shape", "value",
    }  # fmt: skip
    text = run("trace", OR).stdout
    assert "∂E/∂y = ∂E/∂f ∘ ∂f/∂y" in text
    assert "-0.04435887" in text


def test_trace_at_an_iteration_continues_the_run() -> None:
    at_5 = json.loads(run("trace", "or", "--at", "5", "--json").stdout)
    losses = json.loads(run("train", "or", "--iterations", "6", "--json").stdout)["losses"]
    assert at_5["iteration"] == 5
    assert next(o["value"] for o in at_5["operations"] if o["name"] == "E") == losses[5]


def test_trace_until_a_condition_becomes_true() -> None:
    losses = json.loads(run("train", "or", "--json").stdout)["losses"]
    first = next(i for i, loss in enumerate(losses) if loss < 0.1)
    traced = json.loads(run("trace", "or", "--until", "E < 0.1", "--json").stdout)
    assert traced["iteration"] == first
    value = {operation["name"]: operation["value"] for operation in traced["operations"]}
    assert value["E"] == losses[first]
    done = run("trace", "or", "--until", "E < 0", code=1)
    assert done.stderr == "nn-tui: E < 0 was not true in 10,000 iterations\n"


def test_explain_leads_back_to_the_data() -> None:
    chain = json.loads(run("explain", "or", "dE_dv[1, 0]", "--json").stdout)
    first = chain["explanations"][0]
    assert round(first["value"], 8) == -0.00371928
    traced = json.loads(run("trace", "or", "--json").stdout)
    values = {operation["name"]: operation["value"] for operation in traced["operations"]}
    for explained in chain["explanations"]:
        if explained["numbers"] is not None:
            value = np.array(values[explained["name"]])[tuple(explained["index"])]
            assert explained["value"] == value
    assert [explained["name"] for explained in chain["explanations"]][-1] in ("x", "v", "w", "f0")
    later = ["--batch-size", "2", "--at", "1", "--json"]
    # The fourth observation is the second one of the second batch.
    chain = json.loads(run("explain", "or", "g[obs 4, g1]", *later).stdout)
    assert chain["explanations"][0]["index"] == [1, 0]
    by_name = run("explain", "or", "∂E/∂v[input2, g1]").stdout
    assert by_name.startswith("iteration 0\n\n∂E/∂v[input2, g1] = Σₙ x[n, input2] · ∂E/∂ŷ[n, g1]\n")
    assert "drawn from seed 1" in by_name


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["explain", "or", "dE_dv[9, g1]"], "a bare number is a position, here from 0 to 1"),
        (["explain", "or", "f[4, output]"], "from 0 to 3; the name 4 is written obs 4"),
        (["explain", "or", "dE_dv[0]"], "2 indices are needed"),
        (["explain", "or", "nothing[0]"], "no element of x"),
        (["explain", "or", "nothing[0]", "--hidden", "3,2"], "such as dE_dv1[0, 0]"),
        (["trace", "or", "--until", "E"], "--until E: is a number, not a condition like E < 0.1"),
        (["trace", "or", "--until", "v"], "--until v: is 2×3 numbers, not a condition like max(v)"),
        (["trace", "or", "--until", "v < 1"], "true or false for each element"),
        (["trace", "or", "--until", "E < 1", "--at", "0"], "--at and --until: each says"),
        (["trace", "or", "--at", "10001"], "planned for 10,000 iterations; --iterations 10001"),
        (
            ["explain", "or", "E", "--at", "3", "--iterations", "2"],
            "planned for 2 iterations;",
        ),
        (["check", "or", "--at", "3", "--iterations", "1"], "planned for 1 iteration;"),
        (["trace", "or", "--until", "E <"], "column"),
        (["or", "--break", "nothing"], "there is no operation 'nothing'"),
        (["or", "--break", "y: f > 0"], "not computed yet before y"),
        (["or", "--watch", "E +"], "--watch E +"),
        (["or", "--history", "0"], "from 1 to 1,000,000"),
    ],
)
def test_what_cannot_be_asked_for_is_told(arguments: list[str], problem: str) -> None:
    assert problem in refusal(*arguments)


def test_the_planned_iterations_can_all_be_looked_into() -> None:
    options = ["--at", "2", "--iterations", "2"]
    assert run("trace", "or", *options).stdout.startswith("iteration 2\n")
    assert run("explain", "or", "E", *options).stdout.startswith("iteration 2\n")


@pytest.mark.parametrize("command", ["train", "trace", "check", "explain"])
def test_an_option_without_effect_is_told(command: str) -> None:
    cell = ["E"] if command == "explain" else []
    options = ["--momentum", "0.5", "--iterations", "2"]
    done = run(command, "or", *cell, *options)
    assert done.stderr == "nn-tui: --momentum has no effect with optimiser sgd\n"
    assert done.stdout == run(command, "or", *cell, *options[2:]).stdout or command == "train"
    assert run(command, "or", *cell, *options, "--optimiser", "momentum").stderr == ""


def test_several_targets(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("a,b,c,d\n0,1,0,1\n1,0,1,0\n1,1,1,1\n")
    report = json.loads(run("train", str(path), "--target", "d", "--target", "b", "--json").stdout)
    assert report["dataset"]["targets"] == ["d", "b"]
    assert np.shape(report["parameters"]["w"]) == (3, 2)


def test_without_a_terminal_it_trains_and_says_so() -> None:
    done = run(OR, "--iterations", "1000")
    assert "error at step   900:" in done.stdout
    assert done.stderr == (
        "nn-tui: the output is not a terminal, so this trains without a screen\n"
    )


def test_a_run_that_diverges_says_so_and_stays_json(tmp_path: Path) -> None:
    path = tmp_path / "ones.csv"
    path.write_text("a,b\n" + "1,0\n" * 100)
    options = ["--loss", "sse", "--learning-rate", "1e308", "--iterations", "5"]
    assert "the run diverged" in run("train", str(path), *options).stdout
    losses = json.loads(run("train", str(path), *options, "--json").stdout)["losses"]
    assert losses[-1] == "NaN"


def test_help_version_and_samples() -> None:
    text = " ".join(run("--help").stdout.split())
    for option in ("--learning-rate", "--hidden", "--bias none|shared|per-neuron", "--weights"):
        assert option in text
    for command in ("train", "trace", "samples"):
        assert command in text
        assert run(command, "--help").stdout
    assert "0.05" in text
    assert "0.1.0" in run("--version").stdout
    assert "or " in run("samples").stdout


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == run("--version").stdout


def test_bad_input_is_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n3,x\n")
    for start in (run, run_process):
        told = told_in_a_line(start("train", str(bad), code=2))
        assert f"{bad}, line 3, column 'b': 'x' is not a number" in told
    assert "no such file" in refusal("nowhere.csv")
    assert "this is a directory" in refusal(str(tmp_path))
    assert "learning rate: a number, 0 or more, not 'x'" in refusal("or", "--learning-rate", "x")
    assert "no such option" in refusal("or", "--nonsense")
    assert "missing argument 'DATA'" in refusal("train")
    assert "column 'z': no such column" in refusal("train", "or", "--target", "z")
    weights = tmp_path / "w.json"
    for content, message in (
        ('{"v": [[1]], "w": [[1]]}', "v: the shape is 1×1, but 2×3 is needed"),
        ('{"v": 1}', "this network's parameters are v, w, not v"),
        ("{nonsense", "line 1, column 2: not JSON"),
        ("[]", "an object of parameters by name is needed"),
        ("[" * 100_000, "not JSON"),
        ('{"v": [[true, 0, 0], [0, 0, 0]], "w": 1}', "v: true and false are not numbers"),
        ('{"v": [[1]], "w": [[1]], "v": [[1]]}', "v: given more than once"),
        ('{"parameters": {"w": 1, "w": 2}}', "w: given more than once"),
    ):
        weights.write_text(content)
        line = refusal("train", "or", "--weights", str(weights))
        assert str(weights) in line
        assert message in line
    assert "No such file" in refusal("train", "or", "--weights", str(tmp_path / "none.json"))


@pytest.mark.parametrize("text", ["(" * 3000, "x" * 300, "x" * 5000, "1," * 2500 + "1"])
def test_what_is_long_is_told_in_short(text: str) -> None:
    for arguments in (
        *([text], ["train", text], ["train", "or", text], ["samples", text]),
        *(["train", "--open", text], ["export", text, "x"], ["runs", "--delete", text]),
        *(["explain", "or", text], ["trace", "or", "--until", text], ["trace", "or", "--at", text]),
        *(["or", "--break", text], ["or", "--break", f"y:{text}"], ["or", "--watch", text]),
        *(
            ["train", "or", option, text]
            for option in ("--features", "--target", "--index", "--weights", "--hidden", "--loss")
        ),
    ):
        assert len(refusal(*arguments)) < 400, arguments


def test_a_condition_is_told_without_what_a_terminal_would_act_on() -> None:
    for condition, code in (("E < 0 #\x1b[2J\u202e", 1), ("E #\x1b[2J\u202e", 2)):
        said = run("trace", "or", "--iterations", "3", "--until", condition, code=code).stderr
        assert "␛[2J\\u202e" in said
        assert not set(said) & {"\x1b", "\u202e"}


def test_hostile_names_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[31m.csv"
    path.write_text('"a\x1b]52;c;aGk=\x07",b\n1,"x\x1b[2J"\n')
    assert "\x1b" not in refusal("train", str(path))
    path.write_text('id,"a\x1b[2J",b\n"r\x9b1",1,2\n')
    done = run("train", str(path), "--iterations", "10")
    assert not set(done.stdout + done.stderr) & {"\x1b", "\x07", "\x9b"}


def test_hostile_names_given_by_oneself_do_not_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    weights = tmp_path / "evil\x1b[31m.json"
    weights.write_text('{"v": [[1]]}')
    assert "␛[31m.json: " in refusal("train", "or", "--weights", str(weights))
    run("train", "or", "--iterations", "3")
    runs = tmp_path / "state" / "nn-tui" / "runs"
    (folder,) = runs.iterdir()
    folder.rename(runs / "evil\x1b[31m")
    listed = run("runs").stdout
    assert "evil␛[31m" in listed
    exported = run("export", str(runs / "evil\x1b[31m"), str(tmp_path / "e\x1b[2J"))
    assert exported.stdout.count("e␛[2J/p") == 3
    assert "\x1b" not in listed + exported.stdout


@pytest.mark.one_in(4)
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_is_closed_is_not_written_to(closed: str, tmp_path: Path) -> None:
    state = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    for command, code in (("samples", 0), ("train or --iterations 9", 0), ("train none.csv", 2)):
        done = subprocess.run(
            ["bash", "-c", f"{COMMAND} {command} {closed}"],
            capture_output=True,
            text=True,
            timeout=120,
            env=state,
        )
        assert done.returncode == code
        assert "Traceback" not in done.stderr
        assert bool(done.stdout) == (code == 0 and ">&- " not in f"{closed} ".replace("2>", ""))


def test_an_output_that_lacks_the_symbols_gets_escapes() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = run_process("trace", "or", env=environment, encoding="latin-1")
    assert "\\u2202E/\\u2202f" in done.stdout


def test_a_reader_that_leaves() -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {COMMAND} trace or | head -1"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr


def test_ctrl_c_prints_the_report_so_far() -> None:
    child = pexpect.spawn(COMMAND, ["train", "or", "--iterations", "1000000000"], timeout=120)
    # The bar tells the time that is left once it has timed some iterations.
    child.expect(r"training .* 0%  \d")
    child.sendintr()
    child.expect("error at step     0: 1.960156e-01")
    child.expect("nn-tui: interrupted after")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert b"Traceback" not in child.before


def test_progress_where_stderr_is_a_terminal() -> None:
    child = pexpect.spawn(COMMAND, ["train", "or", "--iterations", "300000"], timeout=120)
    child.expect("training")
    child.expect("100%")
    child.expect("300,000 iterations in")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize("options", [[], ["--hidden", "4"], ["open"]])
def test_without_data_and_terminal_three_lines_say_how_it_is_used(options: list[str]) -> None:
    done = run(*options, code=2)
    assert done.stdout == ""
    first, *usage = done.stderr.splitlines()
    assert first.startswith("nn-tui: DATA is missing")
    assert [line.split()[-1] for line in usage] == ["train", "--help"]
    assert all(len(line) <= 100 for line in (first, *usage))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("nn-tui ", {"plain,train", "plain,xor", "file,"}),
        ("nn-tui tra", {"plain,train", "plain,trace", "file,tra"}),
        ("nn-tui --learning-r", {"plain,--learning-rate"}),
        ("nn-tui no-such-thing --hid", {"plain,--hidden"}),
    ],
)
def test_completion_from_the_first_word_on(
    words: str, wanted: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    monkeypatch.setenv("_NN_TUI_COMPLETE", "bash_complete")
    done = run()
    assert done.stderr == ""
    found = done.stdout.splitlines()
    assert wanted <= set(found)
    assert len(found) == len(set(found))

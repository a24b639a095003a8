"""Saved runs from the shell: listed, gone on with, copied, exported, deleted, refused."""

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import Debugger, Hyperparameters, read_dataset
from engine.saved.library import Library
from engine.saved.run_files import SingleFile
from engine.saved.saver import Saver
from tests.e2e.command import COMMAND, refusal, run
from tests.terminal import ROOT, Terminal


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The saved runs of this test alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "state" / "nn-tui" / "runs"


def listed() -> list[dict[str, object]]:
    runs: list[dict[str, object]] = json.loads(run("runs", "--json").stdout)["runs"]
    return runs


def losses(iterations: int) -> list[float]:
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=iterations))
    debugger.run_to(iterations)
    return debugger.losses.tolist()


@contextmanager
def endless(*options: str) -> Iterator[subprocess.Popen[str]]:
    """A training that goes on, once it has saved."""
    process = subprocess.Popen(
        [COMMAND, "train", "or", "--iterations", "1000000000", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + 120
        while not any(entry["open_in"] for entry in listed()):
            assert time.monotonic() < end, "it does not save"
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_there_is_nothing_yet(state: Path) -> None:
    assert run("runs").stdout == f"No run is saved yet. They are kept in {state}\n"
    assert listed() == []
    assert "there is no saved run on or" in refusal("train", "or", "--resume")


def test_a_training_is_listed_and_gone_on_with() -> None:
    run("train", "or", "--iterations", "300")
    assert "finished" in run("runs").stdout
    (entry,) = listed()
    assert (entry["data"], entry["computed"], entry["planned"]) == ("or.csv", 300, 300)
    assert float(str(entry["E"])) == losses(300)[-1]
    assert entry["bytes"] == sum(p.stat().st_size for p in Path(str(entry["folder"])).iterdir())
    # More iterations than were planned: they go on where the others ended.
    report = run("train", "or", "--resume", "--iterations", "500", "--json").stdout
    assert json.loads(report)["losses"] == losses(500)
    (entry,) = listed()
    assert (entry["computed"], entry["planned"]) == (500, 500)
    # A beginning of its name is enough.
    name = str(entry["run"])
    assert json.loads(run("train", "--open", name[:-2], "--json").stdout)["losses"] == losses(500)


README = (ROOT / "tui/README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Saved runs")[2].partition("## Terminals")[0]
LINES = re.findall(r"^(nn-tui .*?)  +\S", SECTION.partition("```\n")[2], re.MULTILINE)
"""The command lines that the README gives for saved runs."""


def test_the_command_lines_of_the_readme_are_those_that_are_tried() -> None:
    assert LINES == [
        "nn-tui runs",
        "nn-tui --open RUN",
        "nn-tui or --save my.nnrun",
        "nn-tui --open my.nnrun",
        "nn-tui --open RUN --read-only",
        "nn-tui export RUN FOLDER",
    ]


@pytest.mark.parametrize("line", [*LINES, "nn-tui --open RUN --copy", "nn-tui export RUN FOLDER"])
def test_the_command_lines_of_the_readme_work_as_they_stand(line: str) -> None:
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=400))
    file = SingleFile(Path("first.nnrun" if "or --save" in line else "my.nnrun"))
    saver = Saver(debugger, Library().new(), single=file)
    debugger.run(300)
    assert saver.close("quit", here=True)
    (first,) = listed()
    name = str(first["run"])
    done = run(*shlex.split(line.replace("RUN", name))[1:])
    if line == "nn-tui runs":
        assert name in done.stdout
    elif "--script" in line:
        assert "iterations = 400" in Path("mine.py").read_text()
    elif "export" in line:
        assert {path.name for path in Path("FOLDER").iterdir()} >= {"history.csv"}
    elif line != "nn-tui or --save my.nnrun":
        assert "400 iterations, 100 of them in" in done.stdout
    # What goes on with the run itself is further; a copy, or a run anew, is one of its own.
    computed = sorted(int(str(entry["computed"])) for entry in listed())
    assert computed == {
        "nn-tui --open RUN": [400],
        "nn-tui --open RUN --copy": [300, 400],
        "nn-tui --open my.nnrun": [300, 400],
        "nn-tui or --save my.nnrun": [300, 10_000],
    }.get(line, [300])


@pytest.mark.one_in(3)
@pytest.mark.parametrize("option", [[], ["--read-only"], ["--copy"]], ids=["", "look", "copy"])
def test_a_run_is_opened_on_the_screen_by_its_name(option: list[str]) -> None:
    run("train", "or", "--iterations", "300")
    name = str(listed()[0]["run"])
    with Terminal("--open", name, *option) as terminal:
        terminal.wait_for(lambda: terminal.iteration == 300)
        terminal.press("q")
        terminal.wait_for_end()


@pytest.mark.parametrize(
    "first",
    [
        *(["--resume"], ["--new"], ["--read-only"], ["--calm"], ["--fps", "5"]),
        *(["--break", "dE_dw"], ["--watch", "E < 0.1"], ["--hidden", "2"], ["--shuffle"]),
    ],
    ids=" ".join,
)
def test_any_option_may_come_first(first: list[str]) -> None:
    run("train", "or", "--iterations", "5")
    assert "or.csv: 4 observations" in run(*first, "or", "--iterations", "9").stdout


def test_options_choose_the_run_to_go_on_with() -> None:
    run("train", "or", "--iterations", "300", "--hidden", "5")
    run("train", "or", "--iterations", "200")
    report = json.loads(run("train", "or", "--resume", "--hidden", "5", "--json").stdout)
    assert len(report["losses"]) == 300
    assert "no saved run with these options on or" in refusal(
        "train", "or", "--resume", "--hidden", "7"
    )
    # Without any, the last.
    assert len(json.loads(run("train", "or", "--resume", "--json").stdout)["losses"]) == 200


def test_a_file_of_ones_own() -> None:
    run("train", "or", "--iterations", "300", "--save", "mine.nnrun")
    assert len(listed()) == 1
    report = run("train", "--open", "mine.nnrun", "--iterations", "400", "--json").stdout
    assert json.loads(report)["losses"] == losses(400)
    # Going on with a file is a run of its own, and the file stays what it was.
    assert len(listed()) == 2
    report = run("train", "--open", "mine.nnrun", "--json").stdout
    assert json.loads(report)["losses"] == losses(300)
    options = ["--open", "mine.nnrun", "--save", "mine.nnrun", "--iterations", "450"]
    assert "mine.nnrun is written anew at each pause" in run("train", *options).stderr
    done = run("train", "--open", "mine.nnrun", "--json")
    assert json.loads(done.stdout)["losses"] == losses(450)
    assert "this is a copy: mine.nnrun stays as it is" in done.stderr
    told = refusal("train", "or", "--new", "--save", "mine.nnrun")
    assert "with the run on or.csv at iteration 450 of 450" in told
    assert "--open mine.nnrun --save mine.nnrun continues it there" in told
    Path("notes.txt").write_text("mine")
    told = refusal("train", "or", "--save", "notes.txt")
    assert "is not a readable run, and is left as it is: name another" in told
    assert Path("notes.txt").read_text() == "mine"


def test_read_only_saves_nothing_and_a_copy_leaves_the_first_alone() -> None:
    run("train", "or", "--iterations", "300", "--read-only")
    assert listed() == []
    run("train", "or", "--iterations", "300")
    (first,) = listed()
    run("train", "or", "--resume", "--iterations", "310", "--read-only")
    assert listed() == [first]
    run("train", "or", "--resume", "--iterations", "320", "--copy")
    assert {entry["computed"] for entry in listed()} == {300, 320}
    assert first in listed()


@pytest.mark.parametrize("source", ["run", "file"])
def test_export_writes_numbers_that_are_exact(tmp_path: Path, source: str) -> None:
    run("train", "or", "--iterations", "300", "--save", "mine.nnrun")
    name = str(listed()[0]["run"]) if source == "run" else "mine.nnrun"
    done = run("export", name, "results/of-it")
    written = [Path(line).name for line in done.stdout.splitlines()]
    assert written == ["predictions.csv", "history.csv", "parameters.npz", "parameters.json"]
    folder = tmp_path / "results" / "of-it"
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=300))
    debugger.run_to(300)
    history = pd.read_csv(folder / "history.csv")
    assert history["iteration"].tolist() == list(range(300))
    assert history["E"].tolist() == losses(300)
    predictions = pd.read_csv(folder / "predictions.csv")
    assert predictions["output"].tolist() == [0, 1, 1, 1]
    f = predictions["prediction"].to_numpy()
    with np.load(folder / "parameters.npz") as file:
        arrays = dict(file)
    # The forward pass, by hand.
    x = predictions[["input1", "input2"]].to_numpy(dtype=float)
    by_hand = 1 / (1 + np.exp(-(1 / (1 + np.exp(-(x @ arrays["v"]))) @ arrays["w"])))
    assert f == pytest.approx(by_hand[:, 0], rel=1e-15)
    assert predictions["error"].to_numpy() == pytest.approx([0, 1, 1, 1] - f, rel=1e-15)
    for tensor, values in debugger.parameters.items():
        assert arrays[tensor].tobytes() == values.tobytes()
    # And the weights can be trained on.
    report = json.loads(
        run(
            *("train", "or", "--weights", str(folder / "parameters.json")),
            *("--iterations", "100", "--json"),
        ).stdout
    )
    assert report["losses"] == losses(400)[300:]
    assert "exists already" in refusal("export", name, "results/of-it")


def test_export_writes_programs(tmp_path: Path) -> None:
    pytest.importorskip("nbformat", reason="nbformat writes the notebook")
    run("train", "or", "--iterations", "300", "--save", "mine.nnrun")
    done = run("export", "mine.nnrun", "--script", "a.py", "--notebook", "a.ipynb", "--blanks")
    assert [Path(line).name for line in done.stdout.splitlines()] == ["a.py", "a.ipynb"]
    for path in ("a.py", "a.ipynb"):
        assert "dE_dy = ..." in Path(path).read_text()
        assert "g = sigmoid(yhat)" in Path(path).read_text()
    said = refusal("export", "mine.nnrun", "--script", "a.py")
    assert said.endswith("a.py exists already: name another file\n")
    assert "no/a.py: No such file" in refusal("export", "mine.nnrun", "--script", "no/a.py")


@pytest.mark.slow
def test_a_run_that_is_open_elsewhere() -> None:
    with endless() as holder:
        for options in (["--resume"], ["--open", str(listed()[0]["run"])]):
            said = refusal("train", *(["or"] if options == ["--resume"] else []), *options)
            assert f"open in process {holder.pid} on {socket.gethostname()}, since" in said
            assert "--copy" in said
            assert "--read-only" in said
        with Terminal("or", "--resume") as terminal:
            # Before any screen is drawn over.
            terminal.wait_for_end()
            assert f"open in process {holder.pid}" in terminal.text.replace("\n", "")
        assert f"process {holder.pid}" in run("runs").stdout
        name = str(listed()[0]["run"])
        assert f"{name} is open in process {holder.pid}" in refusal("runs", "-y", "-d", name)
        # Its last save as a copy, and to look at.
        process = subprocess.Popen(
            [COMMAND, "train", "or", "--resume", "--copy"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while len(listed()) < 2:
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        process.communicate()
        assert process.returncode == 130
        with Terminal("or", "--resume", "--read-only") as terminal:
            terminal.wait_for(lambda: "paused" in terminal.text)
        assert len(listed()) == 2
    # Whoever was killed holds nothing.
    assert not any(entry["open_in"] for entry in listed())
    with endless("--resume"):
        assert len(listed()) == 2


def test_a_run_whose_saves_are_all_damaged_is_told(state: Path) -> None:
    run("train", "or", "--iterations", "300")
    (folder,) = state.iterdir()
    for manifest in folder.glob("run*.json"):
        manifest.write_bytes(manifest.read_bytes()[:1000])
    told = "1 saved run on or cannot be read; nn-tui runs tells why"
    assert told in refusal("train", "or", "--resume")
    assert run("train", "or", "--iterations", "3").stderr == f"nn-tui: {told}\n"
    # There is another one now, which is gone on with, and which was not the last.
    assert run("train", "or", "--resume").stderr == f"nn-tui: {told}\n"
    assert run("train", "xor", "--iterations", "3").stderr == ""
    assert run("train", "or", "--iterations", "3", "--new").stderr == ""
    assert "cannot be read: " in run("runs").stdout


def test_the_save_before_a_missing_one_is_used_and_told(state: Path) -> None:
    run("train", "or", "--iterations", "300")
    run("train", "or", "--resume", "--iterations", "400")
    next(state.glob("*/run.json")).unlink()
    done = run("train", "or", "--resume", "--json")
    assert "run.json: missing): this is the one before" in done.stderr
    assert json.loads(done.stdout)["losses"] == losses(300)


def test_the_columns_of_the_list_stand_below_each_other(tmp_path: Path) -> None:
    table = tmp_path / f"{'long' * 20}.csv"
    table.write_text("a,b,c\n0,0,0\n0,1,1\n")
    for data, iterations in (("or", 100_000), ("xor", 300), (table, 3)):
        debugger = Debugger(read_dataset(data), Hyperparameters(iterations=1_000_000_000))
        saver = Saver(debugger, Library().new())
        debugger.run(iterations)
        assert saver.close("quit", here=True)
    lines = run("runs").stdout.splitlines()[:3]
    for reached, line in zip(("3", "300", "100,000"), lines, strict=True):
        assert f" {reached} of 1,000,000,000 " in line
    assert [line.index(" E ") for line in lines] == [lines[0].index(" E ")] * 3
    assert "longl…" in lines[0]
    assert len(lines[0]) < 140


def test_deleting_asks() -> None:
    run("train", "or", "--iterations", "300")
    name = str(listed()[0]["run"])
    asked = run("runs", "--delete", name, code=130, content=b"n\n")
    assert "Delete this run for good?" in asked.stdout
    assert len(listed()) == 1
    run("runs", "-d", name, content=b"y\n")
    assert listed() == []


def test_the_data_have_changed(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("a,b,c\n0,0,0\n0,1,1\n1,0,1\n1,1,1\n")
    run("train", "mine.csv", "--iterations", "300")
    table.write_text("a,b,c\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
    said = refusal("train", "mine.csv", "--resume")
    assert "the data have changed since the run was saved (mine.csv)" in said
    assert "--new" in said
    table.unlink()
    assert "no such file" in refusal("train", "--open", str(listed()[0]["run"]))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train"], "missing argument 'DATA'"),
        (["train", "or", "--resume", "--new"], "--resume goes with neither --new nor --open"),
        (["train", "--open", "x", "--new"], "--new does not go with --open"),
        (["train", "--open", "nowhere"], "nowhere: no such file, nor a saved run"),
        (["train", "or", "--copy", "--read-only"], "--copy does not go with --read-only"),
        (["train", "or", "--copy"], "--copy needs the run that it copies: --resume or --open RUN"),
        (["or", "--copy", "--new"], "--copy needs the run that it copies"),
        (["train", "or", "--read-only", "--save", "x.nnrun"], "--read-only saves nothing"),
        (["train", ""], "invalid value for 'DATA': it is empty"),
        ([""], "invalid value for 'DATA': it is empty"),
        (["train", "--open", ""], "invalid value for '--open': it is empty"),
        (["train", "or", "--save", ""], "invalid value for '--save': it is empty"),
        (["runs", "-y", "--delete", ""], "it is empty"),
        (["train", "or", "--save", "x" * 5000], "x…: File name too long"),
        (["train", "or", "--save", "no/where.nnrun"], "there is no such folder"),
        (["export", "nothing", "folder"], "nothing: no such file, nor a saved run"),
        (["export", "nothing"], "nothing to write: FOLDER, --script or --notebook"),
        (["export", "nothing", "folder", "--blanks"], "--blanks goes with --script or --notebook"),
        (["runs", "--delete", "nothing"], "there is no saved run 'nothing'"),
        (["train", "--open", sys.executable], "not a saved run, or a damaged one"),
        (["train", "--open", "/dev/zero"], "not a regular file"),
        (["train", "--open", "."], "not a regular file"),
    ],
)
def test_refusals(arguments: list[str], words: str) -> None:
    assert words in refusal(*arguments)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"PK\x03\x04", bytes(100_000)], ids=["empty", "JSON", "zip", "zeros"]
)
def test_a_file_that_is_no_run(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "strange").write_bytes(content)
    assert "strange: not a saved run" in refusal("train", "--open", "strange")


def test_fixed_hyperparameters_of_a_saved_run_are_not_for_changing() -> None:
    run("train", "or", "--iterations", "300", "--save", "mine.nnrun")
    said = refusal("train", "--open", "mine.nnrun", "--hidden", "5")
    assert "--hidden 5: a saved run has its own" in said


@pytest.mark.slow
def test_a_terminal_is_told_of_an_unfinished_run() -> None:
    with endless():
        pass
    with Terminal("train", "or", "--iterations", "300", size=(120, 60)) as terminal:
        terminal.wait_for(lambda: "300 iterations in" in terminal.text)
        said = " ".join(terminal.text.split())
        assert "--resume continues it" in said

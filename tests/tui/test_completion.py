"""What a shell offers to complete."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from engine import Debugger, Hyperparameters, read_dataset
from engine.data.locate import bundled
from engine.maths.optimisers import OPTIMISERS
from engine.saved.library import Library
from engine.saved.saver import Saver
from tui.cli import cli


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A saved run."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = Library().new()
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=40))
    saver = Saver(debugger, folder)
    debugger.run(30)
    assert saver.close("quit", here=True)
    return folder.path.name


def offered(*words: str) -> dict[str, str | None]:
    """The values for the last word, with what is told of them; files as one that says so."""
    *before, last = words
    found = ShellComplete(cli, {}, "nn-tui", "").get_completions(before, last)
    return {item.value if item.type == "plain" else item.type: item.help for item in found}


def test_samples_commands_and_files_come_where_data_are_named() -> None:
    assert list(offered("train", "")) == [*bundled(), "file"]
    assert list(offered("--lr", "0.5", "spi")) == ["spiral", "file"]
    commands = [name for name in cli.commands if name[0] == "s"]
    names = [name for name in bundled() if name[0] == "s"]
    assert list(offered("s")) == [*sorted(commands), *names, "file"]
    assert list(offered("samples", "x")) == ["xor"]
    assert offered("explain", "spi")["spiral"] == "two arms that wind around each other"
    assert list(offered("or", "--validation", "ir")) == ["iris", "file"]


def test_options_and_their_values() -> None:
    assert list(offered("or", "--optimi")) == ["--optimiser", "--optimizer"]
    assert list(offered("--wat")) == ["--watch"]
    for option in ("--optimiser", "--optimizer"):
        assert list(offered("train", "or", option, "")) == list(OPTIMISERS)
    assert list(offered("or", "--activation", "s")) == ["sigmoid", "softplus", "swish"]
    assert list(offered("or", "--shuffle", "")) == ["no", "yes"]
    assert list(offered("or", "--separator", "")) == ["auto", "comma", "semicolon", "tab", "pipe"]
    assert list(offered("or", "--batch-size", "")) == ["full"]
    assert list(offered("completion", "")) == ["bash", "zsh", "fish"]


def test_saved_runs(run: str) -> None:
    told = "or.csv, 30 of 40 iterations"
    assert offered("--open", run[:3]) == {run: told, "file": None}
    assert offered("train", "--open", "") == {run: told, "file": None}
    assert offered("export", "") == {run: told, "file": None}
    assert offered("runs", "--delete", "") == {run: told}
    assert offered("runs", "--delete", "x") == {}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_asks_the_program(shell: str) -> None:
    script = CliRunner().invoke(cli, ["completion", shell]).stdout
    assert f"_NN_TUI_COMPLETE={shell}_complete" in script
    assert "nn-tui" in script


def test_bash_offers_names_and_files_side_by_side(tmp_path: Path) -> None:
    for name in ("sine.csv", "s p.csv", "other.csv"):
        (tmp_path / name).touch()
    # Only in a real completion is there something that compopt could set.
    typed = """
        compopt() { :; }
        eval "$(nn-tui completion bash)"
        COMP_WORDS=(nn-tui train s) COMP_CWORD=2
        _nn_tui_completion nn-tui
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", typed], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert sorted(done.stdout.splitlines()) == ["s p.csv", "sine", "sine.csv", "spiral"]

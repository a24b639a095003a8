"""What stands in the terminal after a session on the screen."""

import io
from pathlib import Path

import pytest

from engine import Debugger, Hyperparameters, read_dataset
from engine.data.dataset import Dataset
from engine.saved.library import Library
from engine.saved.saver import Saver
from tests.terminal import Terminal
from tui.commands.going_on import last_words


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    return Library()


def ended(library: Library, dataset: Dataset, iterations: int) -> tuple[Debugger, Saver]:
    debugger = Debugger(dataset, Hyperparameters(iterations=2000))
    saver = Saver(debugger, library.new(), kept=True)
    debugger.run(iterations)
    assert saver.close("quit", here=True)
    return debugger, saver


def test_it_is_told_where_the_run_is_saved_and_how_to_go_on(library: Library) -> None:
    debugger, saver = ended(library, read_dataset("or"), 1234)
    (entry,) = library.entries()
    assert last_words(debugger, saver) == (
        f"saved at iteration 1,234 of 2,000; nn-tui --open {entry.identity} goes on "
        f"(in ~/{library.path.relative_to(Path.home())})"
    )
    table = io.BytesIO(b"a,b\n1,0\n2,1\n")
    debugger, saver = ended(library, read_dataset("standard input", stream=table), 3)
    assert f"nn-tui --open {saver.folder.path.name} - goes on" in last_words(debugger, saver)


def test_nothing_is_told_of_what_is_not_saved(library: Library) -> None:
    assert last_words(*ended(library, read_dataset("or"), 0)) == ""
    debugger, saver = ended(library, read_dataset("or"), 0)
    assert last_words(debugger, None) == ""
    saver.problem = "not being saved: No space left on device"
    assert last_words(debugger, saver) == "the run is not being saved: No space left on device"


def test_it_stands_below_the_command_after_the_screen(library: Library) -> None:
    with Terminal("or") as terminal:
        terminal.wait_until_ready()
        terminal.press("n")
        terminal.press("q")
        terminal.wait_for_end()
    (entry,) = library.entries()
    after = terminal.output.decode().rpartition("\x1b[?1049l")[2]
    assert (
        f"nn-tui: saved at iteration 0 of 10,000; nn-tui --open {entry.identity} goes on" in after
    )

"""The installed command in a real terminal."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal import is_running

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

COMMAND = str(Path(sys.executable).with_name("nn-tui"))
ROOT = Path(__file__).parents[2]


class TmuxTerminal:
    """A tmux session of our own with a shell in it."""

    def __init__(self, width: int, height: int, state: Path) -> None:
        self._socket = f"nn-tui-{uuid.uuid4().hex[:8]}"
        size = ["-x", str(width), "-y", str(height)]
        self.tmux(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            *size,
            f"env XDG_STATE_HOME={state} PS1='shell> ' sh",
        )
        # Without a client, tmux may otherwise go back to a size of its own.
        self.tmux("set-option", "-g", "window-size", "manual")
        self.until(lambda: "shell>" in self.screen())

    def tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self._socket, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def type(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def command(self, line: str) -> None:
        self.tmux("send-keys", "-l", line)
        self.type("Enter")

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-J")

    def resize(self, width: int, height: int) -> None:
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def until(self, condition: Callable[[], object], seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"it did not become true in {seconds} s\n{self.screen()}")
            time.sleep(0.02)

    def shows(self, *texts: str) -> None:
        self.until(lambda: all(text in self.screen() for text in texts))

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True)


@pytest.fixture
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TmuxTerminal]:
    """A terminal of 80×24, or of each size for a test marked `in_each_size`."""
    terminal = TmuxTerminal(*getattr(request, "param", (80, 24)), tmp_path / "state")
    yield terminal
    terminal.close()


in_each_size = pytest.mark.parametrize(
    "terminal", [(80, 24), (120, 36)], ids=["80x24", "120x36"], indirect=True
)


def start(terminal: TmuxTerminal, *options: str) -> None:
    terminal.command(" ".join(["cd", str(ROOT), "&&", COMMAND, "samples/or.csv", *options]))
    terminal.shows("space runs, n steps", "ŷ = x·v")


@pytest.mark.one_in(2)
@in_each_size
def test_a_session(terminal: TmuxTerminal) -> None:
    start(terminal)
    terminal.type("n", "n", "n", "n", "n", "n", "n")
    terminal.shows("paused before ∂E/∂y", "+0.307", " −0.188", " −0.183", " −0.179")
    terminal.type("f")
    terminal.shows("5 Iteration 0 complete")
    terminal.type("Space")
    terminal.shows("finished", "10,000 / 10,000", "E 4.100852e-02")
    terminal.type("s")
    terminal.shows("10,001 / 10,000")
    terminal.type("4")
    terminal.shows("+1.66")
    terminal.resize(40, 10)
    terminal.shows(" 1  2  3  4 Weights  5")
    terminal.resize(120, 36)
    # The tabs that are left for a moment have these titles, but no value: of what is left in the
    # middle of a change of its size, tmux would keep some lines.
    terminal.shows("1 Dataset", "2 Hyperparameters", "3 Loss", "4 Weights", "5 Iteration")
    terminal.shows("learning rate", "∂E/∂w = ", "q quit")
    terminal.type("q")
    terminal.shows("shell>")
    assert_restored(terminal)


def assert_restored(terminal: TmuxTerminal) -> None:
    """The shell's screen is back, echoes what is typed, and gets no mouse reports."""
    terminal.until(lambda: "Hyperparameters" not in terminal.screen())
    terminal.command(
        "echo status=$? && stty -a | tr ' ;' '\\n' | grep -x -e echo -e icanon -e isig"
    )
    terminal.shows("status=", "\necho\n", "\nicanon\n", "\nisig\n")
    flags = terminal.tmux("display-message", "-p", "#{mouse_any_flag}#{alternate_on}#{cursor_flag}")
    assert flags.strip() == "001"


def pid_of(terminal: TmuxTerminal) -> int:
    shell = terminal.tmux("display-message", "-p", "#{pane_pid}").strip()
    children = Path(f"/proc/{shell}/task/{shell}/children")
    terminal.until(lambda: children.read_text().split())
    return int(children.read_text().split()[0])


def start_training(terminal: TmuxTerminal) -> int:
    """Have the program train without an end in sight, and return its process id."""
    start(terminal, "--iterations", "1000000000")
    pid = pid_of(terminal)
    terminal.type("Space")
    terminal.shows("running", "iterations/s")
    return pid


def wait_for_the_shell(terminal: TmuxTerminal, pid: int) -> None:
    terminal.until(lambda: not is_running(pid))
    terminal.shows("shell>")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("key", ["q", "C-c", "C-q"])
def test_quitting_while_training_ends_the_process(terminal: TmuxTerminal, key: str) -> None:
    pid = start_training(terminal)
    terminal.type(key)
    wait_for_the_shell(terminal, pid)
    assert_restored(terminal)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_while_training_restores_the_terminal(terminal: TmuxTerminal, name: str) -> None:
    pid = start_training(terminal)
    os.kill(pid, signal.Signals[name])
    wait_for_the_shell(terminal, pid)
    terminal.command("echo code=$?")
    terminal.shows(f"code={128 + signal.Signals[name]}")
    assert_restored(terminal)


def test_the_process_ends_when_its_terminal_goes(terminal: TmuxTerminal) -> None:
    pid = start_training(terminal)
    terminal.close()
    end = time.monotonic() + 120
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not is_running(pid)


@in_each_size
def test_a_held_key_loses_no_step(terminal: TmuxTerminal) -> None:
    start(terminal)
    terminal.type(*["s"] * 40)
    terminal.shows("40 / 10,000")
    terminal.type("r")
    terminal.shows(" 0 / 10,000")


def test_stopping_for_what_is_watched(terminal: TmuxTerminal) -> None:
    start(terminal, "--watch", "'E < 0.19'")
    terminal.type("c")
    terminal.shows("stopped: E < 0.19 became true", "E 1.89")
    terminal.type("q")
    terminal.shows("shell>")
    assert_restored(terminal)


def test_bad_data_found_behind_the_first_frame(terminal: TmuxTerminal, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("a,b\n1,0.5\n2,x\n3,0.5\n")
    terminal.command(f"{COMMAND} {path}; echo code=$?")
    terminal.shows("line 3, column 'b': 'x' is not a number", "code=2")
    assert "Traceback" not in terminal.screen()
    assert_restored(terminal)


def test_with_the_errors_led_elsewhere_the_screen_is_still_drawn(
    terminal: TmuxTerminal, tmp_path: Path
) -> None:
    log = tmp_path / "errors"
    start(terminal, f"2> {log}")
    terminal.type("s")
    terminal.shows("complete")
    terminal.type("q")
    terminal.shows("shell>")
    assert_restored(terminal)
    assert log.read_bytes() == b""


@pytest.mark.parametrize("setting", ["TERM=dumb", "TERM="])
def test_a_terminal_that_cannot_draw(terminal: TmuxTerminal, setting: str) -> None:
    terminal.command(f"{setting} {COMMAND} or --iterations 10")
    terminal.shows("10 iterations in")
    everything = terminal.tmux("capture-pane", "-p", "-J", "-S", "-100")
    assert "this terminal cannot draw a screen" in everything


def test_without_colours(terminal: TmuxTerminal) -> None:
    terminal.command(f"NO_COLOR=1 {COMMAND} or")
    terminal.shows("space runs, n steps")
    terminal.type("n", "n")
    terminal.shows("paused before y", "+0.5000")
    colours = terminal.tmux("capture-pane", "-p", "-e")
    hues = [code for code in colours.split("\x1b[") if code.startswith("38;2;")]
    assert all(len({*code.split("m")[0].split(";")[2:5]}) == 1 for code in hues)

"""However it ends: nothing is lost, and the terminal is given back."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from engine.saved.library import Library
from tests.e2e.saved import check_exact, last, until
from tests.terminal import PROGRAM, Terminal

KILLS = int(os.environ.get("NN_TUI_KILLS", "4"))
"""How often each way of running is killed; 200 take some minutes."""
HASTY = [sys.executable, str(Path(__file__).with_name("hasty.py"))]
ENDLESS = ["or", "--iterations", "1000000000"]


def computed(library: Library) -> dict[str, int]:
    """How far the saved runs are, by their names."""
    return {entry.identity: entry.saved.computed for entry in library.entries() if entry.saved}


def until_one_is_further(
    library: Library, known: dict[str, int], goes_on: Callable[[], object]
) -> int:
    """Wait until a run has been saved further than it was known; return how far."""
    reached: list[int] = []

    def is_further() -> bool:
        goes_on()
        further = [n for name, n in computed(library).items() if n > known.get(name, 0)]
        reached.extend(further)
        return bool(further)

    until(is_further)
    return max(reached)


@pytest.mark.slow
def test_killed_at_any_moment_while_training_without_a_screen(state: Library) -> None:
    chance = random.Random(1)
    for i in range(KILLS):
        # Each third run is a new one; the others go on with the one that was killed.
        how = "--new" if i % 3 == 0 else "--resume"
        known = computed(state)
        process = subprocess.Popen(
            [*HASTY, "train", *ENDLESS, how],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

        def goes_on(process: subprocess.Popen[str] = process) -> None:
            assert process.poll() is None, process.communicate()

        reached = until_one_is_further(state, known, goes_on)
        time.sleep(chance.uniform(0, 0.3))
        process.kill()
        _, told = process.communicate()
        # A new run says which unfinished one stays; nothing else is to be told.
        assert told == "" or (how == "--new" and told.startswith("nn-tui: --new: the saved run"))
        assert told.count("\n") <= 1
        assert check_exact(state) >= reached


@pytest.mark.slow
def test_killed_at_any_moment_on_the_screen(state: Library) -> None:
    chance = random.Random(2)
    for i in range(KILLS):
        how = "--new" if i % 3 == 0 else "--resume"
        known = computed(state)
        with Terminal(*HASTY[1:], *ENDLESS, how, program=HASTY[0]) as terminal:
            terminal.wait_for(lambda terminal=terminal: "paused" in terminal.text)
            terminal.press(" ")
            # Somebody has to read what it shows.
            reached = until_one_is_further(state, known, lambda t=terminal: t.record(0.01))
            terminal.record(chance.uniform(0, 0.5))
            terminal.kill(signal.SIGKILL)
        assert check_exact(state) >= reached


@pytest.mark.slow
def test_at_most_five_seconds_are_lost(state: Library) -> None:
    process = subprocess.Popen(
        [str(PROGRAM), "train", *ENDLESS], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    saves: list[float] = []

    def are_close() -> bool:
        if state.entries() and (not saves or last(state).time > saves[-1]):
            saves.append(last(state).time)
        # Where the machine is busy one may come late.
        return any(after - before < 5 for before, after in pairwise(saves))

    try:
        until(are_close)
    finally:
        process.kill()
        process.wait()


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_on_the_screen_saves_what_was_reached(state: Library, name: str) -> None:
    with Terminal(*ENDLESS) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        terminal.press(" ")
        terminal.wait_for(lambda: (terminal.iteration or 0) > 20_000)
        shown = terminal.iteration or 0
        terminal.kill(signal.Signals[name])
        terminal.wait_for_end()
    assert check_exact(state) >= shown
    assert last(state).saved.ended == name  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_a_signal_without_a_screen_saves_what_was_reached(
    state: Library, name: str, code: int
) -> None:
    process = subprocess.Popen(
        [str(PROGRAM), "train", *ENDLESS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: any(state.path.glob("*/run.json")))
    process.send_signal(signal.Signals[name])
    output, errors = process.communicate(timeout=120)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert check_exact(state) > 0
    assert last(state).saved.ended == name  # type: ignore[union-attr]
    # Ctrl-C prints the report so far.
    assert ("error at step" in output) == (name == "SIGINT")


DEFECTIVE = [sys.executable, str(Path(__file__).with_name("defective.py"))]


def check_failure(said: str, library: Library) -> None:
    """One message, everything else in the log, and the run as far as it was right."""
    (log,) = library.path.parent.rglob("nn-tui.log")
    # Wherever a terminal breaks the line.
    told = "".join(said.split())
    assert "internalerror(ZeroDivisionError:adefect);detailsarein" + str(log) in told
    assert "therunissaved" in told
    assert "Traceback" not in said
    assert "Traceback" in log.read_text()
    (entry,) = library.entries()
    assert entry.saved is not None
    assert entry.saved.ended == "error"
    assert check_exact(library) >= 5000


def test_a_defect_in_the_engine_without_a_screen(state: Library) -> None:
    done = subprocess.run(
        [*DEFECTIVE, "train", *ENDLESS], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    check_failure(done.stderr, state)


def test_a_defect_in_the_engine_on_the_screen(state: Library) -> None:
    with Terminal(*DEFECTIVE[1:], *ENDLESS, program=DEFECTIVE[0]) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        terminal.press(" ")
        terminal.wait_for_end()
        assert b"\x1b[?1049l" in terminal.output
        check_failure(terminal.output.decode().rpartition("\x1b[?1049l")[2], state)


def memory(pid: int) -> int:
    """What a process has in memory, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


@pytest.mark.slow
def test_a_frozen_terminal_stops_neither_training_nor_saving_nor_the_end(state: Library) -> None:
    with Terminal(*ENDLESS) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        terminal.press(" ")
        terminal.wait_for(lambda: (terminal.iteration or 0) > 1000)
        shown, before = terminal.iteration or 0, memory(terminal.pid)
        # Nobody reads for ten seconds. The losses alone take 8 bytes an iteration.
        until(lambda: state.entries())
        first = last(state).time
        until(lambda: last(state).time > first + 3)
        time.sleep(max(0, 10 - (time.time() - first)))
        saved = last(state).saved
        assert saved is not None
        assert saved.computed > shown + 10_000
        losses = 3 * 8 * saved.computed // 2**20
        assert memory(terminal.pid) - before < 64 + losses
        # On thaw the screen catches up.
        terminal.wait_for(lambda: (terminal.iteration or 0) > saved.computed)
        # Frozen again: the end comes all the same.
        until(lambda: last(state).time > saved.saved + 3)
        terminal.kill(signal.SIGTERM)
        until(lambda: not terminal.is_alive)
    assert last(state).saved.ended == "SIGTERM"  # type: ignore[union-attr]


def test_ctrl_z_and_fg(state: Library) -> None:
    with Terminal("--norc", program="bash", environment={"PS1": "shell> "}) as terminal:
        terminal.shows("shell>")
        terminal.press(f"{PROGRAM} or\r")
        terminal.shows("space runs")
        terminal.press("s")
        terminal.shows("5 Iteration 0 complete")
        terminal.press("\x1a")
        terminal.shows("Stopped", "shell>")
        terminal.press("clear; echo still $((40 + 2))\r")
        terminal.shows("still 42")
        assert "Hyperparameters" not in terminal.text
        terminal.press("fg\r")
        # All of it is drawn anew, and keys arrive.
        terminal.shows(
            "1 Dataset", "2 Hyperparameters", "3 Loss", "5 Iteration 0 complete", "? help"
        )
        terminal.press("n")
        terminal.shows("paused before g")
        terminal.press("q")
        terminal.shows("shell> ")
    assert last(state).saved is not None


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_to(state: Library) -> None:
    state.path.parent.mkdir(parents=True)
    state.path.write_text("a file where the folder should be")
    with Terminal("or") as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        terminal.press(" ")
        terminal.wait_for(lambda: "not being saved" in terminal.text)
        terminal.wait_for(lambda: "finished" in terminal.text)
        terminal.press("q")
        terminal.wait_for_end()
    done = subprocess.run(
        [str(PROGRAM), "train", "or"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0
    assert "error at step" in done.stdout
    assert "nn-tui: the run is not being saved" in done.stderr
    assert done.stderr.count("\n") == 1

"""The debugger line by line: the verbs, what scripts get, and a real terminal."""

import io
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from engine import Debugger, Hyperparameters, read_dataset
from engine.common.errors import InputError
from engine.saved.library import Library
from engine.saved.restore import open_run
from tests.engine.test_notebook import FIRST_ITERATION
from tests.terminal import Terminal
from tui.cli import cli
from tui.engine_link import Session
from tui.keys import KEYS
from tui.plain.conversation import Conversation
from tui.plain.verb import Talk
from tui.plain.verbs import GROUPS, perform

VERBS = [verb for verbs in GROUPS.values() for verb in verbs]
SAME = {
    **{"next_operation": "n", "next_iteration": "s", "finish_iteration": "f", "go_to": "g"},
    **{"previous_operation": "N", "previous_iteration": "S", "start_iteration": "F"},
    **{"continue": "c", "continue_back": "C", "restore_best": "R", "repeat": ".", "quit": "q"},
    **{"breakpoint": "b", "watch": "w", "stops": "B", "explain": "x", "evaluate": ":"},
    **{"check": "d", "edit": "e", "undo": "u", "redo": "U", "branches": "t", "export": "E"},
    **{"hint": "?", "pane('dataset')": "1", "pane('hyperparameters')": "2", "pane('loss')": "3"},
    **{"pane('weights')": "4", "pane('iteration')": "5"},
}
"""The actions of keys that are verbs too."""


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return Library()


@pytest.fixture
def talk() -> Talk:
    return Talk(Debugger(read_dataset("or")))


def tell(talk: Talk, *lines: str) -> str:
    """What the last of some lines is answered."""
    return [perform(talk, line) for line in lines][-1]


def clock(talk: Talk) -> tuple[int, int]:
    return talk.debugger.iteration, talk.debugger.position


def piped(*lines: str, data: Sequence[str] = ("or",)) -> Result:
    text = "".join(f"{line}\n" for line in lines)
    return CliRunner().invoke(cli, [*data, "--plain"], input=text, catch_exceptions=False)


def test_the_verbs_are_the_keys_of_the_screen() -> None:
    shown = {key.action: key.shown.split(" ") for key in KEYS}
    names = [name for verb in VERBS for name in verb.names]
    assert len(set(names)) == len(names)
    for action, name in SAME.items():
        assert name in shown[action]
        assert name in names
    # No key means one thing on the screen and another one here; but r runs, as space cannot, and
    # there is neither a cursor, which h and l move, nor a picture, where p chooses, nor a table,
    # where i goes to the next wrong row.
    keys = {name: action for action, of in shown.items() for name in of}
    assert {n for n in names if n in keys and SAME.get(keys[n]) != n} == set("rhlpi")


def test_moving_forward_and_back(talk: Talk) -> None:
    moves = {
        **{"n": (0, 1), "n 3": (0, 4), "N": (0, 3), "s 10": (10, 3), "S 2": (8, 3)},
        **{"f": (9, 0), "f 2": (11, 0), "F": (10, 0), "next": (10, 1), "g 500": (500, 0)},
        **{"g -100": (400, 0), "g 50%": (5000, 0), "g end": (5000, 0), "S 9999": (0, 0)},
    }
    for line, there in moves.items():
        tell(talk, line)
        assert clock(talk) == there, line
    assert tell(talk, "n 7", "N 2", ".", ".") == tell(talk, "i")
    assert clock(talk) == (0, 1)


def test_a_step_tells_what_it_has_computed(talk: Talk) -> None:
    told = tell(talk, "n 8")
    assert "∂E/∂y = ∂E/∂f ∘ ∂f/∂y, 4×1:" in told
    numbers = [
        float(n.replace("−", "-")) for n in re.findall(r"[−\d.]+", told.split("∂f/∂y, 4×1:")[1])
    ]
    assert np.round(numbers[:4], 8).tolist() == FIRST_ITERATION["dE_dy"]
    assert told.endswith("iteration 0 of 10,000, before ∂y/∂w = g; E of iteration 0 is 0.19601556")


def test_running_to_stops_and_back_to_them(talk: Talk) -> None:
    assert tell(talk, "b dE_dy if E < 0.19 after 2") == (
        "Breakpoint set before dE_dy: E < 0.19 after 2."
    )
    losses = Debugger(read_dataset("or"))
    losses.run(1000)
    second = int(np.argmax(losses.losses < 0.19)) + 1
    assert tell(talk, "c").startswith("Stopped: breakpoint before ∂E/∂y")
    assert clock(talk) == (second, 7)
    tell(talk, "w E < 0.18 for 3")
    assert tell(talk, "run").splitlines()[0].startswith("Stopped:")
    assert clock(talk) == (second + 1, 7)
    below = int(np.argmax(losses.losses < 0.18))
    assert tell(talk, "B 5 d", "c").startswith("Stopped: E < 0.18 for 3")
    assert clock(talk) == (below + 3, 0)
    tell(talk, "s 50", "C")
    assert clock(talk) == (below + 3, 0)
    assert tell(talk, "B 6 E < 0.15") == "Stop 6 is now E < 0.15."
    assert tell(talk, "B 6", "C") == "No stop lies before this."
    assert "  6 off  watch: E < 0.15" in tell(talk, "B")


def test_a_breakpoint_is_taken_away_by_setting_it_again(talk: Talk) -> None:
    assert tell(talk, "b") == "Breakpoint set before yhat."
    assert tell(talk, "b ∂E/∂w") == "Breakpoint set before dE_dw."
    assert "  next  breakpoint" in tell(talk, "5").splitlines()[0]
    assert tell(talk, "b dE_dw") == "Breakpoint taken away from dE_dw."
    assert [stop.place for stop in talk.debugger.stops if stop.place] == ["yhat"]


def test_what_is_watched_is_told_at_each_place(talk: Talk) -> None:
    tell(talk, "w norm(dE_dw)")
    assert tell(talk, "n").endswith("watched norm(dE_dw): not computed yet")
    norm = float(np.linalg.norm(FIRST_ITERATION["dE_dw"]))
    told = float(tell(talk, "f").rpartition("watched norm(dE_dw): ")[2])
    assert told == pytest.approx(norm, abs=1e-7)


def test_asking(talk: Talk) -> None:
    tell(talk, "s")
    first = tell(talk, "x dE_dv[1, 0]")
    assert first.startswith("in iteration 0\n∂E/∂v[input2, g1] = Σₙ x[n, input2] · ∂E/∂ŷ[n, g1]\n")
    assert "= −0.0037192781" in first
    assert tell(talk, "x").startswith("∂E/∂ŷ[obs 2, g1] = ")
    assert tell(talk, ": E", "p E") == tell(talk, ":E") == "E: 0.196015558"
    talk.debugger.run(99)
    assert tell(talk, "p E over all").startswith("iterations 0 to 99\nlargest  0.196015558 in iter")
    assert "agree" in tell(talk, "d")
    assert tell(talk, "1").splitlines()[0].split()[:3] == ["observation", "input1", "input2"]
    assert "learning_rate      0.05" in tell(talk, "hyperparameters").splitlines()
    assert tell(talk, "3").splitlines()[0] == "E of iteration 0: 0.19601556"
    assert tell(talk, "4").startswith("v, 2×3:")


def test_changing_and_taking_it_back(talk: Talk) -> None:
    assert tell(talk, "s 10", "e v[0, 1] = -2.5").startswith("v[0, 1] = −2.5\n")
    assert talk.debugger.parameters["v"][0, 1] == -2.5
    tell(talk, "e v[input1, g2] 0.5")
    assert talk.debugger.parameters["v"][0, 1] == 0.5
    tell(talk, "u")
    assert talk.debugger.parameters["v"][0, 1] == -2.5
    tell(talk, "U", "S 5")
    assert "a new branch starts here" in tell(talk, "e w[0, 0] 1")
    assert [line[:3] for line in tell(talk, "t").splitlines()] == ["  1", "  2"]
    tell(talk, "t 1", "t 2 drop")
    assert len(tell(talk, "t").splitlines()) == 1
    for name in ("lr", "eta", "learning rate", "--learning-rate", "learning_rate"):
        tell(talk, f"e {name} 0.5")
        assert talk.debugger.hyperparameters.learning_rate == 0.5
        tell(talk, f"e {name}=0.25")
        assert talk.debugger.hyperparameters.learning_rate == 0.25
    assert "starts the run again" in tell(talk, "e optimizer adam")
    assert talk.debugger.hyperparameters.optimiser == "adam"
    assert clock(talk) == (0, 0)
    tell(talk, "u")
    assert (clock(talk)[0], talk.debugger.hyperparameters.optimiser) == (5, "sgd")
    tell(talk, "reset")
    assert clock(talk) == (0, 0)


def test_the_end_of_the_plan(talk: Talk) -> None:
    assert tell(talk, "e iterations 20", "c").startswith("The planned iterations are done.")
    assert clock(talk) == (20, 0)
    with pytest.raises(InputError, match="e iterations 40 plans more, s runs one more"):
        tell(talk, "c")
    tell(talk, "s")
    assert clock(talk) == (21, 0)


def test_what_takes_long_can_be_given_up(talk: Talk) -> None:
    tell(talk, "s 5")
    talk.cancel = lambda: True
    assert tell(talk, "c").startswith("Interrupted.\n")
    assert tell(talk, "g 9000") == "Given up: the clock is where it was."
    assert tell(talk, "p E over all") == "Given up."


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("stpe", "there is no verb 'stpe'; did you mean step?"),
        ("z", "there is no verb 'z'; help lists the verbs"),
        ("s x", "how often: a whole number such as 100, not 'x'"),
        ("n 0", "how often"),
        ("g", "something is missing, as in g 100"),
        ("g x", "a number, +100, -1, 50% or end, not 'x'"),
        ("c 5", "nothing follows this verb, so not '5'"),
        ("b nothing", "there is no operation 'nothing'"),
        ("w", "as in w norm(dE_dw)"),
        ("w E +", "column"),
        ("B 99", "there is no stop 99"),
        ("B x", "a number from the list, as in B 3, not 'x'"),
        ("x", "as in x dE_dv[1, 0]"),
        ("x nothing[0]", "no element of x"),
        ("p dE_dw", "dE_dw is not computed yet before ŷ"),
        ("e v[0, 0]", "what to change and its value"),
        ("e v", "what to change and its value"),
        ("e v[0, 0] x", "a number such as 0.5 or -1e-3, not 'x'"),
        ("e v[9, 0] 1", "a bare number is a position"),
        ("e E 1", "only parameters can be set"),
        ("e lr x", "learning rate: a number, 0 or more, not 'x'"),
        ("e scaling standardise", "start another run with --scaling"),
        ("u", "there is nothing to undo"),
        ("R", "nothing is held out"),
        (".", "nothing to repeat yet"),
        ("t 7", "7"),
        ("E", "as in E results"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(talk: Talk, line: str, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        tell(talk, line)
    assert problem in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_problem_in_a_script_names_the_line_and_the_rest_is_obeyed() -> None:
    done = piped("# a comment", "", "stpe", "x dE_dw[0, 0]", "i")
    assert done.exit_code == 2
    assert done.stderr == (
        "nn-tui: line 3: there is no verb 'stpe'; did you mean step?\n"
        "nn-tui: line 4: ∂E/∂w has not run in this iteration: f runs it to its end\n"
    )
    assert done.stdout == "iteration 0 of 10,000, before ŷ = x·v\n"


def test_a_script_gets_answers_without_prompts_and_the_run_is_saved(library: Library) -> None:
    done = piped("s 100", "x dE_dw[0, 0]", "e v[0, 0] 1.5", "n", "q", "nonsense")
    assert done.exit_code == 0
    assert done.stderr == ""
    assert "nn-tui>" not in done.stdout
    assert "\x1b" not in done.stdout
    assert "−" not in done.stdout
    (entry,) = library.entries()
    debugger = open_run(entry.folder).debugger
    assert (debugger.iteration, debugger.position) == (100, 1)
    assert debugger.parameters["v"][0, 0] == 1.5
    again = piped("i", data=("--open", entry.identity))
    assert again.stdout.startswith("iteration 100 of 10,000, before g = σ(ŷ)")


def test_help_lists_every_verb_once(talk: Talk) -> None:
    lines = tell(talk, "help").splitlines()
    assert max(map(len, lines)) < 80
    for verb in VERBS:
        assert sum(line.startswith(f"  {', '.join(verb.names)} ") for line in lines) == 1
        assert verb.help in " ".join(tell(talk, f"help {verb.names[-1]}").split())


@pytest.mark.parametrize(("is_typed", "code"), [(True, 0), (False, 130)])
def test_ctrl_c_ends_the_run_and_the_session_only_of_a_script(
    is_typed: bool,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=30_000_000))
    session = Session(debugger, 1.0, lambda: (None, 0, None), lambda outcome: None)
    monkeypatch.setattr(sys, "stdin", io.StringIO("c\nn\n"))

    def interrupt() -> None:
        while not debugger.iteration:
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    assert Conversation(session, debugger, is_typed=is_typed).hold() == code
    session.close("quit")
    told = capsys.readouterr().out
    assert "Interrupted.\niteration " in told
    assert told.rstrip().endswith("nn-tui>") == is_typed
    assert ("before g = σ(ŷ)" in told) == is_typed


def test_in_a_terminal_there_are_prompts_and_no_escape_sequences(library: Library) -> None:
    with Terminal("or", "--plain") as terminal:
        for line, answer in (
            ("n", "before g = σ(ŷ)\r\nnn-tui> "),
            ("", "before y = g·w\r\nnn-tui> "),
            ("p dE_dw", "is not computed yet before y"),
            ("\x03", "q quits"),
        ):
            terminal.wait_for(lambda: terminal.output.endswith(b"nn-tui> "))
            terminal.press(line if line == "\x03" else f"{line}\r")
            terminal.wait_for(lambda a=answer: a.encode() in terminal.output)
        terminal.press("q\r")
        terminal.wait_for_end()
        assert terminal.exit_code == 0
    (entry,) = library.entries()
    text = terminal.output.decode()
    assert "\x1b" not in text
    assert f"nn-tui --open {entry.identity} goes on" in text

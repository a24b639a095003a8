"""Whenever a signal comes, whatever is typed: the terminal is given back, with the right code."""

import os
import signal
import termios
from functools import partial
from pathlib import Path

import pytest

from engine.saved.library import Library
from tests.e2e.saved import last, until
from tests.terminal import PROGRAM, Terminal, is_running

slow = partial(pytest.param, marks=pytest.mark.slow)

ENDLESS = ["or", "--iterations", "1000000000", "--new"]
SWITCHED = [b"1049", b"1003", b"2004"]
"""What is switched on at the start: the alternate screen, the mouse, bracketed paste."""


def settings(terminal: Terminal) -> list[object]:
    return termios.tcgetattr(terminal.handle)[:4]


def untouched() -> list[object]:
    """The settings of a new terminal, which the program may be about to change in its own."""
    ours, theirs = os.openpty()
    try:
        return termios.tcgetattr(theirs)[:4]
    finally:
        os.close(ours)
        os.close(theirs)


def check_given_back(terminal: Terminal, before: list[object]) -> None:
    output = bytes(terminal.output)
    for number in SWITCHED:
        on, off = b"\x1b[?" + number + b"h", b"\x1b[?" + number + b"l"
        assert output.rfind(on) <= output.rfind(off), number
    assert output.rfind(b"\x1b[?25l") <= output.rfind(b"\x1b[?25h")
    assert output.count(b"\x1b[>") == output.count(b"\x1b[<u")
    assert settings(terminal) == before


def check_end(terminal: Terminal, before: list[object], code: int) -> None:
    terminal.wait_for_end()
    until(lambda: not terminal.is_alive)
    assert terminal.exit_code == code
    check_given_back(terminal, before)


@pytest.mark.one_in(6)
@pytest.mark.parametrize(
    "names",
    [
        *("SIGTERM", "SIGHUP", "SIGSTOP SIGTERM SIGCONT"),
        *(slow(name) for name in ("SIGQUIT", "SIGINT", "SIGTERM SIGCONT")),
    ],
)
def test_an_end_from_the_first_byte_on(state: Library, names: str) -> None:
    numbers = [signal.Signals[name] for name in names.split()]
    code = 128 + next(n for n in numbers if n not in (signal.SIGSTOP, signal.SIGCONT))
    for words in ("\x1b[?1049h", "paused"):
        with Terminal(*ENDLESS) as terminal:
            before = untouched()
            terminal.wait_for(lambda t=terminal, w=words: w.encode() in t.output)
            if words == "paused":
                terminal.press(" ")
                terminal.wait_for(lambda t=terminal: (t.iteration or 0) > 100)
            for number in numbers:
                terminal.kill(number)
            check_end(terminal, before, code)
    assert code == 128 + signal.Signals[last(state).saved.ended]  # type: ignore[union-attr]


@pytest.mark.slow
def test_an_end_at_any_time(state: Library) -> None:
    for i in range(12):
        with Terminal(*ENDLESS) as terminal:
            before = untouched()
            terminal.wait_for(lambda t=terminal: b"\x1b[?1049h" in t.output)
            terminal.record(0.04 * i)
            terminal.kill(signal.SIGTERM)
            terminal.kill(signal.SIGCONT)
            check_end(terminal, before, 143)


@pytest.mark.slow
@pytest.mark.one_in(2)
@pytest.mark.parametrize("is_stopped", [True, False], ids=["SIGSTOP and SIGCONT", "SIGCONT"])
def test_going_on_takes_the_terminal_no_second_time(state: Library, is_stopped: bool) -> None:
    with Terminal(*ENDLESS) as terminal:
        before = untouched()
        terminal.wait_for(lambda: "paused" in terminal.text)
        raw = settings(terminal)
        if is_stopped:
            terminal.kill(signal.SIGSTOP)
            stat = Path(f"/proc/{terminal.pid}/stat")
            until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T")
            # As a shell does that takes over.
            cooked = [*before, *termios.tcgetattr(terminal.handle)[4:]]
            termios.tcsetattr(terminal.handle, termios.TCSANOW, cooked)
        # What it has sent before that.
        terminal.settle()
        sent = len(terminal.output)
        terminal.kill(signal.SIGCONT)
        # It is drawn anew, as another program may have written over it.
        terminal.wait_for(lambda: b"Iteration" in terminal.output[sent:])
        assert b"\x1b[?1049h" not in terminal.output[sent:]
        assert settings(terminal) == raw
        terminal.press("\x11")
        check_end(terminal, before, 0)


@pytest.mark.slow
def test_bytes_that_are_no_keys_end_nothing(state: Library) -> None:
    with Terminal(*ENDLESS) as terminal:
        before = untouched()
        terminal.wait_for(lambda: "paused" in terminal.text)
        for data, name in (
            *((b"\xe9", "g"), (b"\xff\xfe", "y"), (b"\x1b[200~caf\xe9\x1b[201~", "f")),
            (b"\x1b[97:65;2u", "E"),
        ):
            terminal.press(data + b"n")
            terminal.wait_for(lambda name=name: f"paused before {name} " in terminal.text)
        terminal.press("\x11")
        check_end(terminal, before, 0)


@pytest.mark.slow
@pytest.mark.one_in(12)
@pytest.mark.parametrize(
    ("keys", "behind"),
    [
        *(("w", "\x1b[5~"), ("\x10", "\x1b[27u"), ("g", "1\r\x1b[27u")),
        *(slow("w", behind) for behind in ("\x1b[27u", "1\r\x1b[27u", "\r\x1b[27u")),
        *(slow("\x10", behind) for behind in ("\x1b[5~", "1\r\x1b[27u", "\r\x1b[27u")),
        *(slow("g", behind) for behind in ("\x1b[5~", "\x1b[27u", "\r\x1b[27u")),
    ],
)
def test_keys_right_behind_the_one_that_opens_a_dialog(
    state: Library, keys: str, behind: str
) -> None:
    with Terminal(*ENDLESS, folder=state.path.parent.parent) as terminal:
        before = untouched()
        terminal.wait_for(lambda: "paused" in terminal.text)
        for _ in range(3):
            terminal.press(keys + behind)
            terminal.record(0.1)
        terminal.press("\x11")
        check_end(terminal, before, 0)
    assert not list(state.path.parent.rglob("nn-tui.log"))


@pytest.mark.slow
def test_a_long_paste_keeps_no_signal_waiting(state: Library) -> None:
    with Terminal(*ENDLESS) as terminal:
        before = untouched()
        terminal.wait_for(lambda: "paused" in terminal.text)
        terminal.press("w")
        terminal.wait_for(lambda: "─ Watch " in terminal.text)
        terminal.press("\x1b[200~E <" + " " * 32_000 + "1\x1b[201~")
        terminal.wait_for(lambda: "the rest was cut" in " ".join(terminal.text.split()))
        terminal.press("\r")
        terminal.kill(signal.SIGTERM)
        check_end(terminal, before, 143)


@pytest.mark.parametrize("signals", [True, slow(False)], ids=["signals", "signals not"])
def test_closing_the_terminal_is_no_defect(state: Library, signals: bool) -> None:
    with Terminal(*ENDLESS) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        terminal.press(" ")
        terminal.wait_for(lambda: (terminal.iteration or 0) > 100)
        pid = terminal.pid
        if signals:
            terminal.kill(signal.SIGHUP)
        terminal.hang_up()
        until(lambda: not is_running(pid))
    assert not list(state.path.parent.rglob("nn-tui.log"))
    assert last(state).saved.ended == "SIGHUP"  # type: ignore[union-attr]


def test_closing_the_terminal_of_a_command_is_no_defect(state: Library) -> None:
    command = f"trap '' HUP; exec {PROGRAM} check iris --hidden 10000 --bias per-neuron"
    with Terminal("-c", command, program="bash") as terminal:
        terminal.wait_for(lambda: "checking" in terminal.text)
        terminal.hang_up()
        until(lambda: not terminal.is_alive)
        assert terminal.exit_code == 129
    assert not list(state.path.parent.rglob("nn-tui.log"))

"""Whatever the terminal: what it can show, and one line where it can show nothing."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest

from engine import Debugger, Hyperparameters, read_dataset
from tests.e2e.command import run, run_process
from tests.terminal import Terminal
from tui.commands import without_screen as headless
from tui.terminal import ascii as typeset

UTF8 = {"LC_ALL": "C.UTF-8", "COLORTERM": ""}


def kinds_of_colour(output: bytes) -> set[str]:
    """How the colours of the text are given: as RGB, out of 256, or out of 16."""
    found = set()
    for match in re.finditer(rb"\x1b\[([\d;]*)m", output):
        codes = match[1].decode().split(";")
        while codes:
            code = codes.pop(0)
            if code in ("38", "48"):
                deep = codes.pop(0)
                found.add("RGB" if deep == "2" else "256")
                del codes[: 3 if deep == "2" else 1]
            elif re.fullmatch("[39][0-7]", code):
                found.add("16")
    return found


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


ROUND = {
    "s": "5 Iteration 0 complete",
    "n": "paused before ",
    "1": "observation",
    "2": "learning rate",
    "3": "3 Loss  E = mean",
    "4": "4 Weights  v",
    "x": " Explain ",
    "5": "5 Iteration 1",
    "6": "6 Boundary",
    "v": "6 Network",
    "vv": "6 Histograms",
    "?": " nn-tui: a deb",
}
"""Keys, and the words that tell that they have had their effect, where there is room for titles."""
DIALOGS = ("x", "?")


def go_round(
    terminal: Terminal, wanted: Mapping[str, str] = MappingProxyType({}), *, has_titles: bool = True
) -> str:
    """Step and look at every pane; return all that was on the screen.

    Args:
        terminal: Where.
        wanted: More that has to be shown after a key.
        has_titles: Whether there is room for what tells the effect of each key.
    """
    shown = ""
    for keys, words in ROUND.items():
        terminal.press(keys)
        if keys in DIALOGS or has_titles:
            terminal.shows(words, wanted.get(keys, ""))
        terminal.settle(0.12)
        shown += terminal.text + "\n"
        if keys in DIALOGS:
            terminal.escape(words)
    return shown


def leave(terminal: Terminal) -> None:
    terminal.press("q")
    terminal.wait_for_end()
    # The shell's screen, no mouse reports, the cursor.
    for sequence in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?25h"):
        assert sequence in terminal.output


@pytest.mark.slow
@pytest.mark.parametrize("term", ["xterm-256color", "xterm", "screen-256color", "tmux-256color"])
def test_terminals_with_utf_8(term: str) -> None:
    with Terminal("or", environment={"TERM": term, **UTF8}, size=(80, 24)) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        go_round(terminal, {"5": "∂E/∂w = (∂y/∂w)ᵀ·∂E/∂y", "3": "╭─ 3 Loss  E = mean((f − f₀)²)"})
        assert "?" not in terminal.header
        leave(terminal)


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "linux", **UTF8},
        {"TERM": "vt100", **UTF8},
        {"LC_ALL": "C"},
        {"LC_ALL": "en_US.ISO-8859-1"},
        {"LC_ALL": "", "LC_CTYPE": "", "LANG": "POSIX"},
        {"LC_ALL": "", "LC_CTYPE": "", "LANG": "en_US.ISO-8859-1"},
        {"LC_ALL": "", "LC_CTYPE": "de_DE.ISO-8859-1", "LANG": "C.UTF-8"},
    ],
    ids=["linux", "vt100", "C", "Latin-1", "POSIX", "Latin-1 by LANG", "Latin-1 by LC_CTYPE"],
)
def test_terminals_with_ascii_only(environment: dict[str, str]) -> None:
    size = (120, 36) if "LC_ALL" in environment else (80, 24)
    environment = {"TERM": "xterm", **environment}
    with Terminal("or", environment=environment, size=size) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        wanted = {
            "5": "dE_dw = (dy_dw).T*dE_dy",
            "3": "+- 3 Loss  E = mean((f - f0)^2)",
            "x": "v[input1, g1]",
        }
        shown = go_round(terminal, wanted)
        assert bytes(terminal.output).isascii()
        assert "eta" in shown
        leave(terminal)
        assert bytes(terminal.output).isascii()


LATIN_1, UTF_8 = "ISO-8859-1", "UTF-8"


@pytest.mark.one_in(10)
@pytest.mark.parametrize(
    ("environment", "encoding"),
    [
        # No other locale than C is sure to be installed: Python puts C.UTF-8 in its place.
        *(({"LANG": lang}, LATIN_1) for lang in ("en_US.ISO-8859-1", "de_DE", "de_DE@euro")),
        ({"LC_CTYPE": "de_DE.ISO-8859-1"}, LATIN_1),
        ({"LC_CTYPE": "de_DE.ISO-8859-1", "LANG": "C.UTF-8"}, LATIN_1),
        ({"LC_ALL": "en_US.ISO-8859-1", "LANG": "C.UTF-8"}, LATIN_1),
        ({"LANG": "C"}, LATIN_1),
        ({"LC_CTYPE": "POSIX", "LANG": "C.UTF-8"}, LATIN_1),
        ({"LANG": "C", "PYTHONCOERCECLOCALE": "0"}, LATIN_1),
        ({}, UTF_8),
        *(({"LANG": lang}, UTF_8) for lang in ("C.UTF-8", "de_DE.UTF-8", "sr_RS.utf8@latin")),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, UTF_8),
        ({"LANG": "C", "LC_CTYPE": "de_DE.UTF-8"}, UTF_8),
        # As a Mac sends it along with ssh.
        ({"LC_CTYPE": "UTF-8"}, UTF_8),
        ({"LC_ALL": "C.UTF-8", "LC_CTYPE": "C", "LANG": "C"}, UTF_8),
    ],
    ids=lambda value: " ".join(map("=".join, value.items())) if isinstance(value, dict) else value,
)
def test_the_locale_decides_as_posix_has_it(environment: dict[str, str], encoding: str) -> None:
    names = ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONCOERCECLOCALE")
    rest = {name: value for name, value in os.environ.items() if name not in names}
    done = run_process("trace", "or", env={**rest, **environment})
    assert done.stdout.isascii() == (encoding == LATIN_1)


def test_the_locale_where_the_environment_at_the_start_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cannot(path: Path) -> bytes:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_bytes", cannot)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("LC_CTYPE", "C.UTF-8")
    monkeypatch.setenv("LANG", "en_US.ISO-8859-1")
    for by_python in (True, False):
        flags = SimpleNamespace(utf8_mode=int(by_python))
        monkeypatch.setattr(typeset, "sys", SimpleNamespace(flags=flags, stdout=sys.stdout))
        assert typeset.is_plain.__wrapped__() == by_python


def test_commands_write_ascii_where_the_locale_has_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("trace", "or").stdout
    assert "∂E/∂ŷ" in whole
    monkeypatch.setenv("LC_ALL", "C")
    for arguments in (
        ["trace", "or"],
        ["train", "or"],
        ["explain", "or", "dE_dv[1,0]"],
        ["--help"],
    ):
        assert run(*arguments).stdout.isascii()
    plain = run("trace", "or").stdout
    assert "dE_dyhat = dE_dg o dg_dyhat" in plain
    # The numbers are the same.
    number = re.compile(r"[-−]?\d+\.\d+(?:e[-+]\d+)?")
    assert number.findall(plain) == number.findall(whole.replace("−", "-"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, {"RGB"}),
        ({"TERM": "xterm-256color", "COLORTERM": ""}, {"256"}),
        ({"TERM": "xterm", "COLORTERM": ""}, {"16"}),
        ({"TERM": "linux", "COLORTERM": ""}, {"16"}),
    ],
    ids=["true colour", "256 colours", "16 colours", "the console"],
)
def test_no_more_colours_than_there_are(environment: dict[str, str], expected: set[str]) -> None:
    with Terminal("or", environment=environment) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        terminal.press("s")
        terminal.wait_for(lambda: terminal.iteration == 1)
        assert kinds_of_colour(bytes(terminal.output)) == expected
        leave(terminal)


def test_a_dumb_terminal_gets_plain_lines() -> None:
    for arguments in (["or"], ["train", "or"], ["check", "or", "--at", "100000"]):
        longer = ["--iterations", "100000"]
        with Terminal(*arguments, *longer, environment={"TERM": "dumb"}) as terminal:
            terminal.wait_for_end()
            shown = bytes(terminal.output).replace(b"\r\n", b"\n")
        assert b"100,000 iterations in" in shown or b"All 9 gradients agree" in shown
        assert not set(shown) & {0x1B, 0x0D, 0x08}
        first = shown.partition(b"\n")[0]
        assert (b"this terminal cannot draw a screen" in first) == (arguments[0] == "or")


def test_a_dumb_terminal_is_told_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(headless, "_BETWEEN_LINES", 0.0)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    headless.train_to_the_end(Debugger(read_dataset("or"), Hyperparameters(iterations=500)))
    assert capsys.readouterr().err.splitlines()[-1] == "nn-tui: training: 500 of 500"


@pytest.mark.slow
def test_without_colours() -> None:
    with Terminal("or", environment={"NO_COLOR": "1", "COLORTERM": "truecolor"}) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        go_round(terminal)
        for hue in re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", bytes(terminal.output)):
            assert len(set(hue)) == 1
        leave(terminal)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(20, 5), (400, 120)], ids=lambda size: "{}x{}".format(*size))
def test_sizes_and_resizing_while_training(size: tuple[int, int]) -> None:
    with Terminal("or", "--iterations", "1000000000", size=size) as terminal:
        terminal.wait_for(lambda: "or.csv" in terminal.text)
        go_round(terminal, has_titles=size != (20, 5))
        terminal.press(" ")
        for other in ((30, 8), (250, 20), (20, 5), (60, 60), size):
            terminal.resize(*other)
            for chunk in terminal.record(0.2):
                terminal.show(chunk)
        # Training has gone on, every pane is drawn anew, and it can be paused.
        terminal.resize(80, 24)
        terminal.wait_for(lambda: "running" in terminal.text and "iterations/s" in terminal.text)
        terminal.wait_for(lambda: "4 Weights  5 Iteration  6 Pictures" in terminal.text)
        terminal.wait_for(lambda: "space run" in terminal.text)
        terminal.press(" ")
        terminal.wait_for(lambda: "paused" in terminal.text)
        leave(terminal)


def test_a_terminal_that_was_small_for_a_moment() -> None:
    with Terminal("or", size=(80, 24)) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        terminal.press("s")
        terminal.shows("5 Iteration 0 complete", "∂E/∂w = (∂y/∂w)ᵀ·∂E/∂y", "? help")
        terminal.settle(0.5)
        before = terminal.text
        terminal.resize(20, 5)
        terminal.resize(80, 24)
        assert terminal.text != before
        # What it had not drawn by then comes as well.
        terminal.shows(*(line.rstrip() for line in before.splitlines()))


@pytest.mark.slow
def test_calm_sends_little_and_shows_all_at_the_pause() -> None:
    sent = {}
    for option in ("--calm", "--new"):
        with Terminal("or", "--iterations", "1000000000", option) as terminal:
            terminal.wait_for(lambda: "paused" in terminal.text)
            terminal.settle(0.5)
            terminal.press(" ")
            terminal.wait_for(lambda: "iterations/s" in terminal.text)
            before = len(terminal.output)
            for chunk in terminal.record(3):
                terminal.show(chunk)
            sent[option] = len(terminal.output) - before
            terminal.press(" ")
            terminal.wait_for(lambda: "paused" in terminal.text)
            terminal.wait_for(lambda: "no iteration is complete yet" not in terminal.text)
            leave(terminal)
    assert 0 < sent["--calm"] < sent["--new"] / 5

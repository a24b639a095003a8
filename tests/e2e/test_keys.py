"""Keys of all kinds, in bunches as a laggy link sends them: nothing ends by a defect."""

import os
import random
import re
from contextlib import suppress
from pathlib import Path

import pytest

from engine.saved.library import Library
from tests.terminal import Terminal

ROUNDS = int(os.environ.get("NN_TUI_BUNCHES", "400"))
"""How many bunches the slow test sends."""

OPENING = [*"wgEB:tx?2135", "\x10", "2\r", "1\r", "e", "K", "d"]
"""What opens a dialog, a list or a line."""
KEYS = [
    *(chr(code) for code in range(0x20, 0x7F) if chr(code) not in "q"),
    *("\r", "\t", "\x7f", "\x08", "\x01", "\x05", "\x0b", "\x15", "\x17", "\x07", "\x00"),
    *("\x1b", "\x1b[27u", "\x1b[13u", "\x1bb", "\x1bf", "\x1b\x1b", "\x1b\r"),
    *(f"\x1b[{letter}" for letter in "ABCDFHZ"),
    *(f"\x1b[1;{i}{letter}" for i in (2, 5) for letter in "ABCDFH"),
    *(f"\x1b[{number}~" for number in (2, 3, 5, 6, 15, 17, 18, 19, 20, 21, 23, 24)),
    *("\x1bOP", "\x1bOQ", "\x1b[I", "\x1b[O", "\x1b[<0;10;10M", "\x1b[<0;10;10m", "\x1b[<64;9;9M"),
    *("\x1b[97:65;2u", "\x1b[1114112u", "\x1b[48;:1u", "é", "∂", "😀", "\u202e"),
    *(
        "\x1b[200~E < 0.1\x1b[201~",
        "\x1b[200~" + " " * 3000 + "\x1b[201~",
        "\x1b[200~",
        "\x1b[201~",
    ),
]
NOT_UTF_8 = [b"\xe9", b"\xff", b"\xc3", b"\xe2\x88", b"\xf0\x9f", b"\x80"]


def bunch(chance: random.Random) -> bytes:
    """Some keys that come in one packet."""
    keys = [chance.choice(OPENING).encode()] if chance.random() < 0.7 else []
    for _ in range(chance.randint(1, 6)):
        likely = ["\r", "\x1b[27u", "\x1b", "\x1b[5~", "\x1b[6~"]
        keys.append(
            chance.choice(NOT_UTF_8)
            if chance.random() < 0.05
            else chance.choice(likely if chance.random() < 0.4 else KEYS).encode()
        )
    return b"".join(keys)


def take(terminal: Terminal, seconds: float) -> None:
    """Take what it sends for a time, or until it has ended."""
    with suppress(RuntimeError):
        terminal.record(seconds)


def check_keys(folder: Path, seed: int, rounds: int) -> None:
    """Send bunches of keys; whoever chooses to quit in the palette may."""
    chance = random.Random(seed)
    sent: list[bytes] = []
    while rounds > 0:
        size = chance.choice([(80, 24), (120, 36), (40, 10)])
        with Terminal("or", "--new", folder=folder, size=size) as terminal:
            terminal.wait_for(lambda terminal=terminal: "paused" in terminal.text)
            while rounds > 0 and terminal.is_alive:
                rounds -= 1
                sent = [*sent[-5:], bunch(chance)]
                terminal.press(sent[-1])
                take(terminal, chance.choice([0.005, 0.05]))
            while terminal.is_alive:
                # Also out of what is pasted, and of a sequence that is not whole.
                terminal.press("\x1b[201~\x11")
                take(terminal, 0.3)
            # What it has sent last.
            take(terminal, 0.1)
            logs = "".join(path.read_text() for path in folder.rglob("nn-tui.log"))
            entries = re.split(r"(?m)^(?=\S+ \S+ nn-tui \d)", logs)
            # What Textual's parser cannot read is logged, and ends nothing.
            defects = [entry for entry in entries if entry and "_xterm_parser" not in entry]
            assert not defects, "\n".join([*map(repr, sent), *defects])
            assert b"Traceback" not in terminal.output, (seed, sent)
            assert terminal.exit_code == 0, (seed, sent, terminal.output[-300:])


def test_bunches_of_keys(state: Library, tmp_path: Path) -> None:
    check_keys(tmp_path, seed=1, rounds=25)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_many_bunches_of_keys(state: Library, tmp_path: Path, seed: int) -> None:
    check_keys(tmp_path, seed, ROUNDS)

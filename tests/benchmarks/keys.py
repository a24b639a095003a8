"""From a key press to what one sees of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from statistics import median

from engine.common.pace import SPEEDS, Speed
from tests.benchmarks.budget import Row
from tests.benchmarks.measure import percentile
from tests.benchmarks.screen import RUN
from tests.terminal import Terminal

_PRESSES, _PRESSES_AT_SPEED = 100, 30
_MARK = "▶"


def rows() -> list[Row]:
    """Measure the reaction to keys, paused and running."""
    with Terminal(*RUN) as terminal:
        terminal.wait_until_ready()
        terminal.settle()
        at_full_speed = [
            _row("paused (n: the mark moves on)", _repeat(terminal, _step)),
            _row("running (space: paused)", _repeat(terminal, _pause)),
        ]
    return [*at_full_speed, *map(_speed_row, SPEEDS[:-1])]


def _speed_row(speed: Speed) -> Row:
    with Terminal(*RUN, "--speed", speed.name) as terminal:
        terminal.wait_until_ready()
        terminal.settle()
        return _row(f"running at {speed.words}", _repeat(terminal, _pause, _PRESSES_AT_SPEED))


def _row(what: str, seconds: Sequence[float]) -> Row:
    middle, most = median(seconds) * 1000, max(seconds) * 1000
    return Row(
        what=f"key press to reaction, p99, {what}",
        value=percentile(seconds, 0.99) * 1000,
        limit=100,
        form="{:.0f} ms",
        detail=f"median {middle:.0f}, worst {most:.0f} of {len(seconds)}",
    )


def _repeat(
    terminal: Terminal, press: Callable[[Terminal, float], float], presses: int = _PRESSES
) -> list[float]:
    """Time presses that come at any moment between two frames."""
    moments = random.Random(1)
    return [press(terminal, moments.uniform(0.05, 0.25)) for _ in range(presses)]


def _step(terminal: Terminal, after: float) -> float:
    """Press n after a time, and wait for the mark and the header to tell the next operation."""
    _watch(terminal, after / 4)
    terminal.settle()
    mark, header = _marked(terminal), terminal.header
    pressed = terminal.press("n")
    return (
        terminal.wait_for(lambda: _marked(terminal) not in ("", mark) and terminal.header != header)
        - pressed
    )


def _pause(terminal: Terminal, after: float) -> float:
    """Run for a time, press space, and wait for the header to tell that it is paused."""
    terminal.settle()
    terminal.press(" ")
    terminal.wait_for(lambda: "running" in terminal.header)
    _watch(terminal, after)
    pressed = terminal.press(" ")
    return terminal.wait_for(lambda: "paused" in terminal.header) - pressed


def _watch(terminal: Terminal, seconds: float) -> None:
    for chunk in terminal.record(seconds):
        terminal.show(chunk)


def _marked(terminal: Terminal) -> str:
    """The marked line of the program; empty if none is."""
    for line in terminal.display[1:]:
        if _MARK in line:
            return line.partition(_MARK)[2]
    return ""

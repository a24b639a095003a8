"""What the screen costs the training and the link while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from statistics import median

from engine.common.pace import SPEEDS, Speed
from tests.benchmarks.budget import Row
from tests.benchmarks.headless import Headless
from tests.benchmarks.measure import Comparison, alternate
from tests.terminal import Chunk, Terminal

RUN = ("--new", "samples/or.csv", "--iterations", "100000000", "--fps", "10")

_TRUECOLOR = {"COLORTERM": "truecolor"}
_BYTES = 25
"""KB a second that may be sent."""
_PROCESSES, _ROUNDS, _TRUECOLOR_ROUNDS = 3, 6, 4
_SECONDS = 1.5
_SPEED_ROUNDS, _SPEED_SECONDS = 4, 2.0
_WARM_UP = 0.3
_FRAME_GAP = 0.01
"""Seconds without output after which what has come is a whole frame."""


@dataclass(frozen=True)
class _Window:
    """What was seen of a training run in some seconds."""

    iterations: float
    bytes: float
    frames: float
    """Each of them a second."""


def rows() -> list[Row]:
    """Measure the speed under the screen and the bytes it sends."""
    speed, windows = Comparison([], []), []
    for _ in range(_PROCESSES):
        with Terminal(*RUN) as terminal, Headless() as headless:
            terminal.wait_until_ready()

            def under_the_screen(terminal: Terminal = terminal) -> float:
                windows.append(_watch(terminal))
                return windows[-1].iterations

            speed += alternate(under_the_screen, partial(headless.rate, _SECONDS), _ROUNDS)
    with Terminal(*RUN, environment=_TRUECOLOR) as terminal:
        terminal.wait_until_ready()
        truecolor = [_watch(terminal) for _ in range(_TRUECOLOR_ROUNDS)]
    return [
        Row(
            what="training under the screen against headless",
            value=speed.ratio,
            limit=0.8,
            form="{:.1%}",
            detail=f"{speed.spread('{:.1%}')}; {speed.medians('iterations/s', 1, '{:,.0f}')}",
            at_least=True,
        ),
        _bytes_row("256 colours", windows),
        _bytes_row("truecolor", truecolor),
        *map(_speed_row, SPEEDS[:-1]),
    ]


def _speed_row(speed: Speed) -> Row:
    """Measure the bytes at a speed that is chosen, in true colour."""
    sent = []
    with Terminal(*RUN, "--speed", speed.name, environment=_TRUECOLOR) as terminal:
        terminal.wait_until_ready()
        terminal.press(" ")
        terminal.wait_for(lambda: "running" in terminal.header)
        for _ in range(_SPEED_ROUNDS):
            chunks = terminal.record(_SPEED_SECONDS)
            sent.append(sum(len(chunk.data) for chunk in chunks) / _SPEED_SECONDS / 1000)
    return Row(
        what=f"bytes to the terminal, truecolor, at {speed.words}",
        value=median(sent),
        limit=_BYTES,
        form="{:.1f} KB/s",
        detail=f"{min(sent):.1f} to {max(sent):.1f}",
    )


def _bytes_row(colours: str, windows: Sequence[_Window]) -> Row:
    sent = [window.bytes / 1000 for window in windows]
    frames = median(window.frames for window in windows)
    each = median(window.bytes / window.frames for window in windows) / 1000
    return Row(
        what=f"bytes to the terminal while running, {colours}",
        value=median(sent),
        limit=_BYTES,
        form="{:.1f} KB/s",
        detail=f"{min(sent):.1f} to {max(sent):.1f}; {frames:.1f} frames/s of {each:.1f} KB",
    )


def _watch(terminal: Terminal) -> _Window:
    """Run for a while, then pause again."""
    terminal.settle()
    terminal.press(" ")
    terminal.wait_for(lambda: "running" in terminal.header)
    for chunk in terminal.record(_WARM_UP):
        terminal.show(chunk)
    chunks = terminal.record(_SECONDS)
    terminal.press(" ")
    readings = _readings(terminal, chunks)
    terminal.wait_for(lambda: "paused" in terminal.header)
    (began, first), (ended, last) = readings[0], readings[-1]
    return _Window(
        iterations=(last - first) / (ended - began),
        bytes=sum(len(chunk.data) for chunk in chunks) / _SECONDS,
        frames=(len(readings) - 1) / (ended - began),
    )


def _readings(terminal: Terminal, chunks: Sequence[Chunk]) -> list[tuple[float, int]]:
    """Return when each frame came and the iteration that it tells.

    Raises:
        RuntimeError: There were fewer than two frames.
    """
    readings: list[tuple[float, int]] = []
    ends = [following.at - chunk.at >= _FRAME_GAP for chunk, following in pairwise(chunks)]
    for chunk, ends_frame in zip(chunks, [*ends, True], strict=True):
        terminal.show(chunk)
        iteration = terminal.iteration
        newest = readings[-1][1] if readings else -1
        if ends_frame and iteration is not None and iteration > newest:
            readings.append((chunk.at, iteration))
    if len(readings) < 2:
        raise RuntimeError(f"fewer than two frames in {_SECONDS} s:\n{terminal.text}")
    return readings

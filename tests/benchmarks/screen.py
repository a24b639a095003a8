"""What the screen costs the training and the link while it runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from tests.benchmarks.budget import Row
from tests.benchmarks.measure import alternate
from tests.benchmarks.terminal import ROOT, Chunk, Terminal

RUN = ("samples/or.csv", "--iterations", "100000000", "--fps", "10")

_ROUNDS, _TRUECOLOR_ROUNDS = 7, 3
_SECONDS = 2.5
_WARM_UP = 0.5
_FRAME_GAP = 0.01
"""Seconds without output after which what has come is a whole frame."""


def rows() -> list[Row]:
    """Measure the speed under the screen and the bytes it sends."""
    sent: list[float] = []

    def under_the_screen() -> float:
        rate, bytes_per_second = _watch()
        sent.append(bytes_per_second)
        return rate

    speed = alternate(under_the_screen, _headless, _ROUNDS)
    return [
        Row(
            what="training under the screen against headless",
            value=speed.ratio,
            limit=0.8,
            form="{:.0%}",
            detail=f"{speed.spread('{:.0%}')}; {speed.medians('iterations/s', 1, '{:,.0f}')}",
            at_least=True,
        ),
        _bytes_row("256 colours", sent),
        _bytes_row("truecolor", [_watch("truecolor")[1] for _ in range(_TRUECOLOR_ROUNDS)]),
    ]


def _bytes_row(colours: str, sent: Sequence[float]) -> Row:
    return Row(
        what=f"bytes to the terminal while running, {colours}",
        value=median(sent) / 1000,
        limit=25,
        form="{:.1f} KB/s",
        detail=f"{min(sent) / 1000:.1f} to {max(sent) / 1000:.1f}",
    )


def _watch(colorterm: str = "") -> tuple[float, float]:
    """Return the iterations/s and the bytes/s while training under the screen."""
    with Terminal(*RUN, colorterm=colorterm) as terminal:
        terminal.wait_until_ready()
        terminal.settle()
        terminal.press(" ")
        terminal.wait_for(lambda: "running" in terminal.header)
        for chunk in terminal.record(_WARM_UP):
            terminal.show(chunk)
        chunks = terminal.record(_SECONDS)
        return _rate(terminal, chunks), sum(len(chunk.data) for chunk in chunks) / _SECONDS


def _rate(terminal: Terminal, chunks: Sequence[Chunk]) -> float:
    """Return the iterations/s between the first and the last frame that tell them."""
    readings: list[tuple[float, int]] = []
    for chunk, following in pairwise(chunks):
        terminal.show(chunk)
        iteration = terminal.iteration
        if following.at - chunk.at < _FRAME_GAP or iteration is None:
            continue
        if not readings or iteration > readings[-1][1]:
            readings.append((chunk.at, iteration))
    (began, first), (ended, last) = readings[0], readings[-1]
    return (last - first) / (ended - began)


def _headless() -> float:
    command = [sys.executable, "-m", "tests.benchmarks.headless", str(_SECONDS)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout)

"""A small picture of a bundled table: its last two inputs against each other, by class."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from tui.drawing.canvas import Canvas
from tui.drawing.lines import Row
from tui.drawing.palette import Palette

WIDTH, HEIGHT = 16, 5
"""The cells of a picture."""
_MOST_KINDS = 3
"""Targets with more values than these are numbers: their halves are told apart."""


def picture(path: Path, palette: Palette, size: tuple[int, int] = (WIDTH, HEIGHT)) -> list[Row]:
    """Draw a table; with a single input, its target over it.

    Args:
        path: A bundled file, whose last column is the target.
        palette: The colours.
        size: The cells and the lines of the picture.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    first = int(header[0] in ("observation", "index"))
    inputs = [_numbers([row[i] for row in rows]) for i in range(first, len(header) - 1)]
    targets = [row[-1] for row in rows]
    across, up = inputs[-2:] if len(inputs) > 1 else (inputs[0], _numbers(targets))
    (width, height), styles = size, (palette.minus[2], palette.plus[2], palette.heading)
    canvas, places = Canvas(width, height), (_placed(across, 2 * width), _placed(up, 4 * height))
    for x, y, kind in zip(*places, _kinds(targets), strict=True):
        canvas.dot(x, 4 * height - 1 - y, styles[kind])
    return canvas.rows(palette.text)


def _numbers(texts: Sequence[str]) -> list[float]:
    """Return the numbers of a column; of words, their places in the alphabet."""
    try:
        return [float(text) for text in texts]
    except ValueError:
        words = sorted(set(texts))
        return [float(words.index(text)) for text in texts]


def _placed(values: Sequence[float], dots: int) -> list[int]:
    """Return at which of some dots numbers stand."""
    low, high = min(values), max(values)
    return [round((value - low) / ((high - low) or 1.0) * (dots - 1)) for value in values]


def _kinds(targets: Sequence[str]) -> list[int]:
    """Return which of up to three kinds each target is of."""
    distinct = sorted(set(targets))
    if len(distinct) <= _MOST_KINDS:
        return [distinct.index(target) for target in targets]
    numbers = _numbers(targets)
    middle = sorted(numbers)[len(numbers) // 2]
    return [int(number >= middle) for number in numbers]

"""The difference between two lines of the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_APART = 8
"""Cells between two spans for which to go to the second one costs more than to send them."""


def differences(old: Strip, new: Strip) -> list[tuple[int, int]]:
    """Return from which cell to which, exclusive, two lines of the same width differ."""
    if old == new:
        return []
    first, last = list(old), list(new)
    start = 0
    while first and last and first[0] == last[0]:
        start += first.pop(0).cell_length
        last.pop(0)
    while first and last and first[-1] == last[-1]:
        first.pop()
        last.pop()
    before, after = _cells(first), _cells(last)
    spans: list[tuple[int, int]] = []
    for at, (one, other) in enumerate(zip_longest(before, after)):
        if one == other:
            continue
        if spans and at - spans[-1][1] < _APART:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    whole = (_widened(*span, (before, after)) for span in spans)
    return [(start + left, start + right) for left, right in whole]


_Cell = tuple[str, Style | None]


def _cells(segments: Iterable[Segment]) -> list[_Cell]:
    """Return the cells of a line; the second one of a wide character is empty."""
    cells: list[_Cell] = []
    for text, style, _ in segments:
        if text.isascii():
            cells += [(character, style) for character in text]
            continue
        for character in text:
            width = get_character_cell_size(character)
            if width:
                cells += [(character, style), *[("", style)] * (width - 1)]
            elif cells:
                cells[-1] = (cells[-1][0] + character, style)
    return cells


def _widened(start: int, end: int, lines: Iterable[Sequence[_Cell]]) -> tuple[int, int]:
    """Return a span that begins and ends with whole characters, the last one without an accent."""
    for cells in lines:
        while 0 < start < len(cells) and not cells[start][0]:
            start -= 1
        # What has no width of its own is lost where a line is cut.
        while end < len(cells) and (not cells[end][0] or len(cells[end - 1][0]) > 1):
            end += 1
    return start, end

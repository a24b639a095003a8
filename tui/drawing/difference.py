"""Where two lines of the screen differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

_APART = 8
"""Cells between two spans for which to go to the second one costs more than to send them."""


def differences(old: Strip, new: Strip) -> list[tuple[int, int]]:
    """Return from which cell to which, exclusive, two lines of the same width differ."""
    if old == new:
        return []
    before, after = _cells(old), _cells(new)
    spans: list[tuple[int, int]] = []
    for at, (one, other) in enumerate(zip_longest(before, after)):
        if one == other:
            continue
        if spans and at - spans[-1][1] < _APART:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return [_widened(start, end, (before, after)) for start, end in spans]


_Cell = tuple[str, Style | None]


def _cells(strip: Strip) -> list[_Cell]:
    """Return the cells of a line; the second one of a wide character is empty."""
    cells: list[_Cell] = []
    for text, style, _ in strip:
        for character in text:
            width = cell_len(character)
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

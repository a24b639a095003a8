"""Names in little room: shortened so that those beside each other can still be told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rich.cells import cell_len

from tui.terminal.ascii import typeset

_BETWEEN_WORDS = re.compile(r"(?<=\w)([_ /-]+)(?=\w)")
_MOST = 300
"""Of more names than these each is only cut at its end: comparing all pairs takes long."""


def class_names(names: Sequence[str]) -> tuple[str, ...]:
    """Leave out what all names begin with up to an equals sign: ``iris=setosa``."""
    parts = [name.partition("=") for name in names]
    if all(sign and rest for _, sign, rest in parts) and len({first for first, _, _ in parts}) == 1:
        return tuple(rest for _, _, rest in parts)
    return tuple(names)


def shortened(names: Sequence[str], width: int, *, with_columns: bool = False) -> tuple[str, ...]:
    """Cut each name that is wider than a number of cells, so that no two look the same.

    The words that all begin or end with go first: of ``bill_length_mm`` and ``bill_depth_mm``
    ``length`` and ``depth`` are left. Where that is not enough, an ellipsis stands at the end if
    that will do, else in the middle or at the start.

    Args:
        names: The names.
        width: The cells that each may take.
        with_columns: Whether what stands before an equals sign is no column to be left out.
    """
    return _shortened(tuple(names), max(width, 0), with_columns)


@lru_cache(maxsize=256)
def _shortened(names: tuple[str, ...], width: int, with_columns: bool) -> tuple[str, ...]:
    told = [typeset(name) for name in names]
    if not with_columns:
        told = _without_columns(told, width)
    if any(cell_len(name) > width for name in told):
        told = without_common_words(told)
    long = [name for name in told if cell_len(name) > width]
    taken = {name for name in told if cell_len(name) <= width}
    found = []
    for name in told:
        text = name
        if cell_len(name) > width:
            text = _cut(name, long if len(long) <= _MOST else [], taken, width)
            taken.add(text)
        found.append(text)
    return tuple(found)


def _without_columns(names: list[str], width: int) -> list[str]:
    """Shorten ``column=class`` to the class, where not all names of its column fit."""
    crowded = {name.partition("=")[0] for name in names if "=" in name and cell_len(name) > width}
    told = [
        rest if first in crowded and rest else name
        for name in names
        for first, _, rest in (name.partition("="),)
    ]
    return told if len(set(told)) == len(set(names)) else names


def without_common_words(names: Sequence[str]) -> list[str]:
    """Leave out the words that all names begin or end with, as long as one of each is left."""
    if len(set(names)) < 2:
        return list(names)
    # Words and, at the odd places, what stands between them.
    parts = [_BETWEEN_WORDS.split(name) for name in names]
    most = min(map(len, parts)) - 1
    start = end = 0
    while start < most and len({tuple(part[: start + 2]) for part in parts}) == 1:
        start += 2
    while start + end < most and len({tuple(part[-end - 2 :]) for part in parts}) == 1:
        end += 2
    return ["".join(part[start : len(part) - end]) for part in parts]


def _cut(name: str, names: list[str], taken: set[str], width: int) -> str:
    """Return the first of the ways to cut a name that fit the fewest others."""
    best, fewest = "…"[:width], len(names) + 1
    for text, pieces in _ways(name, width):
        if text in taken:
            continue
        fitting = sum(other != name and _fits(other, pieces) for other in names)
        if fitting < fewest:
            best, fewest = text, fitting
        if not fewest:
            break
    return best


def _ways(name: str, width: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield shorter texts, and what stands before, between and after their ellipses."""
    room = width - 1
    for tail in (0, room // 2, *range(1, room + 1)) if room > 0 else ():
        start, end = _head(name, room - tail), _head(name[::-1], tail)[::-1]
        yield f"{start}…{end}", (start, end)
    # The start of a word tells more than what stands between two.
    starts = {match.end() for match in _BETWEEN_WORDS.finditer(name)}
    for offset in sorted(range(1, len(name) - 1), key=lambda place: place not in starts):
        if room <= 1:
            break
        piece = _head(name[offset:], room - 1)
        yield f"…{piece}…", ("", piece, "")


def _fits(name: str, pieces: tuple[str, ...]) -> bool:
    """Return whether a name has the pieces in this order, the first and last at its ends."""
    start, end = pieces[0], pieces[-1]
    if len(name) < len(start) + len(end):
        return False
    if not name.startswith(start) or not name.endswith(end):
        return False
    return all(piece in name for piece in pieces[1:-1])


def _head(text: str, width: int) -> str:
    """Return the longest start of a text that fits into a width in cells."""
    end = used = 0
    for character in text:
        used += cell_len(character)
        if used > width:
            break
        end += 1
    return text[:end]

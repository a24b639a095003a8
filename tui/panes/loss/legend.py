"""The legend of the curves of the chart, in a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rich.style import Style

from tui.drawing.lines import Row, cells_of
from tui.drawing.palette import Palette
from tui.drawing.short_names import shortened

CURVE = "⣀"
"""The mark of a curve that is drawn in dots."""
MARKS = ("×", "+", "o")
"""The marks of the curves beside the present one where colours cannot tell them apart."""
_WITHOUT = "without "
_SUBJECT = re.compile(rf"(?P<without>{_WITHOUT})?.+? = (?=.)")
_GAP = 2
_LEAST = 8
"""Cells of a label from which on it tells anything."""


def styles_of(palette: Palette) -> tuple[Style, ...]:
    """Return the styles of the curves, that of the present one first."""
    return (palette.plus[2], palette.minus[1], palette.good, palette.label)


def legend_row(
    keys: Sequence[tuple[str, str, Style]], more: int, palette: Palette, width: int
) -> Row:
    """Name the curves as far as there is room, and count the others.

    Args:
        keys: The curves with their marks and their styles, the present one first.
        more: How many there are that are not drawn.
        palette: The colours.
        width: The cells of the line.
    """
    labels, left = _fitting([label for label, _, _ in keys], more, width)
    row = Row()
    for i, (label, (_, mark, style)) in enumerate(zip(labels, keys, strict=False)):
        row.add(" " * _GAP if i else "").add(f"{mark} ", style)
        row.add(label, palette.dim if i else palette.text)
    return row.add(f"  +{left}" if left else "", palette.dim)


def _fitting(labels: Sequence[str], more: int, width: int) -> tuple[tuple[str, ...], int]:
    """Shorten labels so that as many as possible fit, and count the others."""
    marks = len(labels) * len(f"{CURVE} ") + (len(labels) - 1) * _GAP
    if sum(map(cells_of, labels)) + marks + (len(f"  +{more}") if more else 0) > width:
        labels = _without_subjects(labels)
    for count in range(len(labels), 0, -1):
        left = more + len(labels) - count
        room = width - count * len(f"{CURVE} ") - (count - 1) * _GAP
        room -= len(f"  +{left}") if left else 0
        cells = sorted(map(cells_of, labels[:count]))
        if room >= sum(min(needed, _LEAST) for needed in cells):
            break
    # What short ones do not need is for the long ones.
    each = room
    for i, needed in enumerate(cells):
        each = room // (count - i)
        if needed > each:
            break
        room -= needed
    return _cut(labels[:count], max(each, 1)), left


def _cut(labels: Sequence[str], width: int) -> tuple[str, ...]:
    """Shorten labels, but never by the word that says that a change is not in a curve."""
    told = tuple(label.removeprefix(_WITHOUT) for label in labels)
    room = width - len(_WITHOUT)
    if room >= _LEAST // 2 and all(label.startswith(_WITHOUT) for label in labels):
        return tuple(_WITHOUT + text for text in shortened(told, room, with_columns=True))
    return shortened(labels, width, with_columns=True)


def _without_subjects(labels: Sequence[str]) -> list[str]:
    """Drop the subject that all labels share, as η in ``η = 2 at 5``."""
    parts = [_SUBJECT.match(label) for label in labels]
    counts = Counter(part[0] for part in parts if part)
    return [
        f"{part['without'] or ''}{label[part.end() :]}" if part and counts[part[0]] > 1 else label
        for part, label in zip(parts, labels, strict=True)
    ]

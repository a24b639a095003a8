"""How good the predictions are, as tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.lines import Row, right
from tui.names import class_names, shortened
from tui.numbers import fixed
from tui.palette import Palette

if TYPE_CHECKING:
    from engine.quality import Classification, Quality, Regression

_SHARE = 6
"""The cells of a percentage: 100.0 % without the sign, and a space."""
_NUMBER = 8
_GAP = 4


def quality_rows(parts: dict[str, Quality], palette: Palette, width: int) -> list[Row]:
    """Lay out the measures of each part, side by side if there is room."""
    from engine.quality import Classification

    blocks = [
        _classification(name, quality, palette, width)
        if isinstance(quality, Classification)
        else _regression(name, quality, palette, width)
        for name, quality in parts.items()
    ]
    widths = [max(row.width for row in block) for block in blocks]
    if sum(widths) + _GAP * (len(blocks) - 1) <= width and len(blocks) > 1:
        joined = []
        for i in range(max(map(len, blocks))):
            row = Row()
            for block, cells in zip(blocks, widths, strict=True):
                start = row.width + (_GAP if row.width else 0)
                row.add("", width=start - row.width)
                line = block[i] if i < len(block) else Row()
                row.extend(line).add("", width=max(start + cells - row.width, 0))
            joined.append(row)
        return joined
    rows: list[Row] = []
    for block in blocks:
        rows += [*([Row()] if rows else []), *block]
    return rows


def _percent(share: float, decimals: int = 1) -> str:
    return "·" if math.isnan(share) else f"{100 * share:.{decimals}f}"


def _classification(name: str, quality: Classification, palette: Palette, width: int) -> list[Row]:
    classes, confusion = class_names(quality.classes), quality.confusion
    right_ones = round(quality.accuracy * quality.observations)
    accuracy = f"{_percent(quality.accuracy)} %"
    best = palette.good if quality.accuracy == 1.0 else palette.text
    title = Row().add(f"{name}  ", palette.heading).add("accuracy ", palette.label)
    title.add(accuracy, best)
    counted = f"  {right_ones:,} of {quality.observations:,}"
    title.add(counted if title.width + len(counted) <= width else "", palette.dim)
    rows = [title]
    if quality.undecided:
        words = f"not finite: {quality.undecided:,} predictions"
        rows.append(Row().add(words, palette.alarm))
    names = min(max(*(cell_len(c) for c in classes), len("precision")), 12)
    digits = max(len(f"{int(confusion.max()):,}"), 4)
    # A little of the names goes before the decimals do.
    spared = width - _SHARE - 1 - len(classes) * (max(digits, len("100.0")) + 1)
    names = spared if len("precision") <= spared < names else names
    wanted = max(digits, len("100.0"), min(max(map(cell_len, classes)), 12))
    room = width - names - _SHARE - 1
    number = min(max(room // len(classes) - 1, digits), wanted)
    fitting = max(room // (number + 1), 1)
    shown = len(classes) if len(classes) <= fitting else max((room - 2) // (number + 1), 1)
    cut = " …" if shown < len(classes) else ""
    decimals = 1 if number >= len("100.0") else 0
    heading = Row().add("is \\ as", palette.dim, width=names)
    for label in shortened(classes[:shown], number):
        heading.add(" " + right(label, number), palette.label)
    heading.add(cut, palette.dim).add(right("recall", _SHARE + 1), palette.dim)
    rows.append(heading)
    recall, precision = quality.recall, quality.precision
    for i, label in enumerate(shortened(classes, names)):
        row = Row().add(label, palette.label, width=names)
        for j in range(shown):
            count = int(confusion[i, j])
            style = palette.good if i == j else palette.minus[2]
            row.add(" " + right(f"{count:,}", number), style if count else palette.dim)
        row.add(cut, palette.dim).add(
            right(_percent(float(recall[i]), decimals), _SHARE + 1), palette.text
        )
        rows.append(row)
    last = Row().add("precision", palette.dim, width=names)
    for j in range(shown):
        last.add(" " + right(_percent(float(precision[j]), decimals), number), palette.text)
    rows.append(last.add(cut, palette.dim).add(right("%", _SHARE + 1), palette.dim))
    return rows


def _regression(name: str, quality: Regression, palette: Palette, width: int) -> list[Row]:
    names = min(max(map(cell_len, (*quality.targets, name))), 14)
    heading = Row().add(name, palette.heading, width=names)
    for title in ("RMSE", "MAE", "R²"):
        heading.add(" " + right(title, _NUMBER), palette.label)
    rows = [heading]
    for k, target in enumerate(quality.targets):
        row = Row().add(target, palette.label, width=names)
        for values in (quality.rmse, quality.mae, quality.r2):
            value = float(values[k])
            text = "·" if math.isnan(value) else fixed(value, _NUMBER).replace("+", " ")
            row.add(" " + right(text, _NUMBER), palette.text)
        rows.append(row)
    return rows

"""The quality of the predictions, as tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from engine.common.numbers import grouped, percent
from tui.drawing.lines import Row, right
from tui.drawing.numbers import fixed, largest_magnitude, missing, whole_digits
from tui.drawing.palette import Palette
from tui.drawing.short_names import class_names, shortened

if TYPE_CHECKING:
    from engine.analysis.metrics import Classification, Quality, Regression

_SHARE = 6
"""The cells of a percentage: 100.0 % without the sign, and a space."""
_PRECISE, _ROUND = len("100.0"), len("100")
"""The cells of a percentage with and without a decimal."""
_NUMBERS = (8, 7)
"""The cells of a number with its sign, from as many digits as are wanted to as few as will do."""
_MEASURES = ("RMSE", "MAE", "R²")
_LONGEST_NAME, _LONGEST_TARGET = 12, 14
_SHORT_NAME, _SHORT_TARGET = 6, 10
"""The cells that a name keeps where it gives way to columns, and to digits."""
_GAP = 4
_LEFT, _RIGHT = 1, 2
"""The cells of the marks that stand for classes out of sight."""


def quality_rows(
    parts: Mapping[str, Quality], palette: Palette, width: int, first: int = 0
) -> list[Row]:
    """Lay out the measures of each part, side by side if there is room.

    Args:
        parts: The measures by the name of the part.
        palette: The colours.
        width: The cells of a row.
        first: The class whose column is the first to be seen, where not all fit.
    """
    from engine.analysis.metrics import Classification

    grid = _grid(parts, width, first)
    blocks = []
    for name, quality in parts.items():
        if isinstance(quality, Classification):
            assert grid is not None
            blocks.append(_classification(name, quality, grid, palette, width))
        else:
            blocks.append(_regression(name, quality, palette, width))
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


@dataclass(frozen=True)
class _Grid:
    """The layout of the classes that are taken for each other.

    Attributes:
        names: The cells of the names of the rows.
        number: Those of a column.
        shown: The classes whose columns can be seen.
        count: How many classes there are.
    """

    names: int
    number: int
    shown: range
    count: int

    @property
    def is_cut(self) -> bool:
        """Whether there are columns out of sight."""
        return len(self.shown) < self.count


def classes_in_sight(parts: Mapping[str, Quality], width: int, first: int) -> tuple[range, int]:
    """Return the classes whose columns are in view, and the number of all; 0 for numbers."""
    grid = _grid(parts, width, first)
    return (range(0), 0) if grid is None else (grid.shown, grid.count)


def _grid(parts: Mapping[str, Quality], width: int, first: int) -> _Grid | None:
    """Choose the widest columns in which all classes fit; else as many narrow ones as fit."""
    from engine.analysis.metrics import Classification

    found = [quality for quality in parts.values() if isinstance(quality, Classification)]
    if not found:
        return None
    classes = class_names(found[0].classes)
    count, longest = len(classes), max(map(cell_len, classes))
    most = max(len(f"{grouped(int(quality.confusion.max()))}") for quality in found)
    names = min(max(longest, len("precision")), _LONGEST_NAME)
    wanted = max(most, _PRECISE, min(longest, _LONGEST_NAME))
    for cells, number in (
        *((names, number) for number in range(wanted, max(most, _PRECISE) - 1, -1)),
        # A little of the names goes before the decimals do.
        *((cells, max(most, _PRECISE)) for cells in range(names, len("precision") - 1, -1)),
        (names, max(most, _ROUND + 1)),
        (len("precision"), max(most, _ROUND)),
    ):
        if count * (number + 1) <= width - cells - _SHARE - 1:
            return _Grid(cells, number, range(count), count)
    cells, number = min(longest, _SHORT_NAME), max(most, _ROUND)
    fitting = (width - cells - _SHARE - 1 - _LEFT - _RIGHT) // (number + 1)
    fitting = min(max(fitting, 1), count)
    first = min(max(first, 0), count - fitting)
    return _Grid(cells, number, range(first, first + fitting), count)


def _percent(share: float, decimals: int = 1) -> str:
    return "·" if math.isnan(share) else percent(share, decimals, "")


def _classification(
    name: str, quality: Classification, grid: _Grid, palette: Palette, width: int
) -> list[Row]:
    classes, confusion = class_names(quality.classes), quality.confusion
    right_ones = round(quality.accuracy * quality.observations)
    accuracy = f"{_percent(quality.accuracy)} %"
    best = palette.good if quality.accuracy == 1.0 else palette.text
    title = Row().add(f"{name}  ", palette.heading).add("accuracy ", palette.label)
    title.add(accuracy, best)
    counted = f"  {grouped(right_ones)} of {grouped(quality.observations)}"
    title.add(counted if title.width + len(counted) <= width else "", palette.dim)
    rows = [title]
    if quality.undecided:
        words = f"not finite: {grouped(quality.undecided)} predictions"
        rows.append(Row().add(words, palette.alarm))
    names, number, shown = grid.names, grid.number, grid.shown
    before = ("…" if shown.start else " ") if grid.is_cut else ""
    after = (" …" if shown.stop < grid.count else "  ") if grid.is_cut else ""
    decimals = 1 if number >= _PRECISE else 0

    def row_of(title: str, style: Style, cells: list[tuple[str, Style]], end: Row) -> Row:
        row = Row().add(title, style, width=names).add(before, palette.dim)
        for text, cell_style in cells:
            row.add(" " + right(text, number), cell_style)
        return row.add(after, palette.dim).extend(end)

    def last(text: str, style: Style) -> Row:
        return Row().add(right(text, _SHARE + 1), style)

    labels = shortened(classes, number)
    heading = "true \\ f" if names >= len("true \\ f") else "true"
    columns = [(labels[j], palette.label) for j in shown]
    rows.append(row_of(heading, palette.dim, columns, last("recall", palette.dim)))
    recall, precision = quality.recall, quality.precision
    for i, label in enumerate(shortened(classes, names)):
        cells = []
        for j in shown:
            count = int(confusion[i, j])
            style = palette.good if i == j else palette.minus[2]
            cells.append((grouped(count), style if count else palette.dim))
        share = last(_percent(float(recall[i]), decimals), palette.text)
        rows.append(row_of(label, palette.label, cells, share))
    shares = [(_percent(float(precision[j]), decimals), palette.text) for j in shown]
    under = "precision" if names >= len("precision") else "prec."
    rows.append(row_of(under, palette.dim, shares, last("%", palette.dim)))
    return rows


def _regression(name: str, quality: Regression, palette: Palette, width: int) -> list[Row]:
    longest = max(map(cell_len, (*quality.targets, name)))
    for number in _NUMBERS:
        # The first two have no sign, in the place of which stands the space before them.
        names = min(longest, _LONGEST_TARGET, width - len(_MEASURES) * number - 1)
        if names >= min(longest, _SHORT_TARGET):
            break
    if names < min(cell_len(name), _SHORT_TARGET):
        return _listed(name, quality, palette, width)
    heading = Row().add(name, palette.heading, width=names)
    columns = []
    for title, values in zip(_MEASURES, (quality.rmse, quality.mae, quality.r2), strict=True):
        cells = number + (title == _MEASURES[-1])
        heading.add(right(title, cells), palette.label)
        whole = whole_digits(largest_magnitude(values))
        columns.append([_measure(float(value), number, whole).rjust(cells) for value in values])
    rows = [heading]
    for k, target in enumerate(shortened(quality.targets, names)):
        row = Row().add(target, palette.label, width=names)
        rows.append(row.add("".join(column[k] for column in columns), palette.text))
    return rows


def _listed(name: str, quality: Regression, palette: Palette, width: int) -> list[Row]:
    """List the measures one below another, where they do not fit side by side."""
    rows = [Row().add(name, palette.heading)]
    for k, target in enumerate(shortened(quality.targets, width)):
        rows.append(Row().add(target, palette.label))
        for title, values in zip(_MEASURES, (quality.rmse, quality.mae, quality.r2), strict=True):
            row = Row().add(title, palette.label, width=max(map(cell_len, _MEASURES)))
            whole = whole_digits(largest_magnitude(values[k : k + 1]))
            text = _measure(float(values[k]), _NUMBERS[-1], whole)
            rows.append(row.add(text, palette.text))
    return rows


def _measure(value: float, width: int, whole: int) -> str:
    if math.isnan(value):
        return missing(width, whole)
    return fixed(value, width, whole).replace("+", " ", 1)

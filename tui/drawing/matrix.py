"""A tensor as a small table with the names of its rows and columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.strip import Strip

from engine.common.numbers import grouped
from tui.drawing.lines import Row, cells_of, right
from tui.drawing.numbers import fixed, largest_magnitude, missing, whole_digits
from tui.drawing.palette import Palette
from tui.drawing.short_names import class_names, shortened

if TYPE_CHECKING:
    from engine.formula.tensor import Array, Axis

_MOST_NAME = 10
"""Cells of the name of a row."""
_MOST_ROWS = 200


@dataclass(frozen=True)
class Mark:
    """The cell under a cursor."""

    row: int
    column: int


def as_table(array: Array) -> Array:
    """View a scalar or a vector as a matrix of one row."""
    return array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)


def names_of(axes: tuple[Axis, ...]) -> tuple[list[str], list[str]]:
    """Return the names of the rows and of the columns, of classes without their column's.

    A missing axis has the name "".
    """
    rows = list(axes[0].labels) if len(axes) > 1 else [""]
    columns = list(class_names(axes[-1].labels)) if axes else [""]
    return rows, columns


def name_width(axes: tuple[Axis, ...]) -> int:
    """Return the width of the row names in cells."""
    rows, _ = names_of(axes)
    return min(max(map(cell_len, rows[:_MOST_ROWS]), default=0), _MOST_NAME)


@dataclass(frozen=True)
class Sight:
    """The columns shown, and how that is told: "", or the text and whether by the title."""

    columns: range
    told: str = ""
    by_title: bool = False


def in_sight(title: str, count: int, column: int, names: int, room: int, number: int) -> Sight:
    """Show as many columns as there is room for: which ones they are is told where it fits."""
    most = max(1, room // (number + 1))
    if most >= count:
        return Sight(range(count))
    for fitting in (most, max(most - 1, 1)):
        first = max(min(column - fitting + 1, count - fitting), 0)
        shown = range(first, first + fitting)
        last = f"{shown.stop}/{count}"
        for told in (last if fitting == 1 else f"{first + 1}…{last}", last, "…"):
            # As wide as it gets, so that nothing moves while one scrolls.
            cells = 1 + len(re.sub(r"\d+", str(count), told))
            if cells_of(title) + cells <= names:
                return Sight(shown, told, by_title=True)
            if fitting * (number + 1) + cells <= room:
                return Sight(shown, told)
    return Sight(shown, last)


def heading_row(
    title: str, sight: Sight, columns: Sequence[str], names: int, number: int, palette: Palette
) -> Row:
    """Write a title over the names of the rows, and the names of the columns.

    Args:
        title: The title; where it is wider than the names, the first column has less room.
        sight: Which columns are shown.
        columns: The names of all.
        names: The cells of the row names.
        number: The cells of each number.
        palette: The colours.
    """
    heading = Row().add(title, palette.heading)
    heading.add(f" {sight.told}" if sight.by_title else "", palette.dim)
    heading.add("", palette.heading, width=max(names - heading.width, 0))
    for i, name in enumerate(shortened([columns[j] for j in sight.columns], number)):
        end = names + (i + 1) * (number + 1)
        heading.add(" " + right(name, max(end - heading.width - 1, 0)), palette.label)
    return heading.add("" if sight.by_title or not sight.told else f" {sight.told}", palette.dim)


def matrix_rows(
    title: str,
    axes: tuple[Axis, ...],
    array: Array | None,
    *,
    palette: Palette,
    width: int,
    names: int,
    number: int,
    fresh: bool = False,
    first: int = 0,
    column: int = 0,
    mark: Mark | None = None,
    rows: range | None = None,
) -> list[Row]:
    """Lay out a tensor.

    Args:
        title: The title above the row names.
        axes: The axes with their names.
        array: The values, or None where nothing is computed yet.
        palette: The colours.
        width: The cells of a row; where not all columns fit, it is told which these are.
        names: The cells of the row names.
        number: The cells of each number.
        fresh: Whether to mark the values as just changed.
        first: The number of the array's first row.
        column: The column to have in sight.
        mark: The cell under the cursor, its row counted from the array's first one.
        rows: Which rows to lay out, counted from the array's first one; by default all,
            up to a limit.

    Returns:
        A heading and one row for each row of the tensor.
    """
    row_names, column_names = names_of(axes)
    sight = in_sight(title, len(column_names), column, names, width - names, number)
    column, shown = sight.columns.start, len(sight.columns)
    lines = [heading_row(title, sight, column_names, names, number, palette)]
    table = None if array is None else as_table(array)
    largest = 0.0 if table is None else largest_magnitude(table)
    whole = whole_digits(largest)
    count = len(row_names) if table is None else len(table)
    laid_out = range(min(count, _MOST_ROWS)) if rows is None else rows
    labels = shortened([row_names[first + i] for i in laid_out], names)
    for i, label in zip(laid_out, labels, strict=True):
        at = mark is not None and mark.row == i
        row = Row().add(label, palette.heading if at else palette.label, width=names)
        for j in range(shown):
            here = mark == Mark(i, column + j)
            if table is None or not 0 <= i < len(table):
                row.add("›" if here else " ", palette.heading if here else palette.dim)
                row.add(missing(number), palette.dim)
                continue
            value = float(table[i, column + j])
            style = palette.number(value, largest)
            if fresh:
                style += palette.fresh
            text = fixed(value, number, whole)
            if here:
                row.add("›", palette.heading).add(text, style + palette.current)
            else:
                row.add(" " + text, style)
        lines.append(row)
    if rows is None and count > _MOST_ROWS:
        lines.append(Row().add(f"… {grouped(count - _MOST_ROWS)} more rows", palette.dim))
    return lines


def beside(blocks: list[list[Row]], widths: list[int], width: int) -> list[Strip]:
    """Put blocks of rows side by side."""
    lines = []
    for i in range(max(map(len, blocks), default=0)):
        joined = Row()
        start = 0
        for block, block_width in zip(blocks, widths, strict=True):
            joined.add("", width=max(start - joined.width, 0))
            if i < len(block):
                joined.extend(block[i])
            start += block_width
        lines.append(joined.strip(width))
    return lines


def flat_head(array: Array, start_row: int, most: int) -> list[tuple[float, bool, int]]:
    """Return the first numbers of a tensor, row by row from one row on.

    Returns:
        For each number its value, whether a new row begins with it, and its row.
    """
    table = as_table(array)[start_row:]
    taken = table[: -(-most // max(table.shape[1], 1))]
    numbers = []
    for i, row in enumerate(taken):
        for j, value in enumerate(row.tolist()):
            numbers.append((value, j == 0 and i > 0, start_row + i))
    return numbers[:most]

"""A user's script beside our program: the column *yours*, its line, and its side of a cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.style import Style

from engine.common.numbers import format_number
from tui.drawing.lines import Row, cells_of, cut, wrap
from tui.drawing.palette import Palette

if TYPE_CHECKING:
    from engine.audit.report.problem import Line
    from engine.audit.report.working import Working
    from engine.audit.yours import Judgement, Yours
    from engine.formula.tensor import Cell

_LOW, _NARROW = 8, 76
"""Lines below which there is no room for a script's own, and cells below which it takes more."""
_UNKNOWN = "·"
_SAME = 1e-9


def footing(width: int, height: int) -> int:
    """Return how many of the lines of a pane are for the script's own line."""
    if height < _LOW:
        return 0
    return 3 if width >= _NARROW else 4


def column_width(yours: Yours) -> int:
    """Return the cells of the column, a blank at its end included."""
    return 2 + max((cells_of(_short(j.line)) for j in yours.judgements.values()), default=0) + 1


def add_column(row: Row, yours: Yours, name: str, palette: Palette) -> None:
    """Add the mark and the line of an operation to its line."""
    found = yours.judgements.get(name)
    mark, style = _mark(found, palette)
    place = _short(found.line) if found is not None else ""
    row.add(f"{mark} ", style).add(place, palette.dim, width=column_width(yours) - 2)


def source_rows(
    yours: Yours, name: str, symbol: str, palette: Palette, size: tuple[int, int]
) -> Iterator[Row]:
    """Go through the lines that show where the script has an operation, and what is said of it."""
    width, height = size
    found = yours.judgements.get(name)
    mark, style = _mark(found, palette)
    title = f"── {symbol} in {yours.report.name} "
    yield Row().add(title + "─" * max(width - cells_of(title), 0), palette.dim)
    if found is None:
        yield Row().add(f"{mark} not found there, so nothing is said of it", palette.dim)
        return
    where = found.line.where.removeprefix("line ")
    row = Row().add(f"{mark} ", style)
    yield row.add(f"{where}  " if where else "", palette.dim).add(found.line.text, palette.text)
    words = found.says or f"{found.line.variable} is {symbol}"
    if found.says and found.mark == "✓":
        words = f"{found.line.variable} is {symbol}, {found.says}"
    said = style if found.says and found.mark == "✗" else palette.label
    lines, room = wrap(words, width - 2), height - 2
    if len(lines) > room > 0:
        lines[room - 1 :] = [cut(" ".join(lines[room - 1 :]), width - 2)]
    for line in lines[: max(room, 0)]:
        yield Row().add(f"  {line}", said)


def cell_rows(
    yours: Yours, cell: Cell, iteration: int, palette: Palette, width: int
) -> Iterator[Row]:
    """Go through the lines that give the script's side of a cell in an iteration."""
    found = yours.judgements.get(cell.tensor)
    value = yours.written(cell.tensor, iteration)
    unit = yours.unit(cell.tensor, iteration)
    if found is None and value is None:
        return
    number: float | None = None
    if value is not None and all(i < n for i, n in zip(cell.index, value.shape, strict=True)):
        number = float(value[cell.index])
    mark, style = _mark(found, palette)
    row = Row().add("yours", palette.heading).add(f" {mark} = ", style)
    tensor, index = cell.tensor, cell.index
    if number is None:
        recorded = len(yours.passes)
        words = f"recorded to iteration {recorded - 1} only"
        if iteration < recorded:
            words = "not stored by itself"
            if tensor in yours.shown_by:
                shown, index = yours.seen_in(tensor, index)
                tensor = shown.name
                words += f"; it shows in {shown.symbol}[{', '.join(shown.labels(index))}]"
        row.add(words, palette.dim)
    else:
        row.add(format_number(number), palette.number(number, abs(number)))
    yield row
    if number is not None and abs(unit - 1.0) > _SAME:
        own = Row().add("  in our sign and scale = ", palette.dim)
        yield own.add(format_number(number / unit), palette.number(number / unit, abs(number)))
    if found is not None and found.line.text:
        yield Row().add(f"  {found.line.where}: {found.line.text}", palette.label)
    both = yours.both_ways(tensor, index, iteration)
    if both is not None:
        yield from _worked("yours", both.yours, palette, width)
        yield from _worked("right", both.right, palette, width)
    if found is not None and found.says:
        for line in wrap(found.says, width - 2):
            yield Row().add(f"  {line}", style if found.mark == "✗" else palette.dim)
    if found is not None and found.repair:
        for line in wrap(f"Repair: {found.repair}", width - 2):
            yield Row().add(f"  {line}", palette.text)


def _worked(label: str, way: Working, palette: Palette, width: int) -> Iterator[Row]:
    # Only beside a script, for the sake of the first frame.
    from engine.audit.report.text import working_lines

    lead = f"  {label} "
    for number, text in enumerate(working_lines(way)):
        for line in wrap(text, width - cells_of(lead)):
            yield Row().add(lead, palette.dim).add(line, palette.label if number else palette.text)
            lead = " " * cells_of(lead)


def _mark(found: Judgement | None, palette: Palette) -> tuple[str, Style]:
    if found is None:
        return _UNKNOWN, palette.dim
    return found.mark, palette.alarm if found.mark == "✗" else palette.good


def _short(line: Line) -> str:
    """Return a line as it is called in the column: 29, or 4:7 in a notebook."""
    return line.where.removeprefix("line ").removeprefix("cell ").replace(", line ", ":")

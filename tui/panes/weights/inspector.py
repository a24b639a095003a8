"""One tensor in the inspector: in a few words, as numbers, or as colours."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

from engine.common.numbers import exact, grouped, percent
from tui.drawing.lines import Row, cells_of
from tui.drawing.matrix import Mark, as_table, matrix_rows, name_width, names_of
from tui.drawing.numbers import fixed, shape_text, width_for
from tui.drawing.palette import Palette

if TYPE_CHECKING:
    from engine.analysis.tensor_summary import Summary
    from engine.formula.tensor import Array
    from engine.inspection.snapshot import Snapshot
    from tui.view_state import Moment

_SHADES = " ░▒▓█"
_LONGEST_NUMBER = len(repr(-sys.float_info.min))


def summary_rows(moment: Moment, name: str, palette: Palette, width: int) -> list[Row]:
    """Write the formula, the shape and a summary of the values."""
    snapshot = moment.snapshot
    line = next((line for line in snapshot.listing.lines if line.name == name), None)
    first = Row().add(line.formula if line else snapshot.listing.symbols[name], palette.text)
    summary = snapshot.summary
    if summary is None or summary.name != name:
        shape = tuple(len(axis.labels) for axis in snapshot.listing.axes[name])
        first.add(f"   {shape_text(shape)}", palette.dim)
        words = "   not computed yet"
        if first.width + len(words) <= width:
            return [first.add(words, palette.dim), Row()]
        return [first, Row().add(words.strip(), palette.dim)]
    first.add(f"   {shape_text(summary.shape)}", palette.dim)
    note = f"   {line.note}" if line and line.note else ""
    if first.width + cells_of(note) <= width:
        first.add(note, palette.dim)
    second = Row()
    for word, text in _facts(summary):
        if second.width + len(word) + len(text) + 3 > width:
            break
        second.add(f"{word} ", palette.dim).add(f"{text}  ", palette.label)
    return [first, second]


def _facts(summary: Summary) -> list[tuple[str, str]]:
    facts = [
        (word, fixed(value, 9).strip())
        for word, value in (
            ("norm", summary.norm),
            ("min", summary.least),
            ("mean", summary.mean),
            ("max", summary.most),
        )
        if not math.isnan(value)
    ]
    if summary.nonfinite:
        facts.insert(0, ("not finite", grouped(summary.nonfinite)))
    if summary.saturated is not None:
        facts.append(("saturated", f"{percent(summary.saturated)}"))
    if summary.zeros:
        facts.append(("zeros", f"{percent(summary.zeros)}"))
    return facts


def in_colours(moment: Moment, name: str, width: int, height: int, changed: bool) -> bool:
    """Return whether a tensor is drawn in colours.

    Args:
        moment: The moment to draw.
        name: The tensor.
        width: The cells of a row.
        height: How many rows can be seen at once.
        changed: Whether colours are wanted where numbers fit, and numbers where they do not.
    """
    summary = moment.snapshot.summary
    if summary is None or summary.name != name:
        return False
    rows, _, _, fits = _layout(moment.snapshot, name, width)
    return changed != (not fits and rows > height)


def _layout(snapshot: Snapshot, name: str, width: int) -> tuple[int, int, int, bool]:
    """Return the number of rows, the widths of names and numbers, whether all columns fit."""
    axes = snapshot.listing.axes[name]
    rows, columns = (len(names) for names in names_of(axes))
    names = max(name_width(axes), cells_of(snapshot.listing.symbols[name]))
    number = width_for(columns, width - names)
    return rows, names, number, columns * (number + 1) <= width - names


def colour_rows(
    moment: Moment, palette: Palette, width: int, height: int, at: tuple[int, int]
) -> list[Row]:
    """Lay out the tensor that the summary is of, in colours, all of it in `height` rows."""
    assert moment.snapshot.summary is not None
    return _heat(moment.snapshot, moment.snapshot.summary, palette, width, height, at)


def tensor_rows(
    moment: Moment,
    name: str,
    *,
    palette: Palette,
    width: int,
    seen: range,
    at: tuple[int, int],
    marked: bool,
) -> list[Row]:
    """Lay out a tensor in numbers: a heading, and the rows that can be seen.

    Args:
        moment: The moment to draw.
        name: The tensor.
        palette: The colours.
        width: The cells of a row.
        seen: The rows that can be seen.
        at: The row and column of the cursor.
        marked: Whether the cursor is shown.
    """
    snapshot = moment.snapshot
    axes = snapshot.listing.axes[name]
    _, names, number, _ = _layout(snapshot, name, width)
    first = snapshot.first_observation if snapshot.listing.is_by_observation(name) else 0
    return matrix_rows(
        snapshot.listing.symbols[name],
        axes,
        snapshot.values.get(name),
        palette=palette,
        width=width,
        names=names,
        number=number,
        fresh=moment.fresh == name,
        first=first,
        column=at[1],
        mark=Mark(at[0] - first, at[1]) if marked else None,
        rows=range(seen.start - first, seen.stop - first),
    )


def _heat(
    snapshot: Snapshot,
    summary: Summary,
    palette: Palette,
    width: int,
    height: int,
    at: tuple[int, int],
) -> list[Row]:
    """Draw a coloured cell for each element, or block of them, by sign and magnitude."""
    rows = _exact(snapshot, summary.name, palette, width, at)
    blocks = as_table(summary.blocks)
    table_shape = (summary.shape[0] if len(summary.shape) > 1 else 1, (summary.shape or (1,))[-1])
    across = -(-blocks.shape[1] // max(width - 2, 1))
    down = -(-blocks.shape[0] // max(height - len(rows) - 1, 1))
    largest = max((abs(v) for v in blocks.flat if math.isfinite(v)), default=0.0)
    cursor = (
        at[0] * blocks.shape[0] // table_shape[0] // down,
        at[1] * blocks.shape[1] // table_shape[1] // across,
    )
    wide = 2 if blocks.shape[1] * 2 <= width else 1
    for i in range(0, blocks.shape[0], down):
        row = Row()
        for j in range(0, blocks.shape[1], across):
            value = _strongest(blocks[i : i + down, j : j + across])
            share = abs(value) / (largest or 1.0) if math.isfinite(value) else 1.0
            shade = _SHADES[min(math.ceil(share * (len(_SHADES) - 1)), len(_SHADES) - 1)]
            style = palette.number(value, largest)
            if (i // down, j // across) == cursor:
                style += palette.current
                shade = "+" if value > 0 else "−" if value < 0 else "0"
            row.add(shade * wide, style)
        rows.append(row)
    if (down, across) != (1, 1) or blocks.shape != table_shape:
        rows.append(Row().add("each block shows its largest magnitude", palette.dim))
    return rows


def _strongest(block: Array) -> float:
    return max((float(value) for value in block.flat), key=abs)


def _exact(
    snapshot: Snapshot, name: str, palette: Palette, width: int, at: tuple[int, int]
) -> list[Row]:
    """Lay out the exact value under the cursor, below its name where both may not fit."""
    axes = snapshot.listing.axes[name]
    index = at[2 - len(axes) :] if axes else ()
    label = f"{snapshot.listing.symbols[name]}[{', '.join(snapshot.labels(name, index))}]"
    values = snapshot.values.get(name)
    first = snapshot.first_observation if snapshot.listing.is_by_observation(name) else 0
    place = tuple(i if axis else i - first for axis, i in enumerate(index))
    number = Row()
    if values is None or (place and not 0 <= place[0] < len(values)):
        number.add("·", palette.dim)
    else:
        value = float(values[place])
        number.add(exact(value), palette.number(value, abs(value)))
    label_width = cells_of(label)
    if label_width + len(" = ") + _LONGEST_NUMBER <= width:
        return [Row().add(label, palette.heading).add(" = ", palette.dim).extend(number)]
    name_row = Row().add(label, palette.heading, min(label_width, width - len(" =")))
    return [name_row.add(" =", palette.dim), Row().add("  ").extend(number)]

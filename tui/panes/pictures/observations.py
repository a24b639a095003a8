"""The observations as marks in a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from textual.color import Color

from engine.common.scale import share, widened
from tui.drawing.lines import Row
from tui.drawing.palette import Palette
from tui.drawing.short_names import class_names, shortened

if TYPE_CHECKING:
    from engine.analysis.metrics import Decision
    from engine.analysis.surface import Map
    from engine.data.dataset import Dataset
    from engine.formula.tensor import Array
    from tui.panes.pictures.worker import Field
    from tui.view_state import Moment

_MOST = 2000
"""Of more observations only each second, third … is drawn."""
_MARKS = "○●△▲□■▽▼☆★+×"
_HELD_OUT = "◇◆"
_TINT = 0.5
"""The share by which the hues are paler when they come round again."""
_PACKED = (("  ", " "), (" ", " "), (" ", ""))
"""The blanks before each mark and behind it, from roomy to tight."""
_LEGIBLE = 3
"""Cells of a name below which it is no longer cut."""
_SELECTED = "◉"


@dataclass(frozen=True)
class Point:
    """An observation: its inputs, its targets, and how it is marked."""

    x: Array
    f0: Array
    mark: str
    style: Style


def class_marks(decision: Decision | None, palette: Palette) -> list[tuple[str, Style, str]]:
    """Return the mark, its style and the name of each class; for numbers nothing."""
    if decision is None:
        return []
    return [
        (_MARKS[k % len(_MARKS)], class_style(k, palette), name)
        for k, name in enumerate(class_names(decision.classes))
    ]


def legend_rows(
    scale: Row, decision: Decision | None, palette: Palette, width: int, most: int
) -> list[Row]:
    """Write the legend of colours and marks in at most a number of lines.

    Args:
        scale: What else there is to tell; on a single line it goes first where not all fits.
        decision: What the classes are.
        palette: The colours.
        width: The cells of a line.
        most: How many lines there may be.
    """
    marks = class_marks(decision, palette)
    if not marks:
        return [scale]
    names = [name for _, _, name in marks]
    whole = max(map(cell_len, names))
    beside = scale.width + sum(len("  ○ ") + cell_len(name) for name in names)
    if scale.width and beside <= width:
        return [scale.add("  ").extend(_packed(marks, names, palette, beside)[0])]
    above = [scale] if scale.width and most > 1 else []
    rows: list[Row] = []
    for longest in range(whole, min(whole, _LEGIBLE) - 1, -1):
        shorter = shortened(names, longest)
        for between in _PACKED if longest == min(whole, _LEGIBLE) else _PACKED[:2]:
            rows = _packed(marks, shorter, palette, width, between)
            if len(above) + len(rows) <= most:
                return [*above, *rows]
    rows = [*above, *_packed(marks, shorter, palette, width - len(" …"), _PACKED[-1])][:most]
    rows[-1].add(" …", palette.dim)
    return rows


def _packed(
    marks: list[tuple[str, Style, str]],
    names: Sequence[str],
    palette: Palette,
    width: int,
    spaces: tuple[str, str] = _PACKED[0],
) -> list[Row]:
    """Write marks with names into lines."""
    rows = [Row()]
    between, behind = spaces
    for (mark, style, _), name in zip(marks, names, strict=True):
        cells = len(between + mark + behind) + cell_len(name)
        if rows[-1].width and rows[-1].width + cells > width:
            rows.append(Row())
        rows[-1].add(between if rows[-1].width else "").add(mark, style)
        rows[-1].add(f"{behind}{name}", palette.label)
    return rows


def map_name(shown: Map, dataset: Dataset) -> str:
    """Return the name of a map; for a class, without its column."""
    if shown.name in dataset.targets:
        return class_names(dataset.targets)[dataset.targets.index(shown.name)]
    return shown.name


def target_of(field: Field, shown: Map) -> int:
    """Return the target that the marks show: the drawn one; for a hidden neuron, the first."""
    is_output = shown.tensor == field.maps[0].tensor
    return shown.column or 0 if is_output else 0


def target_legend(field: Field, shown: Map, dataset: Dataset, palette: Palette, room: int) -> Row:
    """Write which target the colours of the marks show, unless they are classes."""
    row = Row()
    if field.decision is not None or room < len("  ● ") + _LEGIBLE:
        return row
    name = class_names(dataset.targets)[target_of(field, shown)]
    row.add(f"  {_MARKS[1]} ", palette.heading)
    return row.add(shortened((name,), room - row.width)[0], palette.label)


def class_hue(number: int, palette: Palette) -> Color:
    """Return the colour of a class: the hues, then the same ones paler.

    With the marks, of which there are as many, no two of 144 classes are drawn alike.
    """
    count = len(palette.hues)
    place = (number + number // len(_MARKS)) % (2 * count)
    hue = palette.hues[place % count]
    return hue.blend(palette.foreground, _TINT) if place >= count else hue


def class_style(number: int, palette: Palette) -> Style:
    """Return how the marks of a class are drawn."""
    hue = class_hue(number, palette)
    return Style(color=hue.blend(palette.foreground, 0.25).rich_color, bold=True)


def grid_ends(values: Array) -> tuple[float, float]:
    """Return where the first of a grid's cells begins and the last one ends, from their centres."""
    first, last = float(values[0]), float(values[-1])
    if first == last:
        return widened(first, last, 1.0)
    return widened(min(first, last), max(first, last), 0.5 / (len(values) - 1))


def points_of(
    moment: Moment, decision: Decision | None, palette: Palette, target: int = 0
) -> Iterator[Point]:
    """Return the observations as points: held-out ones first, the selected one last.

    Args:
        moment: The table, and which observation is selected.
        decision: What the classes are; None for numbers.
        palette: The colours.
        target: Which of the numbers the colours tell.
    """
    dataset = moment.dataset
    limits = float(dataset.f0[:, target].min()), float(dataset.f0[:, target].max())

    def style_of(f0: Array) -> Style:
        # A target that is the same everywhere is the lowest.
        part = share(float(f0[target]), *limits) if limits[0] < limits[1] else 0.0
        hue = palette.hues[0].blend(palette.hues[1], min(max(part, 0.0), 1.0))
        return Style(color=hue.rich_color, bold=True)

    for part, marks in ((dataset.held_out, _HELD_OUT), (dataset, _MARKS)):
        if part is None:
            continue
        step = -(-len(part.x) // _MOST)
        x, f0 = part.shown_x[::step], part.f0[::step]
        if decision is None:
            for n in range(len(x)):
                yield Point(x[n], f0[n], marks[1], style_of(f0[n]))
            continue
        styles = [class_style(k, palette) for k in range(len(decision.classes))]
        for n, k in enumerate(decision.truth(f0).tolist()):
            yield Point(x[n], f0[n], marks[k % len(marks)], styles[k])
    chosen = moment.selected
    if chosen is not None and chosen < len(dataset.x):
        place = dataset.shown_x[chosen], dataset.f0[chosen]
        yield Point(*place, _SELECTED, Style(color=palette.foreground.rich_color, bold=True))

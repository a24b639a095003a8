"""The observations as marks in a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from tui.lines import Row
from tui.names import class_names, shortened
from tui.palette import Palette

if TYPE_CHECKING:
    from engine.dataset import Dataset
    from engine.quality import Decision
    from engine.surface import Map
    from engine.tensor import Array
    from tui.moment import Moment

_MOST = 2000
"""Of more observations only each second, third … is drawn."""
_MARKS = "○●△▲□■"
_HELD_OUT = "◇◆"
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
        (_MARKS[k % len(_MARKS)], _class_style(k, palette), name)
        for k, name in enumerate(class_names(decision.classes))
    ]


def legend_rows(
    scale: Row, decision: Decision | None, palette: Palette, width: int, most: int
) -> list[Row]:
    """Write what the colours and the marks mean in at most so many lines.

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
    for longest in range(whole, 0, -1):
        rows = _packed(marks, shortened(names, longest), palette, width)
        if len(above) + len(rows) <= most:
            break
    cut = len(above) + len(rows) > most
    rows = [*above, *rows][:most]
    if cut:
        rows[-1].add("  …", palette.dim)
    return rows


def _packed(
    marks: list[tuple[str, Style, str]], names: Sequence[str], palette: Palette, width: int
) -> list[Row]:
    """Write marks with names into lines."""
    rows = [Row()]
    for (mark, style, _), name in zip(marks, names, strict=True):
        if rows[-1].width and rows[-1].width + len("  ○ ") + cell_len(name) > width:
            rows.append(Row())
        rows[-1].add("  " if rows[-1].width else "").add(mark, style)
        rows[-1].add(f" {name}", palette.label)
    return rows


def map_name(shown: Map, dataset: Dataset) -> str:
    """Return what a map is called: of a class without its column."""
    if shown.name in dataset.targets:
        return class_names(dataset.targets)[dataset.targets.index(shown.name)]
    return shown.name


def _class_style(number: int, palette: Palette) -> Style:
    hue = palette.hues[number % len(palette.hues)]
    return Style(color=hue.blend(palette.foreground, 0.25).rich_color, bold=True)


def points_of(moment: Moment, decision: Decision | None, palette: Palette) -> Iterator[Point]:
    """Return the observations as points: held-out ones first, the selected one last."""
    held_out = moment.dataset.validation
    if held_out is not None:
        yield from _marked(held_out, decision, palette, _HELD_OUT)
    yield from _marked(moment.dataset, decision, palette, _MARKS)
    n = moment.selected
    if n is not None and n < len(moment.dataset.x):
        x, f0 = moment.dataset.shown_x[n], moment.dataset.f0[n]
        yield Point(x, f0, _SELECTED, Style(color=palette.foreground.rich_color, bold=True))


def _marked(
    dataset: Dataset, decision: Decision | None, palette: Palette, marks: str
) -> Iterator[Point]:
    step = -(-len(dataset.x) // _MOST)
    x, f0 = dataset.shown_x[::step], dataset.f0[::step]
    if decision is None:
        low, high = float(dataset.f0[:, 0].min()), float(dataset.f0[:, 0].max())
        for n in range(len(x)):
            share = (float(f0[n, 0]) - low) / ((high - low) or 1.0)
            hue = palette.hues[0].blend(palette.hues[1], share)
            yield Point(x[n], f0[n], marks[1], Style(color=hue.rich_color, bold=True))
        return
    styles = [_class_style(k, palette) for k in range(len(decision.classes))]
    for n, k in enumerate(decision.truth(f0).tolist()):
        yield Point(x[n], f0[n], marks[k % len(marks)], styles[k])

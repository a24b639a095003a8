"""f, or one neuron, over the plane of two inputs, with the observations on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from textual.color import Color

from engine.common.scale import between, exponent_of, scaled, share
from tui.drawing.lines import Row
from tui.drawing.numbers import given
from tui.drawing.palette import Palette
from tui.drawing.short_names import shortened
from tui.panes.pictures.observations import (
    Point,
    class_hue,
    grid_ends,
    legend_rows,
    map_name,
    points_of,
    target_legend,
    target_of,
)

if TYPE_CHECKING:
    from engine.analysis.surface import Map
    from engine.formula.tensor import Array
    from tui.panes.pictures.worker import Field
    from tui.view_state import Moment

_STEPS = 7
"""Shades of each of the two colours of a scale."""
_SURE = 4
"""Shades of a class's colour, by how much its output is ahead of the next one."""
_TALL, _VERY_TALL = 10, 14
"""Lines from which on the legend may take two, of many classes three; the axes two, and what is
held at its mean one.
"""
_FEW_CLASSES = 6
_SHORT_NAME = 6
_SHADES = " ·░▒▓"
_FILLS = " ·░▒╱╲▓│─=┊~"
_FAINTEST, _STRONGEST = 0.1, 0.58
"""The share of a colour in its faintest and in its strongest shade."""


@dataclass(frozen=True)
class _Painted:
    """A colour, by its number, for each cell; the colours; without colours, characters."""

    codes: list[list[int]]
    colours: list[Style]
    characters: str


def plane_rows(
    field: Field, shown: Map, moment: Moment, palette: Palette, size: tuple[int, int], plain: bool
) -> list[Row]:
    """Lay the picture out.

    Args:
        field: The network over the grid.
        shown: Which of its maps to draw.
        moment: The table, and which observation is selected.
        palette: The colours.
        size: Columns and lines.
        plain: Whether there are no colours to tell anything with.
    """
    width = size[0]
    values = field.values[shown.tensor]
    values = values if shown.column is None else values[:, :, shown.column : shown.column + 1]
    scale = _scale_row(field, shown, values, moment, palette, plain)
    scale.extend(target_legend(field, shown, moment.dataset, palette, width - scale.width))
    most = _legend_lines(field, size[1])
    rows = legend_rows(scale, field.decision, palette, width, most)
    axes = _axes_rows(field, moment, palette, size)
    height = max(size[1] - len(rows) - len(axes), 1)
    values = _resized(values, height if plain else 2 * height, width)
    painted = _classes(values, palette) if values.shape[2] > 1 else _scale(values, shown, palette)
    points = _places(field, moment, target_of(field, shown), width, height, palette)
    codes, style_of = painted.codes, _Pairs(painted)
    for y in range(height):
        row = Row()
        for x in range(width):
            point = points.get((x, y))
            top = codes[y][x] if plain else codes[2 * y][x]
            under = top if plain else codes[2 * y + 1][x]
            if point is not None:
                row.add(point.mark, style_of.under(point, under, plain))
            elif plain:
                row.add(painted.characters[top], palette.dim)
            else:
                row.add("▀" if top != under else " ", style_of.pair(top, under))
        rows.append(row)
    return rows + axes


def _legend_lines(field: Field, height: int) -> int:
    """Return the number of lines that the legend may take."""
    many = field.decision is not None and len(field.decision.classes) > _FEW_CLASSES
    return 1 + (height >= _TALL) + (many and height >= _VERY_TALL)


class _Pairs:
    """The styles of two colours above each other, each made once."""

    def __init__(self, painted: _Painted) -> None:
        self._colours = painted.colours
        self._made: dict[tuple[int, int], Style] = {}

    def pair(self, top: int, under: int) -> Style:
        style = self._made.get((top, under))
        if style is None:
            upper, lower = self._colours[top].color, self._colours[under].color
            style = Style(color=upper if top != under else None, bgcolor=lower)
            self._made[top, under] = style
        return style

    def under(self, point: Point, code: int, plain: bool) -> Style:
        if plain:
            return point.style
        return point.style + Style(bgcolor=self._colours[code].color)


def _resized(values: Array, rows: int, columns: int) -> Array:
    """Interpolate between the centres of the grid's cells."""
    import numpy as np

    for axis, wanted in ((0, rows), (1, columns)):
        have = values.shape[axis]
        if have == wanted:
            continue
        at = np.clip((np.arange(wanted) + 0.5) * have / wanted - 0.5, 0, have - 1)
        before = np.minimum(at.astype(int), max(have - 2, 0))
        part = (at - before).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        low = np.take(values, before, axis)
        high = np.take(values, np.minimum(before + 1, have - 1), axis)
        values = between(low, high, part)
    return values


def _limits(values: Array, shown: Map) -> tuple[float, float]:
    """Return the limits of the scale; 0 is its middle where there are none."""
    import numpy as np

    if shown.limits is not None:
        return shown.limits
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max()) if finite.size else 0.0
    return -(largest or 1.0), largest or 1.0


def _scale(values: Array, shown: Map, palette: Palette) -> _Painted:
    """Build a colour scale from one colour through the background to another."""
    import numpy as np

    low, high = _limits(values, shown)
    # Beside 1 the distance of any two numbers is one.
    power = exponent_of(low, high)
    low, high = scaled(low, -power), scaled(high, -power)
    half = (high - low) / 2 or 1.0
    with np.errstate(all="ignore"):
        off = np.clip((scaled(values[:, :, 0], -power) - (low + high) / 2) / half, -1.0, 1.0)
        codes = np.ceil(np.abs(off) * _STEPS).clip(1, _STEPS) - 1
    codes = np.where(off > 0, codes + _STEPS, _STEPS - 1 - codes)
    codes = np.where(np.isfinite(values[:, :, 0]), codes, 2 * _STEPS).astype(int)
    below, above = palette.hues[0], palette.hues[1]
    colours = [_blend(palette, below, i / (_STEPS - 1)) for i in reversed(range(_STEPS))]
    colours += [_blend(palette, above, i / (_STEPS - 1)) for i in range(_STEPS)]
    characters = "".join(
        _SHADES[round(i * (len(_SHADES) - 1) / (2 * _STEPS - 1))] for i in range(2 * _STEPS)
    )
    return _Painted(codes.tolist(), [*colours, palette.alarm], characters + "?")


def _classes(values: Array, palette: Palette) -> _Painted:
    """Colour each class, stronger where its output is further ahead."""
    import numpy as np

    with np.errstate(all="ignore"):
        ordered = np.sort(values, axis=2)
        ahead = np.clip(ordered[:, :, -1] - ordered[:, :, -2], 0.0, 1.0)
    finite = np.isfinite(values).all(axis=2)
    sure = (np.where(finite, ahead, 0.0) * _SURE).astype(int).clip(0, _SURE - 1)
    codes = values.argmax(axis=2) * _SURE + sure
    count = values.shape[2]
    codes = np.where(finite, codes, count * _SURE)
    colours = [
        _blend(palette, class_hue(k, palette), (i + 1) / _SURE)
        for k in range(count)
        for i in range(_SURE)
    ]
    characters = "".join(_FILLS[k % len(_FILLS)] * _SURE for k in range(count))
    return _Painted(codes.tolist(), [*colours, palette.alarm], characters + "?")


def _blend(palette: Palette, hue: Color, share: float) -> Style:
    amount = _FAINTEST + (_STRONGEST - _FAINTEST) * share
    return Style(color=palette.background.blend(hue, amount).rich_color)


def _places(
    field: Field, moment: Moment, target: int, width: int, height: int, palette: Palette
) -> dict[tuple[int, int], Point]:
    """Map each cell to its observation; the selected one covers all others."""
    across, upward = field.across, field.upward
    left, right = grid_ends(across)
    bottom, top = grid_ends(upward)
    places = {}
    for point in points_of(moment, field.decision, palette, target):
        x = int(share(float(point.x[field.inputs[0]]), left, right) * width)
        y = int((1.0 - share(float(point.x[field.inputs[1]]), bottom, top)) * height)
        places[min(max(x, 0), width - 1), min(max(y, 0), height - 1)] = point
    return places


def _scale_row(
    field: Field, shown: Map, values: Array, moment: Moment, palette: Palette, plain: bool
) -> Row:
    """Draw the colour scale; nothing where colours stand for classes."""
    row = Row()
    if values.shape[2] > 1:
        return row
    low, high = (text.strip() for text in given(_limits(values, shown), 3))
    row.add(f"{map_name(shown, moment.dataset)} ", palette.heading).add(f"{low} ", palette.label)
    painted = _ramp(shown, palette)
    for code, style in enumerate(painted.colours[:-1]):
        if plain:
            row.add(painted.characters[code], palette.dim)
        else:
            row.add(" ", Style(bgcolor=style.color))
    return row.add(f" {high}", palette.label)


def _ramp(shown: Map, palette: Palette) -> _Painted:
    import numpy as np

    return _scale(np.zeros((1, 1, 1)), shown, palette)


def _axes_rows(field: Field, moment: Moment, palette: Palette, size: tuple[int, int]) -> list[Row]:
    """Lay out the axes: their inputs and limits, and the values of the other inputs."""
    width, height = size
    dataset = moment.dataset
    names = [dataset.inputs[i] for i in field.inputs]
    ends = []
    for values in (field.across, field.upward[::-1]):
        first, last = (text.strip() for text in given([float(values[0]), float(values[-1])], 2))
        ends.append(f" {first}…{last}")
    others = len(dataset.inputs) - dataset.features - len(field.inputs)
    lines = [["→ ", names[0], ends[0]], ["↑ ", names[1], ends[1]]]
    rows = [_axis(line, width, palette) for line in lines]
    if sum(row.width for row in rows) + 2 <= width:
        rows = [rows[0].add("  ").extend(rows[1])]
    elif height < _TALL:
        room = (width - 2) // 2
        pair = [_axis(line, room, palette) for line in lines]
        rows = [pair[0].add("  ").extend(pair[1])]
    told = next(
        (
            words
            for words in ("  the other inputs at their mean", "  others at their mean")
            if rows[-1].width + len(words) <= width
        ),
        None,
    )
    if others and told:
        rows[-1].add(told, palette.dim)
    elif others and height >= _VERY_TALL:
        rows.append(Row().add("the other inputs at their mean", palette.dim, width=width))
    return rows


def _axis(parts: list[str], room: int, palette: Palette) -> Row:
    """Write an axis: arrow, input, and the range unless it leaves too little of the name."""
    arrow, name, ends = parts
    left = room - cell_len(arrow) - cell_len(ends)
    if left < min(cell_len(name), _SHORT_NAME):
        left, ends = room - cell_len(arrow), ""
    row = Row().add(arrow, palette.heading)
    return row.add(shortened((name,), left)[0], palette.label).add(ends, palette.dim)


def pair_beside(pair: tuple[int, ...], count: int, step: int) -> tuple[int, ...]:
    """Return the next or previous pair of inputs, cyclically: 0 1, 0 2 … 1 2, 1 3."""
    first, second = pair
    if step > 0:
        if second + 1 < count:
            return first, second + 1
        return (first + 1, first + 2) if first + 2 < count else (0, 1)
    if second - 1 > first:
        return first, second - 1
    return (first - 1, count - 1) if first > 0 else (count - 2, count - 1)

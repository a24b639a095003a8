"""For a single input: the fitted curve over the observations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.style import Style

from engine.common.scale import share, widened
from tui.drawing.canvas import Canvas
from tui.drawing.lines import Row, right
from tui.drawing.numbers import given
from tui.drawing.palette import Palette
from tui.panes.pictures.observations import (
    class_hue,
    grid_ends,
    legend_rows,
    map_name,
    points_of,
    target_of,
)

if TYPE_CHECKING:
    from engine.analysis.surface import Map
    from engine.formula.tensor import Array
    from tui.panes.pictures.worker import Field
    from tui.view_state import Moment

_AIR = 0.06
_TALL = 10
"""Lines from which on the legend may take two."""


def curve_rows(
    field: Field, shown: Map, moment: Moment, palette: Palette, size: tuple[int, int]
) -> list[Row]:
    """Lay the curve of f, or of a neuron, out; the arguments are those of `plane_rows`."""
    import numpy as np

    values = field.values[shown.tensor][0]
    curves = values if shown.column is None else values[:, shown.column : shown.column + 1]
    of_f = shown.tensor == field.maps[0].tensor
    f0 = moment.dataset.f0
    targets = f0 if shown.column is None else f0[:, min(shown.column, f0.shape[1] - 1)]
    ends = [curves[np.isfinite(curves)], targets.reshape(-1) if of_f else np.empty(0)]
    low, high = _range(np.concatenate(ends), shown, of_f)
    labels = [text.strip() for text in given([high, low], 3)]
    gutter = max(map(len, labels)) + 1
    told = (
        Row().add(map_name(shown, moment.dataset), palette.heading).add(" the curve", palette.label)
    )
    told.add("   f₀" if of_f else "", palette.heading)
    if of_f and field.decision is None:
        told.add(" ● observations", palette.label)
    decision = field.decision if of_f else None
    rows = legend_rows(told, decision, palette, size[0], 2 if size[1] >= _TALL else 1)
    width, height = max(size[0] - gutter, 1), max(size[1] - len(rows) - 1, 1)
    canvas = Canvas(width, height)
    across = field.across
    left, right_end = grid_ends(across)

    def dot(x: float, value: float) -> tuple[int, int]:
        y = (1.0 - share(value, low, high)) * (4 * height - 1)
        return round(share(x, left, right_end) * (2 * width - 1)), round(y)

    for k in range(curves.shape[1]):
        style = palette.text + palette.plus[2]
        if curves.shape[1] > 1:
            style = Style(color=class_hue(k, palette).rich_color)
        for i in range(len(across) - 1):
            start, end = float(curves[i, k]), float(curves[i + 1, k])
            if math.isfinite(start) and math.isfinite(end):
                canvas.line(dot(float(across[i]), start), dot(float(across[i + 1]), end), style)
    if of_f:
        for point in points_of(moment, field.decision, palette, target_of(field, shown)):
            column = shown.column if shown.column is not None else int(point.f0.argmax())
            x, y = dot(float(point.x[field.inputs[0]]), float(point.f0[column]))
            canvas.write(x // 2, y // 4, point.mark, point.style)
    for y, line in enumerate(canvas.rows(palette.text)):
        label = labels[0] if y == 0 else labels[1] if y == height - 1 else ""
        rows.append(Row().add(right(label, gutter - 1) + " ", palette.dim).extend(line))
    name = moment.dataset.inputs[field.inputs[0]]
    first, last = (text.strip() for text in given([float(across[0]), float(across[-1])], 3))
    axis = Row().add(" " * gutter).add("→ ", palette.heading).add(name, palette.label)
    rows.append(axis.add(f" {first}…{last}", palette.dim))
    return rows


def _range(values: Array, shown: Map, of_f: bool) -> tuple[float, float]:
    """Return the limits of the curve's axis."""
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    if shown.limits is not None and not of_f:
        low, high = shown.limits
    return widened(low, high, _AIR, least=1.0)

"""Weights, gradients and activations of each layer as small bar charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style

from engine.common.numbers import grouped, percent, relative_error, shorten_exponent, true_minus
from tui.drawing.lines import Row
from tui.drawing.numbers import given
from tui.drawing.palette import Palette

if TYPE_CHECKING:
    from engine.analysis.histograms import Histogram, LayerDistribution

_BARS = " ▁▂▃▄▅▆▇█"
_NAME = 11
_RANGE = 19
"""The cells of the smallest and the largest value with what is between them."""
_STACKED = 60
"""Cells below which name and range stand above the bars, not beside them."""
_MOST_BINS = 40
_TALLEST = 10


def _room(width: int) -> int:
    """Return the width for bars in cells."""
    return width if width < _STACKED else width - _NAME - _RANGE


def bins_for(width: int) -> int:
    """Return the number of bars of a histogram of a width in cells."""
    return max(min(_room(width), _MOST_BINS), 8)


def histogram_rows(
    layers: list[LayerDistribution], palette: Palette, size: tuple[int, int]
) -> list[Row]:
    """Lay the charts out, as tall as there is room for.

    Args:
        layers: What there is to draw, from the input side on.
        palette: The colours.
        size: Columns and lines.
    """
    rows: list[Row] = []
    for tall in range(_TALLEST, 0, -1):
        rows = []
        for layer in layers:
            rows += [Row()] if rows else []
            rows += _layer(layer, palette, size[0], tall)
        if len(rows) <= size[1]:
            break
    return rows


def _layer(layer: LayerDistribution, palette: Palette, width: int, tall: int) -> list[Row]:
    from engine.analysis.histograms import ratio_words

    title = Row().add(layer.layer, palette.heading)
    told = Row().add(f"‖Δ{layer.symbol}‖/‖{layer.symbol}‖ ", palette.dim)
    if layer.ratio is None:
        told.add("· no update yet", palette.dim)
    else:
        words = ratio_words(layer.ratio)
        style = palette.good if words.startswith("healthy") else palette.text
        told.add(f"{_ratio(layer.ratio)} ", palette.text).add(words, style)
    notes = ""
    if layer.saturated:
        notes = f"{percent(layer.saturated)} saturated"
    if layer.dead:
        notes = f"{grouped(layer.dead)} dead"
    if title.width + 2 + told.width <= width:
        rows = [title.add("  ").extend(told)]
    else:
        # Where the activations' own line is too short for it, too.
        rows = [title.add(f"  {notes}" if notes else "", palette.text), told]
        notes = ""
    for name, chart, style in (
        ("weights", layer.weights, palette.plus[1]),
        ("gradient", layer.gradient, palette.minus[1]),
        ("activation", layer.activations, palette.good),
    ):
        if chart is None:
            rows.append(
                Row().add(name, palette.label, width=_NAME).add("· not computed", palette.dim)
            )
            continue
        note = notes if name == "activation" else ""
        draw = _stacked if width < _STACKED else _chart
        rows += draw(name, chart, style, palette, (width, tall), note)
    return rows


def _ratio(ratio: float) -> str:
    """Write a ratio with two digits, e.g. ``1.2e−3``; 0 is 0."""
    return true_minus(shorten_exponent(relative_error(ratio))) if ratio else "0"


def _chart(
    name: str, chart: Histogram, style: Style, palette: Palette, size: tuple[int, int], note: str
) -> list[Row]:
    """Draw a histogram with its range and a note beside it."""
    rows = []
    bars = _bars(chart, _room(size[0]), size[1])
    for level, line in zip(reversed(range(size[1])), bars, strict=True):
        row = Row().add(name if level == 0 else "", palette.label, width=_NAME)
        row.add(line, style)
        if level == 0:
            row.extend(_range(chart, palette))
        elif level == 1 and note:
            row.add(f" {note}", palette.text)
        rows.append(row)
    if note and size[1] == 1:
        rows.append(Row().add(" " * _NAME).add(note, palette.text))
    return rows


def _stacked(
    name: str, chart: Histogram, style: Style, palette: Palette, size: tuple[int, int], note: str
) -> list[Row]:
    """Draw a histogram with its range and a note above it."""
    title = Row().add(name, palette.label, width=_NAME - 1).extend(_range(chart, palette))
    title.add(f"  {note}" if note else "", palette.text)
    return [title, *(Row().add(line, style) for line in _bars(chart, _room(size[0]), size[1]))]


def _range(chart: Histogram, palette: Palette) -> Row:
    """Write the range of the values."""
    if chart.nonfinite:
        return Row().add(f" {grouped(chart.nonfinite)} not finite", palette.alarm)
    low, high = (text.strip() for text in given([chart.low, chart.high], 3))
    return Row().add(f" {low}…{high}", palette.dim)


def _bars(chart: Histogram, room: int, tall: int) -> list[str]:
    """Draw the bars into lines, each as wide as there is room for."""
    most = int(chart.counts.max()) or 1
    full = len(_BARS) - 1
    # What is there at all is seen, however little it is beside the rest.
    heights = [max(round(int(c) / most * full * tall), 1) if c else 0 for c in chart.counts]
    wide = max(room // len(heights), 1)
    return [
        "".join(_BARS[min(max(h - level * full, 0), full)] * wide for h in heights)
        for level in reversed(range(tall))
    ]

"""Weights, gradients and activations of each layer as small bar charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style

from tui.lines import Row
from tui.numbers import given
from tui.palette import Palette

if TYPE_CHECKING:
    from engine.distribution import Histogram, LayerDistribution

_BARS = " ▁▂▃▄▅▆▇█"
_NAME = 11
_RANGE = 19
"""The cells of the smallest and the largest value with what is between them."""
MOST_BINS = 40


def bins_for(width: int) -> int:
    """Return how many bars a histogram has in so many cells."""
    return max(min(width - _NAME - _RANGE, MOST_BINS), 8)


def histogram_rows(
    layers: list[LayerDistribution], palette: Palette, size: tuple[int, int]
) -> list[Row]:
    """Lay the charts out, as tall as there is room for.

    Args:
        layers: What there is to draw, from the input side on.
        palette: The colours.
        size: Columns and lines.
    """
    tall = min(max((size[1] // len(layers) - 3) // 3, 1), 4)
    rows: list[Row] = []
    for layer in layers:
        rows += [Row()] if rows else []
        rows += _layer(layer, palette, size[0], tall)
    return rows


def _layer(layer: LayerDistribution, palette: Palette, width: int, tall: int) -> list[Row]:
    from engine.distribution import ratio_words

    title = Row().add(layer.layer, palette.heading)
    told = Row().add(f"‖Δ{layer.symbol}‖/‖{layer.symbol}‖ ", palette.dim)
    if layer.ratio is None:
        told.add("· no update yet", palette.dim)
    else:
        words = ratio_words(layer.ratio)
        style = palette.good if words.startswith("healthy") else palette.text
        told.add(f"{layer.ratio:.1e} ".replace("-", "−"), palette.text).add(words, style)
    if title.width + 2 + told.width <= width:
        rows = [title.add("  ").extend(told)]
    else:
        rows = [title, told]
    notes = ""
    if layer.saturated:
        notes = f"{layer.saturated:.0%} saturated"
    if layer.dead:
        notes = f"{layer.dead:,} dead"
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
        rows += _chart(name, chart, style, palette, tall, notes if name == "activation" else "")
    return rows


def _chart(
    name: str, chart: Histogram, style: Style, palette: Palette, tall: int, note: str
) -> list[Row]:
    """Bars over `tall` lines; beside them, from where to where, and a note."""
    most = int(chart.counts.max()) or 1
    full = len(_BARS) - 1
    # What is there at all is seen, however little it is beside the rest.
    heights = [max(round(int(c) / most * full * tall), 1) if c else 0 for c in chart.counts]
    rows = []
    for level in reversed(range(tall)):
        row = Row().add(name if level == 0 else "", palette.label, width=_NAME)
        bars = "".join(_BARS[min(max(h - level * full, 0), full)] for h in heights)
        row.add(bars, style)
        if level == 0:
            if chart.nonfinite:
                row.add(f" {chart.nonfinite:,} not finite", palette.alarm)
            else:
                low, high = (text.strip() for text in given([chart.low, chart.high], 3))
                row.add(f" {low}…{high}", palette.dim)
        elif level == 1 and note:
            row.add(f" {note}", palette.text)
        rows.append(row)
    if note and tall == 1:
        rows.append(Row().add(" " * _NAME).add(note, palette.text))
    return rows

"""Whatever numbers there are: each chart, picture and pane draws something true of them."""

import math
from itertools import product

import numpy as np
import pytest

from engine.common.numbers import MINUS
from engine.common.scale import between, share, widened
from engine.reports.answer import value_text
from engine.run.loss_history import LossHistory, Outline, means_between, outline_between
from tui.drawing.chart import Axes, Chart, chart, empty_axes, is_curve, wants_log
from tui.drawing.numbers import fixed, given, whole_digits

LARGEST = float(np.finfo(float).max)
ODD = (0.0, -0.0, 5e-324, -5e-324, 1e-310, 1e308, -1e308, LARGEST, -LARGEST, 1.0)
NONE = (math.inf, -math.inf, math.nan)
SERIES = {
    **{f"{value:g}": [value] * 3 for value in (*ODD, *NONE)},
    "mixed": [*ODD, *NONE, *reversed(ODD)],
    "finite": list(ODD),
    "positive": [abs(value) for value in ODD],
    "exploding": [10.0**power for power in range(-3, 309)] + [math.inf, math.nan],
    "vanishing": [float(f"1e-{power}") for power in range(324)] + [0.0] * 5,
    "steep": [1.0] * 300 + [10.0 ** (30 * i) for i in range(11)],
    "close": [0.1 + i * 2**-56 for i in range(9)],
    "close and large": [1e308 + i * 2.0**971 for i in range(9)],
    "tiny": [i * 5e-324 for i in range(9)],
}
CHARTS = [(16, 4), (38, 9), (110, 25)]


def outline_of(values: list[float]) -> Outline:
    history = LossHistory.of(np.array(values))
    return history.outline(400)


def read(text: str) -> float:
    """A label of an axis as a logarithm, which may lie beyond the numbers that there are."""
    mantissa, _, power = text.partition("e")
    return math.log10(float(mantissa)) + int(power or 0)


def holds(drawn: Chart, axes: Axes, outline: Outline) -> None:
    """Check a chart against the losses that it is of."""
    height = len(drawn.lines) - 2
    labels = [(y, line.split("┤")[0].strip()) for y, line in enumerate(drawn.lines) if "┤" in line]
    assert len(labels) > (height > 2)
    assert len({label for _, label in labels}) == len(labels)
    for y, label in labels:
        at = read(label) if axes.log else float(label)
        assert abs((1 - share(at, axes.bottom, axes.top)) * (height - 1) - y) <= 1
    steps = np.repeat(outline.positions, 2)
    values = np.column_stack((outline.lows, outline.highs)).reshape(-1)
    with np.errstate(all="ignore"):
        heights = np.log10(values) if axes.log else values
    for step, at in zip(steps.tolist(), heights.tolist(), strict=True):
        if not math.isfinite(at) or not axes.holds(step):
            continue
        y = (1 - share(at, axes.bottom, axes.top)) * (height - 1)
        x = drawn.column_of(step, axes)
        cells = [
            drawn.lines[row][column]
            for row in range(max(round(y) - 1, 0), min(round(y) + 2, height))
            for column in range(max(x - 1, drawn.first), min(x + 2, drawn.last + 1))
        ]
        assert any(map(is_curve, cells)), (step, at)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("name", SERIES)
def test_every_loss_is_drawn_where_it_belongs(name: str) -> None:
    values, outline = SERIES[name], outline_of(SERIES[name])
    count = len(values)
    for log, size in product((False, True), CHARTS):
        there = [v for v in values if math.isfinite(v) and (v > 0 or not log)]
        axes = empty_axes(log).including(count, count, outline)
        drawn = chart(*size, outline, axes)
        # The longest labels leave the smallest chart no room.
        assert not there or drawn.lines or size == CHARTS[0]
        assert there or not drawn.lines
        if drawn.lines:
            holds(drawn, axes, outline)
        for first, last in ((0, count - 1), (count // 3, count // 2)):
            part = outline_between(np.array(values), first, max(last, first + 1), 400)
            near = axes.narrowed(first, max(last, first + 1), part)
            drawn = chart(*size, part, near)
            if drawn.lines:
                holds(drawn, near, part)
        smooth = means_between(np.array(values), 0, count - 1, 8)
        drawn = chart(*size, smooth, axes)
        if drawn.lines:
            holds(drawn, axes, smooth)


@pytest.mark.parametrize("name", SERIES)
def test_the_mean_of_finite_losses_lies_among_them(name: str) -> None:
    values = np.array(SERIES[name])
    for buckets in (1, 3, 1000):
        means = means_between(values, 0, values.size - 1, buckets).lows
        step = -(-values.size // buckets)
        for i, mean in enumerate(means.tolist()):
            part = values[i * step : (i + 1) * step]
            part = part[np.isfinite(part)]
            if part.size:
                assert part.min() <= mean <= part.max() or math.isclose(mean, part[0])
            else:
                assert math.isnan(mean)


def test_losses_over_many_decades_want_the_log_scale() -> None:
    assert wants_log(outline_of(SERIES["exploding"]))
    assert wants_log(outline_of(SERIES["vanishing"]))
    assert not wants_log(outline_of([0.25, 0.01, 0.001]))
    # What a logarithmic scale cannot show at all.
    assert not wants_log(outline_of([0.0, 0.0]))
    assert not wants_log(outline_of([-1.0, 1e-200, 1e200]))


def test_no_finite_loss_any_more_or_only_now_and_then() -> None:
    for values, first, lost in (
        ([1.0, math.nan, math.inf], 1, True),
        ([math.nan], 0, True),
        ([1.0, math.nan, 2.0], 1, False),
        ([1.0, 2.0], None, False),
    ):
        whole, grown = LossHistory.of(np.array(values)), LossHistory()
        for value in values:
            grown.append(np.array(value))
            grown.outline(10)
        for history in (whole, grown):
            assert history.outline(10).first_nonfinite == first
            assert history.outline(10).is_lost == lost


@pytest.mark.parametrize("value", [*ODD, *NONE])
def test_numbers_are_written_in_their_cells(value: float) -> None:
    for width, whole in product((7, 8, 9, 11), (1, 2, 3)):
        text = fixed(value, width, whole)
        assert len(text) == width
        shown = float(text.replace(MINUS, "-"))
        if math.isfinite(value):
            assert (shown == 0) == (value == 0)
            # Of so few digits the largest are rounded up, beyond what there is.
            assert math.copysign(1, shown) == math.copysign(1, value) or value == 0
        else:
            assert math.isnan(shown) if math.isnan(value) else shown == value
    if math.isfinite(value):
        assert 1 <= whole_digits(abs(value)) <= 3
        (text,) = given([value])
        assert float(text.replace(MINUS, "-")) == pytest.approx(value, rel=1e-5, abs=0)
        written = value_text(np.array(value))
        assert float(written.replace(MINUS, "-")) == pytest.approx(value, rel=1e-8, abs=0)


@pytest.mark.parametrize(("low", "high"), [(a, b) for a in ODD for b in ODD if a <= b])
def test_between_any_two_numbers(low: float, high: float) -> None:
    for part in (1.0, 0.05):
        first, last = widened(low, high, part)
        assert -math.inf < first < last < math.inf
        assert first <= low <= high <= last
    if low < high:
        assert (share(low, low, high), share(high, low, high)) == (0.0, 1.0)
        assert 0.0 <= share(low / 2 + high / 2, low, high) <= 1.0
    ends = np.array([low]), np.array([high])
    for part in (0.0, 0.25, 1.0):
        assert low <= between(*ends, np.array([part]))[0] <= high
    # What is not finite does not reach where it has no part.
    assert between(ends[0], np.array([math.nan]), np.array([0.0]))[0] == low

import tracemalloc

import numpy as np
import pytest

from engine.run.loss_history import Outline, means_between, outline_between
from tui.drawing.chart import Axes, chart, empty_axes, is_curve


def outline(values: np.ndarray) -> Outline:
    positions = np.arange(len(values), dtype=float)
    return Outline(positions, values, values, None)


def draw(values: np.ndarray, planned: int, log: bool = False, size: tuple[int, int] = (60, 15)):
    axes = empty_axes(log).including(planned, len(values), outline(values))
    return chart(*size, outline(values), axes).lines


@pytest.mark.parametrize("size", [(16, 4), (44, 11), (116, 28)])
@pytest.mark.parametrize("log", [False, True])
def test_lines_fill_the_room_exactly(size: tuple[int, int], log: bool) -> None:
    lines = draw(np.linspace(0.2, 0.01, 200), 200, log, size)
    assert len(lines) == size[1]
    assert {len(line) for line in lines} == {size[0]}
    assert not any("\x1b" in line for line in lines)


def test_a_falling_curve_falls() -> None:
    lines = draw(np.linspace(0.2, 0.0, 200), 200)
    first = [i for i, line in enumerate(lines) if any(map(is_curve, line[:15]))]
    last = [i for i, line in enumerate(lines) if any(map(is_curve, line[50:]))]
    assert max(first) < min(last)


def test_half_of_the_planned_iterations_fill_half_of_the_width() -> None:
    lines = draw(np.full(100, 0.15), 200, size=(84, 15))
    columns = [x for line in lines for x, character in enumerate(line) if is_curve(character)]
    _, middle, _ = (x for x, character in enumerate(lines[-2]) if character == "┬")
    assert abs(max(columns) - middle) <= 1


def test_axes_stay_unless_something_does_not_fit() -> None:
    axes = empty_axes(log=False).including(100, 1, outline(np.array([0.196])))
    assert (axes.iterations, axes.bottom, axes.top) == (100, 0.0, 0.2)
    assert axes.including(100, 50, outline(np.array([0.19, 0.05]))) == axes
    assert axes.including(100, 101, outline(np.array([0.1]))).iterations == 200
    assert axes.including(100, 50, outline(np.array([0.35]))).top == 0.4


def test_log_axes_are_whole_decades() -> None:
    axes = empty_axes(log=True).including(100, 3, outline(np.array([0.2, 0.03, 0.0])))
    assert (axes.bottom, axes.top) == (-2, 0)


@pytest.mark.parametrize("log", [False, True])
def test_what_cannot_be_drawn_is_left_out(log: bool) -> None:
    values = np.array([0.2, np.nan, 0.1, 0.0, 0.05])
    assert draw(values, 10, log)
    assert draw(np.array([np.nan]), 10, log) == ()
    assert draw(values, 10, log, size=(8, 2)) == ()


def test_drawing_twice_is_drawing_once() -> None:
    values = np.geomspace(1, 1e-6, 100)
    assert draw(values, 100, log=True) == draw(values, 100, log=True)


def test_zooming_shows_some_iterations_over_the_whole_height() -> None:
    values = np.concatenate((np.linspace(1, 0.5, 500), np.linspace(0.02, 0.01, 500)))
    whole = outline(values)
    between = outline_between(values, 600, 700, 50)
    # Two losses a bucket at least; the smallest and the largest of all are kept.
    assert between.positions.size <= 51
    assert (between.positions[0], between.positions[-1] <= 700) == (600, True)
    assert np.nanmin(between.lows) == values[700]
    assert np.nanmax(between.highs) == values[600]
    axes = empty_axes(log=False).including(1000, 1000, whole).narrowed(600, 700, between)
    assert axes.bottom < values[700] < values[600] < axes.top
    assert axes.top - axes.bottom < 1.2 * (values[600] - values[700])
    drawn = chart(60, 12, between, axes)
    assert drawn.iteration_at(drawn.first, axes) == 600
    assert drawn.iteration_at(drawn.last, axes) == 700
    assert drawn.column_of(650, axes) == pytest.approx((drawn.first + drawn.last) / 2, abs=1)
    used = [y for y, line in enumerate(drawn.lines) if any(map(is_curve, line))]
    assert len(used) >= 9


@pytest.mark.parametrize(
    ("log", "first", "last", "labels"),
    [
        (True, 0.09, 0.015, ["0.05", "0.02"]),
        (True, 0.1, 0.00001, ["0.1", "0.01", "0.001", "0.0001", "1e-05"]),
        (True, 0.21, 0.19, ["0.21", "0.205", "0.2", "0.195", "0.19"]),
        (False, 0.331, 0.0, ["0.3", "0.2", "0.1", "0"]),
        (False, 0.0612, 0.0571, ["0.061", "0.06", "0.059", "0.058", "0.057"]),
    ],
)
def test_on_a_zoomed_scale_the_ticks_are_round_and_not_negative(
    log: bool, first: float, last: float, labels: list[str]
) -> None:
    values = (np.geomspace if log else np.linspace)(first, last, 100)
    whole = outline(values)
    axes = empty_axes(log=log).including(100, 100, whole).narrowed(0, 100, whole)
    drawn = chart(60, 15, whole, axes)
    assert [line.split("┤")[0].strip() for line in drawn.lines if "┤" in line] == labels


def test_ticks_of_a_scale_with_next_to_nothing_on_it() -> None:
    for value in (1.0, 1e308, 5e-324):
        whole = outline(np.array([value, np.nextafter(value, 0.0) or value]))
        axes = empty_axes(log=True).including(2, 2, whole).narrowed(0, 2, whole)
        assert chart(60, 15, whole, axes).lines


def test_an_outline_of_iterations_that_are_not_there_is_empty() -> None:
    assert outline_between(np.ones(5), 10, 20, 8).positions.size == 0


def test_smoothing_draws_means() -> None:
    values = np.tile([1.0, 3.0], 50)
    values[0], values[99] = np.nan, 5.0
    smooth = means_between(values, 0, 99, 10)
    assert smooth.positions.tolist() == [10 * i + 4.5 for i in range(10)]
    # Without the first: four times 1 and five times 3; at the end 5 instead of 3.
    expected = [19 / 9, *[2.0] * 8, 2.2]
    np.testing.assert_allclose(smooth.lows, expected)
    np.testing.assert_array_equal(smooth.lows, smooth.highs)
    assert means_between(values, 40, 59, 4).positions.tolist() == [42, 47, 52, 57]
    assert means_between(values, 200, 300, 4).positions.size == 0
    long = means_between(np.arange(2_500_000.0), 0, 2_499_999, 5)
    np.testing.assert_allclose(long.lows, long.positions, atol=2)


def test_a_curve_far_beyond_the_axes_takes_no_memory() -> None:
    values = np.array([1e-6, 1e9, 1e-6])
    far = Outline(np.arange(3.0), values, values, None)
    axes = Axes(2, 0.0, 1e-5, False, 0, narrow=True)
    tracemalloc.start()
    try:
        drawn = chart(60, 12, far, axes)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(drawn.lines) == 12
    assert peak < 10_000_000


@pytest.mark.parametrize(
    ("largest", "height", "ticks"),
    [(1.4, 14, "1.5 1 0.5 0"), (1.4, 19, "1.5 1.2 0.9 0.6 0.3 0"), (0.29, 14, "0.3 0.2 0.1 0")],
)
def test_the_steps_of_an_axis_are_round(largest: float, height: int, ticks: str) -> None:
    lines = draw(np.linspace(largest, 0.0, 200), 200, size=(60, height))
    assert [line.partition("┤")[0].strip() for line in lines if "┤" in line] == ticks.split()

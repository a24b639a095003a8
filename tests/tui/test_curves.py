"""Watched numbers over the iterations: in the chart, and against each other."""

import numpy as np
import pytest

from engine import read_dataset
from engine.common.numbers import format_number
from engine.common.pace import SPEEDS
from tests.tui.app import SIZES, clock, opened, said, text, until
from tests.tui.views import drawn, go_to
from tui.app import NNTui
from tui.drawing.chart import Axes, is_curve
from tui.panes.loss.watched import laid_over, scale_of


def chart(app: NNTui) -> str:
    return "\n".join(line.text for line in app.frame.loss._lines)


async def watching(app: NNTui, *texts: str) -> None:
    for expression in texts:
        app.do(lambda debugger, it=expression: debugger.stops.add_watch(it))


@pytest.mark.usefixtures("in_colours")
@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_watches_are_drawn_over_the_losses(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("xor"), iterations=300) as (app, pilot):
        await pilot.press("3", "m", "W")
        await until(pilot, lambda: "w watches a number" in said(app))
        await watching(app, "norm(dE_dw)", "w[0, 0]", "E < 0.1")
        await pilot.press("space")
        await until(pilot, lambda: clock(app) == (300, 0) and len(app.moment.curves) == 2)
        values = app.moment.curves["norm(dE_dw)"]
        await until(pilot, lambda: f"norm(dE_dw) {format_number(values[-1], 3)}" in chart(app))
        hue = app.palette.hues[3].rich_color
        dots = [
            character
            for line in app.frame.loss._lines
            for segment, style, _ in line
            for character in segment
            if style is not None and style.color == hue and is_curve(character)
        ]
        assert len(dots) > 10
        # The cursor tells its value there.
        await pilot.press("h")
        at = app.frame.loss.cursor_iteration
        assert at is not None
        assert at < 299
        assert f"norm(dE_dw) {format_number(values[at], 3)}" in chart(app)
        await pilot.press("W")
        await until(pilot, lambda: "norm(dE_dw) " not in chart(app))


async def test_what_was_asked_over_iterations_is_drawn_too_and_goes_on() -> None:
    async with opened(dataset=read_dataset("xor")) as (app, pilot):
        await pilot.press("s", "s", "colon", *"accuracy over all", "enter")
        await until(pilot, lambda: "largest" in text(app) or "everywhere" in text(app))
        await pilot.press("escape", "W")
        await until(pilot, lambda: app.moment.curves.get("accuracy", np.empty(0)).size == 2)
        await pilot.press("s")
        await until(pilot, lambda: app.moment.curves["accuracy"].size == 3)


async def test_two_watches_are_drawn_against_each_other_with_the_clock() -> None:
    async with opened((120, 36), read_dataset("xor"), iterations=200) as (app, pilot):
        await watching(app, "v[0, 0]", "w[0, 0]", "E")
        await go_to(app, pilot, "phase")
        assert "w watches a number" in " ".join(drawn(app).split())
        await pilot.press("W", "m", "space")
        await until(pilot, lambda: clock(app) == (200, 0) and "● iteration 199" in drawn(app))
        x, y = (app.moment.curves[name] for name in ("v[0, 0]", "w[0, 0]"))
        ends = [format_number(value, 3) for value in (y.min(), y.max())]
        assert f"↑ w[0, 0]  {ends[0]} … {ends[1]}" in drawn(app)
        before = place(app, "●")
        await pilot.press("g", *"50", "enter")
        await until(pilot, lambda: "● iteration 49" in drawn(app))
        lines = drawn(app).splitlines()
        width, height = len(lines[0]), len(lines) - 2
        across, up = place(app, "●")
        assert (across, up) != before
        assert abs(across / width - (x[49] - x.min()) / np.ptp(x)) < 0.05
        assert abs(1 - (up - 1) / height - (y[49] - y.min()) / np.ptp(y)) < 0.1
        await pilot.press("l")
        await until(pilot, lambda: "↑ E" in drawn(app))


def place(app: NNTui, mark: str) -> tuple[int, int]:
    """The column and line of a mark below the heading."""
    for y, line in enumerate(drawn(app).splitlines()[1:], start=1):
        if mark in line:
            return line.index(mark), y
    raise AssertionError(mark)


@pytest.mark.slow
async def test_a_walk_draws_on_as_it_goes() -> None:
    async with opened((120, 36), iterations=10, speed=SPEEDS[2]) as (app, pilot):
        await watching(app, "norm(dE_dw)")
        await pilot.press("W", "space")
        await until(pilot, lambda: app.moment.curves.get("norm(dE_dw)", np.empty(0)).size >= 1)
        await pilot.press("space")


def test_a_scale_is_logarithmic_where_that_fits() -> None:
    assert scale_of(np.array([1.0, 2.0, 5.0])).log is False
    assert scale_of(np.array([1e-5, 1.0])).log is True
    assert scale_of(np.array([-1.0, 1e5])).log is False
    assert scale_of(np.array([np.nan])) is None
    for values in (np.geomspace(1e-6, 1.0, 50), np.linspace(-3.0, 5.0, 50), np.full(50, 2.0)):
        for axes in (Axes(49, 0.0, 0.4, False), Axes(49, -3.0, 1.0, True)):
            laid = laid_over(values, scale_of(values), axes, 200)
            heights = np.log10(laid.lows) if axes.log else laid.lows
            assert (heights >= axes.bottom).all()
            assert (heights <= axes.top).all()
            # Evenly from the one end of its own scale to the other.
            steps = np.diff(heights)
            assert np.allclose(steps, steps[0], atol=1e-9)

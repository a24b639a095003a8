"""The pictures: what is drawn, live, at three sizes and without colours."""

import pytest

from tests.tui.app import clock, opened, snapshot, text, until
from tests.tui.views import at_three_sizes, drawn, go_to
from tui.view_state import State


@at_three_sizes
async def test_every_view_at_every_size(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        for view, words in (
            ("boundary", "input1"),
            ("network", "observation 1"),
            ("quality", "accuracy"),
            ("histograms", "weights"),
        ):
            await go_to(app, pilot, view)
            await until(pilot, lambda words=words: words in drawn(app))
            pane = app.frame.pictures
            width = pane.scrollable_content_region.width
            assert {line.cell_length for line in pane._lines} == {width}


async def test_the_pictures_take_the_place_of_the_weights() -> None:
    async with opened((120, 36)) as (app, pilot):
        assert not app.frame.pictures.display
        await pilot.press("6")
        await pilot.pause()
        assert app.frame.pictures.display
        assert not app.frame.weights.display
        await pilot.press("5")
        await pilot.pause()
        assert app.frame.pictures.display
        await pilot.press("4")
        await pilot.pause()
        assert app.frame.weights.display
        assert not app.frame.pictures.display


async def test_the_pictures_are_live_while_training() -> None:
    async with opened((120, 36), iterations=10**9) as (app, pilot):
        await go_to(app, pilot, "boundary")
        await pilot.press("space")
        before = app.frame.pictures._requests.painted["boundary"]
        await until(pilot, lambda: app.frame.pictures._requests.painted["boundary"] is not before)
        assert app.moment.state is State.RUNNING
        await pilot.press("space")
        await until(pilot, lambda: app.moment.state is State.PAUSED)
        await until(
            pilot,
            lambda: (
                app.frame.pictures._requests.painted["boundary"].order.snapshot is snapshot(app)
            ),
        )


async def test_nothing_is_computed_while_it_is_not_seen() -> None:
    async with opened((120, 36)) as (app, pilot):
        await pilot.press("s", "s")
        await until(pilot, lambda: clock(app) == (2, 0))
        assert app.frame.pictures._requests.studio._thread is None


async def test_a_reset_to_another_network() -> None:
    async with opened((120, 36)) as (app, pilot):
        await go_to(app, pilot, "boundary")
        await pilot.press("l", "l", "l")
        app.do(lambda d: d.reset(d.hyperparameters.replace(hidden=2)))
        await until(pilot, lambda: "(1/3)" in str(app.frame.pictures.border_title))
        await pilot.press("v")
        await until(pilot, lambda: "g2" in drawn(app) and "g3" not in drawn(app))


@pytest.mark.slow
async def test_resizing_with_a_picture() -> None:
    async with opened((120, 36)) as (app, pilot):
        for view in ("boundary", "network", "quality", "histograms"):
            await go_to(app, pilot, view)
            await pilot.resize_terminal(40, 10)
            await pilot.pause()
        await pilot.resize_terminal(1, 1)
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "hidden" in drawn(app))


@pytest.mark.slow
async def test_a_fused_gradient_and_what_hinge_assumes_are_said() -> None:
    async with opened((120, 36), loss="bce") as (app, pilot):
        await pilot.press("f", "5", "m")
        await until(pilot, lambda: "∂E/∂y = (f − f₀)/(N·O)  fused " in text(app))
        await until(pilot, lambda: "∂f/∂y = f(1 − f)  for display only " in text(app))
        await pilot.press(*"n" * 8)
        await until(pilot, lambda: "fused: ∂E/∂f·∂f/∂y multiplied out" in text(app))
    async with opened(loss="hinge", output_activation="identity") as (app, pilot):
        await pilot.press("1", "m")
        await until(pilot, lambda: "targets 0 and 1 are −1 and 1" in text(app))

"""The picture of the histograms."""

import pytest

from engine import read_dataset
from engine.analysis.evaluate import Forward
from engine.analysis.histograms import distributions, ratio_words
from tests.tui.app import clock, opened, snapshot, until
from tests.tui.views import at_three_sizes, drawn, go_to, of
from tui.panes.pictures.histograms import bins_for


async def test_the_histograms_tell_the_update_to_weight_ratio() -> None:
    async with opened((120, 36)) as (app, pilot):
        await go_to(app, pilot, "histograms")
        assert "no update yet" in drawn(app)
        assert "not computed" in drawn(app)
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        forward = Forward(app.debugger.dataset, snapshot(app).hyperparameters)
        for layer in distributions(forward, snapshot(app).values):
            ratio = f"{layer.ratio:.1e}".replace("e-0", "e−")
            await until(pilot, lambda ratio=ratio: ratio in drawn(app))


async def test_the_histograms_use_the_room() -> None:
    async with opened((120, 36), of(4, rows=200), hidden=16) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await go_to(app, pilot, "histograms")
        pane = app.frame.pictures

        def bars() -> int:
            """The cells of the widest line of bars."""
            return max(len(line.strip()) for line in drawn(app).splitlines() if "▁" in line)

        await until(pilot, lambda: bars() > 30)
        assert pane._total <= pane.size.height
        await pilot.press("m")
        await until(pilot, lambda: bars() > 100)
        assert pane.size.height - 6 < len(drawn(app).rstrip().splitlines()) <= pane.size.height


DEEP = {"hidden": "4,4,4,4,4,4", "activation": "tanh", "bias": "per-neuron"}


@pytest.mark.one_in(3)
@at_three_sizes
async def test_no_bar_is_behind_the_scroll_bar(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("spiral"), init="xavier", **DEEP) as (app, pilot):
        await go_to(app, pilot, "histograms")
        pane = app.frame.pictures
        await until(pilot, lambda: pane.show_vertical_scrollbar)

        def bins() -> int:
            return pane._requests.painted["histograms"].order.bins

        await until(pilot, lambda: bins() == bins_for(pane.scrollable_content_region.width))


@pytest.mark.slow
@pytest.mark.one_in(3)
@at_three_sizes
async def test_what_a_layer_is_like_is_told_in_whole_words(size: tuple[int, int]) -> None:
    # Long symbols, much that is saturated, and weights that jump.
    values = {**DEEP, "init": "normal", "learning_rate": 9.0}
    async with opened(size, read_dataset("spiral"), **values) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await go_to(app, pilot, "histograms")
        forward = Forward(app.debugger.dataset, snapshot(app).hyperparameters)
        layers = distributions(forward, snapshot(app).values)
        assert sum(ratio_words(layer.ratio) == "η too high?" for layer in layers) > 1
        assert sum(bool(layer.saturated) for layer in layers) > 1
        pane, told = app.frame.pictures, ""
        for _ in range(60):
            told += drawn(app)
            await pilot.press("j")
        for layer in layers:
            assert f" {ratio_words(layer.ratio)} " in told
            assert not layer.saturated or f"{layer.saturated:.0%} saturated " in told
        assert not pane.max_scroll_y or pane.scroll_y == pane.max_scroll_y

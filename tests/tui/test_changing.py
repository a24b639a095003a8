"""Changing weights, going along the chart, and tensors that do not fit."""

import numpy as np
import pytest
from textual.widgets import Input

from tests.tui.app import SIZES, clock, opened, snapshot, state, text, until
from tui.moment import State
from tui.screens.branches import BranchesScreen
from tui.screens.prompt import PromptScreen

at_two_sizes = pytest.mark.parametrize("size", SIZES)


async def on_screen(app, pilot, kind: type) -> None:
    await until(pilot, lambda: isinstance(app.screen, kind))


async def answer(app, pilot, text_: str) -> None:
    """Type into the prompt that is open."""
    await on_screen(app, pilot, PromptScreen)
    app.screen.query_one(Input).value = text_
    await pilot.press("enter")


@at_two_sizes
async def test_weights_are_edited_and_branches_kept(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("f", "f", "f", "S", "S", "4", "j", "l")
        await until(pilot, lambda: clock(app) == (1, 0))
        before = snapshot(app).values["v"][1, 1]
        await pilot.press("e")
        await answer(app, pilot, "0.5")
        await until(pilot, lambda: snapshot(app).values["v"][1, 1] == 0.5)
        assert [branch.label for branch in snapshot(app).branches] == [
            "start",
            "v[input2, g2] = 0.5 at 1",
        ]
        value = 0.5
        for key, factor in (
            ("plus", 1.01),
            ("minus", 0.99),
            ("asterisk", 1.1),
            ("underscore", 0.9),
        ):
            value *= factor
            await pilot.press(key)
            await until(
                pilot, lambda value=value: np.isclose(snapshot(app).values["v"][1, 1], value)
            )
        for _ in range(4):
            await pilot.press("u")
        await until(pilot, lambda: snapshot(app).values["v"][1, 1] == 0.5)
        await pilot.press("u")
        await until(pilot, lambda: snapshot(app).values["v"][1, 1] == before)
        assert len(snapshot(app).branches) == 1
        await pilot.press("U")
        await until(pilot, lambda: snapshot(app).values["v"][1, 1] == 0.5)
        await pilot.press("f", "3")
        await until(pilot, lambda: "⣀ start" in text(app))
        await pilot.press("t")
        await on_screen(app, pilot, BranchesScreen)
        await pilot.press("enter")
        await until(pilot, lambda: snapshot(app).branches[0].current)
        await pilot.press("t", "j", "d")
        await until(pilot, lambda: "Drop the branch?" in text(app))
        await pilot.press("y")
        await until(pilot, lambda: len(snapshot(app).branches) == 1)


@at_two_sizes
async def test_the_cursor_of_the_chart(size: tuple[int, int]) -> None:
    async with opened(size, iterations=60) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await pilot.press("3", "left", "left")
        await until(pilot, lambda: app.frame.loss.cursor_iteration is not None)
        at = app.frame.loss.cursor_iteration
        assert at < 59
        await until(pilot, lambda: f"E = {snapshot(app).losses[at]:.9e} at {at}" in text(app))
        await pilot.press("escape")
        assert app.frame.loss.cursor_iteration is None
        await pilot.press("left", "enter")
        await until(pilot, lambda: 0 < clock(app)[0] < 60)


async def test_large_tensors_are_drawn_in_colours() -> None:
    async with opened((80, 24), hidden=60) as (app, pilot):
        await pilot.press("f", "5", *["j"] * 15, "enter")
        await until(pilot, lambda: "norm" in text(app))
        await pilot.press("v")
        await until(pilot, lambda: "∂E/∂v[input1, g1] = " in text(app))
        assert "█" in text(app)
        exact = repr(float(snapshot(app).values["dE_dv"][0, 1])).replace("-", "−")
        await pilot.press("l")
        await until(pilot, lambda: f"∂E/∂v[input1, g2] = {exact}" in text(app))

"""Explaining, stopping, asking and changing, by the keys, at two sizes."""

import numpy as np
import pytest
from textual.widgets import Input

from engine import Debugger, read_dataset
from tests.tui.app import SIZES, clock, opened, snapshot, state, text, until
from tui.app import NNTui
from tui.moment import State
from tui.screens.branches import BranchesScreen
from tui.screens.evaluate import EvaluateScreen
from tui.screens.explain import ExplainScreen
from tui.screens.prompt import PromptScreen
from tui.screens.stops import StopsScreen

at_two_sizes = pytest.mark.parametrize("size", SIZES)


async def on_screen(app, pilot, kind: type) -> None:
    await until(pilot, lambda: isinstance(app.screen, kind))


async def answer(app, pilot, text_: str) -> None:
    """Type into the prompt that is open."""
    await on_screen(app, pilot, PromptScreen)
    app.screen.query_one(Input).value = text_
    await pilot.press("enter")


@at_two_sizes
async def test_from_a_gradient_back_to_the_data(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("f")
        await until(pilot, lambda: clock(app) == (1, 0))
        await pilot.press("5", *["j"] * 15, "enter")
        await until(pilot, lambda: "4 Inspector  ∂E/∂v" in text(app))
        await pilot.press("j", "x")
        await on_screen(app, pilot, ExplainScreen)
        shown = text(app)
        assert "∂E/∂v[input2, g1] = −0.0037192781" in shown
        assert "0·0.003388157 + 1·(−0.002019082)" in shown
        assert "A weight acts on every observation" in shown
        # ∂E/∂ŷ[2, g1], then always the first operand of what comes.
        await pilot.press("j", "j", "j")
        way = "∂E/∂v"
        for symbol in ("∂E/∂ŷ", "∂E/∂g", "∂E/∂y", "∂E/∂f", "f", "y", "g", "ŷ", "x"):
            way += f" → {symbol}"
            await pilot.press("enter")
            await until(pilot, lambda way=way: f"│ {way} " in text(app))
        assert "an input, from the table" in text(app)
        await pilot.press("backspace")
        await until(pilot, lambda: f"│ {way.removesuffix(' → x')} " in text(app))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: "4 Weights" in text(app) and "Inspector" not in text(app))


@at_two_sizes
async def test_breakpoints_by_key(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("5", "j", "j", "b")
        await until(pilot, lambda: any(stop.place == "y" for stop in snapshot(app).stops))
        assert any("●" in line and "y = g·w" in line for line in text(app).splitlines())
        await pilot.press("c")
        await until(pilot, lambda: clock(app) == (0, 2) and state(app) is State.PAUSED)
        await until(pilot, lambda: "stopped: breakpoint before y" in text(app))
        await pilot.press("c")
        await until(pilot, lambda: clock(app) == (1, 2) and state(app) is State.PAUSED)
        await pilot.press("full_stop")
        await until(pilot, lambda: clock(app) == (2, 2) and state(app) is State.PAUSED)
        await pilot.press("C")
        await until(pilot, lambda: clock(app) == (1, 2))
        await pilot.press("b")
        await until(pilot, lambda: not any(stop.place for stop in snapshot(app).stops))


@at_two_sizes
async def test_watches_and_the_list(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("w")
        await answer(app, pilot, "norm(dE_dv")
        await until(pilot, lambda: "was never closed" in text(app))
        await answer(app, pilot, "E < 0.19")
        await until(pilot, lambda: not isinstance(app.screen, PromptScreen))
        await pilot.press("c")
        await until(pilot, lambda: "E < 0.19 became true" in text(app))
        reached = clock(app)
        losses = snapshot(app).losses
        assert losses[reached[0] - 1] < 0.19 <= losses[reached[0] - 2]
        await pilot.press("B")
        await on_screen(app, pilot, StopsScreen)
        assert "now true  1 hit" in text(app)
        assert f"iteration {reached[0]}: E < 0.19 became true" in text(app)
        await pilot.press("d")
        await until(
            pilot, lambda: "a built-in stop stays" in str(app._notifications._notifications)
        )
        await pilot.press(*["j"] * 4, "e")
        await answer(app, pilot, "E < 0.18 for 2")
        await until(pilot, lambda: "E < 0.18 for 2" in text(app))
        await pilot.press("space")
        await until(pilot, lambda: not snapshot(app).stops[4].enabled)
        await pilot.press("d")
        await until(pilot, lambda: len(snapshot(app).stops) == 4)
        await pilot.press("escape")


@at_two_sizes
async def test_evaluating_and_looking_through_the_iterations(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await pilot.press("colon")
        await on_screen(app, pilot, EvaluateScreen)
        for typed, found in (
            ("max(abs(dE_dw", "was never closed"),
            ("f[3, 0]", "0.925"),
            ("norm(dE_dw) over 1000..", "in iteration 8,220"),
        ):
            app.screen.query_one(Input).value = typed
            await pilot.press("enter")
            await until(pilot, lambda found=found: found in text(app))
        await pilot.press("up")
        assert app.screen.query_one(Input).value == "norm(dE_dw) over 1000.."
        await pilot.press("ctrl+g")
        await until(pilot, lambda: clock(app) == (8221, 0))


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


async def test_a_tensor_goes_to_the_clipboard() -> None:
    async with opened() as (app, pilot):
        await pilot.press("f", "5", *["j"] * 9, "Y")
        await until(pilot, lambda: app.clipboard.startswith("dE_dw = "))
        copied = eval(app.clipboard.split(" = ")[1], {"np": np})
        assert copied.tobytes() == snapshot(app).values["dE_dw"].tobytes()


async def test_the_first_value_that_is_not_finite_is_named() -> None:
    start = {"v": [[1e308] * 3] * 2, "w": [[1.0], [1.0], [1.0]]}
    app = NNTui("or.csv", lambda: Debugger(read_dataset("or"), parameters=start))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app._moment is not None)
        await pilot.press("c")
        await until(pilot, lambda: "stopped: ŷ[4, g1] is inf" in text(app))
        assert clock(app) == (0, 1)


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

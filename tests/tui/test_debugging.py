"""Stops, explanations, and the prompt that evaluates: every key at two sizes."""

import re

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from engine import Debugger, read_dataset
from engine.common.numbers import format_number
from engine.loop.plan import loop_name
from tests.engine.test_validation import halves
from tests.tui.app import at_two_sizes, clock, opened, said, snapshot, state, text, until
from tui.app import NNTui
from tui.dialogs.evaluate import EvaluateScreen
from tui.dialogs.explain import ExplainScreen
from tui.dialogs.listing import ListLines
from tui.dialogs.prompt import PromptScreen
from tui.dialogs.stops import StopsScreen
from tui.view_state import State

TO_DE_DW, TO_DE_DV = 9, 15
"""How many lines down from the top of the listing."""


async def answer(app: NNTui, pilot: Pilot[None], words: str) -> None:
    """Fill in the line of a prompt that was just asked for."""
    await until(pilot, lambda: isinstance(app.screen, PromptScreen | EvaluateScreen))
    await until(pilot, lambda: list(app.screen.query(Input)))
    app.screen.query_one(Input).value = words
    await pilot.press("enter")


def line_of(app: NNTui, formula: str) -> str:
    return next(line for line in text(app).splitlines() if formula in line)


@at_two_sizes
async def test_patience_and_the_way_to_the_best_parameters(size: tuple[int, int]) -> None:
    learner = halves(patience=15)
    learner.train()
    best = int(np.argmin(learner.held_out_losses))
    wanted = learner.hyperparameters.as_dict()
    async with opened(size, learner.dataset, **wanted) as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: "no held-out loss is computed yet" in said(app))
        await pilot.press("space")
        await until(pilot, lambda: snapshot(app).stopped)
        end = clock(app)
        words = f"patience: held-out E no better since iteration {best}"
        await until(pilot, lambda: words in text(app))
        assert "3→5→1" in text(app)
        await until(
            pilot, lambda: f"R goes to the best parameters, of iteration {best}" in said(app)
        )
        await pilot.press("B")
        await until(pilot, lambda: isinstance(app.screen, StopsScreen))
        assert "planned" in line_of(app, "worse >= 15")
        await pilot.press(*["j"] * 4, "space")
        await until(pilot, lambda: "this stop is a hyperparameter" in said(app))
        await pilot.press("e")
        await until(pilot, lambda: "change it there (2)" in said(app))
        await pilot.press("escape", "R")
        await until(pilot, lambda: clock(app) == (best, 0))
        await pilot.press("R")
        await pilot.press("g")
        await answer(app, pilot, "end")
        await until(pilot, lambda: clock(app) == end)


@at_two_sizes
async def test_breakpoints_and_continuing(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: "Only a value that is no finite number stops this" in said(app))
        await until(pilot, lambda: state(app) is State.FINISHED)
        await pilot.press("r")
        await until(pilot, lambda: clock(app) == (0, 0))
        # At the cursor.
        await pilot.press(*["j"] * TO_DE_DW, "b")
        await until(pilot, lambda: "●" in line_of(app, "∂E/∂w = "))
        for iteration in (0, 1):
            await pilot.press("c")
            await until(pilot, lambda i=iteration: clock(app) == (i, TO_DE_DW))
        await until(pilot, lambda: "stopped: breakpoint before ∂E/∂w" in text(app))
        assert "stopped: breakpoint before ∂E/∂w" in text(app)
        await pilot.press("full_stop")
        await until(pilot, lambda: clock(app) == (2, TO_DE_DW))
        for iteration in (1, 0):
            await pilot.press("C")
            await until(pilot, lambda i=iteration: clock(app) == (i, TO_DE_DW))
        await until(pilot, lambda: "stopped: breakpoint before ∂E/∂w" in text(app))
        await pilot.press("C")
        await until(pilot, lambda: "No stop lies before this." in said(app))
        # At the marker, as the cursor went along with the clock.
        await pilot.press("f9")
        await until(pilot, lambda: "Breakpoint taken away from ∂E/∂w." in said(app))
        await until(pilot, lambda: "●" not in line_of(app, "∂E/∂w = "))
        await pilot.press("f9")
        await until(pilot, lambda: "●" in line_of(app, "∂E/∂w = "))


@at_two_sizes
async def test_watches_and_the_list_of_stops(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s", "w")
        await answer(app, pilot, "E <")
        await until(pilot, lambda: "invalid syntax" in text(app))
        await answer(app, pilot, "nonsense < 1")
        await until(pilot, lambda: "there is no 'nonsense'" in text(app))
        assert isinstance(app.screen, PromptScreen)
        await answer(app, pilot, "E < 0.19")
        await until(pilot, lambda: "Added. B lists all breakpoints and watches." in said(app))
        await pilot.press("w")
        await answer(app, pilot, "norm(dE_dw)")
        await until(pilot, lambda: len(snapshot(app).stops) == 6)
        await pilot.press("B")
        await until(pilot, lambda: isinstance(app.screen, StopsScreen))
        await until(pilot, lambda: "no stop so far" in text(app))
        norm = snapshot(app).stops[-1].value
        assert float(norm) > 0
        assert f"now {norm}" in text(app)
        assert "now false" in text(app)

        await pilot.press("escape", "c")
        await until(pilot, lambda: "stopped: E < 0.19 became true" in text(app))
        reached = clock(app)[0]
        losses = snapshot(app).losses
        assert losses[reached - 1] < 0.19 <= losses[reached - 2]
        await pilot.press("B")
        await until(
            pilot, lambda: f"E < 0.19 became true, after iteration {reached - 1:,}" in text(app)
        )
        assert "1 hit" in line_of(app, "watch    E < 0.19")

        await pilot.press(*["j"] * 4, "space")
        await until(pilot, lambda: "○ watch    E < 0.19" in text(app))
        await pilot.press("space")
        await until(pilot, lambda: "● watch    E < 0.19" in text(app))
        await pilot.press("e")
        await answer(app, pilot, "E < 0.18 for 2")
        await until(pilot, lambda: "● watch    E < 0.18 for 2" in text(app))
        await pilot.press("d")
        await until(pilot, lambda: "E < 0.18" not in text(app))
        await pilot.press("k", "d")
        await until(pilot, lambda: "a built-in stop stays" in said(app))
        assert len(snapshot(app).stops) == 5
        await pilot.press("b")
        await answer(app, pilot, "nowhere")
        await until(pilot, lambda: "there is no operation 'nowhere'" in text(app))
        await answer(app, pilot, "dE_dw: E < 0.1 after 3")
        await until(pilot, lambda: "break    ∂E/∂w: E < 0.1 after 3" in text(app))


@at_two_sizes
async def test_nothing_is_said_to_stop_a_run_that_nothing_stops(size: tuple[int, int]) -> None:
    async with opened(size, iterations=5) as (app, pilot):
        app.do(lambda debugger: debugger.stops.toggle(1))
        await until(pilot, lambda: not any(stop.enabled for stop in snapshot(app).stops))
        await pilot.press("c")
        await until(pilot, lambda: "Nothing stops this: b sets a breakpoint" in said(app))


async def test_the_list_of_stops_in_little_room() -> None:
    async with opened((80, 24), learning_rate=1e300, activation="relu") as (app, pilot):
        app.do(lambda debugger: debugger.stops.add_watch("norm(dE_dw) + norm(dE_dv) < 0.001"))
        await pilot.press("space")
        await until(pilot, lambda: snapshot(app).log)
        await pilot.press("B")
        await until(pilot, lambda: isinstance(app.screen, StopsScreen))
        # What is too long for a line goes on below.
        words = " ".join(text(app).partition("stops so far")[2].replace("│", " ").split())
        assert words.startswith(snapshot(app).log[0])
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: "built in the first value …  1 hit" in text(app))
        await pilot.press(*["j"] * 4)
        await until(pilot, lambda: "norm(" in text(app))
        assert re.search(r"norm\(.*…  now \S+ ", line_of(app, "norm("))


@at_two_sizes
async def test_going_to_an_iteration_is_told_in_sentences(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await pilot.press("g")
        await until(pilot, lambda: "1 iteration is computed; others are computed on" in text(app))
        await answer(app, pilot, "12")
        await until(pilot, lambda: clock(app) == (12, 0))
        await pilot.press("g")
        await until(pilot, lambda: "12 iterations are computed" in text(app))
        await pilot.press("escape", "colon")
        await answer(app, pilot, "E over 3..5")
        await until(pilot, lambda: "ctrl+g goes there, to right after iteration 3" in text(app))


@at_two_sizes
async def test_repeating_motions(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("full_stop")
        await until(pilot, lambda: "Nothing to repeat yet" in said(app))
        await pilot.press("n", "full_stop", "full_stop")
        await until(pilot, lambda: clock(app) == (0, 3))
        await pilot.press("s", "full_stop")
        await until(pilot, lambda: clock(app) == (2, 3))
        await pilot.press("g")
        await answer(app, pilot, "35")
        await until(pilot, lambda: clock(app) == (35, 0))
        await pilot.press("g")
        await answer(app, pilot, "-10")
        await until(pilot, lambda: clock(app) == (25, 0))
        await pilot.press("full_stop", "full_stop", "full_stop")
        await until(pilot, lambda: clock(app) == (5, 0))
        await until(pilot, lambda: "not -5" in said(app))


@pytest.mark.slow
async def test_a_long_way_gives_way_to_escape() -> None:
    """A prompt does not keep Esc waiting, and `.` goes a way that can be given up."""
    async with opened(iterations=10**9) as (app, pilot):
        await pilot.press("g")
        await answer(app, pilot, "+1")
        await until(pilot, lambda: clock(app) == (1, 0))
        await pilot.press("g")
        await answer(app, pilot, "+900000000")
        await until(pilot, lambda: app.session.is_going)
        await pilot.press("w")
        await answer(app, pilot, "E < 0.1")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, PromptScreen))
        assert app.session.is_going
        for key in ("escape", "full_stop", "escape"):
            going = key == "full_stop"
            await pilot.press(key)
            await until(pilot, lambda going=going: app.session.is_going == going)
        await pilot.press("n")
        await until(pilot, lambda: clock(app) == (1, 1))


@at_two_sizes
async def test_explaining_down_to_the_data(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("x")
        await until(pilot, lambda: "has not run" in said(app))
        await pilot.press("f")
        await until(pilot, lambda: clock(app) == (1, 0))
        await pilot.press(*["j"] * TO_DE_DV, "enter")
        await until(pilot, lambda: "4 Inspector  ∂E/∂v" in text(app))
        await pilot.press("j", "x")
        await until(pilot, lambda: isinstance(app.screen, ExplainScreen))
        for words in (
            "∂E/∂v[input2, g1] = −0.0037192781   in iteration 0",
            "0·0.003388157",
            "1·(−0.002019082)",
            "0·(−0.0019045652)",
            "1·(−0.0017001961)",
        ):
            await until(pilot, lambda words=words: words in text(app))

        trail = "∂E/∂v"
        for symbol in ("∂E/∂ŷ", "∂g/∂ŷ", "g", "ŷ", "v"):
            await choose(app, pilot, symbol)
            trail += f" → {symbol}"
            await until(pilot, lambda trail=trail: f"{trail} " in plain_way(app))
        assert "drawn from seed 1" in text(app)
        await pilot.press("enter", "backspace")
        await until(pilot, lambda: "→ g → ŷ " in plain_way(app))
        assert "ŷ → v" not in plain_way(app)
        await choose(app, pilot, "x")
        await until(pilot, lambda: "an input, from the table" in text(app))
        await pilot.press(*["backspace"] * 7)
        await until(pilot, lambda: "= −0.0037192781" in text(app))
        assert "∂E/∂v → " not in plain_way(app)
        # Where it returns, the cursor is on the operand that it went down to.
        assert app.screen.operands[app.screen.cursor].symbol == "∂E/∂ŷ"
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ExplainScreen))


def plain_way(app: NNTui) -> str:
    """The way of an explanation, whether there is room for the cells or only for the symbols."""
    return re.sub(r"\[[^\]]*\]", "", text(app))


@at_two_sizes
async def test_explaining_begins_with_the_largest_term(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("f")
        await until(pilot, lambda: clock(app) == (1, 0))
        await pilot.press(*["j"] * TO_DE_DV, "enter", "j", "x")
        await until(pilot, lambda: isinstance(app.screen, ExplainScreen))
        # ∂E/∂ŷ[obs 1, g1] is the largest, but it is multiplied by 0.
        assert "0·0.003388157 + 1·(−0.002019082)" in app.screen.explanation.numbers
        assert app.screen.operands[app.screen.cursor].label == "∂E/∂ŷ[obs 2, g1]"
        await pilot.press("enter")
        way = "∂E/∂v[input2, g1] → ∂E/∂ŷ[obs 2, g1]"
        await until(pilot, lambda: way in text(app))


@at_two_sizes
async def test_explaining_goes_on_in_the_iteration_before(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s", "s", "n")
        await until(pilot, lambda: clock(app) == (2, 1))
        await pilot.press("4", "x")
        await until(pilot, lambda: isinstance(app.screen, ExplainScreen))
        debugger = Debugger(read_dataset("or"))
        debugger.run(2)
        v = format_number(debugger.value("v")[0, 0])
        for words in (
            f"v[input1, g1] = {v}   in iteration 2, before its update",
            "what the update of iteration 1 left ",
            f"› v[input1, g1] of iteration 1  {v}",
        ):
            await until(pilot, lambda words=words: words in text(app))
        await pilot.press("enter")
        words = f"v[input1, g1] = {v}   in iteration 1, after its update"
        await until(pilot, lambda: words in text(app))
        assert debugger.explain("v", 0, 0).numbers in text(app)
        await choose(app, pilot, "∂E/∂v")
        await until(pilot, lambda: "   in iteration 1 " in text(app))
        assert app.screen.explanation.cell.value == debugger.value("dE_dv")[0, 0]
        await pilot.press("backspace")
        for iteration in (1, 0):
            await choose(app, pilot, "v")
            words = f"in iteration {iteration}, before its update"
            await until(pilot, lambda words=words: words in text(app))
            if iteration:
                await pilot.press("enter")
                await until(pilot, lambda: "in iteration 0, after its update" in text(app))
        await until(pilot, lambda: "drawn from seed 1" in text(app))
        await pilot.press("enter", *["backspace"] * 6)
        await until(pilot, lambda: "in iteration 2, before its update" in text(app))
        assert clock(app) == (2, 1)


async def test_an_explanation_that_fits_is_seen_from_its_first_line() -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press("s", "4", "x")
        await until(pilot, lambda: isinstance(app.screen, ExplainScreen))
        lines = app.screen.query_one(ListLines)
        await until(pilot, lambda: lines.size.height == len(lines._rows) > 3)
        # As where fewer lines come before there is room for all of them.
        lines.set_reactive(Widget.scroll_y, 3.0)
        lines.refill()
        await until(pilot, lambda: lines.scroll_y == 0)


async def choose(app: NNTui, pilot: Pilot[None], symbol: str) -> None:
    """Go on to the first operand of a tensor."""
    screen = app.screen
    assert isinstance(screen, ExplainScreen)
    down = [cell.symbol for cell in screen.operands].index(symbol) - screen.cursor
    await pilot.press(*["down" if down > 0 else "up"] * abs(down), "enter")
    await until(pilot, lambda: screen.explanation.cell.symbol == symbol)


@at_two_sizes
async def test_evaluating(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await pilot.press("colon")
        await answer(app, pilot, "norm(dE_dw)")
        norm = (snapshot(app).values["dE_dw"] ** 2).sum() ** 0.5
        await until(pilot, lambda: f"{norm:.9g}" in text(app))
        await answer(app, pilot, "norm(nothing)")
        await until(pilot, lambda: "there is no 'nothing'" in text(app))
        line = app.screen.query_one(Input)
        assert line.value == "norm(nothing)"
        for key, words in (("up", "norm(nothing)"), ("up", "norm(dE_dw)"), ("down", line.value)):
            await pilot.press(key)
            await until(pilot, lambda words=words: line.value == words)
        await answer(app, pilot, "E < 0.1 over all")
        first = int((snapshot(app).losses < 0.1).argmax())
        await until(pilot, lambda: f"first in iteration {first:,}" in text(app))
        await answer(app, pilot, "iteration == 3 over 0..9")
        await until(pilot, lambda: "true 1 time, first in iteration 3" in text(app))
        await answer(app, pilot, "norm(dE_dw) over 1000..")
        await until(pilot, lambda: "in iteration 8,220" in text(app))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: clock(app) == (8221, 0))
        await pilot.press("colon")
        await answer(app, pilot, "min(dE_dv) over 0..9")
        await until(pilot, lambda: "smallest −0.0" in text(app))
        await answer(app, pilot, "log(iteration - 2) over 0..9")
        await until(pilot, lambda: "largest  1.94591015 in iteration 9" in text(app))
        assert "iterations 0 to 9, of which 2 have no value" in text(app)
        assert "smallest −inf in iteration 2" in text(app)
        await answer(app, pilot, "prev(E) < 9 over 0..9")
        await until(pilot, lambda: "of which 1 has no value: true 9 times" in text(app))
        await answer(app, pilot, "iteration == 3 over 0..9")
        await until(pilot, lambda: "true 1 time, first in iteration 3" in text(app))
        await answer(app, pilot, "norm(dE_dw) over 1000..")
        await until(pilot, lambda: "in iteration 8,220" in text(app))
        await pilot.press("escape")
        # What was typed is there when it is opened again.
        await pilot.press("colon", "up")
        await until(pilot, lambda: "norm(dE_dw) over 1000.." in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, EvaluateScreen))


@pytest.mark.slow
async def test_giving_up_a_search() -> None:
    # Enough to look through, and not too many to compute.
    many = 10**6 if loop_name() == "C" else 20_000
    async with opened(iterations=10**7) as (app, pilot):
        await pilot.press("g")
        await answer(app, pilot, str(many))
        await until(pilot, lambda: clock(app) == (many, 0))
        await pilot.press("colon")
        for _ in range(3):
            # Another one takes the place of the one that is under way.
            await answer(app, pilot, "norm(dE_dv @ transpose(dE_dv)) over all")
        await until(pilot, lambda: app.session.is_going)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, EvaluateScreen))
        await pilot.press("n")
        await until(pilot, lambda: clock(app) == (many, 1))


@at_two_sizes
async def test_a_value_that_is_not_finite_stops_the_run(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("4")
        for key in ("e", "j", "e"):
            await pilot.press(key)
            if key == "e":
                await answer(app, pilot, "1e308")
                await until(pilot, lambda: not isinstance(app.screen, PromptScreen))
        await pilot.press("asterisk")
        await until(pilot, lambda: snapshot(app).values["v"][1, 0] == pytest.approx(1.1e308))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await answer(app, pilot, "1e400")
        await until(pilot, lambda: "a finite number is needed" in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, PromptScreen))
        await pilot.press("5", "space")
        words = "stopped: ŷ[obs 4, g1] is inf: the first "
        await until(pilot, lambda: clock(app) == (0, 1))
        await until(pilot, lambda: words in text(app))
        await pilot.press("k", "Y")
        await until(pilot, lambda: "np.inf" in app.clipboard)

"""Weights changed by hand, branches, the inspector and the cursor of the chart."""

import re
import threading
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from engine import Dataset, Debugger, read_dataset
from tests.tui.app import SIZES, at_two_sizes, clock, opened, said, snapshot, state, text, until
from tui.app import NNTui
from tui.dialogs.branches import BranchesScreen
from tui.dialogs.explain import ExplainScreen
from tui.dialogs.prompt import PromptScreen
from tui.engine_link import Session
from tui.panes.hyperparameters import HyperparametersPane
from tui.view_state import State


def summary_of(app: NNTui) -> str:
    """The tensor that there is a summary of, or ""."""
    summary = snapshot(app).summary
    return summary.name if summary is not None else ""


async def set_weight(app: NNTui, pilot: Pilot[None], words: str) -> None:
    """Change the weight under the cursor."""
    await pilot.press("e")
    await until(pilot, lambda: isinstance(app.screen, PromptScreen))
    await until(pilot, lambda: list(app.screen.query(Input)))
    app.screen.query_one(Input).value = words
    await pilot.press("enter")


@at_two_sizes
async def test_weights_by_hand(size: tuple[int, int]) -> None:
    def v(row: int = 0) -> float:
        return float(snapshot(app).values["v"][row, 0])

    async with opened(size) as (app, pilot):
        await pilot.press("plus")
        await until(pilot, lambda: "go to it in Weights (4)" in said(app))
        await pilot.press("4")
        start = v()
        await set_weight(app, pilot, "many")
        await until(pilot, lambda: "a finite number is needed" in text(app))
        assert "v[input1, g1]" in text(app)
        app.screen.query_one(Input).value = "−2.5"
        await pilot.press("enter")
        await until(pilot, lambda: v() == -2.5)
        await until(pilot, lambda: "−2.5" in text(app))
        expected = -2.5
        for key, by in (("plus", 0.01), ("asterisk", 0.1), ("underscore", -0.1), ("minus", -0.01)):
            expected += abs(expected) * by
            await pilot.press(key)
            await until(pilot, lambda e=expected: v() == pytest.approx(e, rel=1e-12))
        await pilot.press("u")
        await until(pilot, lambda: v() > expected + 1e-3)
        await pilot.press("U")
        await until(pilot, lambda: v() == pytest.approx(expected, rel=1e-12))
        await pilot.press("U")
        await until(pilot, lambda: "There is nothing to redo." in said(app))
        await pilot.press(*["u"] * 6)
        await until(pilot, lambda: "There is nothing to undo." in said(app))
        assert v() == start
        assert len(snapshot(app).branches) == 1
        await pilot.press("j")
        await set_weight(app, pilot, "0")
        await until(pilot, lambda: v(1) == 0)
        await pilot.press("minus")
        await until(pilot, lambda: v(1) == -1e-3)


@at_two_sizes
async def test_a_change_in_the_past_makes_a_branch(size: tuple[int, int]) -> None:
    async with opened(size, iterations=40) as (app, pilot):
        await pilot.press(*["s"] * 20, *["S"] * 10, "4")
        await until(pilot, lambda: clock(app) == (10, 0) and snapshot(app).losses.size == 20)
        before = snapshot(app).values["v"].copy()
        await set_weight(app, pilot, "3")
        await until(pilot, lambda: "a new branch starts here" in said(app))
        await until(pilot, lambda: snapshot(app).values["v"][0, 0] == 3)
        await pilot.press(*["s"] * 5, "3")
        await until(pilot, lambda: clock(app) == (15, 0))
        # The legend; long names are cut where there is no room.
        legend = re.compile(r"⣀ v\[input1, g1\] = 3 at 10  [⣀×] start")
        await until(pilot, lambda: legend.search(text(app)))
        assert "◆" in text(app)

        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, BranchesScreen))
        await until(pilot, lambda: re.search(r"start +20 ", text(app)))
        assert re.search(r"▶ 2   v\[input1, g1\] = 3 at 10 +15 ", text(app))
        # The cursor begins on the present branch.
        await pilot.press("d")
        await until(pilot, lambda: "This is the present branch" in said(app))
        await pilot.press("k", "enter")
        await until(pilot, lambda: clock(app) == (10, 0))
        assert np.array_equal(snapshot(app).values["v"], before)
        await pilot.press("u")
        await until(pilot, lambda: clock(app) == (15, 0))
        await pilot.press("U")
        await until(pilot, lambda: clock(app) == (10, 0))
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, BranchesScreen))
        await until(pilot, lambda: "▶ 1   start" in text(app))
        await pilot.press("j", "d")
        await until(pilot, lambda: "Drop the branch?" in text(app))
        await pilot.press("y")
        await until(pilot, lambda: "starts a branch; the previous run" in text(app))
        assert " here." in text(app)
        assert len(snapshot(app).branches) == 1
        await pilot.press("escape")
        await until(pilot, lambda: not legend.search(text(app)))


async def test_the_cursor_stays_inside_a_smaller_network() -> None:
    async with opened((120, 36)) as (app, pilot):
        await pilot.press("2", "j", "j", "enter", "9", "enter")
        await until(pilot, lambda: snapshot(app).hyperparameters.hidden == "9")
        # To the last cell: w[g9].
        await pilot.press("4", *["l"] * 8, *["j"] * 11, "u")
        await until(pilot, lambda: snapshot(app).hyperparameters.hidden == "3")
        await pilot.press("plus")
        w = app.debugger.initial_parameters["w"][2, 0]
        await until(pilot, lambda: snapshot(app).values["w"][2, 0] == pytest.approx(1.01 * w))
        # The same key before the screen knows of the other network.
        await pilot.press("U", "U")
        await pilot.press("r", "f", "x")
        await pilot.press("escape", "u", "x", "Y")
        await pilot.press("n")
        assert app.is_running


@at_two_sizes
async def test_copying_a_tensor(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("n", "n", "Y")
        await until(pilot, lambda: "y is not computed yet in this iteration" in said(app))
        for keys, name in ((["k"], "g"), (["k"], "yhat"), (["4"], "v")):
            await pilot.press(*keys, "Y")
            await until(pilot, lambda name=name: app.clipboard.startswith(f"{name} = "))
            namespace = {"np": np}
            exec(app.clipboard, namespace)
            assert np.array_equal(namespace[name], snapshot(app).values[name])
        told = "ŷ, 12 numbers, is on the clipboard as a NumPy array."
        await until(pilot, lambda: told in said(app))
        app.debugger.program.tensors["g"].data[0] = [np.nan, np.inf, -np.inf]
        await pilot.press("5", "j", "Y")
        await until(pilot, lambda: app.clipboard.startswith("g = np.array([[np.nan, np.inf, -np."))


@at_two_sizes
async def test_the_cursor_of_the_chart(size: tuple[int, int]) -> None:
    async with opened(size, iterations=30) as (app, pilot):
        loss = app.frame.loss
        await pilot.press("3", "h", "enter", *["s"] * 20)
        await until(pilot, lambda: clock(app) == (20, 0))
        losses = snapshot(app).losses
        await pilot.press("h", "h")
        await until(pilot, lambda: f"E = {losses[17]:.9e} at 17" in text(app))
        await pilot.press("l")
        await until(pilot, lambda: f"E = {losses[18]:.9e} at 18" in text(app))
        assert "▲" in text(app)
        assert "Enter goes there" in text(app)
        await pilot.press("escape")
        await until(pilot, lambda: f"E = {losses[19]:.9e} at 19" in text(app))
        assert "▲" not in text(app)
        await pilot.press(*["l"] * 3)
        await until(pilot, lambda: f"{losses[19]:.9e} at 19" in text(app) and "▲" in text(app))
        await pilot.press("j", "enter")
        await until(pilot, lambda: clock(app) == (10, 0))
        assert loss.cursor_iteration is None

        column = loss._chart.column_of(6, loss._curves.axes)
        inside = loss.content_region.offset - loss.region.offset
        for x, expected in ((column, {5, 6, 7}), (0, {0}), (loss.content_size.width - 1, {19})):
            await pilot.click(loss, offset=(inside.x + x, inside.y + 4))
            await until(pilot, lambda expected=expected: loss.cursor_iteration in expected)
        at = f"{losses[19]:.9e} at 19"
        await until(pilot, lambda: at in text(app))


@at_two_sizes
async def test_the_inspector_shows_any_tensor(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("5", "j", "enter")
        await until(pilot, lambda: "4×3   not computed yet" in text(app))
        await pilot.press("f")
        await until(pilot, lambda: clock(app) == (1, 0))
        for line in snapshot(app).listing.lines:
            app.inspect(line.name)
            await until(pilot, lambda line=line: f"4 Inspector  {line.symbol} " in text(app))
            await until(pilot, lambda line=line: summary_of(app) == line.name)
            norm = np.linalg.norm(app.debugger.value(line.name).ravel())
            assert snapshot(app).summary.norm == pytest.approx(norm)
            await until(pilot, lambda line=line: line.formula in text(app) and "norm" in text(app))
            await pilot.press("v")
            await until(pilot, lambda: "numbers v ▸" in text(app))

        app.inspect("g")
        await pilot.press("j", "j")
        await until(pilot, lambda: app.moment.selected == 2)
        assert app.frame.weights.cell == ("g", (2, 0))
        value = float(app.debugger.value("g")[2, 0])
        await pilot.press("v")
        await until(pilot, lambda: "g[obs 3, g1] =" in text(app))
        await until(pilot, lambda: f" {value!r} " in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "4 Weights  v  w" in text(app))


def large(observations: int) -> Dataset:
    random = np.random.RandomState(0)
    return Dataset.from_arrays(random.rand(observations, 40) / 40, random.rand(observations, 1))


# Up to 512 observations a snapshot has all, of more only those that can be seen.
@pytest.mark.slow
@pytest.mark.parametrize(("size", "observations"), zip(SIZES, (600, 300), strict=True))
async def test_a_large_tensor_to_its_last_row(size: tuple[int, int], observations: int) -> None:
    last = observations - 1
    async with opened(size, large(observations), hidden=50) as (app, pilot):
        pane = app.frame.weights
        await pilot.press("f")
        await until(pilot, lambda: clock(app) == (1, 0))
        yhat = app.debugger.value("yhat")
        app.inspect("yhat")
        # Where a line is too short for both, the number stands below its name.
        await until(pilot, lambda: "ŷ[obs 1, g1] =" in text(app))
        await until(pilot, lambda: f" {float(yhat[0, 0])!r} " in text(app))
        await pilot.press("v")
        # It scrolls once there is a bar to scroll by.
        await until(pilot, lambda: pane.show_vertical_scrollbar and pane.max_scroll_y > 200)
        await pilot.press("end")
        await until(pilot, lambda: f"│ {observations} " in text(app))
        await until(pilot, lambda: f"{yhat[last, 0]:+.4f}" in text(app))
        app.frame.dataset.select(last - 41)
        await until(pilot, lambda: pane.cell == ("yhat", (last - 41, 0)))
        # A held key loses no row, although each asks for a view.
        await pilot.press(*["j"] * 40)
        assert pane.cell == ("yhat", (last - 1, 0))
        await until(pilot, lambda: app.moment.selected == last - 1)
        assert app.frame.dataset._cursor == last - 1
        await pilot.press("j", "j")
        await until(pilot, lambda: f"›{yhat[last, 0]:+.4f}" in text(app))
        await pilot.press(*["l"] * 49)
        await until(pilot, lambda: f"›{yhat[last, 49]:+.4f}" in text(app))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, ExplainScreen))
        await until(pilot, lambda: f"ŷ[obs {observations}, g50] = " in text(app))
        await pilot.press(*["j"] * 30, "enter", "escape", "v")
        await until(pilot, lambda: f"ŷ[obs {observations}, g50] =" in text(app))
        await until(pilot, lambda: f" {float(yhat[last, 49])!r} " in text(app))

        app.inspect("dE_dv")
        for _ in range(2):
            await pilot.press("v", "j", "l", "end", "pageup", "home")
        await until(pilot, lambda: pane.cell == ("dE_dv", (2, 2)))
        await pilot.press("x")
        await until(pilot, lambda: f"({observations - 7} more: " in text(app))
        await pilot.press("escape", "3", "h", "l", "enter")
        await until(pilot, lambda: clock(app) == (1, 0))


@pytest.mark.slow
async def test_a_smoothed_chart_with_many_branches() -> None:
    async with opened(iterations=400) as (app, pilot):
        for _ in range(5):
            await pilot.press("space")
            await until(pilot, lambda: state(app) is State.FINISHED)
            await pilot.press("r")
            await until(pilot, lambda: clock(app) == (0, 0))
        assert len(snapshot(app).branches) == 6
        await pilot.press("3", "a", "s", "s")
        await until(pilot, lambda: clock(app) == (2, 0))
        await until(pilot, lambda: "smoothed" in str(app.frame.loss.border_title))
        await pilot.pause()


@pytest.mark.one_in(6)
@pytest.mark.parametrize(
    "name", ["/h", "a=1", "[red]", "@click=app.quit", "link=https://x", "km/h"]
)
async def test_a_name_from_a_file_is_no_markup_in_the_title_of_a_prompt(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "table.csv").write_text(f"{name},y\n0.5,0\n2,1\n")
    dataset = read_dataset(tmp_path / "table.csv")
    async with opened(dataset=dataset) as (app, pilot):
        await pilot.press("4", "e")
        await until(pilot, lambda: f"─ v[{name}, g1] ─" in text(app))


async def test_a_pause_drops_steps_but_no_change() -> None:
    arrived: list[object] = []
    gate = threading.Event()
    session = Session(Debugger(read_dataset("or")), 10, lambda: (None, 0, None), arrived.append)
    session.do(lambda debugger: gate.wait(60))
    session.do(lambda debugger: debugger.change(learning_rate=0.5))
    session.do(lambda debugger: debugger.step_iteration(), is_step=True)
    session.pause()
    gate.set()
    found = session.request(lambda d: (d.hyperparameters.learning_rate, d.iteration))
    assert found.result(60) == (0.5, 0)
    session.close("quit")


async def test_changes_in_the_form_at_the_start_leave_no_branches() -> None:
    async with opened() as (app, pilot):
        for hidden in ("4", "5", "6"):
            app.frame.hyperparameters.post_message(HyperparametersPane.Changed("hidden", hidden))
        await until(pilot, lambda: snapshot(app).values["v"].shape == (2, 6))
        assert [branch.label for branch in snapshot(app).branches] == ["hidden neurons = 6"]
        await pilot.press("s", "r")
        await until(pilot, lambda: len(snapshot(app).branches) == 2)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, BranchesScreen))
        await pilot.press("k", "enter")
        await until(pilot, lambda: "“reset” has no iteration, so it is not kept" in said(app))
        await until(pilot, lambda: len(snapshot(app).branches) == 1)


@at_two_sizes
async def test_branches_are_a_table_of_experiments(size: tuple[int, int]) -> None:
    async with opened(size, iterations=200) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: clock(app) == (200, 0))
        await pilot.press("g", *"100", "enter")
        await until(pilot, lambda: clock(app) == (100, 0))
        await pilot.press("4", "plus")
        await until(pilot, lambda: len(snapshot(app).branches) == 2)
        await pilot.press("space")
        await until(pilot, lambda: clock(app) == (200, 0))
        await pilot.press("t")
        await until(pilot, lambda: "75.0 %" in text(app))
        screen = app.screen
        assert isinstance(screen, BranchesScreen)
        # The cursor is on the present one.
        assert screen.chosen.number == 2
        first = next(line for line in text(app).splitlines() if "start" in line and "200" in line)
        assert f"{app.debugger.branches[1].run.losses.values[-1]:.4g}" in first
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press(*"nudged", "enter")
        await until(pilot, lambda: "nudged" in text(app))
        assert app.debugger.branches[2].label == "nudged"
        # Before it is compared anew, only the name is there.
        await until(pilot, lambda: "differs in" in text(app) and "v[input1, g1]" in text(app))


async def test_a_name_has_the_room_of_what_need_not_be_told_apart() -> None:
    async with opened((120, 36)) as (app, pilot):
        await pilot.press("s", "s")
        await until(pilot, lambda: clock(app) == (2, 0))
        await pilot.press("N", "4", "plus", "s", "t")
        await until(pilot, lambda: len(snapshot(app).branches) == 2)
        label = next(b.label for b in snapshot(app).branches if b.current)
        assert len(label) > 30
        await until(pilot, lambda: f" {label} " in text(app))

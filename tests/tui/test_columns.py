"""How the table is read, changed on the screen: the roles of the columns and the options."""

import dataclasses
from pathlib import Path

import pytest

from engine import read_dataset
from engine.data.options import TABLE_DECLARATIONS
from engine.saved.library import Library
from tests.tui.app import SIZES, clock, said, snapshot, state, text, until
from tests.tui.app import opened as opened_with
from tests.tui.test_saved import app_on, opened
from tui.opening.prepare import READ_ONLY
from tui.view_state import State

ROWS = enumerate("abcdefghijkl")
TABLE = "name,a,b,c\n" + "".join(f"{who * 3},{i / 10},{i % 3},{i % 2}\n" for i, who in ROWS)


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return str(path)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])
async def test_columns_get_other_roles(library: Library, table: str, size: tuple[int, int]) -> None:
    async with app_on(library, size, table, new=True) as (app, pilot):
        await opened(app, pilot)
        assert app.moment.dataset.inputs == ("a", "b")
        await pilot.press("s", "s", "2", "1", "enter")
        await until(pilot, lambda: "Columns" in text(app))
        shown = [line.split("│")[1].split() for line in text(app).splitlines() if " input " in line]
        assert ["a", "input"] in [line[:2] for line in shown]
        # b a target too, a left out, c an input: nothing is left of the first guess.
        await pilot.press("j", "x", "j", "t", "j", "i")
        await until(pilot, lambda: text(app).count("changed") == 3)
        await pilot.press("enter")
        await until(pilot, lambda: app.moment.dataset.inputs == ("c",))
        dataset = app.moment.dataset
        assert dataset.targets == ("b",)
        assert dataset.index == "name"
        assert dict(dataset.columns) == {
            "name": "index",
            "a": "ignored",
            "b": "target",
            "c": "input",
        }
        assert clock(app) == (0, 0)
        assert snapshot(app).values["v"].shape == (1, 3)
        # Everything works on the new run, every pane at its first line.
        await pilot.press("s", "4", "x")
        await until(pilot, lambda: clock(app) == (1, 0))
        await until(pilot, lambda: " Explain " in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: " Explain " not in text(app))
        await pilot.press("3", "6", "v", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
    # Both runs are kept.
    computed = {entry.saved.computed for entry in library.entries() if entry.saved}
    assert computed == {2, 10_000}


async def test_what_cannot_be_leaves_the_run_as_it_is(library: Library, table: str) -> None:
    async with app_on(library, data=table, new=True) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("s", "1", "enter", "j", "x", "j", "x", "enter")
        await until(pilot, lambda: "no column is left for the inputs" in said(app))
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (2, 0))
        # Nothing changed, or given up: no new run.
        await pilot.press("1", "enter", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("enter", "j", "t", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert clock(app) == (2, 0)
        assert app.moment.dataset.inputs == ("a", "b")


@pytest.mark.slow
async def test_a_column_more_that_names_the_observations(library: Library, table: str) -> None:
    async with app_on(library, data=table, new=True) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("1", "enter", "j", "o", "enter")
        await until(pilot, lambda: app.moment.dataset.index == "a")
        assert app.moment.dataset.inputs == ("b",)
        await pilot.press("1", "enter", "j", "i", "enter")
        await until(pilot, lambda: app.moment.dataset.index == "observation")
        assert app.moment.dataset.inputs == ("a", "b")


async def set_option(app, pilot, name: str, *keys: str) -> None:
    """Go to an option of the table in the form, and press keys behind Enter."""
    await pilot.press("2")
    fields = app.frame.hyperparameters.fields
    place = [field.name for field in fields.shown].index(name)
    step = "j" if place > fields.cursor else "k"
    await pilot.press(*step * abs(place - fields.cursor))
    await until(pilot, lambda: fields.field.name == name)
    await pilot.press("enter", *keys, "enter")


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])
async def test_the_table_is_read_in_another_way(
    library: Library, table: str, size: tuple[int, int]
) -> None:
    async with app_on(library, size, table, new=True) as (app, pilot):
        await opened(app, pilot)
        # Before the first iteration there is nothing to ask about.
        await set_option(app, pilot, "scaling", "l", "l")
        await until(pilot, lambda: app.moment.dataset.scaling is not None)
        app.debugger.stops.add_watch("norm(dE_dw)")
        app.debugger.stops.add_breakpoint("dE_dw: E < 0")
        await pilot.press("s", "s")
        await set_option(app, pilot, "split", *"0.25")
        await until(pilot, lambda: "Read the table again?" in text(app))
        await pilot.press("n")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.moment.dataset.held_out is None
        await set_option(app, pilot, "split", *"0.25")
        await until(pilot, lambda: "at iteration 2" in text(app))
        await pilot.press("y")
        await until(pilot, lambda: app.moment.dataset.held_out is not None)
        dataset = app.moment.dataset
        assert (len(dataset.observations), len(dataset.held_out.observations)) == (9, 3)
        assert dataset.scaling is not None
        assert clock(app) == (0, 0)
        assert app.moment.settings["split"] == 0.25
        assert [stop.spec for stop in app.debugger.stops][-2:] == ["norm(dE_dw)", "dE_dw: E < 0"]
        await set_option(app, pilot, "features", *"a*b")
        await until(pilot, lambda: app.moment.dataset.inputs == ("a", "b", "a*b"))
        await set_option(app, pilot, "features", *"a*nothing")
        await until(pilot, lambda: "nothing" in said(app))
        assert app.moment.dataset.inputs == ("a", "b", "a*b")
        await pilot.press("escape", "3", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
    computed = {entry.saved.computed for entry in library.entries() if entry.saved}
    assert {2, 10_000} <= computed


@pytest.mark.slow
async def test_a_table_of_no_file_has_no_options() -> None:
    table = dataclasses.replace(read_dataset("or"), source=None)
    async with opened_with(dataset=table) as (app, _):
        shown = {field.name for field in app.frame.hyperparameters.fields.shown}
        assert "patience" in shown
        assert not shown & set(TABLE_DECLARATIONS)


async def test_of_a_run_that_is_not_saved_it_is_told_that_it_is_lost(
    library: Library, table: str
) -> None:
    async with app_on(library, data=table, new=True, how=READ_ONLY) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("s")
        await set_option(app, pilot, "split", *"0.25")
        await until(pilot, lambda: "is lost" in text(app))

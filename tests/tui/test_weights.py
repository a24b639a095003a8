"""All parameters in little room."""

import re

import pytest

from engine import read_dataset
from tests.tui.app import SIZES, clock, opened, text, until
from tui.app import NNTui

IRIS = {"hidden": "8", "output_activation": "softmax", "loss": "cross-entropy"}


def heading(app: NNTui, symbol: str) -> list[str]:
    """The words of the line above a parameter, after its symbol."""
    pane = app.frame.weights
    line = next(line.text for line in pane._lines if line.text.startswith(symbol))
    return line.removeprefix(symbol).split()


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("data", "values"), [("iris", IRIS), ("spiral", {"hidden": "8"})])
async def test_as_many_columns_as_fit(data: str, values: dict[str, str]) -> None:
    async with opened((120, 36), read_dataset(data), **values) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: app.frame.weights.has_focus)
        pane = app.frame.weights
        for symbol in ("v", "∂E/∂v"):
            await until(pilot, lambda symbol=symbol: pane._lines[0].text.startswith(symbol + " "))
            assert [word for word in heading(app, symbol) if word[0] == "g"] == ["g1", "g2", "g3"]
            await pilot.press("v")
        await pilot.press("v", "v", "v", *["l"] * 7)
        await until(pilot, lambda: "g8" in heading(app, "v"))
        assert any(word.endswith("8/8") for word in heading(app, "v"))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_classes_are_named_without_their_column(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("iris"), **IRIS) as (app, pilot):
        await pilot.press("d")
        await until(pilot, lambda: "32 checked" in text(app))
        names = [re.sub("…", "", word) for word in heading(app, "∂E/∂w")]
        classes = ("setosa", "versicolor", "virginica")
        assert all(name.startswith(part) for name, part in zip(classes, names, strict=True))
        assert all(len(part) >= 4 for part in names)
        await pilot.press("6", "v", "m")
        await until(pilot, lambda: "6 Network" in text(app))
        await until(pilot, lambda: "setosa" in text(app))
        drawn = "\n".join(line.text for line in app.frame.pictures._lines)
        assert "iris=" not in drawn
        assert "versi" in drawn
        assert "virgi" in drawn


async def test_that_nothing_is_computed_yet_is_not_cut_off() -> None:
    async with opened((120, 36), read_dataset("iris"), **IRIS) as (app, pilot):
        for name in ("dE_dv", "dy_dg"):
            app.inspect(name)
            await until(pilot, lambda: "not computed yet" in text(app))
            await pilot.press("escape")


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_a_batch_is_inspected_before_it_is_picked(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("spiral"), batch_size="16") as (app, pilot):
        await pilot.press("5", "enter")
        await until(pilot, lambda: "x = table[batch]" in text(app))
        await until(pilot, lambda: "not computed yet" in text(app))
        await pilot.press("n")
        await until(pilot, lambda: "+4.99300" in text(app))


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_the_views_are_chosen_with_a_click(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s", "4")
        await until(pilot, lambda: clock(app) == (1, 0))
        weights = app.frame.weights
        for word, view in (("update", 2), ("check", 4), ("value", 0), ("change", 3), ("grad", 1)):
            await until(pilot, lambda: "│change│check" in text(app))
            lines = text(app).splitlines()
            y = next(y for y, line in enumerate(lines) if "│change│check" in line)
            await pilot.click(offset=(lines[y].index(word) + 1, y))
            await until(pilot, lambda view=view: weights._view == view)
        await pilot.press("5", "enter")
        await until(pilot, lambda: weights.inspected and "colours v ▸" in text(app))
        lines = text(app).splitlines()
        y = next(y for y, line in enumerate(lines) if "colours v ▸" in line)
        await pilot.click(offset=(lines[y].index("colours"), y))
        await until(pilot, lambda: "numbers v ▸" in text(app))

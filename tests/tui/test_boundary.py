"""The picture of the boundary."""

import re
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from rich.style import Style

from engine import Dataset, read_dataset
from engine.analysis.metrics import Decision
from tests.tui.app import opened, until
from tests.tui.views import CLASSES, at_three_sizes, cells, drawn, go_to, of, of_classes
from tui.drawing.palette import Palette
from tui.drawing.theme import THEME
from tui.panes.pictures.boundary_map import pair_beside
from tui.panes.pictures.observations import class_hue, class_marks
from tui.view_state import State


@pytest.mark.usefixtures("in_colours")
async def test_the_boundary_is_drawn_in_the_colours_of_the_classes() -> None:
    async with opened((120, 36), bias="shared", learning_rate=8.0, iterations=200) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: app.moment.state is State.FINISHED)
        await go_to(app, pilot, "boundary")
        field = app.frame.pictures._field()
        await until(pilot, lambda: app.frame.pictures._field().values["f"][0, -1, 0] > 0.9)
        plane = [line for line in list(cells(app))[1:] if line[0][0] not in "→↑"]
        background = app.palette.background

        def nearer_to(style: Style, hue: int) -> bool:
            red, _, blue = style.bgcolor.triplet
            low, high = (app.palette.hues[k].rgb for k in (0, 1))
            assert background.rgb != (red, _, blue)
            return (blue > red) == ((high, low)[1 - hue][2] > (high, low)[1 - hue][0])

        # OR: below left 0, everywhere else 1.
        assert nearer_to(plane[-1][0][1], 0)
        for y, x in ((0, 0), (0, -1), (-1, -1)):
            assert nearer_to(plane[y][x][1], 1)
        assert sum(character == "●" for line in plane for character, _ in line) == 3
        assert sum(character == "○" for line in plane for character, _ in line) == 1
        assert field is not None


async def test_without_colours_the_boundary_is_told_by_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened((80, 24), bias="shared", learning_rate=8.0, iterations=200) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: app.moment.state is State.FINISHED)
        await go_to(app, pilot, "boundary")
        await until(pilot, lambda: "▓" in drawn(app))
        plane = [line.text for line in app.frame.pictures._lines[1:-1]]
        assert "▀" not in "".join(plane)
        assert plane[0][-1] == "▓"
        assert plane[-1][0] == " "


async def test_each_neuron_has_a_map_of_its_own() -> None:
    async with opened((120, 36)) as (app, pilot):
        await go_to(app, pilot, "boundary")
        pane = app.frame.pictures
        for key, title in (("l", "g1 (2/4)"), ("right", "g2 (3/4)"), ("h", "g1"), ("left", "f (1")):
            await pilot.press(key)
            await until(pilot, lambda title=title: title in str(pane.border_title))
        await pilot.press("h")
        await until(pilot, lambda: "g3 (4/4)" in str(pane.border_title))


async def test_of_more_inputs_two_are_chosen() -> None:
    async with opened((80, 24), of(3)) as (app, pilot):
        await go_to(app, pilot, "boundary")
        for first, second in ((1, 2), (1, 3), (2, 3), (1, 2)):
            names = (f"→ input{first}", f"↑ input{second}")
            await until(pilot, lambda names=names: all(name in drawn(app) for name in names))
            await pilot.press("j")


@pytest.mark.slow
async def test_legend_and_axes_are_whole_in_little_room() -> None:
    dataset = read_dataset("iris")
    async with opened((120, 36), dataset, **CLASSES) as (app, pilot):
        await go_to(app, pilot, "boundary")
        pane = app.frame.pictures
        for title in ("f (1", "setosa (2"):
            await until(pilot, lambda title=title: title in str(pane.border_title))
            lines = drawn(app).splitlines()
            assert len(lines) == pane.size.height
            legend = " ".join(lines[:2])
            assert all(part in legend for part in ("○ setosa", "● versi", "△ virgi"))
            assert legend.count("…") <= 1
            for i, name in enumerate(("→ sepal_length", "↑ sepal_width")):
                values = dataset.x[:, i]
                line = next(line for line in lines if line.startswith(name))
                low, high = map(float, line.removeprefix(name).split("…"))
                assert low <= values.min() < values.max() <= high
            assert lines[-1].startswith("the other inputs at their mean")
            await pilot.press("l")
    # Where the plane is all of the inputs, there are no others.
    async with opened((120, 36), read_dataset("moons")) as (app, pilot):
        await go_to(app, pilot, "boundary")
        assert "at their mean" not in drawn(app)


async def test_in_few_lines_the_marks_go_before_the_scale() -> None:
    async with opened((40, 10), read_dataset("iris"), **CLASSES) as (app, pilot):
        await go_to(app, pilot, "boundary")
        await pilot.press("l")
        await until(pilot, lambda: "setosa (2" in str(app.frame.pictures.border_title))
        first = drawn(app).splitlines()[0]
        assert all(mark in first for mark in "○●△")


async def test_limits_of_a_few_hundreds_are_written_out() -> None:
    x = np.array([[0.0, 90.0], [1.0, 160.0], [0.5, 120.0]])
    async with opened((120, 36), Dataset.from_arrays(x, x[:, :1])) as (app, pilot):
        await go_to(app, pilot, "boundary")
        line = drawn(app).splitlines()[-1]
        assert "↑ input2" in line
        assert "e" not in line.partition("↑ input2")[2]


async def test_of_one_input_the_legend_is_whole() -> None:
    async with opened((120, 36), of(1)) as (app, pilot):
        await go_to(app, pilot, "boundary")
        assert drawn(app).splitlines()[0].rstrip().endswith("● observations")


async def test_of_one_input_there_is_a_curve() -> None:
    async with opened((40, 10), of(1)) as (app, pilot):
        await go_to(app, pilot, "boundary")
        await until(pilot, lambda: any("⠀" < character <= "⣿" for character in drawn(app)))
        await until(pilot, lambda: "●" in drawn(app).split("\n", 1)[1])
        await pilot.press("l")
        await until(pilot, lambda: "g1" in str(app.frame.pictures.border_title))


async def test_several_numbers_and_several_classes_are_drawn() -> None:
    classes = Dataset.from_arrays(
        np.random.RandomState(0).rand(6, 2), np.eye(3)[[0, 1, 2, 0, 1, 2]]
    )
    for dataset in (classes, of(1, 3)):
        async with opened((120, 36), dataset) as (app, pilot):
            await go_to(app, pilot, "boundary")
            await pilot.press("l", "l", "h")
            if dataset is classes:
                assert all(mark in drawn(app) for mark in "○●△")
            await go_to(app, pilot, "quality")
            assert ("RMSE" in drawn(app)) == (dataset is not classes)


@pytest.mark.one_in(3)
@at_three_sizes
@pytest.mark.usefixtures("in_colours")
@pytest.mark.parametrize("inputs", [1, 2])
async def test_of_several_numbers_each_has_its_own_picture(
    size: tuple[int, int], inputs: int
) -> None:
    x = np.linspace(0.0, 1.0, 12 * inputs).reshape(inputs, 12).T
    # What is small of the first is large of the second.
    dataset = Dataset.from_arrays(x, np.column_stack([x[:, 0], 1000 * (1 - x[:, 0])]))
    async with opened(size, replace(dataset, targets=("s", "p"))) as (app, pilot):
        await go_to(app, pilot, "boundary")
        low, high = (hue.rgb for hue in app.palette.hues[:2])
        for place, (name, ends) in enumerate((("s", (low, high)), ("p", (high, low)))):
            await until(
                pilot,
                lambda name=name, place=place: (
                    f" {name} ({place + 1}/5)" in str(app.frame.pictures.border_title)
                ),
            )
            await until(pilot, lambda name=name: drawn(app).startswith(name))
            marks = [
                (x, tuple(style.color.triplet))
                for line in list(cells(app))[1:]
                for x, (character, style) in enumerate(line)
                if character == "●"
            ]
            assert min(marks)[1] == ends[0]
            assert max(marks)[1] == ends[1]
            await pilot.press("l")
        # The marks in the picture of a neuron tell of the first one.
        await until(pilot, lambda: drawn(app).startswith("g1"))
        if inputs == 2:
            assert "● s" in drawn(app).splitlines()[0]


@pytest.mark.parametrize("count", [2, 6, 7, 12, 30])
def test_no_two_classes_are_marked_alike(count: int) -> None:
    palette = Palette.from_theme(THEME.to_color_system().generate())
    decision = Decision(tuple(map(str, range(count))), 0.5)
    marks = class_marks(decision, palette)
    assert len({(mark, style) for mark, style, _ in marks}) == count
    # Without colours as many as there are marks.
    assert len({mark for mark, _, _ in marks}) == min(count, 12)
    assert len({class_hue(k, palette).rgb for k in range(count)}) == min(count, 12)


@pytest.mark.one_in(3)
@at_three_sizes
async def test_the_legend_of_many_classes_tells_them_apart(size: tuple[int, int]) -> None:
    animals = ["ant", "beaver", "cat", "dolphin", "elephant", "frog", "giraffe", "hedgehog", "ibex"]
    dataset = of_classes(9)
    named = replace(dataset, targets=tuple(f"kind={animal}" for animal in animals))
    for table, words in ((dataset, [f"0{k}" for k in range(9)]), (named, animals)):
        async with opened(size, table, **CLASSES) as (app, pilot):
            await go_to(app, pilot, "boundary")
            legend = " ".join(line.rstrip() for line in drawn(app).splitlines()[:3])
            found = re.findall(r"[○●△▲□■▽▼☆] ?(\w+)", legend)[:9]
            shown = [begun.removeprefix("class_number_") for begun in found]
            assert len(set(shown)) == len(shown) > (6 if size == (40, 10) else 8)
            pairs = zip(words, shown, strict=False)
            assert all(word.startswith(begun) for word, begun in pairs), shown


def test_all_pairs_of_inputs_come_round() -> None:
    pairs = list(combinations(range(5), 2))
    for pair, following in pairwise([*pairs, pairs[0]]):
        assert pair_beside(pair, 5, 1) == following
        assert pair_beside(following, 5, -1) == pair

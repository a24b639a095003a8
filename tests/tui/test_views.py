"""The pictures: what is drawn, live, at three sizes and without colours."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from rich.style import Style
from textual.pilot import Pilot

from engine import Dataset, read_dataset
from engine.distribution import distributions, ratio_words
from engine.forward import Forward
from engine.quality import Decision, Examiner, Regression
from tests.tui.app import clock, opened, snapshot, text, until
from tui.app import NNTui
from tui.moment import State
from tui.palette import THEME, Palette
from tui.panes.pictures import _pair_beside
from tui.pictures.histograms import bins_for
from tui.pictures.points import class_hue, class_marks
from tui.pictures.tables import quality_rows

SIZES = [(40, 10), (80, 24), (120, 36)]
at_three_sizes = pytest.mark.parametrize("size", SIZES)


@pytest.fixture
def in_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


def drawn(app: NNTui) -> str:
    """What stands in the pane."""
    return "\n".join(line.text for line in app.frame.pictures._lines)


def cells(app: NNTui) -> Iterator[list[tuple[str, Style | None]]]:
    """Each line of the pane as cells."""
    for line in app.frame.pictures._lines:
        yield [(character, style) for t, style, _ in line for character in t]


async def go_to(app: NNTui, pilot: Pilot[None], view: str) -> None:
    await pilot.press("6")
    while app.frame.pictures.view != view:
        await pilot.press("v")
    await until(pilot, lambda: drawn(app).strip() and "drawing" not in drawn(app))


def of(inputs: int, outputs: int = 1, rows: int = 6) -> Dataset:
    random = np.random.RandomState(4)
    return Dataset.from_arrays(random.rand(rows, inputs), random.rand(rows, outputs))


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


@pytest.mark.usefixtures("in_colours")
async def test_the_boundary_is_drawn_in_the_colours_of_the_classes() -> None:
    async with opened((120, 36), bias="shared", learning_rate=8.0, iterations=200) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: app._moment.state is State.FINISHED)
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
        await until(pilot, lambda: app._moment.state is State.FINISHED)
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


CLASSES = {"output_activation": "softmax", "loss": "cross-entropy"}


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


async def test_the_network_shows_what_is_computed_and_what_is_touched() -> None:
    async with opened((80, 24)) as (app, pilot):
        await go_to(app, pilot, "network")
        assert "▶ ŷ = x·v" in drawn(app)
        assert drawn(app).count("·") == 4 + 1  # the neurons, and the one in the formula
        assert "+0.5000" not in drawn(app)
        await pilot.press("n", "n")
        await until(pilot, lambda: clock(app) == (0, 2))
        await until(pilot, lambda: drawn(app).count("+0.5000") == 3)
        assert any("⠀" < character <= "⣿" for character in drawn(app))
        await pilot.press("1", "j", "j", "6")
        await until(pilot, lambda: "observation 2" in drawn(app))
        g = snapshot(app).values["g"][1]
        for value in g:
            assert f"{value:+.4f}" in drawn(app)
        # y = g·w is next: it reads g and writes y of the output.
        lit = [
            (character, style.bgcolor)
            for line in cells(app)
            for character, style in line
            if style is not None and style.bgcolor == app.palette.current.bgcolor
        ]
        assert "".join(character for character, _ in lit).split()[0] == "output"


def edges(app: NNTui, left: int, right: int) -> set[Style]:
    """How the lines between two columns of the pane are drawn."""
    return {
        style
        for line in list(cells(app))[2:]
        for character, style in line[left:right]
        if "⠀" < character <= "⣿" and style is not None
    }


@pytest.mark.usefixtures("in_colours")
@pytest.mark.parametrize("size", SIZES[1:])
async def test_weights_keep_the_colours_of_their_signs(size: tuple[int, int]) -> None:
    values = {"init": "normal", "hidden": "2", "iterations": 2}
    async with opened(size, of(2, 2), **values) as (app, pilot):
        await go_to(app, pilot, "network")
        palette, width = app.palette, app.frame.pictures.size.width
        signs = {*palette.plus, *palette.minus}
        first, last = (0, width // 2), (width // 2, width)
        await until(pilot, lambda: edges(app, *first) and edges(app, *last))
        for _ in range(2):
            # Nothing is under way, at the start, between two iterations and at the end.
            for part in (first, last):
                assert edges(app, *part) <= signs
                assert edges(app, *part) & {palette.plus[2], palette.minus[2]}
            await pilot.press("s")
            await pilot.pause()
        await until(pilot, lambda: app._moment.state is State.FINISHED)
        assert edges(app, *last) & {palette.plus[2], palette.minus[2]}
        await pilot.press("S", "n", "n")
        # y = g·w is next: it has nothing to do with v.
        await until(pilot, lambda: "▶ y = g·w" in drawn(app))
        assert edges(app, *first) <= {palette.plus[0], palette.minus[0]}
        assert edges(app, *last) & {palette.plus[2], palette.minus[2]}


@at_three_sizes
async def test_of_many_layers_each_can_be_seen(size: tuple[int, int]) -> None:
    sizes = ",".join("4" * 18)
    async with opened(size, read_dataset("spiral"), hidden=sizes) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await go_to(app, pilot, "network")
        pane, seen = app.frame.pictures, set()

        def heads() -> list[str]:
            return drawn(app).splitlines()[2].split()

        for step in range(18):
            shown = [word for word in heads() if word != "…"]
            assert (shown[0], shown[-1]) == ("x", "f")
            seen |= set(shown)
            counts = drawn(app).splitlines()[3].split()
            out_of_sight = [int(count) for count in counts if count[0] == "+"]
            assert len(shown) - 2 + sum(out_of_sight) == 18
            if step == 0:
                assert shown[1] == "g₁"
                assert "←→ layers" in str(pane.border_subtitle)
            await pilot.press("l")
        assert len(seen) == 2 + 18
        await pilot.press(*["h"] * 18)
        await until(pilot, lambda: "g₁" in heads())
        assert all(line.cell_length <= pane.size.width for line in pane._lines)


@pytest.mark.parametrize(("size", "observations"), [((80, 24), 12), ((120, 36), 3000)])
async def test_an_observation_that_is_not_in_the_batch(
    size: tuple[int, int], observations: int
) -> None:
    dataset = of(2, rows=observations)
    async with opened(size, dataset, batch_size="4") as (app, pilot):
        await pilot.press("s", "s")
        await until(pilot, lambda: clock(app) == (2, 0))
        await go_to(app, pilot, "network")
        for n in range(2):
            name = f"observation {n + 1}  not in this batch"
            await until(pilot, lambda name=name: name in drawn(app))
            computed = Forward(dataset, snapshot(app).hyperparameters).run(snapshot(app).values)
            for values in computed.values():
                for value in values[n]:
                    await until(pilot, lambda value=value: f"{value:+.4f}" in drawn(app))
            assert "·" not in drawn(app).split("\n", 2)[2]
            await pilot.press("1", "j", "j", "6")
        assert ("computed with the present weights" in drawn(app)) == (size == (80, 24))
        # With other weights it is something else.
        before = drawn(app)
        app._do(lambda debugger: debugger.edit("w", (0, 0), -3.0))
        await until(pilot, lambda: drawn(app) != before)
        f = Forward(dataset, snapshot(app).hyperparameters).predict(snapshot(app).values)
        await until(pilot, lambda: f"{f[app._moment.selected, 0]:+.4f}" in drawn(app))


@pytest.mark.parametrize("size", SIZES[1:])
async def test_the_network_writes_larger_numbers_out(size: tuple[int, int]) -> None:
    x = np.array([[14.23, 1065.0], [13.2, 1050.0]])
    async with opened(size, Dataset.from_arrays(x, np.array([[0.0], [1.0]]))) as (app, pilot):
        await go_to(app, pilot, "network")
        assert "+14.230" in drawn(app)
        assert "+1065.0" in drawn(app)


async def test_a_wide_network_becomes_bars() -> None:
    async with opened((80, 24), of(9, 2), hidden=200) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await go_to(app, pilot, "network")
        assert "200" in drawn(app)
        assert "█" in drawn(app)


async def test_a_batch_has_the_observations_of_its_own() -> None:
    more = {"hidden": "4,3", "batch_size": "2", "activation": "relu,tanh"}
    async with opened((80, 24), of(2, rows=5), **more) as (app, pilot):
        await go_to(app, pilot, "network")
        operations = len(snapshot(app).listing.lines)
        for position in range(1, operations):
            await pilot.press("n")
            await until(pilot, lambda position=position: clock(app) == (0, position))
        await until(pilot, lambda: "observation 1 " in drawn(app))
        assert "not in this batch" not in drawn(app)
        await pilot.press("f", "f")
        await until(pilot, lambda: clock(app) == (2, 0))
        await until(pilot, lambda: "not in this batch" in drawn(app))
        for view in ("boundary", "quality", "histograms"):
            await go_to(app, pilot, view)


async def test_the_quality_is_that_of_the_present_weights() -> None:
    async with opened((120, 36), bias="shared", learning_rate=8.0, iterations=200) as (app, pilot):
        held_out = Dataset.from_arrays(np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[1.0], [1.0]]))
        object.__setattr__(app._debugger.dataset, "validation", held_out)
        await go_to(app, pilot, "quality")
        assert "accuracy 75.0 %  3 of 4" in drawn(app)
        await pilot.press("space")
        await until(pilot, lambda: app._moment.state is State.FINISHED)
        await until(pilot, lambda: "training  accuracy 100.0 %  4 of 4" in drawn(app))
        assert "validation  accuracy 50.0 %" in drawn(app)


@at_three_sizes
@pytest.mark.parametrize("split", [0.0, 0.2])
async def test_no_measure_is_cut(size: tuple[int, int], split: float) -> None:
    dataset = read_dataset("penguins", scaling="standardise", split=split)
    async with opened(size, dataset, output_activation="identity", iterations=30) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: app._moment.state is State.FINISHED)
        await go_to(app, pilot, "quality")
        found = Examiner(dataset, snapshot(app).hyperparameters).assess(snapshot(app).values)
        await until(pilot, lambda: drawn(app).count("R²") == len(found))
        lines = [line.split() for line in drawn(app).splitlines() if "body" in line]
        for line, quality in zip(lines, found.values(), strict=True):
            shown = [float(text.replace("−", "-")) for text in line[1:]]
            measures = [quality.rmse[0], quality.mae[0], quality.r2[0]]
            assert shown == pytest.approx(measures, abs=6e-4)
            assert line[0] == "body_mass_kg"


def test_where_measures_fit_beside_nothing_they_are_listed() -> None:
    values = np.array([0.5, np.nan]), np.array([1234.5, 0.0]), np.array([-30.25, np.inf])
    quality = Regression(("a long name of a target", "a long name of another"), *values)
    for width in (12, 24, 32, 60):
        rows = quality_rows({"validation": quality}, Palette.from_theme({}), width)
        assert all(row.width <= width for row in rows)
        words = " ".join(segment.text for row in rows for segment in row.segments).split()
        measures = [word for word in words if word.lstrip("−")[:1].isdigit() or word in "·inf"]
        read = [float(word.replace("−", "-")) for word in measures if word != "·"]
        assert sorted(read) == pytest.approx([-30.25, 0.0, 0.5, 1234.5, np.inf])
        assert "·" in measures
        assert "validation" in words


def of_classes(count: int) -> Dataset:
    truth = np.arange(5 * count) % count
    x = np.random.RandomState(3).rand(len(truth), 2)
    names = tuple(f"kind=class_number_{k:02}" for k in range(count))
    return replace(Dataset.from_arrays(x, np.eye(count)[truth]), targets=names)


@at_three_sizes
async def test_of_many_classes_every_column_can_be_seen(size: tuple[int, int]) -> None:
    async with opened(size, of_classes(12), **CLASSES) as (app, pilot):
        await go_to(app, pilot, "quality")
        await until(pilot, lambda: "recall" in drawn(app))
        pane, seen = app.frame.pictures, set()

        def heading() -> list[str]:
            line = next(line for line in drawn(app).splitlines() if line.startswith("is"))
            return [word for word in line.split() if word.isdigit()]

        cut = len(heading()) < 12
        assert cut == (size != (80, 24))
        assert ("←→ classes" in str(pane.border_subtitle)) == cut
        first = heading()
        for _ in range(12):
            shown = heading()
            seen |= set(shown)
            confusion = (
                Examiner(app._moment.dataset, snapshot(app).hyperparameters)
                .assess(snapshot(app).values)["training"]
                .confusion
            )
            line = next(line for line in drawn(app).splitlines() if line.startswith("00 "))
            counts = [word for word in line.split()[1:-1] if word != "…"]
            assert [int(count) for count in counts] == [confusion[0, int(k)] for k in shown]
            assert all(line.cell_length <= pane.size.width for line in pane._lines)
            await pilot.press("l")
        assert seen == {f"{k:02}" for k in range(12)}
        await pilot.press(*["h"] * 8)
        await until(pilot, lambda: heading() == first)


async def test_the_histograms_tell_the_update_to_weight_ratio() -> None:
    async with opened((120, 36)) as (app, pilot):
        await go_to(app, pilot, "histograms")
        assert "no update yet" in drawn(app)
        assert "not computed" in drawn(app)
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        forward = Forward(app._debugger.dataset, snapshot(app).hyperparameters)
        for layer in distributions(forward, snapshot(app).values):
            ratio = f"{layer.ratio:.1e}".replace("e-0", "e−")
            await until(pilot, lambda ratio=ratio: ratio in drawn(app))


async def test_the_pictures_are_live_while_training() -> None:
    async with opened((120, 36), iterations=10**9) as (app, pilot):
        await go_to(app, pilot, "boundary")
        await pilot.press("space")
        before = app.frame.pictures._painted["boundary"]
        await until(pilot, lambda: app.frame.pictures._painted["boundary"] is not before)
        assert app._moment.state is State.RUNNING
        await pilot.press("space")
        await until(pilot, lambda: app._moment.state is State.PAUSED)
        await until(
            pilot,
            lambda: app.frame.pictures._painted["boundary"].order.snapshot is snapshot(app),
        )


async def test_nothing_is_computed_while_it_is_not_seen() -> None:
    async with opened((120, 36)) as (app, pilot):
        await pilot.press("s", "s")
        await until(pilot, lambda: clock(app) == (2, 0))
        assert app.frame.pictures._studio._thread is None


async def test_a_reset_to_another_network() -> None:
    async with opened((120, 36)) as (app, pilot):
        await go_to(app, pilot, "boundary")
        await pilot.press("l", "l", "l")
        app._do(lambda d: d.reset(d.hyperparameters.replace(hidden=2)))
        await until(pilot, lambda: "(1/3)" in str(app.frame.pictures.border_title))
        await pilot.press("v")
        await until(pilot, lambda: "g2" in drawn(app) and "g3" not in drawn(app))


async def test_resizing_with_a_picture() -> None:
    async with opened((120, 36)) as (app, pilot):
        for view in ("boundary", "network", "quality", "histograms"):
            await go_to(app, pilot, view)
            await pilot.resize_terminal(40, 10)
            await pilot.pause()
        await pilot.resize_terminal(1, 1)
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "hidden" in drawn(app))


def test_all_pairs_of_inputs_come_round() -> None:
    pairs = list(combinations(range(5), 2))
    for pair, following in pairwise([*pairs, pairs[0]]):
        assert _pair_beside(pair, 5, 1) == following
        assert _pair_beside(following, 5, -1) == pair


async def test_a_fused_gradient_and_what_hinge_assumes_are_said() -> None:
    async with opened((120, 36), loss="bce") as (app, pilot):
        await pilot.press("f", "5")
        await until(pilot, lambda: "∂E/∂y = (f − f₀)/(N·O)  fused " in text(app))
        await pilot.press("m")
        await until(pilot, lambda: "∂f/∂y = f(1 − f)  to be seen only " in text(app))
        await pilot.press(*"n" * 8)
        await until(pilot, lambda: "fused: ∂E/∂f·∂f/∂y multiplied out" in text(app))
    async with opened(loss="hinge", output_activation="identity") as (app, pilot):
        await pilot.press("1", "m")
        await until(pilot, lambda: "targets 0 and 1 are −1 and 1" in text(app))


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


@at_three_sizes
async def test_no_bar_is_behind_the_scroll_bar(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("spiral"), init="xavier", **DEEP) as (app, pilot):
        await go_to(app, pilot, "histograms")
        pane = app.frame.pictures
        await until(pilot, lambda: pane.show_vertical_scrollbar)

        def bins() -> int:
            return pane._painted["histograms"].order.bins

        await until(pilot, lambda: bins() == bins_for(pane.scrollable_content_region.width))


@at_three_sizes
async def test_what_a_layer_is_like_is_told_in_whole_words(size: tuple[int, int]) -> None:
    # Long symbols, much that is saturated, and weights that jump.
    values = {**DEEP, "init": "normal", "learning_rate": 9.0}
    async with opened(size, read_dataset("spiral"), **values) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await go_to(app, pilot, "histograms")
        forward = Forward(app._debugger.dataset, snapshot(app).hyperparameters)
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


@pytest.mark.parametrize("size", SIZES)
async def test_recall_and_precision_have_the_same_decimals(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("iris"), **CLASSES) as (app, pilot):
        await go_to(app, pilot, "quality")
        lines = [line.split() for line in drawn(app).splitlines()]
        start = next(i for i, line in enumerate(lines) if line[:1] == ["is"])
        recall = [line[-1] for line in lines[start + 1 : start + 4]]
        precision = lines[start + 4][1:-1]
        assert len(recall) == len(precision) == 3
        shares = [share for share in (*recall, *precision) if share != "·"]
        assert {len(share.partition(".")[2]) for share in shares} == {1}

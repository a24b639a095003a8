"""The table on the screen: what was held out, and the numbers of the file."""

import re
from itertools import dropwhile
from pathlib import Path

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, read_dataset
from tests.tui.app import SIZES, app_of, clock, opened, said, snapshot, text, until
from tui.app import NNTui


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_held_out_rows_stand_below_and_are_marked(size: tuple[int, int]) -> None:
    dataset = read_dataset("iris", split=0.1, scaling="standardise")
    assert dataset.held_out is not None
    values = {"hidden": "4", "output_activation": "softmax", "loss": "cross-entropy"}
    async with opened(size, dataset, **values) as (app, pilot):
        await pilot.press("1", "m", "s")
        await until(pilot, lambda: snapshot(app).iteration == 1)
        for _ in range(12):
            await pilot.press("pagedown")
        last = dataset.held_out.observations[-1]
        await until(pilot, lambda: f"○ {last}" in text(app))
        line = next(line for line in text(app).splitlines() if f"○ {last}" in line)
        numbers = line.partition("│")[2].split()
        original = dataset.held_out.original_x
        assert original is not None
        assert float(numbers[2]) == original[-1, 0]
        assert not any(number == "·" for number in numbers)
        shown = " ".join(text(app).replace("│", " ").split())
        assert "held out for validation: 15; with the present weights E" in shown
        found = snapshot(app).held_out_evaluation
        assert found is not None
        assert found.accuracy is not None
        assert f"accuracy {100 * found.accuracy:.1f} %" in shown


@pytest.mark.one_in(6)
@pytest.mark.parametrize("size", [(40, 10), *SIZES])
@pytest.mark.parametrize("shuffle", ["no", "yes"])
async def test_the_observations_of_the_batch_are_marked(
    size: tuple[int, int], shuffle: str
) -> None:
    dataset = read_dataset("spiral", split=0.1)
    batches = {"batch_size": "3", "shuffle": shuffle}
    async with opened(size, dataset, **batches) as (app, pilot):

        def marked() -> set[str]:
            names = (line[: app.frame.dataset._table.name_width] for line in table_lines(app)[1:])
            return {name[1:].strip() for name in names if name[:1] == "•"}

        def batch() -> set[str]:
            visible = range(*app.frame.dataset.window.indices(len(dataset.observations)))[:-1]
            return {dataset.observations[n] for n in snapshot(app).batch if n in visible}

        await pilot.press("1")
        await until(pilot, lambda: app.frame.dataset.has_focus and table_lines(app))
        # Before it is picked there is none.
        assert not marked()
        await pilot.press("n")
        await until(pilot, lambda: snapshot(app).position == 1)
        title = app.frame.dataset
        words = "• 3 in the batch" if shuffle == "yes" else "• batch 1…3"
        await until(pilot, lambda: words in str(title.border_title))
        for iteration in range(1, 60):
            await until(pilot, lambda: marked() == batch())
            await pilot.press("f" if iteration == 1 else "s")
            await until(pilot, lambda i=iteration: snapshot(app).iteration == i)
            if batch() and iteration > 1:
                break
        await until(pilot, lambda: marked() == batch() != set())


async def test_the_cursor_stays_with_what_is_trained_on(tmp_path: Path) -> None:
    path = tmp_path / "small.csv"
    path.write_text("a,b\n" + "".join(f"{n},{n % 2}\n" for n in range(8)))
    dataset = read_dataset(path, split=0.5)
    async with opened((120, 36), dataset) as (app, pilot):
        await pilot.press("1", *["down"] * 10)
        await until(pilot, lambda: app.moment is not None and app.moment.selected == 3)
        assert sum(line.count("○") for line in text(app).splitlines()) >= 4


def table_lines(app: NNTui) -> list[str]:
    """The table on the screen, maximised or not: from its heading on; none before it is drawn."""
    lines = [line.lstrip("│ ") for line in text(app).splitlines()]
    return list(dropwhile(lambda line: not line.startswith("obs"), lines))


IRIS = {"hidden": "8", "output_activation": "softmax", "loss": "cross-entropy"}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_the_names_of_the_columns_stay_in_sight(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("moons")) as (app, pilot):
        await pilot.press("1")
        # Before it has the focus and is laid out, there is nothing to scroll.
        pane = app.frame.dataset
        await until(pilot, lambda: pane.has_focus and pane.max_scroll_y)
        # A key may come before the scroll bar that is now needed.
        pane.show_vertical_scrollbar = False
        await pilot.press("end")
        await until(pilot, lambda: any(line.startswith("200 ") for line in table_lines(app)))
        assert {"x1", "x2", "f₀"} <= set(table_lines(app)[0].split())
        # The cursor is never under the heading.
        await pilot.press("home", *["j"] * 40)
        await until(pilot, lambda: app.moment is not None and app.moment.selected == 39)
        await until(pilot, lambda: any(line.startswith("40 ") for line in table_lines(app)))
        await pilot.press(*["k"] * 39)
        await until(pilot, lambda: app.moment is not None and app.moment.selected == 0)
        await until(pilot, lambda: table_lines(app)[1].startswith("1 "))


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_columns_that_do_not_fit_are_scrolled_to(size: tuple[int, int]) -> None:
    dataset = read_dataset("iris")
    async with opened(size, dataset, **IRIS) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: app.frame.dataset.has_focus and table_lines(app))
        row = dataset.shown_x[0]
        first = table_lines(app)[1]
        inputs, _, targets = first.partition("│")
        assert inputs.split()[1:] == [f"{row[0]:g}", f"{row[1]:g}", "…"]
        # The class and what the row is taken for come first, then the outputs.
        fitting = 2 if size == (80, 24) else 0
        assert targets.partition("│")[0].count("·") == 1 + 2 * fitting
        assert "…" in targets
        # The rest of the inputs comes first, then the targets.
        await pilot.press("l", "right", *["l"] * 2 * (size == (40, 10)))
        await pilot.pause()
        inputs = table_lines(app)[1].partition("│")[0]
        assert inputs.split()[1] == "…"
        assert inputs.split()[-1] == f"{row[3]:g}"
        await pilot.press("l", "l", "l", "l")
        await pilot.pause()
        heading = table_lines(app)[0].partition("│")[2]
        assert heading.startswith("…")
        assert "f virg" in heading
        await pilot.press(*["h"] * 9)
        await pilot.pause()
        # The scroll bar may come a little after the lines.
        again = table_lines(app)[1]
        assert again.replace("▇", "").split() == first.replace("▇", "").split()


async def test_columns_are_told_apart() -> None:
    dataset = read_dataset("xor", features="input1*input2")
    async with opened((120, 36), dataset) as (app, pilot):
        await pilot.pause()
        names = table_lines(app)[0].partition("│")[0].split()[1:]
        assert len(set(names)) == 3
    async with opened((104, 24), read_dataset("iris"), **IRIS) as (app, pilot):
        await pilot.press("1")
        await pilot.pause()
        heading = table_lines(app)[0].partition("│")[2]
        assert re.findall(r"(?<!−)f (\w{4})", heading) == ["seto", "vers", "virg"]


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("size", "heading"),
    [((120, 36), ["len…", "dep…"]), ((80, 24), ["bill_length_mm", "bill_depth_mm"])],
)
async def test_of_names_in_little_room_the_word_that_tells_is_left(
    size: tuple[int, int], heading: list[str]
) -> None:
    async with opened(size, read_dataset("penguins")) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: [h.split()[1:3] for h in table_lines(app)[:1]] == [heading])


async def test_the_numbers_of_the_file_are_not_rounded(tmp_path: Path) -> None:
    path = tmp_path / "digits.csv"
    path.write_text("a,b,c\n-0.83912,1234.56,3.14159\n0.5,-0.0000123456,2\n")
    for size, dataset in (((120, 36), read_dataset("moons")), ((120, 36), read_dataset(path))):
        async with opened(size, dataset) as (app, pilot):
            await pilot.pause()
            for n in range(2):
                inputs, _, targets = table_lines(app)[1 + n].partition("│")
                shown = [float(t.replace("−", "-")) for t in inputs.replace("…", "").split()[1:]]
                assert shown
                assert shown == list(dataset.shown_x[n, : len(shown)])
                assert float(targets.split()[0]) == dataset.f0[n, 0]


async def test_with_hinge_the_error_is_the_distance_from_the_side() -> None:
    """By hand: with the weight 0.8 the inputs −1 and 1 give f = −0.8 and 0.8, and t is −1 and 1."""
    dataset = Dataset.from_arrays(np.array([[-1.0], [1.0]]), np.array([[0.0], [1.0]]))
    wanted = Hyperparameters(loss="hinge", output_activation="identity", hidden="none")
    app = app_of(lambda: Debugger(dataset, wanted, {"w": [[0.8]]}))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.moment is not None)
        assert "t−f" in text(app)
        await pilot.press("f")
        await until(pilot, lambda: clock(app) == (1, 0))
        lines = [line.split("│")[1:3] for line in text(app).splitlines()]
        shown = [cells[1].split() for cells in lines if len(cells) > 1 and "0.8" in cells[1]]
        assert [
            [float(cell.strip("✓").replace("−", "-")) for cell in row[-3:]] for row in shown[:2]
        ] == [
            [0, -0.8, -0.2],
            [1, 0.8, 0.2],
        ]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("size", "lines"), [((120, 36), 2), ((80, 24), 1), ((40, 10), 1)])
async def test_what_was_assumed_of_a_long_table_is_said_where_it_is_seen(
    size: tuple[int, int], lines: int
) -> None:
    async with opened(size, read_dataset("iris")) as (app, pilot):
        await pilot.press("1")
        dataset, pane = app.moment.dataset, app.frame.dataset
        words = " ".join(("assumed", ", ".join(dataset.assumptions)))

        def told() -> list[str]:
            texts = [line.text.strip() for line in pane._lines]
            at = next((i for i, line in enumerate(texts) if line.startswith("assumed")), len(texts))
            return texts[at:]

        await until(pilot, lambda: pane.size and len(pane._lines) == pane.size.height)
        await until(pilot, lambda: len(told()) >= lines)

        whole = " ".join(told())
        assert words.startswith(whole.removesuffix(" …").removesuffix("…").rstrip())
        # The last observation is above it, and the cursor gets there.
        await pilot.press("end")
        last = dataset.observations[-1]
        await until(pilot, lambda: pane._lines[-len(told()) - 1].text.startswith(last))
        seen = told()
        await pilot.press("home", "j", "pagedown", "k", "j")
        name = dataset.observations[app.moment.selected or 0]
        await until(pilot, lambda: any(line.text.startswith(f"{name} ") for line in pane._lines))
        await until(pilot, lambda: told() == seen)


async def test_a_short_table_has_it_below_its_last_row() -> None:
    async with opened((120, 36), read_dataset("or")) as (app, pilot):
        await pilot.press("1", "m")
        pane = app.frame.dataset
        await until(pilot, lambda: pane.size.height > 20 and not pane.footing)
        texts = [line.text.strip() for line in pane._lines]
        assert texts[4].startswith("4")
        assert texts[5] == ""
        assert texts[6].startswith("assumed")


def verdicts(app: NNTui) -> list[str]:
    """What the rows in sight are, whether that is found, and what they are taken for."""
    rows = [line.partition("│")[2].split() for line in table_lines(app)[1:]]
    return [" ".join(row[:3]) for row in rows if len(row) > 2 and row[1] in ("✓", "✗")]


async def test_for_classes_it_tells_what_a_row_is_and_is_taken_for(tmp_path: Path) -> None:
    """By hand: with one weight of 1 and no hidden layer, the larger input decides."""
    path = tmp_path / "fruit.csv"
    path.write_text("a,b,fruit\n1,0,pear\n0,1,pear\n0,2,plum\n3,0,plum\n0.5,0,pear\n")
    dataset = read_dataset(path)
    wanted = Hyperparameters(hidden="none", output_activation="softmax", loss="cross-entropy")
    assert dataset.f0.shape == (5, 1)
    path.write_text(path.read_text() + "0,5,fig\n")
    dataset = read_dataset(path)
    assert dataset.classes == ("fig", "pear", "plum")
    weights = {"w": [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]}
    app = app_of(lambda: Debugger(dataset, wanted, weights))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.moment is not None)
        await pilot.press("1", "O")
        await until(pilot, lambda: "No f is computed yet" in said(app))
        await pilot.press("n", "n")
        right = ["pear ✓ pear", "pear ✗ plum", "plum ✓ plum", "plum ✗ pear", "pear ✓ pear"]
        await until(pilot, lambda: verdicts(app) == [*right, "fig ✗ plum"])
        for wrong in (1, 3, 5, 1):
            await pilot.press("i")
            await until(pilot, lambda n=wrong: app.selected == n)
        await pilot.press("I")
        await until(pilot, lambda: app.selected == 5)
        # e⁵ : 1 beside e³ : 1 and e : 1, and of the right ones the one with the smallest lead.
        await pilot.press("O")
        order = ["fig ✗ plum", "plum ✗ pear", "pear ✗ plum"]
        await until(pilot, lambda: verdicts(app)[:3] == order)
        assert "by error at 0" in str(app.frame.dataset.border_title)
        await pilot.press("j")
        await until(pilot, lambda: app.selected == 3)
        await pilot.press("O")
        await until(pilot, lambda: verdicts(app)[:5] == right)


async def test_rows_outside_the_batch_have_their_f() -> None:
    dataset = read_dataset("xor")
    async with opened((120, 36), dataset, batch_size="1") as (app, pilot):

        def shown() -> list[str]:
            rows = [line.partition("│")[2].partition("│")[0].split() for line in table_lines(app)]
            return [row[-2].replace("−", "-") for row in rows[1:5]]

        await pilot.press("n", "n", "n", "n", "n")
        await until(pilot, lambda: shown() == ["·"] * 4)
        await pilot.press("n")
        await until(pilot, lambda: "·" not in shown())
        expected = app.debugger.predict()[:, 0]
        assert list(map(float, shown())) == pytest.approx(list(expected), abs=1e-4)


async def test_filled_in_cells_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("a,b,t\n1,2,0.5\n,3,0.25\n4,,0.75\n")
    dataset = read_dataset(path, missing="mean")
    async with opened((120, 36), dataset) as (app, pilot):
        await pilot.pause()
        inputs = [line.partition("│")[0].split()[1:] for line in table_lines(app)[1:4]]
        assert inputs == [["1", "2"], ["~2.5", "3"], ["4", "~2.5"]]
        assert "~ filled in" in text(app)


@pytest.mark.parametrize(("split", "which"), [(0.0, "row"), (0.25, "training row")])
async def test_where_no_row_is_wrong_it_is_told_of_which(split: float, which: str) -> None:
    dataset = read_dataset("or", split=split)
    async with opened(dataset=dataset, learning_rate=5.0, notifications=True) as (app, pilot):
        app.do(lambda debugger: debugger.run(300))
        await until(pilot, lambda: clock(app) == (300, 0))
        await pilot.press("1", "i")
        await until(pilot, lambda: f"Every {which} is taken for its class." in said(app))

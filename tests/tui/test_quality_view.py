"""The picture of the quality."""

import numpy as np
import pytest

from engine import Dataset, read_dataset
from engine.analysis.metrics import Examiner, Regression
from tests.tui.app import opened, snapshot, until
from tests.tui.views import CLASSES, SIZES, at_three_sizes, drawn, go_to, of_classes
from tui.drawing.palette import Palette
from tui.panes.pictures.quality_tables import quality_rows
from tui.view_state import State


async def test_the_quality_is_that_of_the_present_weights() -> None:
    async with opened((120, 36), bias="shared", learning_rate=8.0, iterations=200) as (app, pilot):
        held_out = Dataset.from_arrays(np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[1.0], [1.0]]))
        object.__setattr__(app.debugger.dataset, "held_out", held_out)
        await go_to(app, pilot, "quality")
        assert "accuracy 75.0 %  3 of 4" in drawn(app)
        await pilot.press("space")
        await until(pilot, lambda: app.moment.state is State.FINISHED)
        await until(pilot, lambda: "training  accuracy 100.0 %  4 of 4" in drawn(app))
        assert "validation  accuracy 50.0 %" in drawn(app)


@pytest.mark.one_in(6)
@at_three_sizes
@pytest.mark.parametrize("split", [0.0, 0.2])
async def test_no_measure_is_cut(size: tuple[int, int], split: float) -> None:
    dataset = read_dataset("penguins", scaling="standardise", split=split)
    async with opened(size, dataset, output_activation="identity", iterations=30) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: app.moment.state is State.FINISHED)
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


@pytest.mark.one_in(3)
@at_three_sizes
async def test_of_many_classes_every_column_can_be_seen(size: tuple[int, int]) -> None:
    async with opened(size, of_classes(12), **CLASSES) as (app, pilot):
        await go_to(app, pilot, "quality")
        await until(pilot, lambda: "recall" in drawn(app))
        pane, seen = app.frame.pictures, set()

        def heading() -> list[str]:
            line = next(line for line in drawn(app).splitlines() if line.startswith("true"))
            return [word for word in line.split() if word.isdigit()]

        cut = len(heading()) < 12
        assert cut == (size != (80, 24))
        assert ("←→ classes" in str(pane.border_subtitle)) == cut
        first = heading()
        for _ in range(12):
            shown = heading()
            seen |= set(shown)
            confusion = (
                Examiner(app.moment.dataset, snapshot(app).hyperparameters)
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


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", SIZES)
async def test_recall_and_precision_have_the_same_decimals(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("iris"), **CLASSES) as (app, pilot):
        await go_to(app, pilot, "quality")
        lines = [line.split() for line in drawn(app).splitlines()]
        start = next(i for i, line in enumerate(lines) if line[:1] == ["true"])
        recall = [line[-1] for line in lines[start + 1 : start + 4]]
        precision = lines[start + 4][1:-1]
        assert len(recall) == len(precision) == 3
        shares = [share for share in (*recall, *precision) if share != "·"]
        assert {len(share.partition(".")[2]) for share in shares} == {1}

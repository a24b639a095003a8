"""The table on the screen: what was held out, and the numbers of the file."""

from pathlib import Path

import pytest

from engine import read_dataset
from tests.tui.app import opened, snapshot, text, until


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_held_out_rows_stand_below_and_are_marked(size: tuple[int, int]) -> None:
    dataset = read_dataset("iris", split=0.1, scaling="standardise")
    assert dataset.validation is not None
    values = {"hidden": "4", "output_activation": "softmax", "loss": "cross-entropy"}
    async with opened(size, dataset, **values) as (app, pilot):
        await pilot.press("1", "m", "s")
        await until(pilot, lambda: snapshot(app).iteration == 1)
        for _ in range(12):
            await pilot.press("pagedown")
        last = dataset.validation.observations[-1]
        await until(pilot, lambda: f"○ {last}" in text(app))
        line = next(line for line in text(app).splitlines() if f"○ {last}" in line)
        numbers = line.partition("│")[2].split()
        original = dataset.validation.original_x
        assert original is not None
        assert float(numbers[2]) == original[-1, 0]
        assert not any(number == "·" for number in numbers)
        shown = " ".join(text(app).replace("│", " ").split())
        assert "held out for validation: 15; with the present weights E" in shown
        found = snapshot(app).validation
        assert found is not None
        assert found.accuracy is not None
        assert f"accuracy {100 * found.accuracy:.1f} %" in shown


async def test_the_cursor_stays_with_what_is_trained_on(tmp_path: Path) -> None:
    path = tmp_path / "small.csv"
    path.write_text("a,b\n" + "".join(f"{n},{n % 2}\n" for n in range(8)))
    dataset = read_dataset(path, split=0.5)
    async with opened((120, 36), dataset) as (app, pilot):
        await pilot.press("1", *["down"] * 10)
        await until(pilot, lambda: app._moment is not None and app._moment.selected == 3)
        assert sum(line.count("○") for line in text(app).splitlines()) >= 4

"""What each pane has room for: the numbers before what stands beside them."""

import re
from math import prod

import pytest

from engine import read_dataset
from tests.tui.app import clock, opened, snapshot, text, until
from tui.app import NNTui
from tui.panes.shares import share_out

NETWORKS = {
    "or": {},
    "xor": {"bias": "per-neuron"},
    "iris": {"hidden": "6", "output_activation": "softmax", "loss": "cross-entropy"},
    "moons": {"hidden": "8,6,4", "bias": "per-neuron", "optimiser": "adam"},
}
NUMBER = re.compile(r"[+−]\d[\d.]*(?:e−?\d+)?|\b0\.0+\b")


def numbers(app: NNTui) -> list[tuple[int, int]]:
    """How many numbers each computed line of the listing shows, and how many there are."""
    pane, lines = app.frame.iteration, snapshot(app).listing.lines
    top = round(pane.scroll_y)
    found = []
    for place, strip in enumerate(pane._lines[: len(lines) - top], start=top):
        behind = strip.text.rstrip("▁▂▃▄▅▆▇█ ")
        cells = [match for match in NUMBER.findall(behind) if len(match) > 5]
        found.append((len(cells), prod(lines[place].shape)))
    return found


@pytest.mark.one_in(6)
@pytest.mark.parametrize("data", NETWORKS)
async def test_at_least_two_numbers_a_tensor(data: str) -> None:
    async with opened((120, 36), read_dataset(data), **NETWORKS[data]) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        for size, most in (((40, 10), 2), ((60, 20), 2), ((112, 30), 2), ((120, 36), 2)):
            await pilot.resize_terminal(*size)
            await until(
                pilot,
                lambda most=most: (
                    numbers(app) and all(shown >= min(count, most) for shown, count in numbers(app))
                ),
                10,
            )


@pytest.mark.one_in(2)
@pytest.mark.parametrize("data", ["or", "xor"])
async def test_four_observations_are_seen_beside_the_other_panes(data: str) -> None:
    async with opened((120, 36), read_dataset(data), **NETWORKS[data]) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await until(pilot, lambda: all(n >= min(count, 4) for n, count in numbers(app)))
        assert "4×1" in text(app)
        assert "∂E/∂f = 2(f − f₀)/(N·O)" in text(app)


async def test_the_smallest_screen_shows_a_number() -> None:
    async with opened((20, 5)) as (app, pilot):
        await pilot.press("s", "n")
        await until(pilot, lambda: clock(app) == (1, 1))
        await until(pilot, lambda: re.search(r"◂?.*ŷ +.?0\.\d{4}", text(app)))


@pytest.mark.one_in(10)
@pytest.mark.parametrize("size", [(112, 30), (120, 30), (112, 36), (160, 45), (200, 60)])
@pytest.mark.parametrize("data", NETWORKS)
async def test_all_panes_at_once_only_where_each_shows_what_it_is_for(
    size: tuple[int, int], data: str
) -> None:
    async with opened(size, read_dataset(data), **NETWORKS[data]) as (app, pilot):
        frame = app.frame
        assert not app.screen.has_class("-single")
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1, 0))
        await until(pilot, lambda: frame.loss._chart is not None)
        curve = [line for line in frame.loss._lines if re.match(r"^ *[\d.e+]* ?[┤│]", line.text)]
        assert len(curve) >= 6
        names = app.moment.dataset.observations
        seen = [line.text.split(" ")[0] for line in frame.dataset._lines]
        assert set(names[:4]) <= set(seen)
        loss = frame.loss
        assert len(str(loss.border_title)) + 4 <= loss.outer_size.width


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", [(111, 40), (100, 30), (160, 29), (80, 24)])
async def test_below_that_there_is_one(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: app.screen.has_class("-single") and "1 Dataset  2 " in text(app))


async def test_rows_of_all_tensors_begin_with_the_selected_observation() -> None:
    async with opened((120, 36), read_dataset("xor"), bias="per-neuron") as (app, pilot):
        await pilot.press("s", "1", "j", "j")
        await until(pilot, lambda: "0 complete, before 1  from observation 2" in text(app))
        values = snapshot(app).values
        for name in ("g", "y", "dE_dy", "dE_dg", "dyhat_dv"):
            place = next(
                i for i, line in enumerate(snapshot(app).listing.lines) if line.name == name
            )
            first = float(values[name][1].flat[0])
            line = app.frame.iteration._lines[place - round(app.frame.iteration.scroll_y)].text
            assert float(NUMBER.findall(line)[0].replace("−", "-")) == pytest.approx(
                first, abs=1e-4
            )


def test_what_is_given_up_first() -> None:
    formulas = [23, 22, 22, 20, 7]
    shares = [share_out(room, formulas, 6, 9, 3, 8) for room in range(80, 5, -1)]
    assert shares[0].shape
    assert shares[0].formula == 23
    # Once something is given up for good it stays so.
    last = [share.formula if not share.shape else 99 for share in shares]
    phases = [share.phase for share in shares]
    assert phases == sorted(phases, reverse=True)
    assert min(last) == 6
    assert [share.symbols for share in shares] == sorted(share.symbols for share in shares)

"""The speed: seen in the header, changed while running or paused."""

import pytest

from engine.common.pace import FULL, SPEEDS
from tests.tui.app import SIZES, clock, opened, state, text, until
from tui.app import NNTui
from tui.view_state import State


def header(app: NNTui) -> str:
    return app.frame.header._lines[1].text


def listing(app: NNTui) -> list[str]:
    return [line.text for line in app.frame.iteration._lines]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_the_speed_is_seen_and_changed_while_paused(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("n")
        for speed in reversed(SPEEDS):
            await until(pilot, lambda speed=speed: f"{speed.words} [ ]" in header(app))
            await pilot.press("[")
        for speed in SPEEDS[1:]:
            await pilot.press("]")
            await until(pilot, lambda speed=speed: f"{speed.words} [ ]" in header(app))
        assert clock(app) == (0, 1)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_at_a_slow_speed_the_marker_walks_and_values_appear(size: tuple[int, int]) -> None:
    def is_walking(app: NNTui) -> bool:
        lines, (iteration, position) = listing(app), clock(app)
        return (
            position > 0
            and state(app) is State.RUNNING
            and f"▶ running at 4 operations/s [ ]  values of iteration {iteration}" in header(app)
            and lines[position][1] == "▶"
            and not lines[position - 1].rstrip().endswith("·")
            and lines[position].rstrip().endswith("·")
        )

    async with opened(size, speed=SPEEDS[1]) as (app, pilot):
        await pilot.press("space")
        places = set[int]()
        while len(places) < 3:
            await until(pilot, lambda: is_walking(app) and clock(app)[1] not in places)
            places.add(clock(app)[1])
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.PAUSED)


async def test_the_speed_changes_in_mid_run() -> None:
    async with opened(iterations=10**9, speed=SPEEDS[0]) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: clock(app) == (0, 1))
        await pilot.press(*"]" * 6)
        await until(pilot, lambda: "running at full speed [ ]" in header(app))
        await until(pilot, lambda: clock(app)[0] > 1000)
        await pilot.press(*"[" * 6)
        await until(pilot, lambda: "running at 1 operation/s [ ]  values of" in header(app))
        assert any(line[1] == "▶" for line in listing(app))
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.PAUSED)


async def test_the_speed_is_kept_for_the_next_table() -> None:
    async with opened() as (app, pilot):
        assert app.speed is FULL
        await pilot.press("[")
        await until(pilot, lambda: "1,000 iterations/s" in header(app))
        assert app.debugger is not None
        app.show_run(app.debugger, lambda nudge: None)
        app.do(lambda debugger: None)
        await until(pilot, lambda: app.moment.speed is SPEEDS[-2])
        assert "1,000 iterations/s" in text(app)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_the_clock_and_what_the_values_are_of(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        assert "values" not in header(app)
        await pilot.press("s", "s")
        await until(pilot, lambda: "paused before ŷ  values of iteration 1 " in header(app))
        await until(pilot, lambda: "5 Iteration 1 complete, before 2" in text(app))
        await pilot.press("n")
        await until(pilot, lambda: "paused before g  values of iteration 2 " in header(app))
        app.do(lambda debugger: debugger.stops.add_watch("iteration == 4"))
        await pilot.press("c")
        await until(pilot, lambda: "became true, after iteration 4, before 5" in header(app))
        assert "iteration      5 / 10,000" in app.frame.header._lines[0].text

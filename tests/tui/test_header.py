"""The lines at the top: why the run stopped, and that what stands there stays in its place."""

import re

import pytest

from engine import read_dataset
from tests.tui.app import SIZES, clock, opened, snapshot, text, until
from tui.app import NNTui
from tui.view_state import State

STUCK = {"hidden": "2", "bias": "per-neuron", "learning_rate": 0.5, "iterations": 5000}
VANISHED = "gradient_norm < 0.001 for 50"


def header(app: NNTui) -> list[str]:
    """The lines of the header."""
    return [line.text.rstrip() for line in app.frame.header._lines]


@pytest.mark.one_in(4)
@pytest.mark.parametrize("size", [*SIZES, (100, 30), (160, 45)])
async def test_a_long_reason_for_a_stop_is_whole_and_so_is_the_rest(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("xor"), **STUCK) as (app, pilot):
        app.do(lambda debugger: debugger.stops.add_watch(VANISHED))
        await pilot.press("c")
        await until(pilot, lambda: clock(app) == (81, 0))
        # In 80 columns there is no room for the long words.
        when = ", after iteration 80" if size[0] > 80 else " after 80"
        words = f"stopped: {VANISHED} iterations in a row{when}"
        await until(pilot, lambda: words in text(app))
        for part in ("xor.csv", "4 × 2→2→1", "σ σ", "η 0.5", "iteration    81 / 5,000"):
            assert part in header(app)[0]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_no_pane_moves_whatever_there_is_to_tell(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("xor"), **STUCK) as (app, pilot):
        pane = app.query_one("#iteration")
        before = pane.region
        app.do(lambda debugger: debugger.stops.add_watch(VANISHED))
        app.do(lambda debugger: debugger.stops.add_breakpoint("g"))
        await pilot.press("c")
        await until(pilot, lambda: "stopped: breakpoint before g" in header(app)[1])
        assert pane.region == before
        app.do(lambda debugger: debugger.stops.toggle(6))
        await pilot.press("c")
        await until(pilot, lambda: "in a row" in header(app)[1])
        assert pane.region == before
        await pilot.press("n")
        await until(pilot, lambda: "paused before g" in header(app)[1])
        assert pane.region == before


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [*SIZES, (160, 45)])
async def test_a_condition_is_told_once(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("xor"), **STUCK) as (app, pilot):
        app.do(lambda debugger: debugger.stops.add_watch(VANISHED))
        app.do(lambda debugger: debugger.stops.add_watch("norm(dE_dw)"))
        await pilot.press("3", "s")

        def rest() -> str:
            return "norm(dE_dw) " if "norm(dE_dw)" in header(app)[1] else " … 1 in B"

        await until(pilot, lambda: f"{VANISHED} false" in header(app)[1])
        assert text(app).count(VANISHED) == 1
        assert rest() in header(app)[1]
        await pilot.press("c")
        await until(pilot, lambda: f"stopped: {VANISHED} iterations in a row" in header(app)[1])
        assert text(app).count(VANISHED) == 1
        if size[0] >= 120:
            assert "norm(dE_dw) " in header(app)[1]


async def test_of_a_watched_array_there_are_as_many_numbers_as_fit() -> None:
    async with opened((80, 24)) as (app, pilot):
        app.do(lambda debugger: debugger.stops.add_watch("dE_dv / 3 + dE_dv / 7"))
        await pilot.press("f")
        await until(pilot, lambda: "dE_dv / 3 + dE_dv / 7 2×3: " in header(app)[1])
        assert header(app)[1].rstrip().endswith(" …")
        assert "in B" not in header(app)[1]


async def test_where_the_header_has_one_line_the_chart_has_the_watches() -> None:
    async with opened((60, 12)) as (app, pilot):
        app.do(lambda debugger: debugger.stops.add_watch("norm(dE_dw)"))
        await pilot.press("s", "3")
        await until(pilot, lambda: len(header(app)) == 1 and "norm(dE_dw)" in text(app))


async def test_the_stop_the_clock_and_the_listing_tell_the_same_time() -> None:
    async with opened((120, 36), read_dataset("xor"), **STUCK) as (app, pilot):
        app.do(lambda debugger: debugger.stops.add_watch(VANISHED))
        await pilot.press("c")
        await until(pilot, lambda: "after iteration 80" in header(app)[1])
        assert "iteration    81 / 5,000" in header(app)[0]
        assert "5 Iteration 80 complete" in text(app)
        # Before an operation that is within the same iteration.
        app.do(lambda debugger: debugger.stops.add_breakpoint("g"))
        await pilot.press("c")
        await until(pilot, lambda: "stopped: breakpoint" in header(app)[1])
        assert "iteration    81 / 5,000" in header(app)[0]
        assert "5 Iteration 81" in text(app)
        assert "after" not in header(app)[1]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", [(120, 36), (100, 30)])
async def test_the_reason_is_whole_after_a_resize(size: tuple[int, int]) -> None:
    async with opened((60, 12), read_dataset("xor"), **STUCK) as (app, pilot):
        app.do(lambda debugger: debugger.stops.add_watch(VANISHED))
        await pilot.press("c")
        await until(pilot, lambda: clock(app) == (81, 0))
        await pilot.resize_terminal(*size)
        words = "in a row, after iteration 80"
        await until(pilot, lambda: len(header(app)) == 2 and words in header(app)[1])


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_of_the_longest_reason_the_iteration_is_kept(size: tuple[int, int]) -> None:
    condition = f"E + 0 * ({' + '.join(['norm(dE_dw)'] * 12)}) < 0.19"
    async with opened(size) as (app, pilot):
        app.do(lambda debugger: debugger.stops.add_watch(condition))
        await pilot.press("c")
        await until(pilot, lambda: snapshot(app).stopped)
        at = clock(app)[0] - 1
        await until(pilot, lambda: header(app)[-1].startswith("⏸ stopped: E + 0 * (norm(dE_dw)"))
        told = header(app)[1].partition("  ")[0]
        assert told.endswith(f"… after {at}")


@pytest.mark.one_in(4)
@pytest.mark.parametrize("size", [(100, 30), (120, 36), (160, 45), (80, 24)])
async def test_network_and_clock_stay_where_they_are(size: tuple[int, int]) -> None:
    # A run that goes on is seen while it does, one of few iterations at its end.
    for iterations, last in ((9_999_999, State.RUNNING), (10, State.FINISHED)):
        async with opened(size, iterations=iterations) as (app, pilot):
            await until(pilot, lambda app=app: "paused" in text(app))

            def places(app: NNTui = app) -> tuple[int, int, int]:
                line = header(app)[0]
                return line.find("or.csv"), line.find("η 0.05"), line.find("iteration")

            at_first = places()
            assert min(at_first) >= 0
            for key, words in (("n", "paused before"), ("space", last.value)):
                await pilot.press(key)
                await until(pilot, lambda app=app, words=words: words in header(app)[1])
                assert places() == at_first


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_speed_is_told(size: tuple[int, int]) -> None:
    async with opened(size, iterations=10**9) as (app, pilot):
        await pilot.press("space")
        told = re.compile(r"▶ running at full speed \[ \]  [\d,.]+ iterations/s$")
        await until(pilot, lambda: told.search(header(app)[1]))

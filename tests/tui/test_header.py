"""The lines at the top: why the run stopped, and that what stands there stays in its place."""

import re

import pytest

from engine import read_dataset
from tests.tui.app import SIZES, clock, opened, snapshot, state, text, until
from tui.app import NNTui
from tui.moment import State

STUCK = {"hidden": "2", "bias": "per-neuron", "learning_rate": 0.5, "iterations": 5000}
VANISHED = "gradient_norm < 0.001 for 50"


def header(app: NNTui) -> list[str]:
    """The lines of the header."""
    return [line.text.rstrip() for line in app.frame.header._lines]


@pytest.mark.parametrize("size", [*SIZES, (100, 30), (160, 45)])
async def test_a_long_reason_for_a_stop_is_whole_and_so_is_the_rest(size: tuple[int, int]) -> None:
    async with opened(size, read_dataset("xor"), **STUCK) as (app, pilot):
        app._do(lambda debugger: debugger.stops.add_watch(VANISHED))
        await pilot.press("c")
        await until(pilot, lambda: clock(app) == (81, 0))
        words = f"stopped: {VANISHED} iterations in a row, in iteration 80"
        await until(pilot, lambda: words in text(app))
        for part in ("xor.csv", "4 × 2→2→1", "σ σ", "η 0.5", "iteration    81 / 5,000"):
            assert part in header(app)[0]


async def test_the_panes_move_once_at_most() -> None:
    async with opened((120, 36), read_dataset("xor"), **STUCK) as (app, pilot):
        app._do(lambda debugger: debugger.stops.add_watch(VANISHED))
        app._do(lambda debugger: debugger.stops.add_breakpoint("g"))
        pane = app.query_one("#loss")
        before = pane.region
        await pilot.press("c")
        await until(pilot, lambda: "stopped: breakpoint before g" in header(app)[0])
        assert pane.region == before
        app._do(lambda debugger: debugger.stops.toggle(6))
        await pilot.press("c")
        await until(pilot, lambda: len(header(app)) == 2 and "in a row" in header(app)[1])
        first, after = header(app)[0], pane.region
        assert after != before
        await pilot.press("n")
        await until(pilot, lambda: clock(app) == (81, 1))
        await until(pilot, lambda: "paused before g" in header(app)[1])
        assert header(app)[0] == first
        assert pane.region == after
        # Where the terminal changes its size all moves anyway.
        await pilot.resize_terminal(121, 36)
        await until(pilot, lambda: len(header(app)) == 1)


async def test_a_resize_leaves_the_reason_whole() -> None:
    async with opened((80, 24), read_dataset("xor"), **STUCK) as (app, pilot):
        app._do(lambda debugger: debugger.stops.add_watch(VANISHED))
        await pilot.press("c")
        await until(pilot, lambda: clock(app) == (81, 0))
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: len(header(app)) == 2 and "iteration 80" in header(app)[1])


async def test_a_brief_reason_tells_the_iteration_on_the_same_line() -> None:
    async with opened((120, 36)) as (app, pilot):
        app._do(lambda debugger: debugger.stops.add_watch("E < 0.19"))
        await pilot.press("c")
        await until(pilot, lambda: snapshot(app).stopped)
        reached = clock(app)[0] - 1
        await until(pilot, lambda: len(header(app)) == 1 and header(app)[0].endswith(f" {reached}"))
        assert f"stopped: E < 0.19 became true at {reached}" in header(app)[0]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_of_the_longest_reason_the_iteration_is_kept(size: tuple[int, int]) -> None:
    condition = f"E + 0 * ({' + '.join(['norm(dE_dw)'] * 12)}) < 0.19"
    async with opened(size) as (app, pilot):
        app._do(lambda debugger: debugger.stops.add_watch(condition))
        await pilot.press("c")
        await until(pilot, lambda: snapshot(app).stopped)
        at = clock(app)[0] - 1
        await until(pilot, lambda: header(app)[-1].startswith("⏸ stopped: E + 0 * (norm(dE_dw)"))
        told = header(app)[1].partition("  ")[0]
        assert told.endswith(f"… at {at}")


@pytest.mark.parametrize("size", [(100, 30), (120, 36), (160, 45), (80, 24)])
async def test_network_and_clock_stay_where_they_are(size: tuple[int, int]) -> None:
    async with opened(size, iterations=10_000) as (app, pilot):
        await until(pilot, lambda: "paused" in text(app))

        def places() -> tuple[int, int, int]:
            line = header(app)[0]
            return line.find("or.csv"), line.find("η 0.05"), line.find("iteration")

        at_first = places()
        assert min(at_first) >= 0
        seen = set()
        for key, wanted in (("n", State.PAUSED), ("space", State.RUNNING), ("", State.FINISHED)):
            if key:
                await pilot.press(key)
            await until(pilot, lambda wanted=wanted: state(app) is wanted)
            await pilot.pause()
            seen.add(places())
        assert seen == {at_first}


@pytest.mark.parametrize(("iterations", "unit"), [(10**7, " iterations/s"), (10**9, "/s")])
async def test_the_speed_is_told_in_little_room_too(iterations: int, unit: str) -> None:
    async with opened((120, 36), iterations=iterations) as (app, pilot):
        await pilot.press("space")
        told = re.compile(rf"▶ running  [\d,.]+{unit}$")
        await until(pilot, lambda: told.search(header(app)[0]))

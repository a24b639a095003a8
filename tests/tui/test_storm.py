"""Every key, in any order, at any time: nothing may raise."""

import asyncio
import random

import pytest

from tests.tui.app import clock, opened, snapshot, state, until
from tui.keys import KEYS
from tui.view_state import State


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, no_waiting_for_an_idle_processor: None) -> None:
    """Keys that come faster than they are answered."""

    async def no_rest(min_sleep: float = 0, max_sleep: float = 1) -> None:
        await asyncio.sleep(0.001)

    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", no_rest)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("size", "training"),
    [((80, 24), True), ((120, 36), False), ((40, 10), True)],
    ids=["80x24 training", "120x36 paused", "40x10 training"],
)
async def test_any_key_at_any_time(size: tuple[int, int], training: bool) -> None:
    order = random.Random(f"{size} {training}")
    # A run of one operation a second would be waited for.
    apart = ("quit", "change_speed")
    keys = [name for key in KEYS if not key.action.startswith(apart) for name in key.keys] * 2
    order.shuffle(keys)
    async with opened(size, iterations=10**9 if training else 300) as (app, pilot):
        if training:
            await pilot.press("space")
        for i, key in enumerate(keys):
            await pilot.press(key)
            # The palette would find the key that ends it all.
            if key == "ctrl+p" or order.random() < 0.5:
                await pilot.press("escape")
            if i == len(keys) // 3:
                await pilot.resize_terminal(30, 8)
            if i == 2 * len(keys) // 3:
                await pilot.resize_terminal(*size)
        await pilot.press(*["escape"] * 4)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.is_running
        # Whatever was asked for is answered in the end.
        await until(pilot, lambda: not app.session._waiting or state(app) is State.RUNNING)


@pytest.mark.usefixtures("impatient")
async def test_held_keys() -> None:
    async with opened((120, 36)) as (app, pilot):
        await pilot.press(*["n"] * 30)
        await until(pilot, lambda: clock(app) == (1, 12))
        start = snapshot(app).values["v"][0, 0]
        await pilot.press("r", "4")
        await until(pilot, lambda: clock(app) == (0, 0))
        start = snapshot(app).values["v"][0, 0]
        await pilot.press(*["plus"] * 30)
        expected = start * 1.01**30
        await until(
            pilot, lambda: snapshot(app).values["v"][0, 0] == pytest.approx(expected, rel=1e-9)
        )
        await pilot.press("s", *["full_stop"] * 30)
        await until(pilot, lambda: clock(app) == (31, 0))
        await pilot.press("S", *["full_stop"] * 30, *["u"] * 30)
        await until(pilot, lambda: snapshot(app).values["v"][0, 0] == start)

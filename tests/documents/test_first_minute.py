"""The first minute of the README goes on the screen as it is told."""

import re

from engine.common.pace import SPEEDS
from tests.documents.blocks import ROOT
from tests.tui.app import clock, opened, snapshot, state, text, until
from tui.view_state import State

README = (ROOT / "README.md").read_text(encoding="utf-8")


async def test_the_first_minute_walks_pauses_and_changes_something_while_training() -> None:
    part = README.partition("## The first minute")[2].partition("\n## ")[0]
    found = re.search(r"`nn-tui samples/or.csv --speed (\w+)` opens", part)
    assert found is not None
    speed = next(speed for speed in SPEEDS if speed.name == found[1])
    assert speed.words == "4 operations/s"
    async with opened((120, 36), speed=speed) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: re.search(r"▶ .* = .* ·  ", text(app)))
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.PAUSED)
        at = clock(app)[0]
        await pilot.press("f")
        await until(pilot, lambda: clock(app) == (at + 1, 0))
        assert "`]` three times makes it faster, 100 iterations a second" in part
        await pilot.press("]", "]", "]")
        await until(pilot, lambda: "100 iterations/s" in text(app))
        await pilot.press("space")
        await until(pilot, lambda: clock(app)[0] > at + 2)
        await pilot.press("2", "enter", "ctrl+u", "1", "enter")
        await until(pilot, lambda: snapshot(app).hyperparameters.learning_rate == 1.0)
        assert state(app) is State.RUNNING
        at = clock(app)[0]
        await until(pilot, lambda: clock(app)[0] > at)
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.PAUSED)
        assert clock(app)[0] < snapshot(app).hyperparameters.iterations

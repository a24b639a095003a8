"""The first minute of the README goes on the screen as it is told."""

import re

from tests.documents.blocks import ROOT
from tests.tui.app import clock, opened, snapshot, state, until
from tui.view_state import State

README = (ROOT / "README.md").read_text(encoding="utf-8")


async def test_the_first_minute_leaves_time_to_change_something_while_training() -> None:
    part = README.partition("## The first minute")[2].partition("\n## ")[0]
    found = re.search(r"`nn-tui samples/or.csv --iterations (\d+)` opens", part)
    assert found is not None
    assert int(found[1]) >= 10_000_000
    # However fast the machine is.
    async with opened((120, 36), iterations=10**9) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: clock(app)[0] > 1000)
        await pilot.press("2", "enter", "ctrl+u", "1", "enter")
        await until(pilot, lambda: snapshot(app).hyperparameters.learning_rate == 1.0)
        assert state(app) is State.RUNNING
        at = clock(app)[0]
        await until(pilot, lambda: clock(app)[0] > at)
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.PAUSED)

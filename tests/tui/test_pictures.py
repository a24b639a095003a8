"""Pictures of the screen, for what no other test would notice."""

import pytest
import textual

from engine import Debugger, read_dataset
from tests.tui.app import SIZES, app_of, clock, until

TAKEN_WITH = "8.2.8"

pytestmark = pytest.mark.skipif(
    textual.__version__ != TAKEN_WITH, reason=f"the pictures were taken with Textual {TAKEN_WITH}"
)


@pytest.mark.usefixtures("in_colours")
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])
def test_after_an_iteration_and_seven_operations(snap_compare, size: tuple[int, int]) -> None:
    app = app_of(lambda: Debugger(read_dataset("or")))

    async def prepare(pilot) -> None:
        await until(pilot, lambda: app.moment is not None)
        await pilot.press("s", *["n"] * 7)
        await until(pilot, lambda: clock(app) == (1, 7))
        await pilot.pause(0.1)

    assert snap_compare(app, terminal_size=size, run_before=prepare)

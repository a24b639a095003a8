"""What is marked, and a cursor, stay in view through every change of layout."""

import random
from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from engine import read_dataset
from tests.examples import examples
from tests.tui.app import clock, opened, snapshot, state, text, until
from tui.app import NNTui
from tui.view_state import State

SIZES = [(20, 5), (40, 10), (80, 24), (100, 30), (120, 30), (120, 36), (160, 45), (200, 60)]
KEYS = ["1", "2", "3", "4", "5", "6", "tab", "m", "m", "v", *"nnnNsSfF", *"jjkkl", "escape"]
STEPS = examples(30)
NETWORKS = {
    "xor": {"bias": "per-neuron"},
    "iris": {"hidden": "6", "output_activation": "softmax", "loss": "cross-entropy"},
    "moons": {"hidden": "8,6,4", "bias": "per-neuron", "optimiser": "adam"},
}


def missing(app: NNTui) -> str:
    """Which of the panes on the screen has its mark or its cursor out of view; "" for none."""
    frame = app.frame
    if app.moment is None or state(app) is State.RUNNING:
        return "no moment"
    shown = {pane: [line.text for line in pane._lines] for pane in (frame.iteration, frame.dataset)}
    for pane, lines in shown.items():
        if not pane.is_on_screen:
            continue
        if pane is frame.iteration:
            wanted = "▶" if pane._cursor is None else "›"
            if not any(wanted in line for line in lines):
                return f"{wanted} of Iteration"
        elif frame.dataset._cursor >= 0:
            name = app.moment.dataset.observations[frame.dataset._cursor]
            if not any(line.strip(" •").split(" ")[0] == name for line in lines[1:]):
                return f"observation {name}"
    for pane in (frame.weights, frame.hyperparameters.fields):
        in_numbers = pane.is_on_screen and pane.has_focus and not getattr(pane, "_in_colours", 0)
        if in_numbers and not any("›" in line.text for line in pane._lines):
            return f"› of {pane}"
    return ""


async def stays(app: NNTui, pilot: Pilot[None], done: Sequence[str]) -> None:
    """Wait until all marks are in view and stand still there."""
    try:
        await until(pilot, lambda: not missing(app))
    except AssertionError:
        raise AssertionError(f"{missing(app)} after {' '.join(done)}\n{text(app)}") from None


@pytest.mark.one_in(3)
@pytest.mark.parametrize("data", NETWORKS)
async def test_whatever_is_typed_at_whatever_size(data: str) -> None:
    chance = random.Random(data)
    async with opened((120, 36), read_dataset(data), **NETWORKS[data]) as (app, pilot):
        done: list[str] = []
        for _ in range(STEPS):
            if chance.random() < 0.3:
                size = chance.choice(SIZES)
                done.append(f"{size[0]}×{size[1]}")
                await pilot.resize_terminal(*size)
            else:
                key = chance.choice(KEYS)
                times = chance.choice((1, 1, 12))
                done.append(f"{times}·{key}")
                await pilot.press(*[key] * times)
            await stays(app, pilot, done)


@pytest.mark.slow
async def test_the_update_phase_behind_the_pictures() -> None:
    async with opened((120, 36), read_dataset("xor"), bias="per-neuron") as (app, pilot):
        last = len(snapshot(app).listing.lines) - 1
        await pilot.press(*["n"] * last)
        await until(pilot, lambda: clock(app) == (0, last))
        for keys in (["6"], ["m"], ["N"] * 12, ["m"], ["5"], ["n"] * 12, ["4"], ["6"]):
            await pilot.press(*keys)
            await stays(app, pilot, keys)


@pytest.mark.slow
async def test_the_cursor_of_a_tensor_with_many_rows() -> None:
    async with opened((120, 36), read_dataset("iris")) as (app, pilot):
        await pilot.press("1", *["j"] * 40, "5", *["n"] * 3)
        await until(pilot, lambda: clock(app) == (0, 3))
        await pilot.press("j", "j", "enter")
        await until(pilot, lambda: app.frame.weights.inspected)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await stays(app, pilot, [str(size)])


async def test_the_cursor_of_a_list() -> None:
    async with opened((120, 36), read_dataset("iris")) as (app, pilot):
        await pilot.press("1", "enter", *["j"] * 4)
        for size in ((120, 36), (40, 10), (24, 6), (120, 36)):
            await pilot.resize_terminal(*size)
            lines = app.screen.lines
            await until(
                pilot,
                lambda lines=lines: (
                    0 <= lines._owner.line_of_cursor - lines.scroll_y < lines.size.height
                ),
            )

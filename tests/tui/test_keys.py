"""Every key, at two sizes."""

import re
import threading

import pytest
from textual.command import CommandPalette
from textual.events import DescendantFocus

from engine import Debugger, read_dataset
from tests.tui.app import app_of, at_two_sizes, clock, opened, snapshot, state, text, until
from tui.dialogs.help import HelpScreen
from tui.dialogs.prompt import PromptScreen
from tui.keys import KEYS
from tui.panes.loss.pane import LossPane
from tui.view_state import State

LONG = 10**9


@at_two_sizes
async def test_it_opens_paused_and_says_what_to_press(size: tuple[int, int]) -> None:
    async with opened(size) as (app, _):
        assert clock(app) == (0, 0)
        assert state(app) is State.PAUSED
        for words in ("paused", "space runs", "n steps", "or.csv", "2→3→1", "0 / 10,000"):
            assert words in text(app)


@at_two_sizes
@pytest.mark.parametrize("key", ["n", "f10"])
async def test_next_operation(size: tuple[int, int], key: str) -> None:
    async with opened(size) as (app, pilot):
        for position, symbol in enumerate(("g", "y", "f", "E", "∂E/∂f"), start=1):
            await pilot.press(key)
            await until(pilot, lambda p=position: clock(app) == (0, p))
            assert f"before {symbol} " in text(app)
        assert "E 1.960156e-01" in text(app)
        marked = [line for line in text(app).splitlines() if "▶" in line]
        assert len(marked) == 1
        assert "∂E/∂f = 2(f − f₀)/(N·O)" in marked[0]
        assert "·" in marked[0].split("4×1")[1]


@at_two_sizes
async def test_next_iteration_and_finish(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("n", "n", "s")
        await until(pilot, lambda: clock(app) == (1, 2))
        await pilot.press("f")
        await until(pilot, lambda: clock(app) == (2, 0))
        assert "5 Iteration 1 complete" in text(app)


@at_two_sizes
async def test_going_back(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s", "s", "n", "n", "n")
        await until(pilot, lambda: clock(app) == (2, 3))
        y = snapshot(app).values["y"].tobytes()
        for key, expected in (("N", (2, 2)), ("S", (1, 2)), ("F", (1, 0)), ("F", (0, 0))):
            await pilot.press(key)
            await until(pilot, lambda expected=expected: clock(app) == expected)
        assert "y" not in snapshot(app).values
        assert snapshot(app).losses.size == 2
        await pilot.press("s", "s", "n", "n", "n")
        await until(pilot, lambda: clock(app) == (2, 3))
        assert snapshot(app).values["y"].tobytes() == y


@at_two_sizes
async def test_go_to_an_iteration(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("3", "g")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen) and app.focused)
        await pilot.press(*"nowhere", "enter")
        await until(pilot, lambda: "not 'nowhere'" in text(app))
        await pilot.press("ctrl+u", *"500", "enter")
        await until(pilot, lambda: clock(app) == (500, 0))
        for typed, iteration in (("-400", 100), ("end", 500), ("1%", 100)):
            await pilot.press("g")
            await until(pilot, lambda: isinstance(app.screen, PromptScreen) and app.focused)
            await pilot.press(*("minus" if c == "-" else c for c in typed), "enter")
            await until(pilot, lambda iteration=iteration: clock(app) == (iteration, 0))
        await until(pilot, lambda: "at 99 of 500" in text(app))
        assert "┊" in text(app)


async def test_a_long_way_can_be_stopped() -> None:
    async with opened(iterations=10**9) as (app, pilot):
        await pilot.press("s", "g")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press(*"999999999", "enter")
        await until(pilot, lambda: "to iteration 999,999,999, at" in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: snapshot(app).losses.size > 1)
        assert clock(app) == (1, 0)


@pytest.mark.one_in(2)
@at_two_sizes
@pytest.mark.parametrize("key", ["space", "f5"])
async def test_run_and_pause(size: tuple[int, int], key: str) -> None:
    async with opened(size, iterations=LONG) as (app, pilot):
        await pilot.press(key)
        await until(pilot, lambda: state(app) is State.RUNNING and clock(app)[0] > 100)
        assert "running" in text(app)
        await pilot.press(key)
        await until(pilot, lambda: state(app) is State.PAUSED)
        stopped = clock(app)
        await pilot.pause(0.2)
        assert clock(app) == stopped
        assert stopped[1] == 0


async def test_a_step_while_running_pauses() -> None:
    async with opened(iterations=LONG) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: clock(app)[0] > 100)
        await pilot.press("n")
        await until(pilot, lambda: state(app) is State.PAUSED)


@at_two_sizes
async def test_a_finished_run_says_so_and_can_go_on(size: tuple[int, int]) -> None:
    async with opened(size, iterations=30) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        assert clock(app) == (30, 0)
        assert "finished" in text(app)
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (31, 0))


@at_two_sizes
async def test_reset_and_undo(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s", "s", "s", "n")
        await until(pilot, lambda: clock(app) == (3, 1))
        await pilot.press("r")
        await until(pilot, lambda: clock(app) == (0, 0))
        assert snapshot(app).losses.size == 0
        await pilot.press("u")
        await until(pilot, lambda: clock(app) == (3, 1))
        assert snapshot(app).losses.size == 3


async def test_reset_while_running_pauses_at_iteration_0() -> None:
    async with opened(iterations=LONG) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: clock(app)[0] > 100)
        await pilot.press("r")
        await until(pilot, lambda: clock(app) == (0, 0) and state(app) is State.PAUSED)


PANES = {
    "1": "dataset",
    "2": "hyperparameters",
    "3": "loss",
    "4": "weights",
    "5": "iteration",
    "6": "pictures",
}


@at_two_sizes
async def test_panes_by_number_and_by_tab(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        for key, name in PANES.items():
            await pilot.press(key)
            pane = app.query_one(f"#{name}")
            await until(pilot, lambda pane=pane: pane.has_focus or pane.has_focus_within)
            await until(pilot, lambda pane=pane: pane.region.area > 0)
        for step, name in (
            ("tab", "dataset"),
            ("tab", "hyperparameters"),
            ("shift+tab", "dataset"),
        ):
            await pilot.press(step)
            pane = app.query_one(f"#{name}")
            await until(pilot, lambda pane=pane: pane.has_focus or pane.has_focus_within)


async def test_maximise() -> None:
    async with opened((120, 36)) as (app, pilot):
        before = app.query_one("#loss").region
        await pilot.press("3", "m")
        await pilot.pause()
        assert app.query_one("#loss").region.width == 120
        assert not app.query_one("#dataset").display
        await pilot.press("m")
        await pilot.pause()
        assert app.query_one("#loss").region == before


@pytest.mark.one_in(2)
@at_two_sizes
@pytest.mark.parametrize(("down", "up"), [("j", "k"), ("down", "up")])
async def test_selecting_an_observation(size: tuple[int, int], down: str, up: str) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("f", "1", down, down, down, up)
        await until(pilot, lambda: app.moment.selected == 1)
        await pilot.press("5")
        await pilot.pause()
        # The listing shows the hidden layer for the selected observation, the second one.
        line = next(line for line in text(app).splitlines() if "ŷ = x·v" in line)
        shown = [float(number) for number in re.findall(r"[+-][\d.]+", line.replace("−", "-"))]
        assert shown[:3] == pytest.approx([0.3023326, 0.1467559, 0.0923386], abs=1e-4)


@at_two_sizes
async def test_views_of_the_weights(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("s", "4")
        await until(pilot, lambda: clock(app) == (1, 0))
        seen = set()
        for _ in range(3):
            seen |= {symbol for symbol in ("∂E/∂v ", "Δv ", " w ") if symbol in text(app)}
            await pilot.press("v")
            await pilot.pause()
        assert seen == {"∂E/∂v ", "Δv ", " w "}


async def test_wide_weights_scroll_sideways() -> None:
    async with opened(hidden=12) as (app, pilot):
        assert "g12 " not in text(app)
        await pilot.press("4", *["l"] * 12)
        await pilot.pause()
        assert "g12 " in text(app)
        await pilot.press(*["h"] * 12)
        await pilot.pause()
        assert "g1 " in text(app)


@at_two_sizes
async def test_log_scale(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("3", "s", "s", "y")
        await until(pilot, lambda: clock(app) == (2, 0) and "f₀)²)  log ─" in text(app))
        assert "1e-1" in text(app) or "1e−1" in text(app)
        await pilot.press("y")
        await until(pilot, lambda: "  log ─" not in text(app))


@pytest.mark.one_in(2)
@at_two_sizes
@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help(size: tuple[int, int], key: str) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await until(pilot, lambda: "In the pane Iteration" in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, HelpScreen))


async def test_space_turns_the_page_of_the_help() -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press("?")
        await until(pilot, lambda: "Where does a weight" in text(app))
        await pilot.press("space")
        await until(pilot, lambda: "Where does a weight" not in text(app))
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert state(app) is State.PAUSED


@pytest.mark.slow
async def test_help_over_a_running_training() -> None:
    async with opened(iterations=LONG) as (app, pilot):
        await pilot.press("space", "question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        at = clock(app)[0]
        await until(pilot, lambda: clock(app)[0] > at)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, HelpScreen))


async def test_palette() -> None:
    async with opened() as (app, pilot):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"finish", "enter")
        await until(pilot, lambda: not isinstance(app.screen, CommandPalette))
        await until(pilot, lambda: clock(app) == (1, 0))


@pytest.mark.one_in(3)
@at_two_sizes
@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_quit_while_training(size: tuple[int, int], key: str) -> None:
    async with opened(size, iterations=LONG) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: clock(app)[0] > 100)
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running)


async def test_keys_before_the_data_are_there_wait_for_them() -> None:
    gate = threading.Event()

    def load() -> Debugger:
        assert gate.wait(120)
        return Debugger(read_dataset("or"))

    app = app_of(load)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "s", "n", "n", "N", "?", "escape")
        assert "reading" in text(app)
        gate.set()
        await until(pilot, lambda: app.moment is not None and clock(app) == (2, 1))


def test_no_key_has_two_meanings() -> None:
    keys = [name for key in KEYS for name in key.keys]
    assert len(keys) == len(set(keys))


def drawn(loss: LossPane) -> tuple[int, int]:
    """The first and the last iteration in the chart."""
    return loss._curves.shown.first, loss._curves.shown.iterations


@at_two_sizes
async def test_zoom_and_pan_of_the_chart(size: tuple[int, int]) -> None:
    async with opened(size, iterations=1000) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await pilot.press("3")
        loss = app.frame.loss
        await until(pilot, lambda: loss._chart is not None and loss._curves.shown.width == 1000)
        await pilot.press("z")
        await until(pilot, lambda: drawn(loss) == (749, 999))
        await pilot.press("less_than_sign")
        await until(pilot, lambda: loss._curves.shown.first == 749 - 62)
        await pilot.press("greater_than_sign", "greater_than_sign")
        await until(pilot, lambda: loss._curves.shown.iterations == 1000)
        assert "1,000" in text(app)
        # The cursor takes the window along.
        await pilot.press("z", "z", "z", "z")
        await until(pilot, lambda: loss._curves.shown.width == 8)
        await pilot.press("down")
        await until(pilot, lambda: loss._curves.shown.first <= loss.cursor_iteration < 1000)
        await pilot.press("Z")
        await until(pilot, lambda: loss._curves.shown.width == 32)
        await pilot.press("escape")
        await until(pilot, lambda: loss.cursor_iteration is None)
        await pilot.press("escape")
        await until(pilot, lambda: drawn(loss) == (0, 1000))


async def test_a_zoomed_chart_that_has_no_room_yet() -> None:
    async with opened(iterations=1000) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await pilot.press("3", "z")
        loss = app.frame.loss
        await until(pilot, lambda: loss._curves.shown.first > 0)
        loss.styles.width = 0
        await until(pilot, lambda: loss.scrollable_content_region.size.width == 0)
        loss.redraw()


async def test_the_wheel_zooms_where_the_pointer_is() -> None:
    from textual.events import MouseScrollUp

    async with opened((120, 36), iterations=1000) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        loss = app.frame.loss
        await until(pilot, lambda: loss._chart is not None)
        x = loss.content_region.x + loss._chart.first + loss._chart.span // 2
        await pilot._post_mouse_events([MouseScrollUp], "#loss", (x - loss.region.x, 5))
        await until(pilot, lambda: loss._curves.shown.width == 250)
        assert abs((loss._curves.shown.first + loss._curves.shown.iterations) / 2 - 500) < 20


@at_two_sizes
async def test_smoothing(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("3", "s", "s", "s")
        await until(pilot, lambda: clock(app) == (3, 0))
        before = text(app)
        await pilot.press("a")
        await until(pilot, lambda: "smoothed" in app.frame.loss.border_title)
        await pilot.press("a")
        await until(pilot, lambda: text(app) == before)


@at_two_sizes
async def test_without_colours_too_the_mean_is_told_from_the_losses(size: tuple[int, int]) -> None:
    async with opened(size, batch_size="1", learning_rate=1.0, iterations=400) as (app, pilot):
        await pilot.press("3", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await until(pilot, lambda: any("⠀" < character <= "⣿" for character in text(app)))
        assert "░" not in text(app)
        await pilot.press("a")
        await until(pilot, lambda: text(app).count("░") > 10)
        assert any("⠀" < character <= "⣿" for character in text(app))


async def test_a_focus_that_is_told_late_does_not_lead_back() -> None:
    async with opened() as (app, pilot):
        await pilot.press("1", "4")
        app.frame.on_descendant_focus(DescendantFocus(app.frame.dataset))
        assert app.frame.active == "weights"

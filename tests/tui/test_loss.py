"""The chart of the losses in little room, without colours, and with many branches."""

from dataclasses import replace

import numpy as np
import pytest
from rich.style import Style
from textual.pilot import Pilot

from engine import Dataset, read_dataset
from engine.data.options import TableOptions
from engine.run.loss_history import LossHistory
from tests.tui.app import clock, opened, snapshot, state, text, until
from tui.app import NNTui
from tui.dialogs.prompt import PromptScreen
from tui.drawing.chart import is_curve
from tui.drawing.palette import Palette
from tui.panes.loss.legend import CURVE, MARKS, legend_row, styles_of
from tui.view_state import State

LONG = "without w[g2, output] = −2 at 81"


def legend(*labels: str, more: int = 0, width: int) -> str:
    keys = [(label, CURVE, Style()) for label in labels]
    row = legend_row(keys, more, Palette.from_theme({}), width)
    assert row.width <= width
    return "".join(segment.text for segment in row.segments)


def test_labels_are_shortened_so_that_all_are_there() -> None:
    told = legend(LONG, LONG.removeprefix("without "), "start", width=36)
    assert told.count(CURVE) == 3
    assert told.endswith("⣀ start")
    assert told.startswith("⣀ without")
    assert "⣀ w[" in told
    # Where there is room nothing is cut.
    assert legend("one", "another", width=36) == "⣀ one  ⣀ another"
    both = legend(LONG, LONG.replace("−2", "3"), width=40)
    first, second = both.removeprefix("⣀ ").split("  ⣀ ")
    assert first != second
    # What stands before the equals sign tells which weight it is.
    weights = legend("w[g1, output] = 2 at 81", "w[g2, output] = 3 at 81", width=34)
    assert "⣀ w[" in weights.partition("  ")[0]
    assert "⣀ w[" in weights.partition("  ")[2]


def test_what_the_same_setting_was_is_told_apart() -> None:
    told = legend("optimiser = rmsprop", "optimiser = adam", "start", width=36)
    assert told == "⣀ rmsprop  ⣀ adam  ⣀ start"
    # Another setting keeps its name.
    told = legend("optimiser = rmsprop", "optimiser = adam", "seed = 2", width=36)
    assert told == "⣀ rmsprop  ⣀ adam  ⣀ seed = 2"
    # What goes without a change is not taken for one with it.
    told = legend("without η = 0.25 at 1,000", "without η = 0.5 at 1,000", width=36)
    assert "⣀ without" in told.partition("  ")[0]
    assert "⣀ without" in told.partition("  ")[2]
    assert legend("η = 2 at 5", "η = 3 at 5", width=36) == "⣀ η = 2 at 5  ⣀ η = 3 at 5"


def test_how_many_more_there_are_is_said() -> None:
    assert legend("one", "another", more=2, width=36) == "⣀ one  ⣀ another  +2"
    told = legend(*[f"learning rate = 0.{i} at {i}" for i in range(1, 5)], more=1, width=30)
    assert told.count(CURVE) + int(told.rpartition("+")[2]) == 5
    assert told.count(CURVE) >= 2


def lines(app: NNTui) -> list[str]:
    """What stands in the pane."""
    return [line.text for line in app.frame.loss._lines]


async def branch_off(app: NNTui, pilot: Pilot[None], iteration: int, value: float) -> None:
    """Change a weight in the past and run to the end."""
    app.do(lambda debugger: debugger.go_to(iteration))
    app.do(lambda debugger: debugger.edit("w", (0, 0), value))
    app.do(lambda debugger: debugger.train())
    wanted = f"= {value:g} ".replace("-", "−")
    await until(pilot, lambda: any(wanted in branch.label for branch in snapshot(app).branches))
    await until(pilot, lambda: state(app) is State.FINISHED)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 36)])
async def test_without_colours_each_curve_has_a_mark(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(size, iterations=300, learning_rate=2.0) as (app, pilot):
        await pilot.press("3", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        for value in (-4.0, 6.0):
            await branch_off(app, pilot, 100, value)
        await until(pilot, lambda: lines(app)[1].count(CURVE) == 1)
        marks = [mark for mark in MARKS if f"  {mark} " in lines(app)[1]]
        assert len(marks) == 2
        drawn = "".join(lines(app)[2:])
        assert any("⠀" < character <= "⣿" for character in drawn)
        assert any(mark in drawn for mark in marks)


async def test_in_colours_all_curves_are_fine_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    async with opened((80, 24), iterations=300, learning_rate=2.0) as (app, pilot):
        await pilot.press("3", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await branch_off(app, pilot, 100, -4.0)
        await until(pilot, lambda: lines(app)[1].count(CURVE) == 2)
        assert not any(mark in "".join(lines(app)[2:]) for mark in MARKS)


@pytest.mark.slow
@pytest.mark.usefixtures("in_colours")
async def test_branches_that_are_not_drawn_are_counted() -> None:
    async with opened((120, 36), iterations=20) as (app, pilot):
        await pilot.press("3", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        for value in (1.0, 2.0, 3.0, 4.0, 5.0):
            await branch_off(app, pilot, 10, value)

        def named_and_counted() -> list[int]:
            names, _, others = lines(app)[1].rstrip().rpartition("+")
            return [names.count(CURVE), int(others or 0)]

        # Four of the six are drawn, and named as far as there is room.
        await until(pilot, lambda: sum(named_and_counted()) == 6)
        assert named_and_counted()[0] in (3, 4)


async def test_the_chart_comes_before_legend_and_watches() -> None:
    async with opened((40, 10), iterations=40) as (app, pilot):
        app.do(lambda debugger: debugger.stops.add_watch("norm(dE_dw)"))
        await pilot.press("3", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await branch_off(app, pilot, 20, 3.0)
        await until(pilot, lambda: any("⠀" < c <= "⣿" for c in "".join(lines(app)[2:])))
        assert "start" in text(app)
        assert "norm(dE_dw)" not in text(app)
        await pilot.resize_terminal(40, 9)
        await until(pilot, lambda: "start" not in text(app))
        assert any("⠀" < c <= "⣿" for c in "".join(lines(app)))
        await pilot.resize_terminal(40, 6)
        await until(pilot, lambda: "too small for a chart" in text(app))
        assert "finite" not in text(app)


async def test_why_there_is_no_chart() -> None:
    # All is right from the start.
    zeros = Dataset.from_arrays(np.zeros((2, 1)), np.zeros((2, 1)))
    async with opened((80, 24), zeros, output_activation="identity") as (app, pilot):
        app.do(lambda debugger: [debugger.edit("w", (i, 0), 0.0) for i in range(3)])
        await pilot.press("3", "s", "s", "y")
        await until(pilot, lambda: "no E above 0 to draw" in text(app))
        await pilot.press("y")
        await until(pilot, lambda: "no E above 0" not in text(app))


async def test_the_loss_is_told_with_the_iteration_that_it_is_of() -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press("3", "s", "s", "n")
        await until(pilot, lambda: clock(app) == (2, 1))
        loss = snapshot(app).losses[1]
        await until(pilot, lambda: f"E = {loss:.9e} at 1 " in text(app))
        await pilot.press("f")
        await until(pilot, lambda: f"E = {snapshot(app).losses[-1]:.9e} at 2 " in text(app))


async def test_a_number_is_told_with_fewer_digits_where_room_is_short() -> None:
    async with opened((18, 10)) as (app, pilot):
        await pilot.press("3", "s")
        await until(pilot, lambda: lines(app)[0].strip() == "E = 2.0e-01 at 0")


@pytest.mark.slow
async def test_a_clock_beyond_the_zoomed_iterations_is_not_drawn_within() -> None:
    async with opened(iterations=300) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await pilot.press("3", "z", "z", "z")
        loss = app.frame.loss
        await until(pilot, lambda: loss._curves.shown.first > 200)

        def marks() -> tuple[bool, str]:
            lines = [line.text for line in loss._lines]
            return any("┊" in line for line in lines), "".join(lines[-1].split("─")).strip(" ━")

        for iteration, expected in ((20, (False, "◂")), (295, (True, "●")), (20, (False, "◂"))):
            await pilot.press("g")
            await until(pilot, lambda: isinstance(app.screen, PromptScreen) and app.focused)
            await pilot.press(*str(iteration), "enter")
            await until(pilot, lambda i=iteration: clock(app) == (i, 0))
            await until(pilot, lambda wanted=expected: marks() == wanted)


async def test_losses_over_many_decades_get_the_log_scale_and_it_is_said() -> None:
    wanted = {"activation": "relu", "output_activation": "identity", "bias": "per-neuron"}
    async with opened((120, 36), read_dataset("plane"), learning_rate=5.0, **wanted) as (
        app,
        pilot,
    ):
        loss = app.frame.loss
        await pilot.press("3", "space")
        await until(pilot, lambda: snapshot(app).stopped)
        await until(pilot, lambda: any("⠀" < c <= "⣿" for c in "".join(lines(app))))
        finite = snapshot(app).losses[np.isfinite(snapshot(app).losses)]
        decades = round(np.log10(finite.max()) - np.log10(finite.min()))
        assert decades > 300
        assert str(loss.border_title) == f"3 Loss  log: {decades} decades"
        await pilot.press("m")
        await until(pilot, lambda: f"log, as E spans {decades} decades" in str(loss.border_title))
        assert "E = mean((f − f₀)²)" in str(loss.border_title)
        # Whoever wants the other scale gets it, and it stays so.
        await pilot.press("y")
        await until(pilot, lambda: "log" not in str(loss.border_title))
        await until(pilot, lambda: any("e+30" in line for line in lines(app)))
        assert any("⠀" < c <= "⣿" for c in "".join(lines(app)))


async def test_the_title_is_never_cut_within_the_formula() -> None:
    async with opened((100, 30), iterations=20) as (app, pilot):
        loss = app.frame.loss
        await pilot.press("3", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        for _ in range(2):
            await until(pilot, lambda: str(loss.border_title).startswith("3 Loss"))
            assert len(str(loss.border_title)) <= loss.outer_size.width - 6
            await pilot.press("y", "a")


async def test_what_is_held_out_is_drawn_above_the_band_of_the_training_losses(
    in_colours: None,
) -> None:
    dataset = read_dataset("plane", TableOptions(split=0.3))
    wanted = {"output_activation": "identity", "batch_size": "2", "shuffle": "yes"}
    async with opened(
        (120, 36), dataset, iterations=800, learning_rate=0.2, bias="per-neuron", **wanted
    ) as (app, pilot):
        await pilot.press("3", "m", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        await until(pilot, lambda: "held out" in lines(app)[1])
        loss = app.frame.loss
        training, held_out = (loss._curves._drawn[place][1] for place in (0, 1))
        wanted_style = styles_of(loss.palette)[1]
        both = 0
        for y, strip in enumerate(loss._lines[2 : 2 + len(training.lines)]):
            styles = [style for part, style, _ in strip for _ in part]
            for x, character in enumerate(held_out.lines[y]):
                if is_curve(character):
                    both += is_curve(training.lines[y][x])
                    assert styles[x] == wanted_style
                    assert strip.text[x] == character
        # They do lie over one another, and from the start on.
        assert both > 10
        assert any(is_curve(line[held_out.first]) for line in held_out.lines)


async def test_an_odd_loss_now_and_then_is_not_said_to_last() -> None:
    async with opened((80, 24), iterations=5) as (app, pilot):
        await pilot.press("3", "space")
        await until(pilot, lambda: state(app) is State.FINISHED)
        loss, moment = app.frame.loss, app.moment
        for values, told in (
            ([1.0, np.nan, 0.25], "E = 2.500000000e-01 at 2, not finite at 1"),
            ([1.0, np.nan, np.inf], "E is not finite since 1"),
        ):
            history = LossHistory.of(np.array(values))
            odd = replace(
                moment.snapshot,
                losses=history.values,
                outline=history.outline(50),
                loss=values[-1],
                iteration=3,
            )
            loss.show(replace(moment, snapshot=odd))
            assert lines(app)[0].strip() == told

"""The README says what the program does."""

import re
from pathlib import Path

import pytest

from engine import Debugger, read_dataset
from engine.data.locate import bundled
from engine.data.table.options import TABLE_DECLARATIONS
from engine.maths.activations import ACTIVATIONS
from engine.maths.initialisations import INITIALISATIONS
from engine.maths.losses import LOSSES
from engine.maths.optimisers import OPTIMISERS
from engine.maths.schedules import SCHEDULES
from engine.model.hyperparameters import DECLARATIONS
from tests.tui.app import clock, opened, snapshot, state, until
from tui.keys import readme_table
from tui.view_state import State

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_keys_are_those_of_the_app() -> None:
    assert readme_table() in README, "\n" + readme_table()


def test_every_hyperparameter_is_there_with_its_values_and_default() -> None:
    for declaration in DECLARATIONS.values():
        line = next(line for line in README.splitlines() if f"`{declaration.option}`" in line)
        assert f"| {declaration.default} |" in line
        # What may follow is what else has to be chosen, or an example.
        allowed = re.escape(declaration.allowed.replace(" | ", ", "))
        assert re.search(rf" \| {allowed}[ :;]", line), declaration.allowed


def test_every_option_of_the_table_is_there_with_its_default() -> None:
    for declaration in TABLE_DECLARATIONS.values():
        line = next(line for line in README.splitlines() if f"| `{declaration.option}`" in line)
        assert line.endswith(f"| {declaration.default} |".replace("|  |", "| |"))
        for choice in declaration.choices:
            assert choice in line


def test_the_operations_are_those_of_the_program() -> None:
    for line in Debugger(read_dataset("or")).program.listing.lines:
        assert f"| `{line.name}` | {line.formula} |" in README


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        *((a.name, (a.slope_formula.format(a="a", z="z"),)) for a in ACTIVATIONS.values()),
        *((o.name, (o.formula, o.slope_formula, " or ".join(o.outputs))) for o in LOSSES.values()),
        *((way.name, (way.rule,)) for way in INITIALISATIONS.values()),
        *((optimiser.name, (optimiser.rule,)) for optimiser in OPTIMISERS.values()),
        *((schedule.name, (schedule.formula,)) for schedule in SCHEDULES.values()),
    ],
)
def test_every_choice_is_there_with_its_formulas(name: str, facts: tuple[str, ...]) -> None:
    lines = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
    assert any(all(fact in line for fact in facts) for line in lines)


def test_the_number_of_bundled_tables_is_right() -> None:
    assert f"[{len(bundled())} bundled tables]" in README


async def test_the_first_minute_leaves_time_to_change_something_while_training() -> None:
    part = README.partition("## The first minute")[2].partition("\n## ")[0]
    found = re.search(r"`nn-tui samples/or.csv --iterations (\d+)` opens", part)
    assert found is not None
    async with opened((120, 36), iterations=int(found[1])) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: clock(app)[0] > 1000)
        await pilot.press("2", "enter", "ctrl+u", "1", "enter")
        await until(pilot, lambda: snapshot(app).hyperparameters.learning_rate == 1.0)
        assert state(app) is State.RUNNING
        at = clock(app)[0]
        await until(pilot, lambda: clock(app)[0] > at)
        await pilot.press("space")
        await until(pilot, lambda: state(app) is State.PAUSED)
        assert clock(app)[0] < int(found[1])

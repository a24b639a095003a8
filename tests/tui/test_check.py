"""The check of the gradients on the screen."""

import threading
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from engine import Dataset, check_gradients
from engine.program.program import Program
from engine.saved.library import Library
from tests.engine.planted import Plant
from tests.tui.app import SIZES, clock, opened, said, snapshot, text, until
from tests.tui.test_saved import app_on
from tests.tui.test_saved import opened as opened_run
from tui.keys import KEYS

(KEY,) = [key.keys[0] for key in KEYS if key.action == "check"]


def error(value: float) -> str:
    return f"{value:.0e}".replace("-", "−") if value else "0"


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_the_gradients_of_the_clock_are_checked(size: tuple[int, int]) -> None:
    async with opened(size, bias="per-neuron") as (app, pilot):
        await pilot.press("s", "s", "n", KEY)
        await until(pilot, lambda: "All 13 gradients agree." in said(app))
        await until(pilot, lambda: "✓ 6 checked, at most" in text(app))
        assert clock(app) == (2, 1)
        assert "4 Weights  check " in text(app)
        debugger = app.debugger
        assert debugger is not None
        check = check_gradients(debugger)
        assert check is not None
        v = check.parameters[0]
        for row, column in ((0, 0), (1, 0), (1, 1)):
            finding = v.cells[row, column].finding
            await until(
                pilot,
                lambda r=row, c=column, f=finding: (
                    f"∂E/∂v[input{r + 1}, g{c + 1}] agrees {error(f.relative_error)}" in text(app)
                ),
            )
            assert f"{finding.analytic:.7g}".replace("-", "−") in text(app)
            await pilot.press("l" if row else "j")
        # What has moved on is no longer what was checked.
        await pilot.press("f")
        await until(pilot, lambda: "4 Weights  check, outdated" in text(app))
        await pilot.press("N")
        await until(pilot, lambda: clock(app)[0] == 2)
        await pilot.press("escape")
        await until(pilot, lambda: "✓ 6 checked" not in text(app))
        await pilot.press("v", "v", "v", "v")
        await until(pilot, lambda: "✓ 6 checked" in text(app))
        await pilot.press("v")
        await until(pilot, lambda: "✓ 6 checked" not in text(app))


async def test_before_any_check_the_tab_says_how_to_make_one() -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press("4", "v", "v", "v", "v")
        await until(pilot, lambda: f"Not checked yet: {KEY} checks every gradient" in text(app))
        await pilot.press("j", "j", "l", "k", "x")
        await until(pilot, lambda: "∂E/∂v has not run" in said(app))
        await pilot.press(KEY)
        await until(pilot, lambda: "✓ 6 checked" in text(app))
        # Another network has another check.
        app.do(lambda debugger: debugger.reset(debugger.hyperparameters.replace(hidden="4")))
        await until(pilot, lambda: "Not checked yet" in text(app))
        await pilot.press("u")
        await until(pilot, lambda: "✓ 6 checked" in text(app))
        # Another start of the same one is not what was checked.
        app.do(lambda debugger: debugger.reset(debugger.hyperparameters.replace(seed=2)))
        await until(pilot, lambda: "4 Weights  check, outdated" in text(app))


OTHERS: list[dict[str, object]] = [
    {"loss": "bce"},
    {"activation": "tanh"},
    {"l1": 0.1},
    {"l2": 0.1},
    {"batch_size": "2"},
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_what_was_checked_on_another_network_is_outdated(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press(KEY)
        await until(pilot, lambda: "✓ 6 checked" in text(app))
        for other in OTHERS:
            assert "outdated" not in text(app)
            # The same parameters in the same iteration, but not the same gradients.
            app.do(lambda d, o=other: d.reset(d.hyperparameters.replace(**o)))
            await until(pilot, lambda: "outdated: d checks anew" in text(app))
            await pilot.press("u")
            await until(pilot, lambda: "outdated" not in text(app))
            assert "✓ 6 checked" in text(app)
        await pilot.press("U")
        await until(pilot, lambda: "outdated: d checks anew" in text(app))
        await pilot.press(KEY)
        await until(pilot, lambda: "outdated" not in text(app))


async def test_what_changes_no_gradient_leaves_the_check_as_it_is() -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press(KEY)
        await until(pilot, lambda: "✓ 6 checked" in text(app))
        app.do(lambda debugger: debugger.change(learning_rate=0.5, iterations=20))
        await until(pilot, lambda: snapshot(app).hyperparameters.learning_rate == 0.5)
        await pilot.pause()
        assert "outdated" not in text(app)


async def test_another_table_was_not_checked(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b,c\n1,2,0\n3,4,1\n5,7,1\n")
    library = Library(tmp_path / "runs")
    async with app_on(library, (80, 24), str(path), new=True) as (app, pilot):
        await opened_run(app, pilot)
        await pilot.press(KEY)
        await until(pilot, lambda: "✓ 6 checked" in text(app))
        before = app.moment.dataset
        app.read_again(scaling="standardise")
        await until(pilot, lambda: app.moment.dataset is not before)
        await pilot.press("4")
        await until(pilot, lambda: "Not checked yet" in text(app))


async def test_with_batches_it_is_about_the_batch_of_the_clock() -> None:
    async with opened((80, 24), batch_size=3) as (app, pilot):
        for iteration in range(2):
            await pilot.press(KEY)
            await until(pilot, lambda: "4 Weights  check " in text(app))
            await until(pilot, lambda: "✓ 6 checked" in text(app))
            await pilot.press("s")
            await until(pilot, lambda i=iteration: clock(app) == (i + 1, 0))
            await until(pilot, lambda: "4 Weights  check, outdated" in text(app))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_a_wrong_gradient_is_pointed_at(size: tuple[int, int], plant: Plant) -> None:
    def wrong(program: Program, right: Callable[[], None]) -> Callable[[], None]:
        out = program.tensors["dE_dw"].data

        def run() -> None:
            right()
            out[2] *= 1.5

        return run

    plant("dE_dw", wrong)
    async with opened(size) as (app, pilot):
        await pilot.press(KEY)
        await until(pilot, lambda: "1 of 9 gradients differs from the" in said(app))
        await until(pilot, lambda: "∂E/∂w[g3, output] differs 2e−01" in text(app))
        assert "›✗2e−01" in text(app)
        await pilot.press("4", "m")
        await until(pilot, lambda: "✗ 1 of 3 differ, at most 2e−01" in text(app))


async def test_a_long_check_tells_how_far_it_is_and_can_be_given_up() -> None:
    random = np.random.RandomState(0)
    dataset = Dataset.from_arrays(random.randn(20, 4), random.rand(20, 1))
    going = threading.Event()

    def slowly(debugger: object, tell: object, cancel: object) -> object:
        def told(done: int, total: int) -> None:
            if done == 5:
                going.set()
                while not cancel():  # type: ignore[operator]
                    pass
            tell(done, total)  # type: ignore[operator]

        tell(4, 15)  # type: ignore[operator]
        return check_gradients(debugger, told, cancel)  # type: ignore[arg-type]

    async with opened((120, 36), dataset=dataset) as (app, pilot):
        with patch("engine.proof.gradient_check.check_gradients", slowly):
            await pilot.press(KEY)
            await until(pilot, going.is_set)
            await until(pilot, lambda: "checking the gradients, 4 of 15 · Esc stops" in text(app))
            await pilot.press("escape")
            await until(pilot, lambda: "The check was given up." in said(app))
        assert "✓" not in text(app)
        await pilot.press("n")
        await until(pilot, lambda: snapshot(app).position == 1)

"""Saved runs on the screen: the one question, the list, the notice, the failure."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from textual.pilot import Pilot

from engine import Debugger, read_dataset
from engine.common.errors import InputError
from engine.model.hyperparameters import Hyperparameters
from engine.saved.library import Library
from engine.saved.lock import Lock
from engine.saved.restore import open_run
from engine.saved.run_files import Folder
from engine.saved.saver import Saver
from tests.tui.app import SIZES, clock, said, text, until
from tui.app import NNTui
from tui.opening.open_run import Opener


def saved(
    library: Library, iterations: int = 30, data: str | Path = "or", **view: object
) -> Folder:
    debugger = Debugger(read_dataset(data))
    saver = Saver(debugger, library.new())
    saver.view = view
    debugger.run(iterations)
    assert saver.close("SIGHUP", here=True)
    return saver.folder


@asynccontextmanager
async def app_on(
    library: Library, size: tuple[int, int] = (120, 36), data: str = "or", **options: object
) -> AsyncIterator[tuple[NNTui, Pilot[None]]]:
    given = {**Hyperparameters().as_dict(), "history": 192, "weights": None}
    app = NNTui(
        f"{data}.csv",
        lambda: Opener(data=data, given=given, library=library, **options),  # type: ignore[arg-type]
    )
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.moment is not None or len(app.screen_stack) > 1)
        yield app, pilot


async def opened(app: NNTui, pilot: Pilot[None]) -> None:
    await until(pilot, lambda: app.moment is not None and len(app.screen_stack) == 1)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])
async def test_an_unfinished_run_is_resumed_where_it_was(
    library: Library, size: tuple[int, int]
) -> None:
    folder = saved(library, 1234, pane="loss", logarithmic=True, maximised=False)
    async with app_on(library, size) as (app, pilot):
        await until(pilot, lambda: "[B]rowse" in text(app))
        question = " ".join(text(app).replace("│", " ").split())
        assert "Resume or.csv at iteration 1,234 of 10,000, saved" in question
        assert "when the link dropped?" in question
        assert "[R]esume [N]ew [B]rowse" in question
        await pilot.press("r")
        await opened(app, pilot)
        assert clock(app) == (1234, 0)
        # The layout is as it was too.
        await until(pilot, lambda: app.frame.active == "loss" and app.frame.loss.is_logarithmic)
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (1235, 0))
        await until(pilot, lambda: open_run(folder).debugger.iteration == 1235)
    assert len(library.entries()) == 1


async def test_a_new_run_leaves_the_old_one(library: Library) -> None:
    saved(library, 30)
    async with app_on(library) as (app, pilot):
        await pilot.press("n")
        await opened(app, pilot)
        assert clock(app) == (0, 0)
        await pilot.press("s")
        await until(pilot, lambda: len(library.entries()) == 2)
    computed = sorted(entry.saved.computed for entry in library.entries() if entry.saved)
    assert computed == [1, 30]


async def test_any_saved_run_can_be_chosen_from_the_list(library: Library) -> None:
    for iterations in (10, 20, 30):
        saved(library, iterations)
    async with app_on(library) as (app, pilot):
        await pilot.press("b")
        await until(pilot, lambda: "Saved runs" in text(app))
        await pilot.press("down", "enter")
        await opened(app, pilot)
        assert clock(app) == (20, 0)


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("data", "iterations", "explicit"),
    [("xor", 30, {}), ("or", 10_000, {}), ("or", 30, {"hidden": "5"}), ("or", 30, {"split": 0.5})],
    ids=["other data", "finished", "other network", "other table"],
)
async def test_there_is_no_question_where_nothing_is_to_be_resumed(
    library: Library, data: str, iterations: int, explicit: dict[str, object]
) -> None:
    saved(library, iterations, data)
    async with app_on(library, explicit=explicit) as (app, pilot):
        await opened(app, pilot)
        assert clock(app) == (0, 0)


@pytest.mark.parametrize("changed", [False, True])
async def test_a_run_without_an_iteration_is_offered_only_where_something_was_changed(
    library: Library, changed: bool
) -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.step_operation()
    if changed:
        debugger.edit("w", (0, 0), 2.5)
    # Earlier versions saved either.
    with patch.object(Saver, "_has_begun", True):
        assert Saver(debugger, library.new()).close("quit", here=True)
    assert library.entries()
    async with app_on(library) as (app, pilot):
        await until(pilot, lambda: len(app.screen_stack) == 1 + changed)
        assert ("at iteration 0" in text(app)) == changed


async def test_a_run_that_is_open_elsewhere_can_be_copied(library: Library) -> None:
    folder = saved(library, 30)
    lock = Lock(folder.path)
    assert lock.take() is None
    async with app_on(library) as (app, pilot):
        await until(pilot, lambda: "is open in process" in text(app))
        await pilot.press("r")
        assert len(app.screen_stack) > 1
        await pilot.press("c")
        await opened(app, pilot)
        assert clock(app) == (30, 0)
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (31, 0))
        await until(pilot, lambda: len(library.entries()) == 2)
    assert open_run(folder).debugger.iteration == 30
    lock.release()


async def test_looking_at_a_run_saves_nothing(library: Library) -> None:
    folder = saved(library, 30)
    lock = Lock(folder.path)
    assert lock.take() is None
    async with app_on(library) as (app, pilot):
        await pilot.press("o")
        await opened(app, pilot)
        await until(pilot, lambda: "nothing of this is saved" in text(app))
        await pilot.press("s")
        await until(pilot, lambda: clock(app) == (31, 0))
    lock.release()
    assert len(library.entries()) == 1
    assert open_run(folder).debugger.iteration == 30


async def test_data_that_have_changed_are_told_and_a_new_run_starts(
    library: Library, tmp_path: Path
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b\n0,0\n1,1\n")
    saved(library, 30, table)
    table.write_text("a,b\n0,1\n1,1\n")
    async with app_on(library, data=str(table)) as (app, pilot):
        await pilot.press("r")
        await opened(app, pilot)
        assert clock(app) == (0, 0)
        await until(pilot, lambda: "the data have changed since" in said(app))


def test_where_the_table_of_a_run_is_gone_it_is_said_how_to_name_it(
    library: Library, tmp_path: Path
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b\n0,0\n1,1\n")
    folder = saved(library, 30, table)
    other = table.rename(tmp_path / "u.csv")
    with pytest.raises(InputError, match=r"t\.csv: no such file; if it has moved, name it too"):
        open_run(folder)
    assert open_run(folder, read_dataset(other)).debugger.iteration == 30


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("size", "told"),
    [(1000, "1 saved run on or cannot be read"), (10, "1 saved run cannot be read, and may be")],
    ids=["told whose", "not told whose"],
)
async def test_a_run_whose_saves_are_all_damaged_is_told(
    library: Library, size: int, told: str
) -> None:
    folder = saved(library, 30)
    for manifest in folder.path.glob("run*.json"):
        manifest.write_bytes(manifest.read_bytes()[:size])
    async with app_on(library) as (app, pilot):
        await opened(app, pilot)
        assert clock(app) == (0, 0)
        await until(pilot, lambda: told in said(app))


async def test_a_disk_that_is_full_is_told_as_long_as_it_is(library: Library) -> None:
    async with app_on(library, new=True) as (app, pilot):
        await opened(app, pilot)
        full = OSError(28, "No space left on device")
        with (
            patch("engine.saved.run_files.os.fsync", side_effect=full),
            patch("engine.saved.saver.INTERVAL", 0.1),
        ):
            await pilot.press("s")
            await until(pilot, lambda: app.session and app.session.saver.problem)
            await until(pilot, lambda: "No space left on device" in text(app))
            # The run goes on.
            await pilot.press("s")
            await until(pilot, lambda: clock(app) == (2, 0))
        await until(pilot, lambda: "No space left" not in text(app))
    assert library.entries()


async def test_results_are_exported(library: Library, tmp_path: Path) -> None:
    async with app_on(library, new=True) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("s", "E")
        await until(pilot, lambda: "Export to" in text(app))
        for _ in range(20):
            await pilot.press("backspace")
        folder = tmp_path / "out"
        app.screen.query_one("Input").value = str(folder)
        await pilot.press("enter")
        await until(pilot, lambda: "Written to" in said(app))
    assert (folder / "history.csv").read_text().startswith("iteration,E\n0,0.196015557")


async def test_a_defect_is_written_to_the_log_and_the_run_is_saved(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    defect = ZeroDivisionError("a defect")
    apps: list[NNTui] = []

    async def session() -> None:
        async with app_on(library, new=True) as (app, pilot):
            apps.append(app)
            await opened(app, pilot)
            await pilot.press("s")
            await until(pilot, lambda: clock(app) == (1, 0))
            with patch.object(app.frame.header, "show", side_effect=defect):
                await pilot.press("s")
                await until(pilot, lambda: app.failure is not None)

    # The pilot raises what a user would only find in the log.
    with pytest.raises(ZeroDivisionError):
        await session()
    (app,) = apps
    assert app.failure is not None
    assert "internal error (ZeroDivisionError: a defect)" in app.failure
    assert "the run is saved, --resume continues it" in app.failure
    (log,) = (tmp_path / "state").rglob("nn-tui.log")
    assert str(log) in app.failure
    assert "Traceback" in log.read_text()
    (entry,) = library.entries()
    assert entry.saved is not None
    assert (entry.saved.iteration, entry.saved.ended) == (2, "error")


async def test_a_run_that_diverged_opens_again_with_its_chart(library: Library) -> None:
    wanted = {"activation": "relu", "output_activation": "identity", "bias": "per-neuron"}
    run = Debugger(read_dataset("plane"), Hyperparameters(learning_rate=5.0, **wanted))
    saver = Saver(run, library.new())
    run.run(200)
    assert not np.isfinite(run.losses).all()
    assert np.nanmax(run.losses[np.isfinite(run.losses)]) > 1e300
    assert saver.close("SIGHUP", here=True)
    again = open_run(saver.folder).debugger
    np.testing.assert_array_equal(again.losses, run.losses)
    async with app_on(library, data="plane") as (app, pilot):
        await until(pilot, lambda: "[R]esume" in text(app))
        await pilot.press("r")
        await opened(app, pilot)
        assert clock(app) == (run.iteration, run.position)
        await until(pilot, lambda: "decades" in str(app.frame.loss.border_title))
        await until(pilot, lambda: any("⠀" < c <= "⣿" for c in text(app)))


def test_what_becomes_of_the_saved_run_where_one_starts_anew_is_told(library: Library) -> None:
    opener = Opener(data="or", given={"history": 64, "weights": None}, library=library, new=True)
    assert opener.start().notices == ()
    name = saved(library, 120).path.name
    (told,) = opener.start().notices
    stays = "--new: the saved run at iteration 120 of 10,000 stays"
    assert told == f"{stays}; --open {name} continues it"
    # One that reads the table again has not asked for it.
    assert opener.anew_on("or", opener.given).anew().notices == ()


@pytest.mark.parametrize(
    ("explicit", "words"),
    [({"iterations": 9}, "no saved run on or"), ({"seed": 7}, "no saved run with these options")],
)
def test_an_option_that_no_run_has_fixed_is_no_reason_to_find_none(
    library: Library, explicit: dict[str, int], words: str
) -> None:
    opener = Opener(data="or", given={}, explicit=explicit, library=library, resume=True)
    with pytest.raises(InputError, match=words):
        opener.start()

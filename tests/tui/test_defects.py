"""What ends by a defect says so, and what is no defect does not end."""

from pathlib import Path

import pytest
from textual.worker import Worker, WorkerFailed

from tests.tui.app import opened, said, until
from tui.app import NNTui
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.help import HelpScreen


async def test_what_fails_in_a_worker_is_logged_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    async def faulty() -> None:
        raise ZeroDivisionError("a defect")

    apps: list[NNTui] = []

    async def session() -> None:
        async with opened() as (app, pilot):
            apps.append(app)
            worker: Worker[None] = app.run_worker(faulty())
            with pytest.raises(WorkerFailed):
                await worker.wait()
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await session()
    (app,) = apps
    assert app.return_code == 1
    assert app.failure is not None
    assert app.failure.startswith("internal error (ZeroDivisionError: a defect)")
    (log,) = tmp_path.rglob("nn-tui.log")
    assert "in faulty" in log.read_text()


async def test_a_dialog_closes_itself_and_nothing_else() -> None:
    answers: list[bool | None] = []
    async with opened() as (app, pilot):
        below, above = ConfirmScreen("A question", "Yes?"), HelpScreen(app.palette, {})
        app.push_screen(below, answers.append)
        await until(pilot, lambda: below.is_mounted)
        app.push_screen(above)
        await until(pilot, lambda: above.is_mounted)
        # The answer comes when another dialog has been opened, and twice.
        below.dismiss(True)
        below.dismiss(False)
        assert app.screen is above
        above.dismiss()
        above.dismiss()
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert answers == [True]
        below.dismiss(True)
        assert len(app.screen_stack) == 1


@pytest.mark.one_in(2)
@pytest.mark.parametrize("has_downloads", [True, False])
async def test_a_picture_of_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_downloads: bool
) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    folder = home / "Downloads" if has_downloads else here
    for needed in (home, here, folder):
        needed.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(home / "Downloads"))
    monkeypatch.chdir(here)
    async with opened(notifications=True) as (app, pilot):
        await app.run_action("screenshot")
        await pilot.pause()
        (picture,) = folder.glob("*.svg")
        assert "Hyperparameters" in picture.read_text()
        assert f"The screen is saved as {picture}" in said(app)
        app.action_screenshot(path="/dev/null/nowhere")
        await pilot.pause()
        assert "The screen is not saved: /dev/null/nowhere/" in said(app)
        assert "Not a directory" in said(app)

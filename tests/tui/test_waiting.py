"""What keeps neither the first frame nor a key waiting."""

import gc
from collections.abc import Callable
from threading import Event
from unittest.mock import MagicMock

import pytest
from textual.geometry import Region

from engine import Debugger, read_dataset
from tests.tui.app import app_of, opened, until
from tui.actions import opening
from tui.actions.reading_told import GivenUp, ReadingTold
from tui.commands import on_screen
from tui.commands.training import open_


class Shown:
    """The app, which only opens what it is to open."""

    failure = None
    debugger = None
    return_code = 0

    def __init__(self, data: str, opener: Callable[[], object] | None, *_: object, **__: object):
        self.settings_problems: list[str] = []
        self._opener = opener
        self.collects: list[bool] = []
        shown.append(self)

    def run(self) -> None:
        self.collects.append(gc.isenabled())
        if self._opener is not None:
            self._opener()
            self.collects.append(gc.isenabled())


shown: list[Shown] = []


@pytest.mark.parametrize(
    ("arguments", "collects"), [(["or"], [False, True]), ([], [True])], ids=["or", "welcome"]
)
def test_garbage_is_collected_once_all_is_imported(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], collects: list[bool]
) -> None:
    monkeypatch.setattr(on_screen, "NNTui", Shown)
    monkeypatch.setattr("tui.commands.training.no_screen", lambda data: "")
    gc.unfreeze()
    try:
        with pytest.raises(SystemExit):
            open_.main(arguments)
        assert shown.pop().collects == collects
        assert bool(gc.get_freeze_count()) == bool(arguments)
    finally:
        gc.unfreeze()
        gc.enable()


async def test_what_draws_the_curve_is_there_before_the_first_curve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready: list[bool] = []
    monkeypatch.setattr(opening, "get_ready", lambda: ready.append(True))
    async with opened() as (_, pilot):
        await until(pilot, lambda: ready)


async def test_no_pane_moves_once_the_table_has_been_read() -> None:
    read = Event()

    def load() -> Debugger:
        read.wait()
        return Debugger(read_dataset("or"))

    app = app_of(load)
    async with app.run_test(size=(120, 36)) as pilot:

        def places() -> list[Region]:
            return [pane.region for pane in app.frame.panes.values()]

        await until(pilot, lambda: app.frame.iteration.region)
        try:
            before = places()
        finally:
            read.set()
        await until(pilot, lambda: app.moment is not None)
        await pilot.pause()
        assert places() == before


def test_what_is_given_up_is_named() -> None:
    host = MagicMock(moment=None)
    host.call_later = lambda callback, words: callback(words)
    told = ReadingTold(host)
    told.of_script(3, 20)
    host.frame.header.tell.assert_called_with("running it, 3 s   Esc gives up")
    told.give_up()
    with pytest.raises(GivenUp, match="the script was being run and judged"):
        told.of_script(4, 20)
    with pytest.raises(GivenUp, match="the data were being read"):
        told.of_table(0, 1, 2)

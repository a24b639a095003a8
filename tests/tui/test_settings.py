"""The command palette, and what is kept between sessions."""

import os
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot

from engine import Debugger, read_dataset
from tests.tui.app import app_of, clock, opened, said, text, until
from tui.app import NNTui
from tui.drawing.palette import THEME
from tui.keys import KEYS
from tui.settings import keep_theme, kept_theme, settings_path


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("TEXTUAL_THEME", raising=False)
    return settings_path()


def started() -> NNTui:
    return app_of(lambda: Debugger(read_dataset("or")))


async def choose(app: NNTui, pilot: Pilot[None], *words: str) -> None:
    """Choose from the palette, and from those that it opens."""
    await pilot.press("ctrl+p")
    for word in words:
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*word)
        await until(pilot, lambda w=word: w in text(app).partition("\n")[2].lower())
        await pilot.press("enter")


async def test_the_palette_begins_with_help_and_ends_with_quitting() -> None:
    async with opened() as (app, pilot):
        names = [command.title for command in app.get_system_commands(app.screen)]
        assert names[:3] == [
            "Help: all keys (F1)",
            "Run, or pause (space F5)",
            "Next operation (n F10)",
        ]
        assert [name.partition(" (")[0] for name in names[-3:]] == ["Theme", "Screenshot", "Quit"]
        bare = [name.partition(" (")[0] for name in names]
        assert len(set(bare)) == len(bare)
        # Nothing that a key does is missing, but for the arrows and the palette itself.
        left_out = [k for k in KEYS if k.action.startswith("move") or k.action == "command_palette"]
        assert len(names) == len(KEYS) - len(left_out) + 2
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Help: all keys" in text(app))
        shown = text(app)
        assert shown.index("Help: all keys") < shown.index("Run, or pause")
        assert shown.index("Run, or pause") < shown.index("Next operation")


async def test_a_command_is_found_by_what_it_does() -> None:
    async with opened() as (app, pilot):
        await choose(app, pilot, "its update included")
        await until(pilot, lambda: clock(app) == (1, 0))


async def test_a_chosen_theme_is_kept(configuration: Path) -> None:
    app = started()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.moment is not None)
        assert app.theme == THEME.name
        assert not configuration.exists()
        await choose(app, pilot, "theme", "dracula")
        await until(pilot, lambda: app.theme == "dracula")
        await until(pilot, lambda: kept_theme() == "dracula")
    assert started().theme == "dracula"
    # Nothing else is left beside it.
    assert [path.name for path in configuration.parent.iterdir()] == [configuration.name]


def test_the_environment_comes_before_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_theme("dracula")
    monkeypatch.setenv("TEXTUAL_THEME", "nord")
    assert started().theme == "nord"
    assert kept_theme() == "dracula"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 9000,
        b"\xff\xfe",
        b'{"theme": 3}',
        b'{"theme": ["nord"]}',
        b'{"theme": "no such theme"}',
        b'{"theme": "nord"}' + b" " * 20_000,
    ],
)
def test_damaged_settings_are_no_obstacle(content: bytes, configuration: Path) -> None:
    configuration.parent.mkdir(parents=True)
    configuration.write_bytes(content)
    assert started().theme == THEME.name
    keep_theme("nord")
    assert started().theme == "nord"


def test_a_pipe_in_their_place_is_not_waited_for(configuration: Path) -> None:
    configuration.parent.mkdir(parents=True)
    os.mkfifo(configuration)
    assert started().theme == THEME.name


async def test_where_they_cannot_be_written_it_is_said(configuration: Path) -> None:
    # Where the folder would be stands a file.
    configuration.parent.parent.mkdir(parents=True)
    configuration.parent.write_text("")
    app = started()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(pilot, lambda: app.moment is not None)
        await choose(app, pilot, "theme", "dracula")
        await until(pilot, lambda: "The theme is not kept for the next time" in said(app))
        assert app.theme == "dracula"

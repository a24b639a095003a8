"""The command palette, and what is kept between sessions."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.table import Table
from textual.command import CommandPalette
from textual.pilot import Pilot

from engine import Debugger, read_dataset
from tests.tui.app import app_of, clock, opened, said, text, until
from tui.app import NNTui
from tui.cli import cli
from tui.dialogs.help import HelpScreen
from tui.drawing.theme import THEME
from tui.keys import GROUPS, KEYS
from tui.settings import THEME as KEPT_THEME
from tui.settings import keep, read_settings, settings_path


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
            "Help: all keys (?)",
            "Run, or pause (space F5)",
            "Next operation (n F10)",
        ]
        assert [name.partition(" (")[0] for name in names[-3:]] == ["Theme", "Screenshot", "Quit"]
        bare = [name.partition(" (")[0] for name in names]
        assert len(set(bare)) == len(bare)
        # Nothing that a key does is missing, but for the arrows, the palette itself, and help,
        # which its other key has too.
        left_out = [k for k in KEYS if k.action.startswith(("move", "command_palette", "help"))]
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
        await until(pilot, lambda: read_settings().theme == "dracula")
    assert started().theme == "dracula"
    # Nothing else is left beside it.
    assert [path.name for path in configuration.parent.iterdir()] == [configuration.name]


def test_the_environment_comes_before_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(KEPT_THEME, "dracula")
    monkeypatch.setenv("TEXTUAL_THEME", "nord")
    assert started().theme == "nord"
    assert read_settings().theme == "dracula"


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
    app = started()
    assert app.theme == THEME.name
    if content:
        (problem,) = app.settings_problems
        assert problem.startswith(f"{configuration}: ")
        assert "\n" not in problem
    keep(KEPT_THEME, "nord")
    assert started().theme == "nord"
    assert started().settings_problems == []
    # Nothing that somebody may have written by hand is lost.
    if not content.startswith(b'{"theme"'):
        assert configuration.with_name("settings.json.broken").read_bytes() == content


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


def written(configuration: Path, **settings: object) -> None:
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(json.dumps(settings))


def show(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(cli, ["settings", *arguments])
    assert (done.exit_code or bool(done.exception)) == bool(code), done.output
    return done


def test_they_are_shown_with_where_they_come_from(
    configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [" ".join(line.split()) for line in show().stdout.splitlines()]
    assert lines == [
        str(configuration),
        "fps 10, or 2 with --calm the default",
        "speed full the default",
        "theme nn-tui the default",
        "chart_scale auto the default",
        "keymap none the default",
    ]
    written(configuration, fps=5, theme="nord", keymap={"next_operation": "f8"})
    lines = [" ".join(line.split()) for line in show().stdout.splitlines()]
    assert lines[1:] == [
        "fps 5.0 from the file",
        "speed full the default",
        "theme nord from the file",
        "chart_scale auto the default",
        "keymap next_operation = f8 from the file",
    ]
    monkeypatch.setenv("TEXTUAL_THEME", "dracula")
    assert "dracula" in show().stdout
    assert "from TEXTUAL_THEME" in show().stdout
    assert show("fps").stdout == "5.0\n"


def test_they_are_kept_and_taken_out_by_a_command(configuration: Path) -> None:
    for name, value in (
        *(("fps", "5"), ("chart_scale", "linear"), ("theme", "nord")),
        *(("keymap", "next_operation=f8"), ("keymap", "pane loss=L")),
    ):
        assert show(name, value).output == ""
    assert json.loads(configuration.read_text()) == {
        "fps": 5,
        "chart_scale": "linear",
        "theme": "nord",
        "keymap": {"next_operation": "f8", "pane loss": "L"},
    }
    show("keymap", "pane loss=")
    show("fps", "default")
    assert json.loads(configuration.read_text()) == {
        "chart_scale": "linear",
        "theme": "nord",
        "keymap": {"next_operation": "f8"},
    }
    show("keymap", "next_operation=")
    assert "keymap" not in json.loads(configuration.read_text())


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("fps", "100", "fps: 100.0 is not in the range"),
        ("fps", "x", "fps: 'x' is not a valid number"),
        ("chart_scale", "log", "chart_scale: auto | logarithmic | linear, not 'log'"),
        ("theme", "x", "textual-light"),
        ("keymap", "f8", "ACTION=KEY"),
        ("keymap", "next_operatoin=f8", "an action such as next_operation"),
        ("keymap", "next_operation=s", "a key that next_iteration does not have"),
        ("keymap", "next_operation=?", "a key that hint does not have"),
        ("keymap", "next_operation=f 8", "a key such as f8"),
        ("keymap", "next_operation=foo", "a key such as f8"),
        # Of a pane, and of two that answer for all panes.
        ("keymap", "edit=i", "a key that next_wrong 1 does not have"),
        ("keymap", "edit=y", "a key that log_scale does not have"),
        ("colour", "red", "there is no setting 'colour'; there are fps, speed, theme,"),
    ],
)
def test_what_cannot_be_kept_is_told(
    name: str, value: str, problem: str, configuration: Path
) -> None:
    assert problem in str(show(name, value, code=2).exception)
    assert not configuration.exists()


async def test_what_is_wrong_in_the_file_is_told_and_the_rest_is_taken(configuration: Path) -> None:
    wrong = {"fps": "x", "chart_scale": 3, "theme": "no such theme"}
    written(configuration, **wrong, keymap={"nothing": "f8", "run_or_pause": "s", "edit": "f2"})
    told = show().stderr.splitlines()
    assert [line.split(": ")[2] for line in told] == ["fps", "chart_scale", "keymap", "keymap"]
    assert all(line.endswith("; the default is taken") for line in told)
    app = started()
    assert app.keymap == {"edit": "f2"}
    assert [line.split(": ")[1] for line in app.settings_problems] == [
        *("chart_scale", "keymap", "keymap", "theme")
    ]
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(pilot, lambda: "no such theme" in said(app))
    assert show().stderr.splitlines() == told


def test_two_actions_cannot_be_given_the_same_key(configuration: Path) -> None:
    keymap = {"next_view": "f8", "next_kind": "f8", "edit": "ctrl+q", "stops": "e", "order": "#"}
    written(configuration, keymap=keymap)
    app = started()
    # Where the edit stays on e, no other can go there.
    assert app.keymap == {"next_view": "f8", "order": "number_sign"}
    assert [line.split("keymap: ")[1].partition(" does")[0] for line in app.settings_problems] == [
        *("a key that next_view", "a key that quit", "a key that edit")
    ]


async def test_keys_are_as_the_settings_have_them(configuration: Path) -> None:
    # A key may go to another action where its own has got another one.
    keymap = {"next_operation": "f8", "run_or_pause": "n", "edit": "f2"}
    written(configuration, keymap=keymap)
    app = started()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.moment is not None)
        assert app.settings_problems == []
        await pilot.press("f8")
        await until(pilot, lambda: clock(app) == (0, 1))
        # The other keys of the action stay.
        await pilot.press("f10")
        await until(pilot, lambda: clock(app) == (0, 2))
        await pilot.press("4", "f2")
        await until(pilot, lambda: "Enter" in text(app) and len(app.screen_stack) == 2)
        await pilot.press("escape", "n")
        await until(pilot, lambda: app.moment is not None and app.moment.snapshot.iteration > 5)
        await pilot.press("n", "question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert "f8 F10" in help_of(app)


def help_of(app: NNTui) -> str:
    assert isinstance(app.screen, HelpScreen)
    tables = app.screen._keys(GROUPS).renderables
    columns = [column for table in tables if isinstance(table, Table) for column in table.columns]
    return " ".join(str(cell) for column in columns for cell in column._cells)


@pytest.mark.parametrize(("scale", "is_log"), [("logarithmic", True), ("linear", False)])
def test_the_scale_of_the_chart(scale: str, is_log: bool, configuration: Path) -> None:
    written(configuration, chart_scale=scale)
    assert started().frame.loss.is_logarithmic == is_log


@pytest.mark.parametrize(
    ("fps", "options", "taken"), [(5, [], 5), (5, ["--fps", "3"], 3), (500, [], 10)]
)
def test_an_option_takes_its_value_from_the_settings(
    fps: object,
    options: list[str],
    taken: float,
    configuration: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written(configuration, fps=fps)
    apps: list[NNTui] = []
    monkeypatch.setattr("tui.commands.training.no_screen", lambda data: "")
    monkeypatch.setattr(NNTui, "run", lambda app: apps.append(app))
    done = CliRunner().invoke(cli, ["or", *options])
    assert done.exit_code == 0, done.output
    (app,) = apps
    assert app.fps == taken
    assert len(app.settings_problems) == (fps == 500)

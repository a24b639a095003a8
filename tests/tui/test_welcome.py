"""What opens where no data are named."""

import re
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from engine import Debugger, Hyperparameters, read_dataset
from engine.data.locate import bundled
from engine.saved.library import Library
from engine.saved.saver import Saver
from tests.tui.app import at_two_sizes, clock, snapshot, text, until
from tui.app import NNTui
from tui.dialogs.gallery import Gallery
from tui.dialogs.table_picture import picture
from tui.dialogs.welcome import WelcomeScreen
from tui.drawing.palette import Palette
from tui.opening.open_run import Opener


def app_without_data() -> NNTui:
    def opener(data: str | None, run: str | None) -> Opener:
        return Opener(data=data, open_=run, given={"history": 64, "weights": None})

    return NNTui("", None, ask=opener)


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return Library()


def save_a_run(library: Library, iterations: int) -> str:
    debugger = Debugger(read_dataset("xor"), Hyperparameters(iterations=1234))
    folder = library.new()
    saver = Saver(debugger, folder)
    debugger.run(iterations)
    assert saver.close("quit", here=True)
    return folder.path.name


async def listed(app: NNTui, pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(app.screen, WelcomeScreen))
    await until(pilot, lambda: "bundled tables" in text(app))


def chosen(app: NNTui) -> str:
    """The line that the cursor is on."""
    return next((line for line in text(app).splitlines() if "› " in line), "")


def dots(path: Path) -> list[list[int]]:
    """The dots of each cell of a picture, as bits."""
    rows = picture(path, Palette.from_theme({}))
    lines = ["".join(segment.text for segment in row.segments) for row in rows]
    return [[ord(c) - 0x2800 if c != " " else 0 for c in line] for line in lines]


def test_a_small_picture_shows_a_table() -> None:
    """XOR has a dot in each corner, and the two of a class have the same colour."""
    path = bundled()["xor"]
    drawn = dots(path)
    corners = [drawn[y][x] for y in (0, -1) for x in (0, -1)]
    assert corners == [0x01, 0x08, 0x40, 0x80]
    assert sum(bool(bits) for line in drawn for bits in line) == 4
    rows = picture(path, Palette.from_theme({"primary": "#00ffff", "warning": "#ff8800"}))
    colours = [[s.style for s in row.segments if s.text.strip()] for row in (rows[0], rows[-1])]
    (a, b), (c, d) = colours
    assert a == d != b == c
    for path in bundled().values():
        assert any(map(any, dots(path)))


BRAILLE = re.compile("[⠁-⣿]")


async def test_the_chosen_table_is_drawn() -> None:
    app = app_without_data()
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(app, pilot)
        await pilot.press(*"moons")
        await until(pilot, lambda: "moons" in chosen(app))
        assert len([line for line in text(app).splitlines() if BRAILLE.search(line)]) == 5


async def test_where_there_is_room_all_tables_are_drawn_and_can_be_clicked() -> None:
    app = app_without_data()
    async with app.run_test(size=(120, 36)) as pilot:
        await listed(app, pilot)
        gallery = app.screen.query_one(Gallery)
        await until(pilot, lambda: gallery._lines and gallery.size.height > 20)
        lines = [line.text for line in gallery._lines]
        for name in bundled():
            at = next(i for i, line in enumerate(lines) if name in line.split())
            column = lines[at].index(name)
            below = "".join(line[column : column + 14] for line in lines[at + 1 : at + 5])
            assert BRAILLE.search(below), name
        # What is typed narrows the pictures too.
        await pilot.press(*"oo")
        await until(pilot, lambda: gallery._lines[0].text.split() == ["moons"])
        await pilot.click(gallery, offset=(3, 2))
        await until(pilot, lambda: app.moment is not None)
        assert app.moment is not None
        assert app.moment.dataset.name == "moons.csv"


@at_two_sizes
async def test_a_table_is_chosen_from_the_list(size: tuple[int, int]) -> None:
    app = app_without_data()
    async with app.run_test(size=size) as pilot:
        await listed(app, pilot)
        assert "saved runs" not in text(app)
        assert "1 where both inputs are 1" in chosen(app)
        await pilot.press("down", "down", "down")
        await until(pilot, lambda: "xor" in chosen(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.moment is not None)
        assert app.moment is not None
        assert app.moment.dataset.name == "xor.csv"


async def test_what_is_typed_narrows_the_list() -> None:
    app = app_without_data()
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(app, pilot)
        await pilot.press(*"spiral")
        await until(pilot, lambda: "two arms" in chosen(app))
        assert "three-spirals" in text(app)
        assert "where both inputs" not in text(app)
        # Esc takes back what was typed, then it leaves.
        await pilot.press("escape")
        await until(pilot, lambda: "where both inputs" in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not app.is_running)
    assert (app.return_code or 0, app.failure) == (0, None)


async def test_every_line_can_be_reached_and_is_in_view() -> None:
    app = app_without_data()
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(app, pilot)
        await pilot.press(*["pagedown"] * 5)
        await until(pilot, lambda: "penguins" in chosen(app))
        await pilot.press(*["up"] * 40)
        await until(pilot, lambda: "and " in chosen(app) and "bundled tables" in text(app))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", [(20, 5), (40, 10)])
async def test_in_little_room_the_cursor_and_a_problem_are_in_view(size: tuple[int, int]) -> None:
    app = app_without_data()
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "and" in chosen(app))
        await pilot.press("down", "down", "down")
        await until(pilot, lambda: "xor" in chosen(app))
        await pilot.press(*"none.csv", "enter")
        await until(pilot, lambda: "none.csv: no" in text(app))


async def test_a_path_is_opened_and_a_bad_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "or").write_text("a,b,t\n1,2,0\n3,4,1\n", encoding="utf-8")
    (tmp_path / "bad.csv").write_text("a,b,t\n1,2,0\n3,$4,1\n", encoding="utf-8")
    app = app_without_data()
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(app, pilot)
        await pilot.press(*"nothing.csv", "enter")
        await until(pilot, lambda: "nothing.csv: no such file" in text(app))
        await pilot.press("escape", *"bad.csv", "enter")
        # What cannot be read brings the question back, with the reason.
        await until(pilot, lambda: "line 3, column 'b'" in text(app))
        await listed(app, pilot)
        assert app.screen.query_one(Input).value == ""
        # As on the command line, a file comes before a bundled table of its name.
        await pilot.press(*"or", "enter")
        await until(pilot, lambda: app.moment is not None)
        assert len(snapshot(app).values["x"]) == 2


@at_two_sizes
async def test_a_saved_run_goes_on(size: tuple[int, int], runs: Library) -> None:
    save_a_run(runs, 77)
    app = app_without_data()
    async with app.run_test(size=size) as pilot:
        await listed(app, pilot)
        assert "xor.csv" in chosen(app)
        assert "77 of 1,234" in chosen(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.moment is not None)
        assert clock(app) == (77, 0)


async def test_what_is_being_opened_is_named_as_long_as_that_takes() -> None:
    go_on = Event()

    def opener(data: str | None, run: str | None) -> Opener:
        go_on.wait()
        return Opener(data=data, given={"history": 64, "weights": None})

    app = NNTui("", None, ask=opener)
    async with app.run_test(size=(80, 24)) as pilot:
        try:
            await listed(app, pilot)
            await pilot.press(*"xor", "enter")
            await until(pilot, lambda: text(app).startswith(" nn-tui  xor  reading …"))
            app.frame.header.tell("judging it 3 s")
            await until(pilot, lambda: text(app).startswith(" nn-tui  xor  judging it 3 s"))
        finally:
            go_on.set()
        await until(pilot, lambda: app.moment is not None)

"""Missing cells: asked about on the screen, refused where nobody can answer."""

from pathlib import Path

import numpy as np
import pytest

from engine import read_dataset
from engine.common.errors import MissingCellError
from tests.tui.app import SIZES, snapshot, text, until
from tui.app import NNTui
from tui.opening.open_run import Opener

TABLE = "a,b,t\n1,2,0\n3,,1\n5,6,1\n,8,0\n7,1,0\n"


@pytest.fixture(autouse=True)
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "gaps; two.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def app_on(path: Path, **given: object) -> NNTui:
    given = {"history": 64, "weights": None, **given}
    return NNTui(path.name, lambda: Opener(data=str(path), given=given))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("key", "inputs"),
    [("d", [[1, 2], [5, 6], [7, 1]]), ("m", [[1, 2], [3, 17 / 4], [5, 6], [4, 8], [7, 1]])],
)
async def test_the_answer_is_what_is_done(
    size: tuple[int, int], key: str, inputs: list[list[float]], table: Path
) -> None:
    app = app_on(table)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "What about the missing cells?" in text(app))
        assert "leave out the 2 lines" in text(app)
        await pilot.press(key)
        await until(pilot, lambda: app.moment is not None)
        assert np.array_equal(snapshot(app).values["x"], inputs)
        # The form shows what was answered.
        source = app.moment.dataset.source if app.moment is not None else None
        assert source is not None
        assert source.options.missing == {"d": "drop", "m": "mean"}[key]


async def test_who_does_not_answer_is_told_the_options(table: Path) -> None:
    app = app_on(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "What about the missing cells?" in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 2
    assert "line 3, column 'b': missing cell (2 in the table)" in str(app.failure)
    assert "--missing drop or --missing mean" in str(app.failure)


async def test_another_choice_of_columns_may_need_the_question_too(table: Path) -> None:
    table.write_text("a,b,t\n1,2,0\n3,,1\n5,6,1\n", encoding="utf-8")
    app = app_on(table, ignore=("b",))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.moment is not None)
        app.read_again(ignore=())
        await until(pilot, lambda: "leave out the line that has one" in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "What about" not in text(app))
        assert snapshot(app).values["x"].shape == (3, 1)
        app.read_again(ignore=())
        await until(pilot, lambda: "leave out the line that has one" in text(app))
        await pilot.press("d")
        await until(pilot, lambda: snapshot(app).values["x"].shape == (2, 2))


def test_what_the_error_tells(table: Path) -> None:
    with pytest.raises(MissingCellError) as raised:
        read_dataset(table)
    assert raised.value.lines == 2
    assert raised.value.words == f"{table}, line 3, column 'b': missing cell (2 in the table)"
    assert str(raised.value).startswith(f"{raised.value.words}; fill it in")

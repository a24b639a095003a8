"""Exercises on the screen and on the command line."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from engine import Debugger, Hyperparameters, read_dataset
from engine.derive import Exercise, Find
from tests.tui.app import SIZES, PlainOpener, said, text, until
from tui.app import NNTui
from tui.cli import main
from tui.opening.opened import Opening

at_two_sizes = pytest.mark.parametrize("size", SIZES)


def load() -> Debugger:
    return Debugger(read_dataset("or"), Hyperparameters(iterations=5))


@dataclass
class Opener(PlainOpener):
    """Opens an exercise on OR."""

    find: bool = False

    def start(self) -> Opening:
        debugger = self.load()
        exercise = Find(debugger, 1) if self.find else Exercise(debugger, ["dE_dy", "dE_dw"])
        return Opening(debugger, exercise=exercise)


@asynccontextmanager
async def exercised(
    size: tuple[int, int], find: bool = False
) -> AsyncIterator[tuple[NNTui, Pilot[None]]]:
    app = NNTui("or.csv", lambda: Opener(load, find=find))  # type: ignore[arg-type,return-value]
    async with app.run_test(size=size, notifications=False) as pilot:
        await until(pilot, lambda: app.moment is not None and (find or "›" in text(app)))
        await pilot.pause()
        yield app, pilot


async def typed(pilot: Pilot[None], formula: str) -> None:
    for character in formula:
        await pilot.press(character)
    await pilot.press("enter")


@pytest.mark.one_in(2)
@at_two_sizes
async def test_a_line_is_derived(size: tuple[int, int]) -> None:
    async with exercised(size) as (app, pilot):
        assert "0 of 2 right" in text(app)
        assert "∂E/∂y = ?" in text(app)
        assert "›" in next(line for line in text(app).splitlines() if "∂E/∂y = ?" in line)
        await pilot.press("e")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await typed(pilot, "dE_df")
        await until(pilot, lambda: "The slope ∂f/∂y is missing." in text(app))
        assert "∂E/∂y[obs 1, output] is" in text(app)
        await typed(pilot, " * df_dy")
        await until(pilot, lambda: "1 of 2 right" in text(app))
        assert "∂E/∂y = dE_df * df_dy" in text(app)
        assert "∂E/∂y is right" in said(app)
        await until(
            pilot,
            lambda: "›" in next(line for line in text(app).splitlines() if "∂E/∂w = ?" in line),
        )
        await pilot.press("u")
        await until(pilot, lambda: "0 of 2 right" in text(app))
        assert "✗ dE_df" in text(app)
        await pilot.press("U")
        await until(pilot, lambda: "1 of 2 right" in text(app))


@pytest.mark.one_in(2)
@at_two_sizes
async def test_hints_help_and_what_was_typed(size: tuple[int, int]) -> None:
    async with exercised(size) as (app, pilot):
        await pilot.press("question_mark")
        await until(pilot, lambda: "1 of 3: ∂E/∂y reads ∂E/∂f and ∂f/∂y." in said(app))
        await pilot.press("question_mark", "question_mark")
        await until(pilot, lambda: "3 of 3: ∂E/∂y = ∂E/∂f ∘ ∂f/∂y" in said(app))
        await pilot.press("f1")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("e")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("d", "E", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("e")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        assert app.screen.query_one(Input).value == "dE", "nothing typed is lost"
        await pilot.press("escape", "k", "e")
        await until(pilot, lambda: "∂f/∂y is given" in said(app))
        await pilot.press("question_mark")
        await until(pilot, lambda: len(app.screen_stack) == 2)


@pytest.mark.one_in(2)
@at_two_sizes
async def test_the_footer_offers_the_keys_of_an_exercise(size: tuple[int, int]) -> None:
    async with exercised(size) as (app, pilot):
        await until(pilot, lambda: "e answer" in footer(app) and "? hint" in footer(app))
        await pilot.press("1")
        await until(pilot, lambda: "? help" in footer(app) and "e answer" not in footer(app))
    async with exercised(size, find=True) as (app, pilot):
        await until(pilot, lambda: "e mark" in footer(app) and "? help" in footer(app))


@at_two_sizes
async def test_the_wrong_line_is_found(size: tuple[int, int]) -> None:
    async with exercised(size, find=True) as (app, pilot):
        find = app.exercise
        assert isinstance(find, Find)
        assert "one line is wrong" in text(app)
        for name in ("dE_dv", find.planted.of):
            app.frame.iteration.choose(name)
            await pilot.press("e")
            symbol = app.frame.iteration.line.symbol
            words = f"Found, {symbol}" if name == find.planted.of else f"{symbol} is right"
            await until(pilot, lambda words=words: words in said(app))
        await until(pilot, lambda: "  found" in text(app))


def footer(app: NNTui) -> str:
    return text(app).splitlines()[-1]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """What a command returns and prints, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["nn-tui", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


def test_answers_are_judged_without_a_screen(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("dE_df = 0.5*(f - f0)\ndE_dy = dE_df * df_dy\n", encoding="utf-8")
    given = ("derive", "or", "--lines", "dE_df,dE_dy,dE_dw", "--answers", str(path))
    code, out, _ = run(capsys, *given, "--json")
    told = json.loads(out)
    assert code == 1
    assert (told["right"], told["of"]) == (1, 3)
    kinds = [(line["operation"], line["right"], line["kind"]) for line in told["lines"]]
    assert kinds == [
        ("dE_df", False, "constant-for-size"),
        ("dE_dy", True, None),
        ("dE_dw", False, "blank"),
    ]
    assert told["lines"][0]["differs"]["in"] == "random numbers"
    code, out, _ = run(capsys, *given)
    assert code == 1
    assert "✗ ∂E/∂f = 0.5*(f - f0)\n    Right for a table of this size only" in out
    assert out.endswith("1 of 3 right\n")
    path.write_text("dE_dy = dE_df * df_dy\n", encoding="utf-8")
    assert run(capsys, "derive", "or", "--lines", "∂E/∂y", "--answers", str(path))[0] == 0


def test_a_blank_exercise_has_no_score_without_a_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.commands.deriving.no_screen", lambda data: True)
    code, out, _ = run(capsys, "derive", "or", "--lines", "dE_dy,dE_dw")
    assert code == 0
    assert out.endswith("  ∂E/∂w = ?\n\n--answers FILE takes the answers, a line dE_dy = … each.\n")
    code, out, _ = run(capsys, "derive", "or", "--find")
    assert out.endswith("\n--answers FILE takes the mark, as a line mistake = dE_dy.\n")


def test_what_the_command_refuses(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("answers.txt")
    path.write_text("\nE = 3\n", encoding="utf-8")
    for arguments, words in (
        (["--lines", "E"], "--lines E: no line of the backward phase; there are dE_df"),
        (["--find", "--lines", "dE_dy"], "--lines does not go with --find"),
        (["--answers", str(path)], f"nn-tui: {path}, line 2: E: no line of the backward phase"),
        (["--answers", str(tmp_path)], f"{tmp_path}: Is a directory"),
    ):
        code, out, err = run(capsys, "derive", "or", *arguments)
        assert (code, out) == (2, "")
        assert words in err
        assert err.count("\n") == 1


def test_without_a_screen_the_lines_are_printed_one_of_them_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    debugger = Debugger(read_dataset("or"), Hyperparameters(seed=5))
    right = [line.formula for line in debugger.program.listing.lines if line.phase == "backward"]
    code, out, _ = run(capsys, "derive", "or", "--find", "--seed", "5")
    shown = [line.strip() for line in out.splitlines()]
    planted = Find(debugger, 5).planted
    wrong = [line for line in right if line not in shown]
    assert code == 0
    assert len(shown[: shown.index("")]) == len(right)
    symbol = debugger.program.listing.symbols[planted.of]
    assert [line.partition(" = ")[0] for line in wrong] == [symbol]
    assert "none is marked yet" in out
    path = tmp_path / "answers.txt"
    path.write_text(f"mistake = {planted.of}\n", encoding="utf-8")
    _, out, _ = run(capsys, "derive", "or", "--find", "--seed", "5", "--answers", str(path))
    (marked,) = [line for line in out.splitlines() if line.startswith("›")]
    assert marked.partition(" = ")[0] == f"› {symbol}"


def test_the_marked_line_is_judged(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    planted = Find(Debugger(read_dataset("or"), Hyperparameters(seed=5)), 5).planted
    path = tmp_path / "answers.txt"
    given = ("derive", "or", "--find", "--seed", "5", "--answers", str(path), "--json")
    assert json.loads(run(capsys, *given)[1])["found"] is False
    path.write_text(f"mistake = {planted.of}\n", encoding="utf-8")
    code, out, _ = run(capsys, *given)
    assert code == 0
    assert json.loads(out)["kind"] == planted.kind

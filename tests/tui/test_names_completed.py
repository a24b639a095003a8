"""Names are completed, guessed where misspelt, and the help begins with the pane's keys."""

import pytest
from textual.command import CommandInput

from engine import Debugger, Hyperparameters, read_dataset
from engine.common.errors import QueryError
from tests.tui.app import SIZES, opened, snapshot, text, until
from tui.dialogs.command_search import CommandSearch
from tui.dialogs.completion import NameSuggester
from tui.dialogs.palette_commands import CommandCompleter, Commands

NAMES = NameSuggester(["v", "dE_dw", "dE_dv", "norm(", "E"])


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("dE_", "dE_dw"),
        ("norm(dE_dv - pr", None),
        ("nor", "norm("),
        ("norm(d", "norm(dE_dw"),
        ("dE_dv", None),
        ("2", None),
        ("E < 1e", None),
        ("", None),
        ("E over a", "E over all"),
        ("E over all", None),
        ("E + overs", None),
    ],
)
async def test_the_name_at_the_end_is_completed(typed: str, completed: str | None) -> None:
    assert await NAMES.get_suggestion(typed) == completed


@pytest.mark.one_in(2)
@pytest.mark.parametrize("key", ["tab", "right"])
async def test_a_key_takes_the_completion(key: str) -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press("s", "colon")
        await until(pilot, lambda: "Evaluate" in text(app))
        await pilot.press(*"accu")
        await until(pilot, lambda: "accuracy" in text(app))
        await pilot.press(key, "enter")
        await until(pilot, lambda: "0.75" in text(app))
        await pilot.press("escape", "w")
        await until(pilot, lambda: "Watch" in text(app))
        await pilot.press(*"norm(dE_dyh")
        await until(pilot, lambda: "norm(dE_dyhat" in text(app))
        await pilot.press(key, ")", "enter")
        await until(pilot, lambda: snapshot(app).stops[-1].spec == "norm(dE_dyhat)")


def test_a_misspelt_name_is_guessed() -> None:
    made = Debugger(read_dataset("or"), Hyperparameters())
    made.run(1)
    with pytest.raises(QueryError, match=r"there is no 'de_dw' here \(did you mean dE_dw\?\)"):
        made.evaluate("de_dw")
    with pytest.raises(QueryError, match="there is no 'nothing' here; there are"):
        made.evaluate("nothing")


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_the_help_begins_with_the_keys_of_the_pane(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        for number, words in (("3", "In the pane Loss"), ("6", "In the pane Pictures")):
            await pilot.press(number, "?")
            await until(pilot, lambda words=words: words in text(app))
            lines = text(app).splitlines()
            at = next(y for y, line in enumerate(lines) if words in line)
            assert "Enter" in lines[at + 1] or " v " in lines[at + 1] or " y " in lines[at + 1]
            await pilot.press("escape")


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_the_help_is_searched(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await pilot.press("?")
        await until(pilot, lambda: "In the pane Iteration" in text(app))
        await pilot.press("slash", *"breakpoint list")
        await until(pilot, lambda: "the list of breakpoints" in text(app))
        assert "Where does a weight" not in text(app)
        assert "run, or pause" not in text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "In the pane Iteration" in text(app))
        await pilot.press("slash", *"zz", "enter", "q")
        await until(pilot, lambda: len(app.screen_stack) == 1)


@pytest.mark.slow
async def test_the_keys_stand_in_two_columns_where_they_fit() -> None:
    for width, columns in ((120, 2), (80, 1)):
        async with opened((width, 100)) as (app, pilot):
            await pilot.press("?")
            await until(pilot, lambda: "Moving through the program" in text(app))
            lines = text(app).splitlines()
            moving = next(line for line in lines if "Moving through the program" in line)
            beside = moving.replace("│", "").split("Moving through the program")[1].strip()
            assert bool(beside) == (columns == 2)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("key", ["tab", "right"])
async def test_the_palette_completes_names_and_says_what_they_are(key: str) -> None:
    async with opened() as (app, pilot):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandSearch) and app.screen.is_ready)
        await pilot.press(*"dE_dyh")
        await until(pilot, lambda: "∂E/∂ŷ = ∂E/∂g ∘ ∂g/∂ŷ" in text(app))
        line = app.screen.query_one(CommandInput)
        await until(pilot, lambda: line._suggestion == "dE_dyhat")
        await pilot.press(key)
        await until(pilot, lambda: line.value == "dE_dyhat")
        await until(pilot, lambda: text(app).count("dE_dyhat") > 1)
        await pilot.press("enter")
        await until(pilot, lambda: app.frame.weights.inspected == "dE_dyhat")


async def test_the_palette_says_nothing_twice_and_puts_what_is_meant_first() -> None:
    async with opened() as (app, _):
        commands = list(app.get_system_commands(app.screen))
        assert sum("help" in command.title.lower() for command in commands) == 1
        for command in commands:
            name = command.title.partition(" (")[0].lower()
            assert command.help.removeprefix("go to the ").lower() != name

        palette, completer = Commands(app.screen), CommandCompleter(app)
        hits = [hit async for hit in palette.search("dE")]
        best = max(hits, key=lambda hit: hit.score)
        assert str(best.match_display) == "dE_df"
        assert await completer.get_suggestion("e") is None
        assert await completer.get_suggestion("thee") is None
        assert await completer.get_suggestion("them") == "Theme"

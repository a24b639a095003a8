"""What a line to type in takes."""

from tests.tui.app import opened, said, until
from tui.drawing.typed_line import LONGEST, TypedLine, pasted


async def test_a_line_holds_nothing_that_a_terminal_would_act_on() -> None:
    async with opened() as (app, pilot):
        await pilot.press("w")
        line = app.screen.query_one(TypedLine)
        line.value = "a\u202eb\x9b\x1b"
        assert line.value == "a\\u202eb\\x9b␛"


def test_of_what_is_pasted_the_first_line_is_taken() -> None:
    assert pasted("E < 0.1\r\nrm -rf /\r\n") == "E < 0.1"
    # As between two cells of a table.
    assert pasted("E\t< 0.1") == "E < 0.1"
    assert pasted("\u2066ŷ\x1b[2J\x00") == "\\u2066ŷ␛[2J␀"
    assert pasted("") == pasted("\n") == ""


async def test_a_line_takes_so_much_and_says_so() -> None:
    assert len(pasted("E <" + " " * 1_000_000 + "1")) == LONGEST + 1
    async with opened(notifications=True) as (app, pilot):
        await pilot.press("w")
        line = app.screen.query_one(TypedLine)
        line.value = "E < 0.1" + " " * (LONGEST - 7)
        assert not said(app)
        line.value += "x"
        assert line.value == "E < 0.1" + " " * (LONGEST - 7)
        await until(pilot, lambda: "the rest was cut" in said(app))

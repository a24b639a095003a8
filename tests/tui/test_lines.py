"""Lines that are too long for where they stand."""

import pytest
from rich.style import Style

from tui.drawing.lines import Row, cut


def shown(row: Row, width: int) -> str:
    strip = row.strip(width)
    assert strip.cell_length == width
    return strip.text


@pytest.mark.parametrize(
    ("width", "text"),
    [(12, "some words  "), (10, "some words"), (9, "some wor…"), (5, "some…"), (1, "…"), (0, "")],
)
def test_a_line_that_is_cut_ends_in_an_ellipsis(width: int, text: str) -> None:
    row = Row().add("some ", Style(bold=True)).add("words", Style())
    assert shown(row, width) == text


def test_blanks_are_cut_without_a_word() -> None:
    assert shown(Row().add("word").add("     ", Style()), 5) == "word "
    assert shown(Row(), 3) == "   "


def test_a_wide_character_is_not_cut_in_two() -> None:
    assert shown(Row().add("一二三"), 5) == "一二…"
    assert shown(Row().add("一二三"), 4) == "一 …"


def test_what_stands_at_the_right_stays() -> None:
    def joined(left: str, width: int) -> str:
        return shown(Row().add(left).justified(Row().add(" 1 hit"), width), width)

    assert joined("E < 0.1", 16) == "E < 0.1    1 hit"
    assert joined("E < 0.1 for 100", 16) == "E < 0.1 f… 1 hit"
    # A half at least is for the left.
    assert joined("E < 0.1", 8) == "E <… 1 …"


def test_words_are_cut() -> None:
    assert [cut("a word", width) for width in (6, 5, 3, 1, 0)] == ["a word", "a wo…", "a…", "…", ""]

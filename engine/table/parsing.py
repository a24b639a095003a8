"""pandas' reader of text: told how far it is, and its refusals in our words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import DataError
from engine.text import clean

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Writing:
    """How a table is written: its separator and its decimal sign."""

    separator: str
    decimal: str


class _Pieces:
    """A text as a file that tells how much of it has been read.

    Unlike `io.StringIO` it makes no copy of the text, of four bytes a character.
    """

    def __init__(self, text: str, told: Callable[[int], None]) -> None:
        self._text = text
        self._told = told
        self._at = 0
        self._given_up: BaseException | None = None

    def read(self, size: int = -1) -> str:
        """Return the next characters."""
        try:
            self._told(self._at)
        except BaseException as error:
            # pandas would take it for a defect of the file.
            self._given_up = error
            return ""
        end = len(self._text) if size < 0 else self._at + size
        piece = self._text[self._at : end]
        self._at = end
        return piece

    def __iter__(self) -> Iterator[str]:
        # For pandas a file is what has this; it does not use it.
        return iter(self._text.splitlines(keepends=True))

    def check(self) -> None:
        """Raise what ended the reading."""
        if self._given_up is not None:
            raise self._given_up


def parse(text: str, writing: Writing, told: Callable[[int], None], **options: Any) -> pd.DataFrame:
    """Cut a text into columns with pandas.

    Args:
        text: All of it, without a header.
        writing: How it is written; the decimal sign matters to pandas' numbers only.
        told: Told how many characters are read.
        **options: More for `pandas.read_csv`.

    Raises:
        ValueError: It is no table, or its columns are not as the options say.
    """
    import pandas as pd

    pieces = _Pieces(text, told)
    try:
        table: pd.DataFrame = pd.read_csv(  # type: ignore[call-overload]
            pieces,
            sep=writing.separator,
            header=None,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
            **options,
        )
        return table
    finally:
        pieces.check()


def unreadable(shown: str, reason: str, before: int) -> DataError:
    """Say in our words what pandas says of a file that is no table."""
    if wide := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", reason):
        expected, line, seen = map(int, wide.groups())
        problem = f"{seen} cells, but line {before + 1} has {expected}; "
        return DataError(
            shown, problem + "a decimal comma, or a separator too many?", line=line + before
        )
    if quote := re.search(r"EOF inside string starting at row (\d+)", reason):
        problem = "a quotation mark is opened and never closed"
        return DataError(shown, problem, line=int(quote[1]) + 1 + before)
    return DataError(shown, clean(reason))

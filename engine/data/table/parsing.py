"""pandas' reader of text: told how far it is, and its refusals in our words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import DataError
from engine.common.text import clean

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


def parse_texts(
    text: str, writing: Writing, shown: str, before: int, told: Callable[[int], None]
) -> pd.DataFrame:
    """Cut a text into columns of texts; where a line has fewer cells, the last are empty.

    Args:
        text: All of it, its quotation marks in order.
        writing: How it is written.
        shown: What messages call the file.
        before: How many lines of the file stand before the text.
        told: Told how many characters are read.

    Raises:
        DataError: A line has more cells than the first one.
    """
    import pandas as pd

    try:
        return parse(text, writing, told, dtype=object).fillna("")
    except (pd.errors.ParserError, ValueError) as error:
        wide = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if wide is None:
            raise DataError(shown, clean(str(error))) from None
    expected, row, seen = map(int, wide.groups())
    above = parse(text, writing, lambda done: None, dtype=object, nrows=row - 1).fillna("")
    line = before + row + int(count_breaks(above, text).sum())
    problem = f"{seen} cells, but line {before + 1} has {expected}; a decimal comma, or a "
    raise DataError(shown, problem + "separator too many?", line=line)


def count_breaks(table: pd.DataFrame, text: str) -> NDArray[np.int64]:
    """Count, for each row of texts, the line ends within its cells."""
    breaks = np.zeros(len(table), dtype=np.int64)
    if '"' in text:
        ends = "\n" if "\n" in text else "\r"
        for i in range(table.shape[1]):
            breaks += table.iloc[:, i].astype(str).str.count(ends).to_numpy(dtype=np.int64)
    return breaks

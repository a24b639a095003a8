"""The columns of plain numbers, read without a text for each cell where that can be."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.data.table.rows import Rows
from engine.data.table.sniffing import is_number

if TYPE_CHECKING:
    import pandas as pd

EXACT = 2.0**53
"""Up to here float64 holds every whole number."""
LARGE = 1 << 20
"""Characters above which pandas is worth the time of its import."""
_MANY_ZEROS = "0" * 200


def plain_numbers(rows: Rows, told: Callable[[int], None]) -> dict[int, NDArray[np.float64]]:
    """Return the columns of finite numbers of which nothing was lost, by their places.

    Args:
        rows: The table.
        told: Told how many characters are read, in up to two passes.

    Raises:
        DataError: The rows cannot be read.
    """
    first = next(rows.pieces(lambda done: None), None)
    if first is None:
        return {}
    decimal = rows.writing.decimal
    columns = [
        i
        for i, cells in enumerate(zip(*first.cells, strict=True))
        if all(is_number(cell, decimal) for cell in cells)
    ]
    if not columns:
        return {}
    values = _load(rows, columns, told) if rows.size > LARGE else None
    if values is None:
        found = _convert(rows, columns, lambda done: told(rows.size + done))
    else:
        found = {i: values[:, k] for k, i in enumerate(columns)}
    # NaN and infinities are not below it either.
    plain = {i: column for i, column in found.items() if (np.abs(column) < EXACT).all()}
    for i in _written_oddly(rows) & plain.keys():
        del plain[i]
    return plain


def _load(
    rows: Rows, columns: Sequence[int], told: Callable[[int], None]
) -> NDArray[np.float64] | None:
    """Read columns with the reader of pandas; None where it finds anything but numbers."""
    import pandas as pd

    decimal, text = rows.writing.decimal, _File(rows.lines(told))
    # It would take a point for a part of a number that has a decimal comma.
    if decimal == "," and rows.text.find(".", len(rows.text) - rows.size) >= 0:
        return None
    major, minor = map(int, pd.__version__.split(".")[:2])
    # From pandas 3.1 on numbers are always read exactly, and to ask for it is deprecated.
    exact: dict[str, Any] = {"float_precision": "round_trip"} if (major, minor) < (3, 1) else {}
    try:
        table: pd.DataFrame = pd.read_csv(  # type: ignore[call-overload]
            text,
            sep=rows.writing.separator,
            decimal=decimal,
            header=None,
            dtype=np.float64,
            # With it, a line with too many cells would not be refused.
            usecols=columns if len(columns) < rows.width else None,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
            **exact,
        )
    except (ValueError, OverflowError):
        return None
    finally:
        text.check()
    values: NDArray[np.float64] = table.to_numpy()
    # Else some cell holds the end of a line, or a line is empty.
    return values if values.shape == (rows.line_count, len(columns)) else None


class _File:
    """Lines as a file, which unlike `io.StringIO` has no copy of them all."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._given_up: BaseException | None = None

    def read(self, size: int = -1) -> str:
        """Return about so many of the next characters."""
        pieces, length = [], 0
        try:
            for line in self._lines:
                pieces.append(line)
                length += len(line)
                if 0 <= size <= length:
                    break
        except BaseException as error:
            # pandas would take it for a defect of the file.
            self._given_up = error
            return ""
        return "".join(pieces)

    def __iter__(self) -> Iterator[str]:
        # For pandas a file is what has this; it does not use it.
        return self._lines

    def check(self) -> None:
        """Raise what ended the reading."""
        if self._given_up is not None:
            raise self._given_up


def _convert(
    rows: Rows, columns: Sequence[int], told: Callable[[int], None]
) -> dict[int, NDArray[np.float64]]:
    """Read columns as texts, and give up those that have anything else than numbers."""
    found: dict[int, list[NDArray[np.float64]]] = {i: [] for i in columns}
    for piece in rows.pieces(told):
        cells = list(zip(*piece.cells, strict=True))
        for i in list(found):
            values = _floats(cells[i], rows.writing.decimal)
            if values is None:
                del found[i]
            else:
                found[i].append(values)
    return {i: np.concatenate(parts) for i, parts in found.items()}


def _floats(cells: Sequence[str], decimal: str) -> NDArray[np.float64] | None:
    text = "\n".join(cells)
    if "_" in text or (decimal == "," and "." in text):
        return None
    if decimal == ",":
        cells = [cell.replace(",", ".") for cell in cells]
    try:
        return np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return None


def _written_oddly(rows: Rows) -> set[int]:
    """Find the columns in which a number may lose something that only its text tells.

    Those are numbers that begin with a needless 0, and numbers near the smallest of float64.
    """
    text, separator = rows.text, rows.writing.separator
    sign = re.escape(separator)
    number = r"[+\-]?0\d++(?:[.,]\d*+)?(?:[eE][+\-]?\d++)?"
    # Each begins with one character, which is found much faster than one of several.
    odd = [rf'{start}[ "]*+{number}[ "]*+(?![^{sign}\n])' for start in (r"\n", sign)]
    odd += [f"{e}-0*+[1-9]\\d\\d" for e in "eE" if f"{e}-" in text]
    if _MANY_ZEROS in text:
        odd.append(_MANY_ZEROS)
    # The end of the line above is the beginning of the first one.
    start = max(len(text) - rows.size - 1, 0)
    columns = set()
    if rows.size == len(text):
        text = f"\n{text}"
    for found in (found for pattern in odd for found in re.compile(pattern).finditer(text, start)):
        end = found.start() + 1
        before = text[text.rfind("\n", 0, end) + 1 : end]
        if '"' in before:
            cells = next(csv.reader([before], delimiter=separator, skipinitialspace=True))
            columns.add(len(cells) - 1)
        else:
            columns.add(before.count(separator))
    return columns

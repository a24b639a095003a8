"""Guesses of how a table is written: separator, decimal sign, whether it has a header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice

from engine.common.errors import DataError
from engine.common.numbers import MINUS
from engine.data.options import AUTO, DECIMALS, SEPARATORS

_SAMPLE = 100
"""Lines that the guesses are made from."""
_POINT, _COMMA = (
    re.compile(rf"\s*+[+\-−]?(?:\d++(?:{sign}\d*+)?|{sign}\d++)(?:[eE][+\-]?\d++)?\s*+")
    for sign in (r"\.", ",")
)
MISSING = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "?"))
"""The texts of a missing cell, in lower case."""


def is_number(cell: str, decimal: str = ".") -> bool:
    """Return whether a cell is a number as Python's `float` reads it, or one with a true minus."""
    plain = cell.replace(MINUS, "-")
    if decimal == ",":
        if "." in plain:
            return False
        plain = plain.replace(",", ".")
    try:
        float(plain)
    except ValueError:
        return False
    return "_" not in plain


def is_any_number(cell: str) -> bool:
    """Return whether a cell is a number with either decimal sign."""
    return is_number(cell) or _COMMA.fullmatch(cell) is not None


def sample_rows(text: str, separator: str) -> list[list[str]]:
    """Return the cells of the first lines, those of blank lines left out."""
    lines = islice(io.StringIO(text[:200_000], newline=""), _SAMPLE)
    try:
        rows = list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return []
    return [row for row in rows if any(cell.strip() for cell in row)]


def find_separator(text: str, given: str) -> str:
    """Return the separator: the one that cuts most lines like the first one.

    Of several that do, the one that leaves more numbers.
    """
    if given != AUTO:
        return SEPARATORS[given]
    samples = {separator: sample_rows(text, separator) for separator in SEPARATORS.values()}
    possible = {s: rows for s, rows in samples.items() if rows and len(rows[0]) > 1}
    if len(possible) < 2:
        return next(iter(possible), ",")
    best, best_score = ",", (0.0, 0.0, 0)
    for separator, rows in possible.items():
        alike = _share_alike(text, separator, len(rows[0]))
        cells = [cell for row in rows for cell in row]
        numbers = sum(
            bool(_POINT.fullmatch(cell) or (separator != "," and _COMMA.fullmatch(cell)))
            for cell in cells
        )
        score = (alike, numbers / len(cells), len(rows[0]))
        if score > best_score:
            best, best_score = separator, score
    return best


def _share_alike(text: str, separator: str, width: int) -> float:
    """Return the share of all lines that have so many cells."""
    lines = text.splitlines(keepends=True)
    if '"' not in text:
        widths = [line.count(separator) + 1 for line in lines if not line.isspace()]
    else:
        try:
            rows = csv.reader(lines, delimiter=separator, skipinitialspace=True)
            widths = [len(row) for row in rows if row]
        except csv.Error:
            return 0.0
    return widths.count(width) / len(widths)


def find_decimal(text: str, separator: str, given: str, shown: str, assumptions: list[str]) -> str:
    """Return the decimal sign: a comma where numbers have one, and none has a point.

    Points between thousands do not count where a number has a comma before its decimals.

    Args:
        text: The table.
        separator: The separator of its cells.
        given: One of `DECIMALS`, or "auto".
        shown: The file's name in messages.
        assumptions: The list to which guesses are added.

    Raises:
        DataError: The commas may as well part thousands.
    """
    if given != AUTO:
        return DECIMALS[given]
    if separator == ",":
        return "."
    if _first_number(text, separator, ".", may_be_thousands=False):
        return "."
    if _first_number(text, separator, ",", may_be_thousands=False):
        assumptions.append("decimal sign comma")
        return ","
    point = _first_number(text, separator, ".", may_be_thousands=True)
    comma = _first_number(text, separator, ",", may_be_thousands=True)
    if comma and not point:
        problem = f"{comma!r} can be read in two ways; add --decimal comma, or remove "
        raise DataError(shown, problem + "the commas between the thousands")
    if point and separator == ";":
        # Where semicolons part the cells, a comma is often the decimal sign.
        assumptions.append(f"decimal sign point, as in {point}")
    return "."


def _first_number(text: str, separator: str, sign: str, may_be_thousands: bool) -> str:
    """Return the first cell of all that is a number with this sign, or ""."""
    if sign not in text:
        return ""
    sign, edge = re.escape(sign), rf'[^{re.escape(separator)}\r\n"]'
    thousands = rf"[+\-−]?[1-9]\d{{0,2}}(?:{sign}\d{{3}})++ *+(?!{edge})"
    number = rf"[+\-−]?(?:\d++{sign}\d*+|{sign}\d++)(?:[eE][+\-]?\d++)?"
    either = "=" if may_be_thousands else "!"
    found = re.search(rf"(?<!{edge}) *+(?{either}{thousands})({number}) *+(?!{edge})", text)
    return found[1] if found else ""


def has_header(rows: Sequence[Sequence[str]], decimal: str) -> bool | None:
    """Return whether the first of some rows holds names.

    It does where a text stands above numbers. It does not where a cell of it comes again in
    its column, or where all of it are numbers above numbers.

    Returns:
        None where that cannot be known.
    """
    first, others = [cell.strip() for cell in rows[0]], rows[1:]
    filled = [i for i, cell in enumerate(first) if cell.lower() not in MISSING]
    numeric = [i for i in filled if is_number(first[i], decimal)]
    # Where there are no better names, pandas writes 0, 1, 2 …, which come again as values.
    counted = [first[i] for i in numeric] == [str(k) for k in range(max(len(numeric), 3))]
    comes_again = is_above_numbers = False
    for i in filled:
        below = {row[i].strip() for row in others if i < len(row)}
        values = [cell for cell in below if cell != first[i] and cell.lower() not in MISSING]
        numbers = bool(values) and all(is_number(cell, decimal) for cell in values)
        if i not in numeric and numbers:
            return True
        comes_again |= first[i] in below and not (counted and i in numeric)
        is_above_numbers |= numbers
    only_numbers = len(numeric) == len(filled)
    if comes_again or (only_numbers and (is_above_numbers or not others)):
        return False
    return None

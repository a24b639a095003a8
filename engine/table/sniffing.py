"""Guesses of how a table is written: separator, decimal sign, whether it has a header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice

from engine.errors import DataError
from engine.table.options import AUTO, DECIMALS, SEPARATORS
from engine.text import MINUS

_SAMPLE = 100
"""Lines that the guesses are made from."""
_POINT = re.compile(r"\s*[+\-−]?(\d++\.?\d*|\.\d+)([eE][+\-]?\d+)?\s*")
_COMMA = re.compile(r"\s*[+\-−]?(\d++,?\d*|,\d+)([eE][+\-]?\d+)?\s*")
_THOUSANDS = re.compile(r"\s*[+\-−]?[1-9]\d{0,2}(,\d{3})+\s*")
MISSING = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "?"))
"""What stands for a missing cell, in lower case."""


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether a cell is a number as Python's `float` reads it, or one with a true minus."""
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
    """Whether a cell is a number with either decimal sign."""
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
    best, best_score = ",", (0.0, 0.0, 0)
    for separator in SEPARATORS.values():
        rows = sample_rows(text, separator)
        if not rows or len(rows[0]) < 2:
            continue
        alike = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        cells = [cell for row in rows for cell in row]
        numbers = sum(
            bool(_POINT.fullmatch(cell) or (separator != "," and _COMMA.fullmatch(cell)))
            for cell in cells
        )
        score = (alike, numbers / len(cells), len(rows[0]))
        if score > best_score:
            best, best_score = separator, score
    return best


def find_decimal(text: str, separator: str, given: str, shown: str, assumptions: list[str]) -> str:
    """Return the decimal sign: a comma where numbers have one, and none has a point.

    Points between thousands do not count where a number has a comma before its decimals.

    Args:
        text: The table.
        separator: What stands between its cells.
        given: One of `DECIMALS`, or "auto".
        shown: What messages call the file.
        assumptions: What is taken for granted is added here.

    Raises:
        DataError: The commas may as well part thousands.
    """
    if given != AUTO:
        return DECIMALS[given]
    if separator == ",":
        return "."
    cells = [cell.strip() for row in sample_rows(text, separator) for cell in row]
    commas = [cell for cell in cells if "," in cell and _COMMA.fullmatch(cell)]
    points = [cell for cell in cells if "." in cell and _POINT.fullmatch(cell)]
    has_comma = not all(map(_THOUSANDS.fullmatch, commas))
    are_thousands = all(_THOUSANDS.fullmatch(cell.replace(".", ",")) for cell in points)
    if commas and not has_comma and not points:
        problem = f"{commas[0]!r} can be read in two ways; add --decimal comma, or remove "
        raise DataError(shown, problem + "the commas between the thousands")
    if has_comma and are_thousands:
        assumptions.append("decimal sign comma")
        return ","
    if points and are_thousands and separator == ";":
        # Where semicolons part the cells, a comma is often the decimal sign.
        assumptions.append(f"decimal sign point, as in {points[0]}")
    return "."


def has_header(rows: Sequence[Sequence[str]], decimal: str) -> bool | None:
    """Whether the first of some rows holds names.

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

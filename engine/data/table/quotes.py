"""Quotation marks that do not fit: with them pandas would glue cells and swallow lines."""

from __future__ import annotations

import re

from engine.common.errors import DataError
from engine.common.text import clean

_QUOTED = r'"[^"]*+(?:""[^"]*+)*+"'
_SHOWN = 20
"""Characters that are shown of the text behind a mark."""


def check_quotes(text: str, separator: str, shown: str, before: int) -> None:
    """Refuse a table in which a quoted cell does not end, or has text behind its end.

    A mark in the midst of a cell that does not begin with one is text like any other.

    Args:
        text: The table.
        separator: What stands between its cells.
        shown: What messages call the file.
        before: How many lines of the file stand before the text.

    Raises:
        DataError: There is such a cell.
    """
    end = text.rfind('"') + 1
    if not end:
        return
    edge = re.escape(separator) + r"\r\n"
    # As many marks as are in order, in one go, since there may be millions.
    orderly = re.compile(
        rf'[^"]*+(?:(?:(?<![^{edge}])|(?<=[{edge}] )){_QUOTED}(?![^{edge}])[^"]*+'
        rf'|(?<=[^{edge} ])"[^"]*+)*+'
    )
    cell = re.compile(rf"({_QUOTED}) *+([^{edge}]*+)")
    at = 0
    while at < end:
        in_order = orderly.match(text, at, end + 1)
        assert in_order is not None
        at = in_order.end()
        if at >= end:
            return
        if not _begins_cell(text, at, separator):
            at += 1
            continue
        quoted = cell.match(text, at)
        if quoted is None or quoted[2].strip():
            line = before + 1 + _count_lines(text, at)
            raise DataError(shown, _problem(text, quoted, line, before), line=line)
        at = quoted.end()


def _problem(text: str, quoted: re.Match[str] | None, line: int, before: int) -> str:
    if quoted is None:
        return "a quotation mark is opened and never closed"
    last = before + 1 + _count_lines(text, quoted.end(1))
    where = f" in line {last}" if last != line else ""
    behind = clean(quoted[2].strip(), _SHOWN)
    return (
        f"the quotation mark opened here closes{where} before {behind!r}; remove it, or write "
        "marks within a cell twice"
    )


def _count_lines(text: str, end: int) -> int:
    """Count the lines that end in the first part of a text."""
    return text.count("\n", 0, end) or text.count("\r", 0, end)


def _begins_cell(text: str, at: int, separator: str) -> bool:
    while at and text[at - 1] == " ":
        at -= 1
    return not at or text[at - 1] in (separator, "\r", "\n")

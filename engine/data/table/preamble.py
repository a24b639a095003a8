"""The lines before the header: remarks, a header that is written as one, Excel's separator."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.common.errors import DataError
from engine.common.text import clean
from engine.data.options import AUTO, SEPARATORS
from engine.data.table.sniffing import find_separator, has_header, is_any_number, sample_rows

_EMPTY = "".join(SEPARATORS.values()) + " "
"""The characters of a line without a single filled cell."""
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"? *(?:\n|\Z)', re.IGNORECASE)


@dataclass(frozen=True)
class Body:
    """A text without what stands before the table.

    Attributes:
        text: From the header on.
        before: How many lines of the file stand before it.
        separator: One of `SEPARATORS`, or "auto".
        header: "yes", "no" or "auto".
    """

    text: str
    before: int
    separator: str
    header: str


def split_preamble(
    text: str, shown: str, separator: str, header: str, assumptions: list[str]
) -> Body:
    """Return the text from the header on.

    Args:
        text: All of it.
        shown: The file's name in messages.
        separator: One of `SEPARATORS`, or "auto".
        header: "yes", "no" or "auto".
        assumptions: The list to which guesses are added.

    Raises:
        DataError: There is nothing else, the last remark may as well be the header, or the
            separator that the first line names is none.
    """
    start = lines = remarks = 0
    if named := _SEPARATOR_LINE.match(text):
        start, lines = named.end(), 1
        if separator == AUTO:
            separator = _named_separator(named[1], shown)
            assumptions.append(f"separator {separator} (sep= in line 1)")
    last, at = "", 0
    while True:
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].strip()
        if header != "yes" and not line.strip(_EMPTY):
            line = ""
        if line and not line.startswith("#"):
            break
        if end < 0:
            raise _no_table(shown, has_remarks=bool(remarks or line))
        start, lines = end + 1, lines + 1
        if line:
            last, at, remarks = line.lstrip("#"), lines, remarks + 1
    rest = text[start:] if start else text
    is_header = header != "no" and remarks > 0 and _names_columns(last, at, rest, separator, shown)
    if is_header:
        assumptions.append(f"line {at} without its # for the names of the columns")
        remarks -= 1
    if remarks:
        counted = "one line" if remarks == 1 else f"{remarks} lines"
        assumptions.append(f"{counted} beginning with # for remarks")
    if is_header:
        return Body(f"{last.strip()}\n{rest}", lines - 1, separator, "yes")
    return Body(rest, lines, separator, header)


def _no_table(shown: str, has_remarks: bool) -> DataError:
    if has_remarks:
        problem = "every line begins with #, as remarks do; remove it from the lines of the table"
        return DataError(shown, problem)
    return DataError(shown, "nothing below it; a header line and observations are needed", line=1)


def _named_separator(sign: str, shown: str) -> str:
    for name, separator in SEPARATORS.items():
        if sign == separator:
            return name
    problem = f"sep={clean(sign)} names none of {', '.join(SEPARATORS)}; write the table with one "
    raise DataError(shown, problem + "of these", line=1)


def _names_columns(remark: str, line: int, text: str, given: str, shown: str) -> bool:
    """Return whether what stands behind # is the header of a text, as NumPy's `savetxt` writes it.

    Raises:
        DataError: That and a remark look alike.
    """
    separator = find_separator(text, given)
    rows, names = sample_rows(text, separator), remark.split(separator)
    if len(names) < 2 or not rows or any(len(row) != len(names) for row in rows):
        return False
    if all(map(is_any_number, names)):
        return False
    first, others = rows[0], rows[1:]
    for cell, *below in zip(first, *others, strict=True):
        filled = [other for other in below if other.strip()]
        if filled and all(map(is_any_number, filled)) and not is_any_number(cell):
            # It stands above numbers, and so is the header.
            return False
    numbers = sum(map(is_any_number, first))
    is_tight = not any(name[:1].isspace() for name in names)
    if numbers and (numbers == len(first) or is_tight or has_header(rows, ".") is False):
        return True
    problem = "a header behind #, or a remark? Remove the # or the line"
    raise DataError(shown, problem, line=line)

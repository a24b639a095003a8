"""The lines before the header: remarks, and a header that is written as one."""

from __future__ import annotations

from engine.errors import DataError
from engine.table.sniffing import find_separator, has_header, is_any_number, sample_rows


def split_preamble(
    text: str, shown: str, separator: str, header: str, assumptions: list[str]
) -> tuple[str, int]:
    """Return the text from the header on, and how many lines stand before it.

    Args:
        text: All of it.
        shown: What messages call the file.
        separator: One of `SEPARATORS`, or "auto".
        header: "yes", "no" or "auto".
        assumptions: What is taken for granted is added here.

    Raises:
        DataError: The last remark may as well be the header.
    """
    start = lines = remarks = 0
    last, at = "", 0
    while True:
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].strip()
        if end < 0 or (line and not line.startswith("#")):
            break
        start, lines = end + 1, lines + 1
        if line:
            last, at, remarks = line.lstrip("#"), lines, remarks + 1
    rest = text[start:] if lines else text
    named = header != "no" and remarks > 0 and _names_columns(last, at, rest, separator, shown)
    if named:
        assumptions.append(f"line {at} without its # for the names of the columns")
        remarks -= 1
    if remarks:
        counted = "one line" if remarks == 1 else f"{remarks} lines"
        assumptions.append(f"{counted} beginning with # for remarks")
    return (f"{last.strip()}\n{rest}", lines - 1) if named else (rest, lines)


def _names_columns(remark: str, line: int, text: str, given: str, shown: str) -> bool:
    """Whether what stands behind # is the header of a text, as NumPy's `savetxt` writes it.

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
    if numbers and (numbers == len(first) or is_tight or not has_header(rows, ".")):
        return True
    problem = "a header behind #, or a remark? Remove the # or the line"
    raise DataError(shown, problem, line=line)

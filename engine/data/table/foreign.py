"""Names files of data that are no tables of separated cells, and says how they become one."""

from __future__ import annotations

import re
from shlex import quote

from engine.common.errors import DataError
from engine.data.options import AUTO
from engine.data.table.sniffing import is_any_number, sample_rows

_BEGINNINGS = tuple(
    (re.compile(sign, re.IGNORECASE), problem)
    for sign, problem in (
        (
            r"\s*+(?:\[\s*+)*+\{\s*+(?:\"|\})|\s*+\[\s*+(?:[\[\"\d\]-]|true|false|null)",
            "a JSON file; turn it into CSV, e.g. with pandas: "
            "pandas.read_json(FILE).to_csv('table.csv', index=False)",
        ),
        (
            r"(?:\s*+%[^\r\n]*+)*+\s*+@relation\b",
            "an ARFF file; replace everything down to the line @data by one line with the names "
            "of the attributes, separated by commas",
        ),
        (r"\s*+%%MatrixMarket", "a Matrix Market file; write it as CSV, a line for each row"),
        (
            r"\s*+<(?:\?xml|!doctype|!--|(?:html|table)\b|[a-z][^<>]*+>[\r\n]\s*+<)",
            "an XML or HTML file; write its table as CSV, e.g. with pandas.read_xml or read_html",
        ),
    )
)
_LIBSVM = re.compile(r"\s*+[^\s:]++(?:[ \t]++(?:qid|\d++):[^\s:]++)++[ \t]*+(?:#.*)?\s*+")
_SAMPLE = 100


def check_beginning(text: str, shown: str) -> None:
    """Refuse a text whose first characters show that it is no table.

    Raises:
        DataError: It is JSON, ARFF, XML or the like.
    """
    for sign, problem in _BEGINNINGS:
        if sign.match(text):
            raise DataError(shown, problem)


def check_separated(
    text: str, separator: str, given: str, shown: str, before: int, path: str
) -> None:
    """Refuse a text whose cells are separated by blanks, and one in the form of LIBSVM.

    Args:
        text: The table.
        separator: The separator that its cells are taken to have.
        given: One of `SEPARATORS`, or "auto".
        shown: The file's name in messages.
        before: How many lines of the file stand before the text.
        path: The file as a shell can name it, or "" where the text came by standard input.

    Raises:
        DataError: It is one of these.
    """
    lines = [line for line in text[:200_000].splitlines()[:_SAMPLE] if line.strip()]
    rows = sample_rows(text, separator)
    if not rows or not lines:
        return
    is_cut = len(rows[0]) > 1
    if not is_cut and any(map(_LIBSVM.fullmatch, lines)):
        problem = "a LIBSVM file; write it as CSV with a column for each of its indices, and 0 "
        raise DataError(shown, problem + "where a line leaves one out", line=before + 1)
    blanks = [line.split() for line in lines]
    width, below = len(blanks[-1]), blanks[1:]
    # R writes no name above the names of the lines.
    if width < 2 or any(len(row) != width for row in below) or width - len(blanks[0]) not in (0, 1):
        return
    numbers = all(is_any_number(cell) for row in blanks for cell in row)
    is_worse = not all(is_any_number(cell) for row in rows for cell in row)
    if not is_cut or (given == AUTO and numbers and is_worse):
        new = ";" if "," in text else ","
        way = _replace_blanks(new, path, before + 1 if width > len(blanks[0]) else 0)
        raise DataError(shown, f"blanks separate its cells; write {new} instead: {way}")


def _replace_blanks(new: str, path: str, header: int) -> str:
    """Return a command that does it, and names the first column in the header if it must."""
    name = f"{header}s/^/index /; " if header else ""
    way = f"sed -E 's/^[[:blank:]]+//; s/[[:blank:]]+$//; {name}s/[[:blank:]]+/{new}/g'"
    if not path:
        return f"… | {way} | nn-tui -"
    if path.lower().endswith(".gz"):
        return f"gzip -cd -- {quote(path)} | {way} > table.csv"
    return f"{way} -- {quote(path)} > table.csv"

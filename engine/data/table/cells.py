"""The cells of a table: its columns as numbers where they are plain ones, else as text."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import DataError
from engine.common.progress import Progress, silent
from engine.common.text import LONGEST, clean
from engine.data.table.lookalikes import find_alike
from engine.data.table.options import AUTO
from engine.data.table.parsing import Writing, count_breaks, parse, parse_texts
from engine.data.table.preamble import Body
from engine.data.table.quotes import check_quotes
from engine.data.table.sniffing import has_header, is_number, sample_rows

if TYPE_CHECKING:
    import pandas as pd

EXACT = 2.0**53
"""Up to here float64 holds every whole number."""
_MANY_ZEROS = "0" * 200


@dataclass
class Cells:
    """What stands in a table.

    Attributes:
        shown: What messages call the file.
        names: The names of the columns, cleaned.
        lines: For each observation, its line in the file.
        numbers: The columns that hold finite numbers and nothing else, as float64.
        texts: The other columns, and those that may be names, as texts without outer
            blanks; a missing cell is "".
        told: In words, what was taken for granted when cutting.
    """

    shown: str
    names: list[str]
    lines: NDArray[np.int64]
    numbers: dict[int, NDArray[np.float64]]
    texts: dict[int, NDArray[Any]]
    told: list[str] = field(default_factory=list)

    def keep(self, columns: Sequence[int]) -> None:
        """Forget all other columns."""
        self.names = [self.names[i] for i in columns]
        for store in (self.numbers, self.texts):
            kept: dict[int, Any] = {new: store[i] for new, i in enumerate(columns) if i in store}
            store.clear()
            store.update(kept)


def read_cells(
    body: Body,
    shown: str,
    writing: Writing,
    assumptions: list[str],
    progress: Progress = silent,
    as_names: Collection[str] = (),
) -> Cells:
    """Cut a text into cells.

    Args:
        body: The text, and what is known of its header.
        shown: What messages call the file.
        writing: The separator and the decimal sign.
        assumptions: What is taken for granted is added here.
        progress: Told how many characters are cut, in each of two passes.
        as_names: The columns whose texts are needed even where they are numbers.

    Raises:
        DataError: It is no table.
    """
    text, before = body.text.rstrip("\r\n"), body.before
    check_quotes(text, writing.separator, shown, before)

    def cut(named: bool) -> Cells:
        cells = _read_plain(text, shown, writing, named, before, progress, as_names)
        return cells or _read_all(text, shown, writing, named, before, progress)

    named: bool | None
    if body.header != AUTO:
        named = body.header == "yes"
        cells = cut(named)
    else:
        rows = sample_rows(text, writing.separator)
        named = has_header(rows, writing.decimal) if rows else None
        cells = cut(named is not False)
        again = named is not False and _has_names_again(cells)
        if named is None and again:
            cells = cut(named := False)
        line = f"line {before + 1}"
        if named is False:
            assumptions.append(f"no header ({line} holds values)")
        elif named is None or again or any(map(is_number, cells.names)):
            told = f"{line} for the names of the columns (--header no takes it for values)"
            assumptions.append(told)
    assumptions += cells.told
    if len(cells.names) < 2:
        problem = "only one column; at least one input and one target are needed; is it another "
        raise DataError(shown, problem + "--separator? Possible are comma, semicolon, tab, pipe")
    _leave_out_empty(cells, named is not False, assumptions)
    _check_names(cells, before + 1, is_guess=named is None)
    if alike := find_alike(cells.names):
        assumptions.append(f"columns {alike} different, though they look alike")
    if not len(cells.lines):
        raise DataError(shown, "a header but no observations below it")
    return cells


def _has_names_again(cells: Cells) -> bool:
    """Whether the name of a column is also one of the texts in it."""
    return any(
        bool(name) and bool((cells.texts[i] == name).any())
        for i, name in enumerate(cells.names)
        if i in cells.texts
    )


def _read_plain(
    text: str,
    shown: str,
    writing: Writing,
    named: bool,
    before: int,
    progress: Progress,
    as_names: Collection[str],
) -> Cells | None:
    """Read a table of which the most part is plain numbers, with pandas' fast reader.

    Returns:
        None where it takes more than that; a cell as text can be told by its line.
    """
    import pandas as pd

    first, _, body = text.partition("\n") if named else ("", "", text)
    # With decimal commas, a point is no part of a number; pandas would not mind it.
    if not body or first.count('"') % 2 or (writing.decimal == "," and "." in body):
        return None
    major, minor = map(int, pd.__version__.split(".")[:2])
    # From pandas 3.1 on numbers are always read exactly, and to ask for it is deprecated.
    exact: dict[str, Any] = {"float_precision": "round_trip"} if (major, minor) < (3, 1) else {}
    try:
        table = parse(
            body,
            writing,
            lambda done: progress(done, 2 * len(body)),
            low_memory=False,
            decimal=writing.decimal,
            **exact,
        )
        width = table.shape[1]
        names = _header_cells(first, writing.separator) if named else _numbered(width)
        if len(names) != width or len(table) != body.count("\n") + 1:
            return None
        numbers = _plain_numbers(table)
        for i in _written_oddly(body, writing.separator) & numbers.keys():
            del numbers[i]
        wanted = [
            i
            for i, name in enumerate(names)
            if i not in numbers or i == 0 or not name or name in as_names
        ]
        texts = parse(
            body,
            writing,
            lambda done: progress(len(body) + done, 2 * len(body)),
            usecols=wanted,
            dtype=object,
        )
    except (pd.errors.ParserError, ValueError, OverflowError, csv.Error):
        return None
    found = {i: texts.iloc[:, k].to_numpy(dtype=object) for k, i in enumerate(wanted)}
    lines = np.arange(len(table)) + before + 1 + named
    return _cleaned(Cells(shown, names, lines, numbers, found))


def _header_cells(first: str, separator: str) -> list[str]:
    rows = list(csv.reader([first.rstrip("\r")], delimiter=separator, skipinitialspace=True))
    return [clean(name.strip()) for name in rows[0]] if rows else []


def _numbered(width: int) -> list[str]:
    return [f"column{i + 1}" for i in range(width)]


def _plain_numbers(table: pd.DataFrame) -> dict[int, NDArray[np.float64]]:
    """Return the columns of numbers of which nothing was lost, by their places."""
    places = [i for i, kind in enumerate(table.dtypes) if kind.kind in "if"]
    if len(table) < len(places):
        # Of many short columns pandas would handle each by itself.
        values: NDArray[np.float64] = table.to_numpy(dtype=object)[:, places].astype(np.float64)
    else:
        values = table.iloc[:, places].to_numpy(dtype=np.float64)
    # NaN and infinities are not below it either.
    plain = np.all(np.abs(values) < EXACT, axis=0)
    return {i: values[:, k] for k, i in enumerate(places) if plain[k]}


def _written_oddly(text: str, separator: str) -> set[int]:
    """Find the columns in which a number may lose something that only its text tells.

    Those are numbers that begin with a needless 0, and numbers near the smallest of float64.
    """
    text, sign = f"\n{text}", re.escape(separator)
    number = r"[+\-]?0\d++(?:[.,]\d*+)?(?:[eE][+\-]?\d++)?"
    # Each begins with one character, which is found much faster than one of several.
    odd = [rf'{start}[ "]*+{number}[ "]*+(?![^{sign}\r\n])' for start in (r"\n", sign)]
    odd += [f"{e}-0*+[1-9]\\d\\d" for e in "eE" if f"{e}-" in text]
    if _MANY_ZEROS in text:
        odd.append(_MANY_ZEROS)
    columns = set()
    for found in (found for pattern in odd for found in re.finditer(pattern, text)):
        end = found.start() + 1
        before = text[text.rfind("\n", 0, end) + 1 : end]
        if '"' in before:
            cells = next(csv.reader([before], delimiter=separator, skipinitialspace=True))
            columns.add(len(cells) - 1)
        else:
            columns.add(before.count(separator))
    return columns


def _read_all(
    text: str,
    shown: str,
    writing: Writing,
    named: bool,
    before: int,
    progress: Progress,
) -> Cells:
    """Read every cell as text."""
    table = parse_texts(
        text, writing, shown, before, lambda done: progress(len(text) + done, 2 * len(text))
    )
    breaks = count_breaks(table, text)
    lines = np.arange(len(table)) + before + 1 + np.cumsum(breaks) - breaks
    told = []
    if breaks.any():
        line = lines[int(np.argmax(breaks > 0))]
        told.append(f"line ends in quotation marks for text, the first in line {line}")
    columns = {i: table.iloc[:, i].to_numpy(dtype=object) for i in range(table.shape[1])}
    names = _numbered(len(columns))
    if named:
        names = [clean(str(column[0]).strip()) for column in columns.values()]
        columns = {i: column[1:] for i, column in columns.items()}
        lines = lines[1:]
    return _cleaned(Cells(shown, names, lines, {}, columns, told))


def _cleaned(cells: Cells) -> Cells:
    """Strip the texts, and leave out lines without a single filled cell."""
    for i, column in cells.texts.items():
        cells.texts[i] = np.array([str(cell).strip() for cell in column], dtype=object)
    if len(cells.texts) == len(cells.names) and cells.texts:
        filled = np.any([column != "" for column in cells.texts.values()], axis=0)
        if not filled.all():
            empty = cells.lines[~filled]
            told = f"line {empty[0]}, which is empty, left out"
            if len(empty) > 1:
                told = f"{len(empty):,} empty lines left out, the first is line {empty[0]}"
            cells.told.append(told)
            cells.lines = cells.lines[filled]
            cells.texts = {i: column[filled] for i, column in cells.texts.items()}
            cells.numbers = {i: column[filled] for i, column in cells.numbers.items()}
    return cells


def _leave_out_empty(cells: Cells, has_names: bool, assumptions: list[str]) -> None:
    """Leave out columns without a name and without any cell, as trailing commas make them."""
    if not len(cells.lines):
        return
    nameless = [i for i, name in enumerate(cells.names) if not (name and has_names)]
    empty = [i for i in nameless if i in cells.texts and (cells.texts[i] == "").all()]
    if empty and len(empty) < len(cells.names) - 1:
        cells.keep([i for i in range(len(cells.names)) if i not in empty])
        counted = f"{len(empty)} empty columns" if len(empty) > 1 else "an empty column"
        assumptions.append(f"{counted} without a name left out")


def _check_names(cells: Cells, line: int, is_guess: bool) -> None:
    seen: set[str] = set()
    other = f", or add --header no if line {line} holds values" if is_guess else ""
    for i, name in enumerate(cells.names):
        if name and name in seen:
            twice = "this name is there twice; rename one"
            if len(name) > LONGEST:
                twice = f"two names are alike in their first {LONGEST} characters; shorten one"
            problem = f"{twice}{other}"
            raise DataError(cells.shown, problem, line=line, column=name)
        if not name and i > 0:
            problem = f"the column number {i + 1} has no name; give it one{other}"
            raise DataError(cells.shown, problem, line=line)
        seen.add(name)

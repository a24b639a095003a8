"""The cells of a table: its columns as numbers where they are plain ones, else as texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import DataError
from engine.common.progress import Progress, silent
from engine.common.text import LONGEST, clean
from engine.data.options import AUTO
from engine.data.table.lookalikes import find_alike
from engine.data.table.plain import plain_numbers
from engine.data.table.preamble import Body
from engine.data.table.rows import Rows, Writing
from engine.data.table.sniffing import has_header, is_number, sample_rows

INDEX_NAMES = ("observation", "id", "index")
"""The names of a first column that names the observations."""


@dataclass(frozen=True)
class Texts:
    """A column of texts without outer blanks; a missing cell is "".

    Attributes:
        distinct: The different texts, each of them once.
        codes: For each observation, the place of its text among these.
    """

    distinct: list[str]
    codes: NDArray[np.intp]


@dataclass
class Cells:
    """The content of a table.

    Attributes:
        shown: The file's name in messages.
        names: The names of the columns, cleaned.
        lines: For each observation, its line in the file.
        numbers: The columns that hold finite numbers and nothing else, as float64.
        texts: The other columns, and those that may be names.
    """

    shown: str
    names: list[str]
    lines: NDArray[np.int64]
    numbers: dict[int, NDArray[np.float64]]
    texts: dict[int, Texts]
    told: list[str] = field(default_factory=list)
    """The assumptions made when cutting."""

    def keep(self, columns: Sequence[int]) -> None:
        """Forget all other columns."""
        self.names = [self.names[i] for i in columns]
        self.numbers = {k: self.numbers[i] for k, i in enumerate(columns) if i in self.numbers}
        self.texts = {k: self.texts[i] for k, i in enumerate(columns) if i in self.texts}


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
        shown: The file's name in messages.
        writing: The separator and the decimal sign.
        assumptions: The list to which guesses are added.
        progress: Told how many characters are cut.
        as_names: The columns whose texts are needed even where they are numbers.

    Raises:
        DataError: It is no table.
    """
    text, before = body.text.rstrip("\n"), body.before

    def cut(named: bool) -> Cells:
        return _cut(Rows(text, shown, writing, before, named), as_names, progress)

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


def _cut(rows: Rows, as_names: Collection[str], progress: Progress) -> Cells:
    """Read the columns of numbers, then what is still needed of the cells."""
    names = [clean(name.strip()) for name in rows.names]
    total = 3 * max(rows.size, 1)
    numbers = plain_numbers(rows, lambda done: progress(done, total))
    may_be_names = {i for i, name in enumerate(names) if not name or name in as_names}
    if names[0].lower() in INDEX_NAMES or is_number(names[0]):
        may_be_names.add(0)
    wanted = sorted((set(range(len(names))) - numbers.keys()) | may_be_names)
    if not wanted and '"' not in rows.text and len(numbers[0]) == rows.line_count:
        lines = np.arange(rows.line_count, dtype=np.int64) + rows.first_line
        return Cells(rows.shown, names, lines, numbers, {})
    codes: dict[int, list[NDArray[np.intp]]] = {i: [] for i in wanted}
    found: dict[int, dict[str, int]] = {i: {} for i in wanted}
    starts: list[int] = []
    for piece in rows.pieces(lambda done: progress(2 * rows.size + done, total)):
        starts += piece.lines
        for i in wanted:
            known = found[i]
            cells = (known.setdefault(row[i].strip(), len(known)) for row in piece.cells)
            codes[i].append(np.fromiter(cells, np.intp, len(piece.cells)))
    nothing = [np.empty(0, dtype=np.intp)]
    texts = {i: Texts(list(found[i]), np.concatenate(codes[i] or nothing)) for i in wanted}
    return Cells(rows.shown, names, np.array(starts, np.int64), numbers, texts, rows.told())


def _has_names_again(cells: Cells) -> bool:
    """Return whether the name of a column is also one of the texts in it."""
    return any(cells.names[i] and cells.names[i] in c.distinct for i, c in cells.texts.items())


def _leave_out_empty(cells: Cells, has_names: bool, assumptions: list[str]) -> None:
    """Leave out columns without a name and without any cell, as trailing commas make them."""
    nameless = [i for i, name in enumerate(cells.names) if not (name and has_names)]
    empty = [i for i in nameless if i in cells.texts and cells.texts[i].distinct == [""]]
    if empty and len(empty) < len(cells.names) - 1:
        dropped = set(empty)
        cells.keep([i for i in range(len(cells.names)) if i not in dropped])
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

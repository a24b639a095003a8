"""The table that a network learns: read from CSV, checked, split into x and f₀."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError, InputError
from engine.files import locate
from engine.text import clean

if TYPE_CHECKING:
    import pandas as pd

_INDEX_NAMES = ("observation", "id", "index")


@dataclass(frozen=True)
class Dataset:
    """N observations with their inputs and targets.

    Attributes:
        name: What the screen and the reports call it.
        x: The inputs, N × I, float64, read-only.
        f0: The targets f₀, N × O, float64, read-only.
        inputs: The I names of the inputs.
        targets: The O names of the targets.
        observations: The N names of the observations.
        index: What the column of these names is called.
        assumptions: In words, what was taken for granted when reading.
    """

    name: str
    x: NDArray[np.float64]
    f0: NDArray[np.float64]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    observations: tuple[str, ...]
    index: str = "observation"
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.x, self.f0):
            array.flags.writeable = False

    @classmethod
    def from_arrays(
        cls, x: NDArray[np.float64], f0: NDArray[np.float64], name: str = "arrays"
    ) -> Dataset:
        """Make a dataset from arrays of shapes N × I and N × O, naming the columns by number.

        Raises:
            InputError: An array is not two-dimensional, is empty, or has another N.
        """
        x, f0 = np.array(x, dtype=np.float64), np.array(f0, dtype=np.float64)
        if x.ndim != 2 or f0.ndim != 2 or len(x) != len(f0) or not x.size or not f0.size:
            raise InputError(f"x is N × I and f0 is N × O, not {x.shape} and {f0.shape}")
        outputs = f0.shape[1]
        return cls(
            name=name,
            x=x,
            f0=f0,
            inputs=tuple(f"input{i + 1}" for i in range(x.shape[1])),
            targets=tuple(f"output{i + 1}" for i in range(outputs)) if outputs > 1 else ("output",),
            observations=tuple(str(n + 1) for n in range(len(x))),
        )


def read_dataset(
    data: str | Path, *, targets: Sequence[str] = (), index: str | None = None
) -> Dataset:
    """Read a CSV file with a header line, comma separated, in UTF-8.

    Args:
        data: A path, or the name of a bundled dataset.
        targets: The names of the target columns; by default the last column.
        index: The name of the column that names the observations; by default the
            first one if it is called like an identifier or is unnamed and counts up.

    Raises:
        DataError: The file cannot be used; the message names line and column.
    """
    path = locate(data)
    shown = clean(str(data))
    cells = _read_cells(path, shown)
    names = [clean(str(cell).strip()) for cell in cells.iloc[0]]
    lines = cells.iloc[1:]
    lines = lines[(lines != "").any(axis=1)]
    _check_header(shown, names, len(lines))

    assumptions = []
    target_columns = [_find(shown, names, target) for target in dict.fromkeys(targets)]
    if not target_columns:
        target_columns = [len(names) - 1]
        assumptions.append(f"target {names[-1]!r} (the last column)")
    index_column: int | None
    if index is not None:
        index_column = _find(shown, names, index)
    else:
        index_column = _guess_index(names, lines)
        if index_column in target_columns:
            index_column = None
        if index_column is not None:
            called = repr(names[0]) if names[0] else "unnamed"
            assumptions.append(f"index {called} (the first column)")
    if index_column in target_columns:
        raise DataError(shown, "one column cannot be both index and target", column=index)
    input_columns = [i for i in range(len(names)) if i != index_column and i not in target_columns]
    if not input_columns:
        raise DataError(shown, "no column is left for the inputs; the network needs at least one")
    if index_column is None:
        observations = tuple(map(str, range(1, len(lines) + 1)))
    else:
        observations = tuple(clean(cell.strip()) for cell in lines.iloc[:, index_column])
    return Dataset(
        name=clean(path.name),
        x=_numbers(shown, lines, names, input_columns),
        f0=_numbers(shown, lines, names, target_columns),
        inputs=tuple(names[i] for i in input_columns),
        targets=tuple(names[i] for i in target_columns),
        observations=observations,
        index=names[index_column] or "index" if index_column is not None else "observation",
        assumptions=tuple(assumptions),
    )


def _read_cells(path: Path, shown: str) -> pd.DataFrame:
    """Return every cell as text, one row a line; a missing cell is ``""``."""
    import pandas as pd

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(shown, error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DataError(shown, "not UTF-8 text; save it as UTF-8", line=line) from None
    if not text.strip():
        raise DataError(shown, "the file is empty; it needs a header line and observations")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(shown, "not a text file (it has a NUL byte)", line=line)
    try:
        # Only with every cell read as text can a bad one be named by line and column.
        cells = pd.read_csv(
            io.StringIO(text),
            header=None,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
        )
    except (pd.errors.ParserError, ValueError) as error:
        raise _unreadable(shown, str(error)) from None
    return cells.fillna("")


def _unreadable(shown: str, reason: str) -> DataError:
    """Say in our words what pandas says of a file that is no table."""
    if wide := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", reason):
        expected, line, seen = map(int, wide.groups())
        problem = f"{seen} cells, but line 1 has {expected}; a decimal comma, or a comma too many?"
        return DataError(shown, problem, line=line)
    if quote := re.search(r"EOF inside string starting at row (\d+)", reason):
        problem = "a quotation mark is opened and never closed"
        return DataError(shown, problem, line=int(quote[1]) + 1)
    return DataError(shown, clean(reason))


def _check_header(shown: str, names: list[str], observations: int) -> None:
    if len(names) < 2:
        raise DataError(
            shown, "only one column; at least one input and one target, comma separated, are needed"
        )
    if all(_is_number(name) for name in names):
        raise DataError(shown, "numbers where the column names belong; add a header line", line=1)
    for i, name in enumerate(names):
        if name and name in names[:i]:
            raise DataError(shown, "this name is there twice; rename one", line=1, column=name)
        if not name and i > 0:
            raise DataError(shown, f"the column number {i + 1} has no name; give it one", line=1)
    if not observations:
        raise DataError(shown, "a header but no observations below it")


def _find(shown: str, names: list[str], wanted: str) -> int:
    try:
        return names.index(clean(wanted.strip()))
    except ValueError:
        known = ", ".join(name for name in names if name)
        raise DataError(shown, f"no such column; there are {known}", column=clean(wanted)) from None


def _guess_index(names: list[str], lines: pd.DataFrame) -> int | None:
    """Return 0 if the first column names the observations, else None."""
    if len(names) < 3:
        return None
    if names[0].lower() in _INDEX_NAMES:
        return 0
    first = list(lines.iloc[:, 0].str.strip())
    counts = any(first == [str(n) for n in range(k, k + len(first))] for k in (0, 1))
    return 0 if not names[0] and counts else None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _numbers(
    shown: str, lines: pd.DataFrame, names: list[str], columns: list[int]
) -> NDArray[np.float64]:
    """Convert columns of text to float64, exactly as Python's `float` reads them."""
    result = np.empty((len(lines), len(columns)))
    for place, column in enumerate(columns):
        cells = lines.iloc[:, column].to_numpy(dtype=object)
        try:
            result[:, place] = cells.astype(np.float64)
            good = bool(np.isfinite(result[:, place]).all())
        except (ValueError, OverflowError):
            good = False
        if not good or lines.iloc[:, column].str.contains("_", regex=False).any():
            _refuse(shown, lines.index, cells, names[column])
    return result


def _refuse(shown: str, rows: pd.Index[int], cells: NDArray[np.object_], name: str) -> None:
    """Raise for the first cell of a column that is no finite number."""
    for row, cell in zip(rows, map(str, cells), strict=True):
        problem = None
        if not cell.strip():
            problem = "missing cell; fill it in or remove the line"
        elif not _is_number(cell):
            problem = f"{clean(cell, 40)!r} is not a number"
        elif not np.isfinite(float(cell)):
            problem = f"{clean(cell, 40)!r} is not a finite number"
        if problem:
            raise DataError(shown, problem, line=int(row) + 1, column=name)

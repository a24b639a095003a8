"""The values of the cells of one column: numbers, true and false, or classes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from shlex import quote
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import DataError
from engine.common.numbers import MINUS, general, grouped
from engine.common.text import clean
from engine.data.table.cells import Cells
from engine.data.table.lookalikes import A_DATE, find_alike, find_disguised, hint, is_like_number
from engine.data.table.plain import EXACT
from engine.data.table.sniffing import MISSING, is_number

_TRUTH = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_SMALL = float(np.finfo(np.float64).tiny)
"""Below it float64 keeps fewer digits."""
_LEADING_ZERO = re.compile(r"[+\-]?0\d")
_MOST_CLASSES = 1000
_FEW_CLASSES = 20


@dataclass(frozen=True)
class Column:
    """A column that has been understood.

    Attributes:
        name: Its name.
        kind: Of what it holds.
        values: N numbers, NaN where a cell is missing; of a category the numbers of the
            classes.
        classes: Of a category or of truth values, what each number stands for.
    """

    name: str
    kind: Literal["number", "truth", "category"]
    values: NDArray[np.float64]
    classes: tuple[str, ...] = ()

    def in_use(self, rows: NDArray[np.bool_]) -> Column:
        """Return the column without the classes that only other rows have."""
        if self.kind != "category" or rows.all():
            return self
        used = np.unique(self.values[rows])
        used = used[~np.isnan(used)]
        values = np.searchsorted(used, self.values).astype(np.float64)
        values[~np.isin(self.values, used)] = np.nan
        return replace(self, values=values, classes=tuple(self.classes[int(k)] for k in used))

    def expand(self) -> tuple[list[str], NDArray[np.float64]]:
        """Return the names and the values, N × 1, of a category one-hot, N × C."""
        if self.kind != "category":
            return [self.name], self.values[:, None]
        hot = (self.values[:, None] == np.arange(len(self.classes))).astype(np.float64)
        hot[np.isnan(self.values)] = np.nan
        return [f"{self.name}={c}" for c in self.classes], hot


def read_column(
    cells: Cells, i: int, decimal: str, as_classes: bool, assumptions: list[str]
) -> Column:
    """Find out what a column holds.

    Args:
        cells: The table.
        i: Which column.
        decimal: The decimal sign.
        as_classes: Whether its cells are names of classes even where they are numbers.
        assumptions: The list to which guesses are added.

    Raises:
        DataError: A cell can be taken for neither, or the column for nothing.
    """
    name = cells.names[i] or "index"
    if i in cells.numbers and not as_classes:
        return Column(name, "number", cells.numbers[i])
    distinct, codes = cells.texts[i].distinct, cells.texts[i].codes
    present = [k for k, text in enumerate(distinct) if text.lower() not in MISSING]
    at = _Place(cells, name, codes)
    if not present:
        problem = (
            f"every cell is missing; leave the column out with --ignore {quote(clean(name, 40))}"
        )
        raise DataError(cells.shown, problem, column=name)
    if not as_classes:
        texts = [k for k in present if not is_number(distinct[k], decimal)]
        if not texts:
            values = _numbers(at, distinct, present, decimal, assumptions)
            return Column(name, "number", values[codes])
        disguised = find_disguised(distinct[k] for k in texts)
        # Among numbers every text is a stranger.
        strangers = [k for k in texts if len(texts) < len(present) or distinct[k] in disguised]
        if strangers:
            raise _no_number(at, distinct, strangers[0])
        if {distinct[k].lower() for k in present} in ({"true", "false"}, {"yes", "no"}):
            return _truth(name, codes, distinct, assumptions)
    return _category(at, codes, distinct, present, assumptions)


@dataclass(frozen=True)
class _Place:
    """Points errors at the first line that holds a text."""

    cells: Cells
    name: str
    codes: NDArray[np.intp]

    def error(self, k: int, problem: str) -> DataError:
        line = int(self.cells.lines[int(np.argmax(self.codes == k))])
        return DataError(self.cells.shown, problem, line=line, column=self.name)


def _numbers(
    at: _Place, distinct: list[str], present: list[int], decimal: str, assumptions: list[str]
) -> NDArray[np.float64]:
    """Return the number of each distinct text, exactly as Python's `float` reads it."""
    values = np.full(len(distinct), np.nan)
    lost: dict[str, str] = {}
    for k in present:
        text = distinct[k].replace(MINUS, "-").replace(decimal, ".")
        values[k] = value = float(text)
        if not np.isfinite(value):
            raise at.error(k, f"{clean(distinct[k], 40)!r} is not a finite number")
        shown = clean(distinct[k], 40)
        # Of 1e300 nothing is lost: it is how the number that is taken is written.
        if abs(value) >= EXACT and Decimal(text) != Decimal(repr(value)):
            lost.setdefault("long", f"long numbers of {at.name!r} rounded to 64 bits, e.g. {shown}")
        elif abs(value) < _SMALL and _is_other(text, value):
            told = (
                f"small numbers of {at.name!r} rounded to 64 bits, e.g. {shown} to {general(value)}"
            )
            lost.setdefault("small", told)
        if _LEADING_ZERO.match(text):
            told = f"{at.name!r} without the zeros before its numbers, e.g. {shown}"
            way = f"(--category {quote(clean(at.name, 40))} keeps them)"
            lost.setdefault("zeros", f"{told} {way}")
    assumptions += lost.values()
    return values


def _is_other(text: str, small: float) -> bool:
    """Return whether a number, very small as float64, is written as another one."""
    if small:
        return Decimal(text) != Decimal(repr(small))
    return any(c.isdecimal() and int(c) for c in text.lower().partition("e")[0])


def _no_number(at: _Place, distinct: list[str], k: int) -> DataError:
    text = distinct[k]
    problem = f"{clean(text, 40)!r} is not a number"
    way = hint(text)
    if text == at.name:
        way = "the names again? remove the line"
    elif not way and at.codes[0] == k and len(at.codes) > 1 and not is_like_number(text):
        way = "a line of units? remove it"
    name = quote(clean(at.name, 40))
    ways = f"--category {name} takes the cells for names of classes, --ignore {name} leaves it out"
    if way == A_DATE:
        ways = f"--index {name} names the observations by it, --ignore {name} leaves it out"
    return at.error(k, f"{problem}; {way + '; ' if way else ''}{ways}")


def _truth(
    name: str, codes: NDArray[np.intp], distinct: list[str], assumptions: list[str]
) -> Column:
    values = np.array([_TRUTH.get(text.lower(), np.nan) for text in distinct])
    classes = tuple(
        next(text for text in distinct if _TRUTH.get(text.lower()) == truth) for truth in (0, 1)
    )
    assumptions.append(f"{name!r} {classes[0]} = 0, {classes[1]} = 1")
    return Column(name, "truth", values[codes], classes)


def _category(
    at: _Place,
    codes: NDArray[np.intp],
    distinct: list[str],
    present: list[int],
    assumptions: list[str],
) -> Column:
    if len(present) > _MOST_CLASSES or len(present) > max(_FEW_CLASSES, len(codes) / 2):
        name = quote(clean(at.name, 40))
        problem = (
            f"{grouped(len(present))} different texts are no classes; leave the column out with "
        )
        raise at.error(present[0], f"{problem}--ignore {name}, or name the lines: --index {name}")
    order = sorted(present, key=lambda k: _sort_key(distinct[k]))
    values = np.full(len(distinct), np.nan)
    values[order] = np.arange(len(order))
    classes: dict[str, str] = {}
    for k in order:
        shown = clean(distinct[k], 60)
        if shown in classes:
            problem = f"two names of classes are alike in their first 60 characters, {shown!r}"
            raise at.error(k, f"{problem}; rename one")
        classes[shown] = distinct[k]
    if alike := find_alike(classes.values()):
        assumptions.append(f"{at.name!r} classes {alike} different, though they look alike")
    return Column(at.name, "category", values[codes], tuple(classes))


def _sort_key(text: str) -> tuple[Any, ...]:
    return (0, float(text), text) if is_number(text) else (1, 0.0, text)

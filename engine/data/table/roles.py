"""The roles of the columns: targets, index, inputs; guessed where not given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from engine.common.errors import DataError
from engine.common.text import clean
from engine.data.dataset import IGNORED, INDEX, INPUT, TARGET
from engine.data.options import NO_INDEX, TableOptions
from engine.data.table.cells import INDEX_NAMES, Cells
from engine.data.table.lookalikes import find_disguised
from engine.data.table.sniffing import is_number

_WHOLE = re.compile(r"[+\-]?\d+(\.0*)?")


@dataclass(frozen=True)
class Roles:
    """The roles of the columns, by number."""

    inputs: list[int]
    targets: list[int]
    index: int | None
    category: frozenset[int]

    def of(self, i: int) -> str:
        """Return what one column is."""
        if i == self.index:
            return INDEX
        return self._used.get(i, IGNORED)

    @cached_property
    def _used(self) -> dict[int, str]:
        return dict.fromkeys(self.inputs, INPUT) | dict.fromkeys(self.targets, TARGET)


def find_roles(cells: Cells, options: TableOptions, assumptions: list[str]) -> Roles:
    """Tell the columns apart.

    Args:
        cells: The table.
        options: Which columns are what, as far as it is said.
        assumptions: The list to which guesses are added.

    Raises:
        DataError: There is no such column, or no column is left for the inputs.
    """
    shown, names = cells.shown, cells.names
    ignored = [_find(cells, name) for name in options.ignore]
    free = [i for i in range(len(names)) if i not in ignored]
    targets = [_find(cells, name) for name in options.targets]
    category = frozenset(_find(cells, name) for name in options.category)
    for i in (*targets, *category):
        if i in ignored:
            raise DataError(shown, "this column is to be ignored and to be used", column=names[i])
    if not targets:
        if not free:
            raise DataError(shown, "every column is ignored; none is left for the target")
        named = None if options.index is None else _given_index(cells, options.index)
        targets = [next((i for i in reversed(free) if i != named), free[-1])]
        last = "last column" if targets[0] == free[-1] else "last column but for the index"
        assumptions.append(f"target {names[targets[0]]!r} (the {last})")
    is_free = 0 in free and 0 not in targets and 0 not in category
    reason = _why_index(cells) if is_free else ""
    called = repr(names[0]) if names[0] else "unnamed"
    index = 0 if reason else None
    if options.index is not None:
        index = _given_index(cells, options.index)
        if reason and index not in (None, 0):
            assert index is not None
            free.remove(0)
            assumptions.append(f"{called} left out ({names[index]!r} is the index instead)")
    elif reason and len(names) == 2:
        index = None
        assumptions.append(f"input {called} (there is no other column)")
    elif reason:
        assumptions.append(f"index {called} ({reason})")
    if index is not None and index in targets:
        problem = "one column cannot be both index and target"
        raise DataError(shown, problem, column=names[index])
    inputs = [i for i in free if i != index and i not in targets]
    if not inputs:
        problem = "no column is left for the inputs; the network needs at least one"
        if index == 0 and options.index is None:
            problem += f" (--index none makes {called} an input)"
        raise DataError(shown, problem)
    is_asked_for = options.index is not None and index is None
    if 0 in inputs and not names[0] and not reason and not is_asked_for:
        assumptions.append("the first column, which has no name, for an input called 'index'")
    return Roles(inputs, targets, index, category)


def _find(cells: Cells, wanted: str) -> int:
    try:
        return cells.names.index(clean(wanted.strip()))
    except ValueError:
        known = clean(", ".join(name for name in cells.names if name), 400)
        problem = f"no such column; there are {known}"
        raise DataError(cells.shown, problem, column=clean(wanted)) from None


def _given_index(cells: Cells, given: str) -> int | None:
    is_none = given.strip().lower() == NO_INDEX and given.strip() not in cells.names
    return None if is_none else _find(cells, given)


def _why_index(cells: Cells) -> str:
    """Return why the first column names the observations, or ""."""
    if cells.names[0].lower() in INDEX_NAMES:
        return "the first column"
    if 0 not in cells.texts:
        return ""
    first = cells.texts[0].distinct
    different = len(first) == len(cells.lines) and "" not in first
    if not cells.names[0]:
        # pandas writes its index so, which no longer counts up once lines are left out.
        numbered = different and all(map(_WHOLE.fullmatch, first))
        return "the first column, another whole number in each line" if numbered else ""
    # As classes they would be an input for each line, which says nothing of another line.
    is_name = different and not any(map(is_number, first)) and not find_disguised(first)
    if is_name and len(first) > 2:
        return "the first column, another text in each line"
    return ""

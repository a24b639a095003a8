"""Reads a table from a file: the way from text to x and f₀."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import DataError, MissingCellError
from engine.common.machine_memory import shortage
from engine.common.numbers import grouped
from engine.common.progress import Progress, silent
from engine.common.text import clean, counted
from engine.data.dataset import Dataset
from engine.data.locate import locate, place
from engine.data.options import AUTO, SEPARATORS, TableOptions
from engine.data.scaling import Scaling
from engine.data.source import Source
from engine.data.table.cells import Cells, read_cells
from engine.data.table.decoding import read_text
from engine.data.table.features import compute_features
from engine.data.table.foreign import check_beginning, check_separated
from engine.data.table.held_out_table import with_held_out_table
from engine.data.table.preamble import split_preamble
from engine.data.table.roles import Roles, find_roles
from engine.data.table.rows import Writing
from engine.data.table.sniffing import find_decimal, find_separator
from engine.data.table.splitting import hold_out
from engine.data.table.values import Column, read_column

_LARGE = 16 * 1024 * 1024
_TIMES = 4
"""The copies of a table's numbers in memory while it is being made."""


def read_dataset(
    data: str | Path,
    options: TableOptions | None = None,
    *,
    seed: int = 1,
    progress: Progress = silent,
    stream: BinaryIO | None = None,
    **given: Any,
) -> Dataset:
    """Read a table of text: CSV or the like, also compressed by gzip.

    Args:
        data: A path, or the name of a bundled dataset.
        options: What to take for what; by default it is found out, and told in
            `Dataset.assumptions`.
        seed: The seed that draws the held-out observations.
        progress: Told how far the reading is.
        stream: What to read the table from where that is no file; `data` is then what it is
            called.
        **given: Single options, e.g. ``targets=["iris"]`` or ``split=0.2``.

    Returns:
        The training part; the held-out part is its `held_out`.

    Raises:
        DataError: The file cannot be used; the message names line and column.
        InputError: An option is not allowed, or a feature cannot be computed.
    """
    options = dataclasses.replace(options or TableOptions(), **given)
    file = stream if stream is not None else locate(data)
    shown = clean(str(data))
    assumptions: list[str] = []
    cells, writing = _read_cells(file, shown, options, assumptions, progress)
    roles = find_roles(cells, options, assumptions)
    inputs = _columns(cells, roles.inputs, roles, writing.decimal, assumptions)
    targets = _columns(cells, roles.targets, roles, writing.decimal, assumptions)
    complete = _complete(cells, inputs, targets, options.missing, assumptions)
    inputs, targets = ([c.in_use(complete) for c in columns] for columns in (inputs, targets))
    _check_targets(cells, targets, complete)
    _check_room(cells, [*inputs, *targets])
    target_names, f0 = _spread(map(_expand_target, targets))
    names, x = _spread(column.expand() for column in inputs)
    _tell_classes(inputs, targets, assumptions)
    observations, index = _observations(cells, roles)
    lines = cells.lines
    if not complete.all():
        x, f0, lines = x[complete], f0[complete], lines[complete]
        observations = tuple(np.array(observations, dtype=object)[complete])
    classes = _classes(targets, f0)
    held = np.zeros(len(x), dtype=np.bool_)
    if options.split:
        groups = np.unique(f0, axis=0, return_inverse=True)[1].reshape(-1) if classes else None
        held = hold_out(len(x), options.split, seed, groups)
    filled = np.isnan(x)
    _fill(x, ~held)
    features = 0
    if options.features:
        more, computed = compute_features(options.features, names, x, [int(n) for n in lines])
        names, x, features = [*names, *more], np.hstack([x, computed]), len(more)
        filled = np.hstack([filled, np.zeros(computed.shape, dtype=np.bool_)])
    _check_different(shown, names, target_names)
    scaling = None if options.scaling == "none" else Scaling.fit(options.scaling, x[~held])
    scaled = x if scaling is None else scaling.apply(x)

    source = None if stream is not None else Source(place(data), options, seed)

    columns = tuple((name, roles.of(i)) for i, name in enumerate(cells.names))

    def part(rows: NDArray[np.bool_], held_out: Dataset | None) -> Dataset:
        whole = bool(rows.all())
        return Dataset(
            name=clean(file.name if isinstance(file, Path) else str(data)),
            x=scaled if whole else scaled[rows],
            f0=f0 if whole else f0[rows],
            inputs=tuple(names),
            targets=tuple(target_names),
            observations=observations
            if whole
            else tuple(observations[n] for n in np.flatnonzero(rows)),
            index=index,
            assumptions=tuple(assumptions),
            classes=classes,
            held_out=held_out,
            scaling=scaling,
            original_x=None if scaling is None else x if whole else x[rows],
            features=features,
            source=source,
            columns=columns,
            filled=filled[rows] if filled.any() else None,
        )

    whole = part(~held, part(held, None) if held.any() else None)
    if not options.validation:
        return whole
    return with_held_out_table(whole, options, lambda file, alike: read_dataset(file, alike))


def _read_cells(
    file: Path | BinaryIO,
    shown: str,
    options: TableOptions,
    assumptions: list[str],
    progress: Progress,
) -> tuple[Cells, Writing]:
    text = read_text(file, shown, options.encoding, assumptions, _share(progress, 0, 30))
    check_beginning(text, shown)
    body = split_preamble(text, shown, options.separator, options.header, assumptions)
    separator = find_separator(body.text, body.separator)
    path = "" if not isinstance(file, Path) else shown if shown == str(file) else "FILE"
    check_separated(body.text, separator, body.separator, shown, body.before, path)
    if body.separator == AUTO and separator != ",":
        called = next(name for name, sign in SEPARATORS.items() if sign == separator)
        assumptions.append(f"separator {called}")
    decimal = find_decimal(body.text, separator, options.decimal, shown, assumptions)
    writing = Writing(separator, decimal)
    cutting = _share(progress, 30, 100)
    cells = read_cells(body, shown, writing, assumptions, cutting, options.as_names)
    return cells, writing


def _share(progress: Progress, first: int, last: int) -> Progress:
    """Return a progress that covers a part of the whole, in percent."""

    def told(done: int, total: int) -> None:
        progress(first + (last - first) * min(done, total) // max(total, 1), 100)

    return told


def _columns(
    cells: Cells, wanted: Sequence[int], roles: Roles, decimal: str, assumptions: list[str]
) -> list[Column]:
    return [read_column(cells, i, decimal, i in roles.category, assumptions) for i in wanted]


def _check_targets(cells: Cells, targets: Sequence[Column], rows: NDArray[np.bool_]) -> None:
    for column in targets:
        classes = np.unique(column.values[rows])
        if column.kind != "number" and len(classes) < 2:
            only = column.classes[int(classes[0])]
            problem = f"only one class, {only!r}; there is nothing to tell apart"
            raise DataError(cells.shown, problem, column=column.name)


def _check_room(cells: Cells, columns: Sequence[Column]) -> None:
    width = sum(max(len(column.classes), 1) for column in columns)
    size = 8 * len(cells.lines) * width
    lacking = shortage(_TIMES * size) if size > _LARGE else ""
    if lacking:
        problem = (
            f"{counted(len(cells.lines), 'observation')} with {grouped(width)} inputs and outputs "
            f"{lacking}"
        )
        raise DataError(cells.shown, f"{problem}; leave columns out with --ignore")


def _check_different(shown: str, inputs: Sequence[str], targets: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in (*inputs, *targets):
        if name in seen:
            problem = f"{name!r} would be the name of two inputs or outputs; rename a column, or "
            raise DataError(shown, f"{problem}leave one out with --ignore")
        seen.add(name)


def _expand_target(column: Column) -> tuple[list[str], NDArray[np.float64]]:
    """Expand a target; two classes are one output, which is 1 for the second."""
    if column.kind == "category" and len(column.classes) == 2:
        return [f"{column.name}={column.classes[1]}"], column.values[:, None]
    return column.expand()


def _spread(expanded: Any) -> tuple[list[str], NDArray[np.float64]]:
    """Concatenate the columns that each column became."""
    names, values = zip(*expanded, strict=True)
    return [name for part in names for name in part], np.hstack(values)


def _tell_classes(
    inputs: Sequence[Column], targets: Sequence[Column], assumptions: list[str]
) -> None:
    for column in inputs:
        if column.kind == "category":
            assumptions.append(f"{column.name!r} {len(column.classes)} classes, an input each")
    for column in targets:
        if column.kind == "category" and len(column.classes) == 2:
            no, yes = column.classes
            assumptions.append(f"{column.name!r} {no} = 0, {yes} = 1")
        elif column.kind == "category":
            assumptions.append(f"{column.name!r} {len(column.classes)} classes, an output each")


def _classes(targets: Sequence[Column], f0: NDArray[np.float64]) -> tuple[str, ...]:
    if len(targets) > 1:
        return ()
    if targets[0].kind == "number":
        return ("0", "1") if set(np.unique(f0)) == {0.0, 1.0} else ()
    return targets[0].classes


def _observations(cells: Cells, roles: Roles) -> tuple[tuple[str, ...], str]:
    """Return the names of the observations and what they are called."""
    if roles.index is None:
        return tuple(map(str, range(1, len(cells.lines) + 1))), "observation"
    texts = cells.texts[roles.index]
    cleaned = [clean(text) for text in texts.distinct]
    return tuple(cleaned[k] for k in texts.codes), cells.names[roles.index] or "index"


def _complete(
    cells: Cells,
    inputs: Sequence[Column],
    targets: Sequence[Column],
    missing: str,
    assumptions: list[str],
) -> NDArray[np.bool_]:
    """Return which observations to use.

    Raises:
        DataError: A cell is missing and that is to be refused, or nothing is left.
    """
    gaps = [(column, np.isnan(column.values)) for column in (*inputs, *targets)]
    count = sum(int(gap.sum()) for _, gap in gaps)
    if not count:
        return np.ones(len(cells.lines), dtype=np.bool_)
    row, column = min(
        ((int(np.argmax(gap)), column) for column, gap in gaps if gap.any()), key=lambda g: g[0]
    )
    line = int(cells.lines[row])
    if missing == "refuse":
        lines = int(np.any([gap for _, gap in gaps], axis=0).sum())
        raise MissingCellError(cells.shown, count, lines, line, column.name)
    needed = gaps if missing == "drop" else gaps[len(inputs) :]
    left_out: NDArray[np.bool_] = np.any([gap for _, gap in needed], axis=0)
    if left_out.all():
        problem = "every line has a missing cell; leave columns out with --ignore"
        raise DataError(cells.shown, problem)
    if left_out.any():
        assumptions.append(f"{counted(int(left_out.sum()), 'line')} with a missing cell left out")
    filled = sum(int(gap[~left_out].sum()) for _, gap in gaps)
    if filled:
        gap_count = counted(filled, "missing cell")
        assumptions.append(
            f"the mean of the training part for {gap_count}, the first in line {line}"
        )
    return ~left_out


def _fill(x: NDArray[np.float64], training: NDArray[np.bool_]) -> None:
    """Fill missing cells with the mean of the training part."""
    for column in x.T:
        gap = np.isnan(column)
        if gap.any():
            known = column[training & ~gap]
            # In a training part without a single one, 0 says as much as any other number.
            column[gap] = known.mean() if len(known) else 0.0

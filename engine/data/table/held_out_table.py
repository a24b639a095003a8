"""A table that is held out from training as a whole: read as the training table was."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import DataError, InputError, MissingCellError
from engine.common.text import clean
from engine.data.dataset import IGNORED, INDEX, TARGET, Dataset
from engine.data.options import NO_INDEX, TableOptions


def with_held_out_table(
    training: Dataset, options: TableOptions, read: Callable[[str, TableOptions], Dataset]
) -> Dataset:
    """Return a dataset with the validation table that the options name.

    Args:
        training: The table to train on.
        options: How that was read, and the file of the validation table.
        read: Reads a table.

    Raises:
        DataError: The table cannot be read, or its columns or classes differ from those of the
            training table.
    """
    shown = clean(options.validation)
    missing = "refuse" if options.missing == "mean" else options.missing
    roles = {role: tuple(_called(training, role)) for role in (TARGET, INDEX, IGNORED)}
    alike = dataclasses.replace(
        options,
        targets=roles[TARGET],
        index=(*roles[INDEX], NO_INDEX)[0],
        ignore=roles[IGNORED],
        missing=missing,
        split=0.0,
        scaling="none",
        validation="",
    )
    try:
        given = read(options.validation, alike)
    except MissingCellError as error:
        if missing == options.missing:
            raise
        advice = "in a validation table it is not filled in: remove the line"
        raise InputError(f"{error.words}; {advice}") from None
    _check_columns(shown, training, given)
    original = _arranged(shown, given.inputs, given.x, training.inputs)
    scaling = training.scaling
    held_out = dataclasses.replace(
        given,
        x=original if scaling is None else scaling.apply(original),
        f0=_aims(shown, training, given),
        inputs=training.inputs,
        targets=training.targets,
        classes=training.classes,
        scaling=scaling,
        original_x=None if scaling is None else original,
    )
    told = [f"{Path(shown).name}: {words}" for words in _new_assumptions(training, given)]
    return dataclasses.replace(
        training, held_out=held_out, assumptions=(*training.assumptions, *told)
    )


def _new_assumptions(training: Dataset, given: Dataset) -> list[str]:
    """Return what was assumed of the validation table alone; classes are the training table's."""
    expanded = {name.partition("=")[0] for name in (*given.inputs, *given.targets) if "=" in name}
    of_classes = tuple(f"{name!r} " for name in expanded)
    return [
        words
        for words in given.assumptions
        if words not in training.assumptions and not words.startswith(of_classes)
    ]


def _called(dataset: Dataset, role: str) -> Iterator[str]:
    return (name for name, of in dataset.columns if of == role)


def _check_columns(shown: str, training: Dataset, given: Dataset) -> None:
    known, found = ({name for name, _ in part.columns} for part in (training, given))
    for names, problem in (
        (known - found, "the training table has this column, the validation table has not"),
        (found - known, "the training table has no such column; --ignore leaves it out of both"),
    ):
        if names:
            raise DataError(shown, problem, column=min(names))
    unknown = set(given.classes) - set(training.classes)
    if unknown and training.classes:
        raise _unknown_class(shown, min(unknown), *_called(training, TARGET))


def _aims(shown: str, training: Dataset, given: Dataset) -> NDArray[np.float64]:
    """Return the targets, in which a class has the place that it has in the training table."""
    if given.targets != training.targets and given.classes and training.classes:
        numbers = given.f0[:, 0] if len(given.targets) == 1 else given.f0.argmax(axis=1)
        places = np.array([training.classes.index(name) for name in given.classes])
        found = places[numbers.astype(np.intp)]
        if len(training.targets) == 1:
            return found[:, None].astype(np.float64)
        hot: NDArray[np.float64] = np.eye(len(training.targets))[found]
        return hot
    for name in given.targets:
        # One output for two classes does not say here which the other one is.
        column = name.partition("=")[0]
        alike = [
            sum(n.startswith(f"{column}=") for n in part.targets) for part in (given, training)
        ]
        if alike[0] == 1 < alike[1]:
            problem = "it holds two classes only, of more in the training table"
            raise DataError(shown, problem, column=column)
    return _arranged(shown, given.targets, given.f0, training.targets)


def _unknown_class(shown: str, name: str, column: str) -> DataError:
    problem = f"the class {name!r} does not occur in the training table"
    return DataError(shown, problem, column=column)


def _arranged(
    shown: str, names: Sequence[str], values: NDArray[np.float64], wanted: Sequence[str]
) -> NDArray[np.float64]:
    """Return the columns in the order of the training table's.

    A class that no line of the validation table has is a column of zeros.
    """
    found = dict(zip(names, values.T, strict=True))
    columns = {name.partition("=")[0] for name in names if "=" in name}
    for name in names:
        if name in wanted:
            continue
        column, is_class, label = name.partition("=")
        if is_class and any(other.startswith(f"{column}=") for other in wanted):
            raise _unknown_class(shown, label, column)
        here, there = ("classes", "numbers") if is_class else ("numbers", "classes")
        problem = f"it holds {here}, but {there} in the training table"
        raise DataError(shown, problem, column=column)
    for name in wanted:
        if name not in found and name.partition("=")[0] not in columns:
            raise DataError(
                shown, "it holds other than in the training table", column=name.partition("=")[0]
            )
    nothing = np.zeros(len(values))
    return np.stack([found.get(name, nothing) for name in wanted], axis=1)

"""Reads the files that the options of a command name, and makes the debugger they ask for."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from engine.common.errors import InputError, ParametersError
from engine.common.numbers import grouped
from engine.common.progress import Progress, silent
from engine.common.text import clean, counted
from engine.data.options import TableOptions
from engine.model.hyperparameters import DECLARATIONS, Hyperparameters

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.debugger import Debugger

STANDARD_INPUT = "-"
"""The name of standard input in place of a file's."""

CONTINUE, COPY, READ_ONLY = "continue", "copy", "read-only"
"""The ways to open a saved run."""

SCRIPTS = (".py", ".ipynb")
"""The endings of the names of a user's own programs."""

TABLE_OPTIONS = tuple(field.name for field in dataclasses.fields(TableOptions))
"""The names of the options that say how to read the table."""


def is_script(name: str) -> bool:
    """Return whether a name is that of a script or a notebook."""
    return Path(name).suffix.lower() in SCRIPTS


def table_options(given: Mapping[str, Any]) -> TableOptions:
    """Return the given options that say how to read the table."""
    return TableOptions(**{name: given[name] for name in TABLE_OPTIONS if name in given})


def prepare(
    data: str,
    weights: str | None,
    history: int,
    breakpoints: tuple[str, ...] = (),
    watches: tuple[str, ...] = (),
    progress: Progress = silent,
    stream: BinaryIO | None = None,
    epochs: int | None = None,
    **given: Any,
) -> Debugger:
    """Read the files that the options name and make the debugger that they ask for.

    Args:
        data: A path, the name of a bundled dataset, or - for standard input.
        weights: A file with parameters.
        history: How many MB going back may take.
        breakpoints: Specifications of breakpoints.
        watches: Expressions to watch.
        progress: Told how far the reading is.
        stream: Standard input, where it is not the process's any more.
        epochs: How many epochs the run has, instead of its iterations.
        **given: Hyperparameters and the fields of `TableOptions`.

    Raises:
        InputError: A file cannot be used, the parameters do not fit, or a breakpoint or
            watch cannot be set.
    """
    from engine.debugger import Debugger
    from engine.model.batches import Batches
    from engine.model.parameters_file import read_parameters

    if is_script(data):
        shown = clean(data)
        raise InputError(f"{shown} is a script: nn-tui {shown} opens it, nn-tui audit judges it")
    table = table_options(given)
    hyperparameters = Hyperparameters(**{n: v for n, v in given.items() if n in DECLARATIONS})
    parameters = read_parameters(weights) if weights is not None else None
    dataset = read_table(data, table, hyperparameters.seed, progress, stream)
    if epochs is not None:
        an_epoch = Batches(len(dataset.observations), hyperparameters).an_epoch
        hyperparameters = hyperparameters.replace(iterations=iterations_of(epochs, an_epoch))
    try:
        debugger = Debugger(dataset, hyperparameters, parameters, history)
    except ParametersError as error:
        raise InputError(f"{clean(weights or '')}: {error}") from None
    add_stops(debugger, breakpoints, watches)
    return debugger


def iterations_of(epochs: int, an_epoch: int) -> int:
    """Return how many iterations a number of epochs makes, at so many batches an epoch.

    Raises:
        InputError: They are more than a run can have.
    """
    iterations, most = epochs * an_epoch, int(DECLARATIONS["iterations"].maximum)
    if iterations > most:
        raise InputError(
            f"--epochs {epochs} makes {_made(iterations, an_epoch)}; the most is {grouped(most)}"
        )
    return iterations


def _made(iterations: int, an_epoch: int) -> str:
    batches = "1 batch" if an_epoch == 1 else f"{grouped(an_epoch)} batches"
    return f"{counted(iterations, 'iteration')}, at {batches} an epoch"


def remarks(
    debugger: Debugger, explicit: Container[str], epochs: int | None = None
) -> tuple[str, ...]:
    """Return what there is to tell of the options, a line each.

    Args:
        debugger: What they have made.
        explicit: The options that were written on the command line.
        epochs: How many epochs were asked for, if any were.
    """
    told = debugger.hyperparameters.without_effect(explicit)
    if epochs is not None:
        made = _made(debugger.hyperparameters.iterations, debugger.program.batches.an_epoch)
        told.append(f"--epochs {epochs} makes {made}")
    return tuple(told)


def read_table(
    data: str, options: TableOptions, seed: int, progress: Progress, stream: BinaryIO | None
) -> Dataset:
    """Read the table that the command line names; - is standard input.

    Raises:
        InputError: It cannot be used.
    """
    from engine.data.table.read import read_dataset

    if data != STANDARD_INPUT:
        return read_dataset(data, options, seed=seed, progress=progress)
    stream = stream or sys.stdin.buffer
    return read_dataset("standard input", options, seed=seed, progress=progress, stream=stream)


def add_stops(debugger: Debugger, breakpoints: Sequence[str], watches: Sequence[str]) -> None:
    """Set the breakpoints and watches that the command line asks for.

    Raises:
        InputError: One cannot be set; its option is named.
    """
    for option, specs, add in (
        ("--break", breakpoints, debugger.stops.add_breakpoint),
        ("--watch", watches, debugger.stops.add_watch),
    ):
        for spec in specs:
            try:
                add(spec)
            except InputError as error:
                raise InputError(f"{option} {clean(spec, 60)}: {error}") from None

"""The options of the command line, those of the hyperparameters made from their declarations."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from engine.common.declaration import Declaration, Value
from engine.common.errors import InputError, ParametersError
from engine.common.progress import Progress, silent
from engine.common.settings import HISTORY
from engine.common.text import clean
from engine.data.table.options import TABLE_DECLARATIONS, TableOptions
from engine.model.hyperparameters import DECLARATIONS, Hyperparameters

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.debugger import Debugger

F = TypeVar("F", bound=Callable[..., Any])

STANDARD_INPUT = "-"
"""What stands for it in the place of a file."""

CONTINUE, COPY, READ_ONLY = "continue", "copy", "read-only"
"""The ways to open a saved run."""


if TYPE_CHECKING:
    _ParamType = click.ParamType[Value]
else:
    # Before click 8.4 it took no type.
    _ParamType = click.ParamType


class _DeclaredType(_ParamType):
    """Validates as the form on the screen does."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.name = declaration.kind.__name__

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Value:
        if not isinstance(value, str):
            return self.declaration.validate(value)
        try:
            return self.declaration.parse(value)
        except InputError as error:
            return self.fail(str(error), param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        if self.declaration.is_switch:
            return "[" + "|".join(self.declaration.choices) + "]"
        if self.declaration.choices:
            return "|".join(self.declaration.choices)
        return {"float": "NUMBER", "int": "N", "str": "TEXT"}[self.declaration.kind.__name__]


class _Name(click.Path):
    """The name of a file, a folder or a run."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            # As a path it would be the folder at hand.
            self.fail("it is empty", param, ctx)
        return super().convert(value, param, ctx)


NAME = _Name()


def _declared(declaration: Declaration) -> Callable[[F], F]:
    return click.option(
        declaration.option,
        declaration.name,
        type=_DeclaredType(declaration),
        default=declaration.default,
        show_default=True,
        help=declaration.help,
    )


def spell_out(arguments: Sequence[str]) -> list[str]:
    """Write the value of each switch that stands alone: ``--shuffle`` means ``--shuffle yes``."""
    switches = {d.option: d.choices for d in DECLARATIONS.values() if d.is_switch}
    whole: list[str] = []
    for argument, following in pairwise([*arguments, ""]):
        whole.append(argument)
        if argument in switches and following not in switches[argument]:
            whole.append(switches[argument][-1])
    return whole


_COLUMNS = (
    click.option(
        "--target",
        "targets",
        metavar="COLUMN",
        multiple=True,
        help="A target column; may be repeated.  [default: the last column]",
    ),
    click.option(
        "--index",
        metavar="COLUMN",
        help="The column that names the observations, or none.  "
        "[default: a first column called observation, id or index, or of texts that all differ]",
    ),
    click.option(
        "--ignore",
        metavar="COLUMN",
        multiple=True,
        help="A column to leave out; may be repeated.",
    ),
    click.option(
        "--category",
        metavar="COLUMN",
        multiple=True,
        help="A column whose numbers are names of classes; may be repeated.",
    ),
)
"""Which column is what."""

_TABLE_OPTIONS = [field.name for field in dataclasses.fields(TableOptions)]


at_iteration = click.option(
    "--at",
    type=click.IntRange(0, 1_000_000_000),
    default=0,
    show_default=True,
    metavar="N",
    help="The iteration, at most the planned number of them.",
)

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def saving(command: F) -> F:
    """Give a command the options for saved runs."""
    decorators = [
        click.option("--resume", is_flag=True, help="Continue the last saved run on DATA."),
        click.option(
            "--new",
            is_flag=True,
            help="Start a new run without asking; the saved runs on DATA stay.",
        ),
        click.option(
            "--open",
            "open_",
            metavar="RUN",
            type=NAME,
            help="Open a saved run: a file, or a name from the list of nn-tui runs.",
        ),
        click.option(
            "--save",
            metavar="FILE",
            type=NAME,
            help="Also keep the run in this file, written at each pause and at the end. An "
            "existing file is left as it is, unless --open names it too.",
        ),
        click.option("--copy", is_flag=True, help="Continue a copy of the saved run."),
        click.option("--read-only", is_flag=True, help="Save nothing."),
    ]
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def data_and_hyperparameters(command: F) -> F:
    """Give a command its DATA, the options on how to read it, and the hyperparameters."""
    return _data_and_hyperparameters(command, required=True)


def optional_data_and_hyperparameters(command: F) -> F:
    """Give a command the same, with a DATA that can be left out."""
    return _data_and_hyperparameters(command, required=False)


def written(context: click.Context) -> dict[str, Any]:
    """Return the options that were written on the command line, name → value."""
    commandline = click.core.ParameterSource.COMMANDLINE
    known = {*DECLARATIONS, *_TABLE_OPTIONS, "weights"}
    return {
        name: value
        for name, value in context.params.items()
        if name in known and context.get_parameter_source(name) is commandline
    }


def _data_and_hyperparameters(command: F, required: bool) -> F:
    decorators = [
        click.argument("data", type=NAME, metavar="DATA", required=required),
        *map(_declared, (*DECLARATIONS.values(), HISTORY)),
        *_COLUMNS,
        *map(_declared, TABLE_DECLARATIONS.values()),
        click.option(
            "--weights",
            metavar="FILE",
            type=NAME,
            help="Start from the parameters in this file: JSON, "
            'e.g. {"v": …, "w": …} or the output of "train --json", or .npz; "export" writes both.',
        ),
    ]
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def table_options(given: Mapping[str, Any]) -> TableOptions:
    """Return the given options that say how to read the table."""
    return TableOptions(**{name: given[name] for name in _TABLE_OPTIONS if name in given})


def prepare(
    data: str,
    weights: str | None,
    history: int,
    breakpoints: tuple[str, ...] = (),
    watches: tuple[str, ...] = (),
    progress: Progress = silent,
    stream: BinaryIO | None = None,
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
        **given: Hyperparameters and the fields of `TableOptions`.

    Raises:
        InputError: A file cannot be used, the parameters do not fit, or a breakpoint or
            watch cannot be set.
    """
    from engine.debugger import Debugger
    from engine.model.parameters_file import read_parameters

    table = table_options(given)
    hyperparameters = Hyperparameters(**{n: v for n, v in given.items() if n in DECLARATIONS})
    parameters = read_parameters(weights) if weights is not None else None
    dataset = read_table(data, table, hyperparameters.seed, progress, stream)
    try:
        debugger = Debugger(dataset, hyperparameters, parameters, history)
    except ParametersError as error:
        raise InputError(f"{clean(weights or '')}: {error}") from None
    add_stops(debugger, breakpoints, watches)
    return debugger


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

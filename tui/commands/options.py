"""The options of the command line, those of the hyperparameters made from their declarations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import click

from engine.common.declaration import Declaration, Value
from engine.common.errors import InputError
from engine.common.settings import HISTORY
from engine.data.options import TABLE_DECLARATIONS
from engine.model.hyperparameters import DECLARATIONS
from tui.opening.prepare import TABLE_OPTIONS

F = TypeVar("F", bound=Callable[..., Any])

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

_TABLE = (*_COLUMNS, *map(_declared, TABLE_DECLARATIONS.values()))


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


def network_and_table(command: F) -> F:
    """Give a command the hyperparameters and the options on how to read a table, DATA apart."""
    for decorator in reversed([*map(_declared, DECLARATIONS.values()), *_TABLE]):
        command = decorator(command)
    return command


def written(context: click.Context) -> dict[str, Any]:
    """Return the options that were written on the command line, name → value."""
    commandline = click.core.ParameterSource.COMMANDLINE
    known = {*DECLARATIONS, *TABLE_OPTIONS, "weights"}
    return {
        name: value
        for name, value in context.params.items()
        if name in known and context.get_parameter_source(name) is commandline
    }


def _data_and_hyperparameters(command: F, required: bool) -> F:
    decorators = [
        click.argument("data", type=NAME, metavar="DATA", required=required),
        *map(_declared, (*DECLARATIONS.values(), HISTORY)),
        *_TABLE,
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

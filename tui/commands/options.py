"""The options of the command line, those of the hyperparameters made from their declarations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from engine.common.declaration import Declaration, Value
from engine.common.errors import InputError
from engine.common.settings import HISTORY
from engine.data.options import AUTO, DECIMALS, SEPARATORS, TABLE_DECLARATIONS
from engine.maths.activations import HIDDEN
from engine.model.hyperparameters import DECLARATIONS
from tui.commands.grouped_help import (
    NETWORK,
    OTHER,
    RUNS,
    TABLE,
    TRAINING,
    GroupedOption,
    option,
)
from tui.commands.names import DATA, NAME, RUN
from tui.opening.prepare import TABLE_OPTIONS

F = TypeVar("F", bound=Callable[..., Any])

if TYPE_CHECKING:
    _ParamType = click.ParamType[Value]
else:
    # Before click 8.4 it took no type.
    _ParamType = click.ParamType


_OFFERED = {
    "activation": HIDDEN,
    "hidden": ("none",),
    "batch_size": ("full",),
    "freeze": ("none",),
    "separator": (AUTO, *SEPARATORS),
    "decimal": (AUTO, *DECIMALS),
}
"""The values that a shell offers where there are others too."""


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

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        if self.declaration.name == "validation":
            return DATA.shell_complete(ctx, param, incomplete)
        offered = self.declaration.choices or _OFFERED.get(self.declaration.name, ())
        return [CompletionItem(value) for value in offered if value.startswith(incomplete)]

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        if self.declaration.is_switch:
            return "[" + "|".join(self.declaration.choices) + "]"
        if self.declaration.choices:
            return "|".join(self.declaration.choices)
        return {"float": "NUMBER", "int": "N", "str": "TEXT"}[self.declaration.kind.__name__]


_OF_THE_NETWORK = (
    *("hidden", "activation", "output_activation", "bias", "loss", "huber_delta"),
    *("init", "init_scale", "initial_bias", "seed"),
)
"""The hyperparameters that make the network; the others are about its training."""
_ALSO = {
    "learning_rate": ("--lr",),
    "optimiser": ("--optimizer",),
    "penalise": ("--penalize",),
}
"""Other names of options that hands type."""


def _declared(declaration: Declaration, group: str = "") -> Callable[[F], F]:
    name = declaration.name
    return option(
        group or (NETWORK if name in _OF_THE_NETWORK else TRAINING),
        declaration.option,
        *_ALSO.get(name, ()),
        name,
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


MOST_ITERATIONS = int(DECLARATIONS["iterations"].maximum)


class _Epochs(GroupedOption):
    """The option beside which there can be no --iterations."""

    def handle_parse_result(
        self, ctx: click.Context, opts: Any, args: list[str]
    ) -> tuple[Any, list[str]]:
        if "epochs" in opts and "iterations" in opts:
            raise click.UsageError(
                "--epochs and --iterations: each says how long the run is, so only one of them", ctx
            )
        return super().handle_parse_result(ctx, opts, args)


_epochs = option(
    TRAINING,
    "--epochs",
    cls=_Epochs,
    type=click.IntRange(0, MOST_ITERATIONS),
    metavar="N",
    help="Instead of --iterations: how often the run goes through the training observations. "
    "The output says how many iterations that makes.",
)

_COLUMNS = (
    option(
        TABLE,
        "--target",
        "targets",
        metavar="COLUMN",
        multiple=True,
        help="A target column; may be repeated.  [default: the last column]",
    ),
    option(
        TABLE,
        "--index",
        metavar="COLUMN",
        help="The column that names the observations, or none.  "
        "[default: a first column called observation, id or index, or of texts that all differ]",
    ),
    option(
        TABLE,
        "--ignore",
        metavar="COLUMN",
        multiple=True,
        help="A column to leave out; may be repeated.",
    ),
    option(
        TABLE,
        "--category",
        metavar="COLUMN",
        multiple=True,
        help="A column whose numbers are names of classes; may be repeated.",
    ),
)
"""The options for the roles of the columns."""


at_iteration = click.option(
    "--at",
    type=click.IntRange(0, MOST_ITERATIONS),
    default=0,
    show_default=True,
    metavar="N",
    help="The iteration, at most the planned number of them.",
)

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def _adding(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Return what adds options to a command, in their order in its help."""

    def add(command: F) -> F:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return add


def saving(command: F) -> F:
    """Add the options for saved runs to a command."""
    return _adding(
        option(RUNS, "--resume", is_flag=True, help="Continue the last saved run on DATA."),
        option(
            RUNS,
            "--new",
            is_flag=True,
            help="Start a new run without asking; the saved runs on DATA stay.",
        ),
        option(
            RUNS,
            "--open",
            "open_",
            metavar="RUN",
            type=RUN,
            help="Open a saved run: a file, or a name from the list of nn-tui runs.",
        ),
        option(
            RUNS,
            "--save",
            metavar="FILE",
            type=NAME,
            help="Also keep the run in this file, written at each pause and at the end. An "
            "existing file is left as it is, unless --open names it too.",
        ),
        option(RUNS, "--copy", is_flag=True, help="Continue a copy of the saved run."),
        option(RUNS, "--read-only", is_flag=True, help="Save nothing."),
    )(command)


def data_and_hyperparameters(command: F) -> F:
    """Add DATA, the options on how to read it, and the hyperparameters to a command."""
    return _data_and_hyperparameters(command, required=True)


def optional_data_and_hyperparameters(command: F) -> F:
    """Add the same to a command, with a DATA that can be left out."""
    return _data_and_hyperparameters(command, required=False)


def network_and_table(command: F) -> F:
    """Add the hyperparameters and the options on how to read a table, without DATA."""
    return _adding(
        *map(_declared, DECLARATIONS.values()),
        *_COLUMNS,
        *(_declared(declaration, TABLE) for declaration in TABLE_DECLARATIONS.values()),
    )(command)


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
    return _adding(
        click.argument("data", type=DATA, metavar="DATA", required=required),
        *map(_declared, DECLARATIONS.values()),
        _epochs,
        _declared(HISTORY, OTHER),
        *_COLUMNS,
        *(_declared(declaration, TABLE) for declaration in TABLE_DECLARATIONS.values()),
        option(
            NETWORK,
            "--weights",
            metavar="FILE",
            type=NAME,
            help="Start from the parameters in this file: JSON, "
            'e.g. {"v": …, "w": …} or the output of "train --json", or .npz; "export" writes both.',
        ),
    )(command)

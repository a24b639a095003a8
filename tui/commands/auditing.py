"""The command `audit`: which operation of a user's own backpropagation is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.common.errors import InputError
from engine.common.text import clean
from engine.model.hyperparameters import DECLARATIONS
from tui.commands.grouped_help import GroupedCommand
from tui.commands.json_output import print_json
from tui.commands.names import NAME
from tui.commands.options import as_json_option, network_and_table, written
from tui.exit_codes import BAD_INPUT, DONE, FAILED

if TYPE_CHECKING:
    from engine.audit.network.settled import Settled
    from engine.audit.report.report import Report
    from engine.data.dataset import Dataset

_CODES = {"right": DONE, "wrong": FAILED, "unclear": BAD_INPUT}
_NO_DEFECTS = (InputError, OSError, MemoryError, click.ClickException, click.Abort)


@click.command(cls=GroupedCommand)
@click.argument("file", type=NAME, metavar="FILE")
@click.argument("arguments", type=NAME, nargs=-1, metavar="[-- ARGUMENTS...]")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=20.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop the script after so long; what it did until then is judged.",
)
@click.option(
    "--python",
    type=NAME,
    metavar="PYTHON",
    help="The Python that runs the script, 3.8 or later, with NumPy.  [default: that of nn-tui]",
)
@click.option(
    "--name",
    "names",
    metavar="VARIABLE=TENSOR",
    multiple=True,
    help="The meaning of a variable of the script, e.g. d_output=dE_dy or X=x; may be repeated.",
)
@click.option(
    "--data",
    metavar="TABLE",
    type=NAME,
    help="The table that the script learns: a file, or the name of a bundled dataset.",
)
@click.option(
    "--weights",
    metavar="FILE",
    type=NAME,
    help="For arrays: the parameters that they belong to, where they are not among them.",
)
@click.option("--verbose", is_flag=True, help="List each operation that was found.")
@as_json_option
@network_and_table
def audit(
    file: str,
    arguments: tuple[str, ...],
    timeout: float,
    python: str | None,
    names: tuple[str, ...],
    data: str | None,
    weights: str | None,
    verbose: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Say which line of your own backpropagation is wrong, and why.

    FILE is a Python script or a notebook that trains a network with NumPy or plain
    lists. IT IS EXECUTED, with all that it does, in a process of its own, while each
    number in it is recorded and compared with what it should be.
    Variable names do not matter: what a variable means is found from its values,
    and printed. Where that fails, options say it:

    \b
      nn-tui audit mine.py
      nn-tui audit mine.py --data xor --hidden 4 --name d_output=dE_dy
      nn-tui audit mine.py -- --epochs 50     (arguments of the script)

    FILE can also be an .npz of arrays, called as in "nn-tui trace", e.g. f, dE_dy,
    dE_dw, with the network told by the options:

    \b
      nn-tui audit mine.npz --data xor --hidden 2 --bias per-neuron

    Exits with 0 if it is right, 1 if it is wrong, and 2 if it cannot be run or is not
    understood well enough to tell.
    """  # noqa: D301 (Click wants the control character)
    context = click.get_current_context()
    explicit = written(context)
    try:
        if Path(file).suffix.lower() == ".npz":
            if arguments:
                raise InputError("arrays take no arguments: those after -- are for a script")
            report = _of_arrays(file, names, data, weights, given)
        else:
            if weights is not None:
                raise InputError("--weights is for arrays: a script has its own parameters")
            table = None if data is None else _table(data, given)
            settled = _settled(names, explicit, table)
            report = _of_script(file, arguments, timeout, python, settled)
        told: Any = report.as_object() if as_json else report.text(verbose=verbose)
    except Exception as error:
        if isinstance(error, _NO_DEFECTS):
            raise
        # A defect of ours must not end with the code that says that the script is wrong.
        from tui.terminal.crash_log import told_of

        click.echo(f"nn-tui: {told_of(error)}", err=True)
        sys.exit(BAD_INPUT)
    if as_json:
        print_json(told)
    else:
        click.echo(told)
    sys.exit(_CODES[report.verdict])


def _settled(names: tuple[str, ...], explicit: dict[str, Any], table: Dataset | None) -> Settled:
    from engine.audit.network.settled import Settled, names_from

    known = {name: value for name, value in explicit.items() if name in DECLARATIONS}
    return Settled(known, names_from(names), table)


def _of_script(
    file: str, arguments: tuple[str, ...], timeout: float, python: str | None, settled: Settled
) -> Report:
    from engine.audit.script import audit
    from tui.commands.reading_progress import told_if_slow

    with told_if_slow(file, doing="running and reading"):
        return audit(
            file,
            python=python or sys.executable,
            seconds=timeout,
            arguments=arguments,
            settled=settled,
        )


def _of_arrays(
    file: str,
    names: tuple[str, ...],
    data: str | None,
    weights: str | None,
    given: dict[str, Any],
) -> Report:
    from engine.audit.arrays import audit_arrays
    from engine.audit.network.settled import names_from
    from engine.model.parameters_file import read_parameters

    arrays = read_parameters(file)
    try:
        return audit_arrays(
            arrays,
            data=None if data is None else _table(data, given),
            names=names_from(names),
            parameters=None if weights is None else read_parameters(weights),
            name=clean(Path(file).name),
            **{name: value for name, value in given.items() if name in DECLARATIONS},
        )
    except InputError as error:
        raise InputError(f"{clean(file)}: {error}") from None


def _table(data: str, given: dict[str, Any]) -> Dataset:
    from tui.commands.reading_progress import told_if_slow
    from tui.opening.prepare import read_table, table_options

    with told_if_slow(data) as progress:
        return read_table(data, table_options(given), int(given["seed"]), progress, None)

"""The commands that look into one iteration: `trace`, `explain` and `check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from engine.common.declaration import Value
from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.common.text import clean, counted
from tui.commands.grouped_help import GroupedCommand
from tui.commands.json_output import print_json
from tui.commands.options import as_json_option, at_iteration, data_and_hyperparameters, written
from tui.exit_codes import INTERRUPTED, NOT_FOUND

if TYPE_CHECKING:
    from engine.debugger import Debugger


@click.command(cls=GroupedCommand)
@data_and_hyperparameters
@at_iteration
@click.option(
    "--until",
    metavar="EXPR",
    help='Instead of --at: the first iteration in which this becomes true, e.g. "E < 0.1".',
)
@as_json_option
def trace(at: int, until: str | None, as_json: bool, **given: Value) -> None:
    """Print every operation of one iteration with its value."""
    from engine.reports.trace import trace_object, trace_text

    if until is not None and _is_written("at"):
        raise InputError("--at and --until: each says which iteration, so only one of them")
    debugger = prepared(given)
    if until is None:
        require_planned(debugger, at)
        train_up_to(debugger, at)
    else:
        _train_until(debugger, until)
    if as_json:
        print_json(trace_object(debugger))
    else:
        click.echo(trace_text(debugger))


def _is_written(option: str) -> bool:
    """Return whether an option stands on the command line."""
    source = click.get_current_context().get_parameter_source(option)
    return source is click.core.ParameterSource.COMMANDLINE


def require_planned(debugger: Debugger, iteration: int, option: str = "--at") -> None:
    """Refuse to look further than a run of these hyperparameters goes.

    Raises:
        InputError: It goes less far; the option is named.
    """
    planned = debugger.hyperparameters.iterations
    if iteration > planned:
        goes = f"the run is planned for {counted(planned, 'iteration')}"
        raise InputError(
            f"{option} {grouped(iteration)}: {goes}; --iterations {iteration} plans more"
        )


def train_up_to(debugger: Debugger, iteration: int) -> None:
    """Train until so many iterations are complete; Ctrl-C ends the program."""
    from tui.commands.without_screen import train_to_the_end

    _, interrupted = train_to_the_end(debugger, iteration)
    if interrupted:
        end_interrupted(debugger)


def end_interrupted(debugger: Debugger) -> NoReturn:
    """Say where the run was interrupted, and end the program."""
    click.echo(f"nn-tui: interrupted at iteration {grouped(debugger.iteration)}", err=True)
    sys.exit(INTERRUPTED)


def _train_until(debugger: Debugger, condition: str) -> None:
    """Train up to the iteration in which a condition becomes true."""
    from engine.language.parsing import LONGEST
    from tui.commands.without_screen import train_until

    try:
        found, interrupted = train_until(debugger, condition)
    except InputError as error:
        shown = clean(condition.strip(), LONGEST)
        problem = str(error).removeprefix(f"{shown}: ")
        raise InputError(f"--until {clean(condition, 60)}: {problem}") from None
    if interrupted:
        end_interrupted(debugger)
    if not found:
        planned = debugger.hyperparameters.iterations
        shown, most = clean(condition, 60), counted(planned, "iteration")
        click.echo(f"nn-tui: {shown} was not true in {most}", err=True)
        sys.exit(NOT_FOUND)


@click.command(cls=GroupedCommand)
@data_and_hyperparameters
@click.argument("cell", metavar="CELL")
@at_iteration
@as_json_option
def explain(cell: str, at: int, as_json: bool, **given: Value) -> None:
    """Print where a number comes from, back to the data.

    CELL is an element of a tensor, "dE_dv[1, 0]" or "dE_dv[input2, g1]". A bare
    number is a position from 0 on; a name that is a number is written as in the
    output: "f[0, output]" is "f[obs 1, output]". From each sum the way goes on
    through its largest term.
    """
    from engine.program.listing import parse_cell
    from engine.reports.training import chain_object, chain_text

    debugger = prepared(given)
    require_planned(debugger, at)
    if debugger.program.batches.is_whole:
        # What is misspelt is told at once.
        parse_cell(debugger.program.listing, cell)
    train_up_to(debugger, at + 1)
    name, index = parse_cell(debugger.program.listing, cell)
    chain = debugger.explain_chain(name, *index)
    if as_json:
        print_json(chain_object(chain, at))
    else:
        click.echo(chain_text(chain, at))


@click.command(cls=GroupedCommand)
@data_and_hyperparameters
@at_iteration
@click.option(
    "--torch",
    "with_torch",
    is_flag=True,
    help="Also train the same network in PyTorch, and compare the two runs.",
)
@as_json_option
def check(at: int, with_torch: bool, as_json: bool, **given: Value) -> None:
    """Prove the gradients against differences of the loss.

    Exits with 1 if the gradient of any parameter differs by more than 1e-6, relatively.
    """
    from engine.proof.torch_network import import_torch
    from tui.commands.proof import prove

    debugger = prepared(given)
    require_planned(debugger, at)
    if with_torch:
        # Without PyTorch there is no use in waiting for the rest.
        import_torch()
    train_up_to(debugger, at)
    sys.exit(prove(debugger, with_torch, as_json))


def prepared(given: dict[str, Any]) -> Debugger:
    """Make the debugger that the options ask for; a line tells how far a large file is."""
    from tui.commands.reading_progress import told_if_slow
    from tui.opening.prepare import prepare, remarks

    with told_if_slow(given["data"]) as progress:
        debugger = prepare(**given, progress=progress)
    explicit = written(click.get_current_context())
    for line in remarks(debugger, explicit, given["epochs"]):
        click.echo(f"nn-tui: {line}", err=True)
    return debugger

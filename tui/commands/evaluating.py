"""The command `eval`: what an expression gives in one iteration, or over many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine.common.errors import InputError
from engine.common.numbers import MINUS
from engine.common.text import clean
from tui.commands.grouped_help import RUNS, GroupedCommand, option
from tui.commands.inspecting import end_interrupted, prepared, require_planned, train_up_to
from tui.commands.json_output import print_json
from tui.commands.names import RUN
from tui.commands.options import (
    MOST_ITERATIONS,
    as_json_option,
    optional_data_and_hyperparameters,
    written,
)
from tui.opening.prepare import READ_ONLY

if TYPE_CHECKING:
    from engine.debugger import Debugger


@click.command("eval", cls=GroupedCommand)
@optional_data_and_hyperparameters
@click.argument("expression", metavar="EXPR", required=False)
@click.option(
    "--at",
    type=click.IntRange(0, MOST_ITERATIONS),
    metavar="N",
    help="The iteration whose values are taken, as in trace.  [default: 0; of a saved run, where "
    "it stands]",
)
@click.option(
    "--over",
    metavar="A..B",
    help="Instead of --at: look through these iterations. Either end may be left out; all for all.",
)
@option(
    RUNS,
    "--open",
    "open_",
    metavar="RUN",
    type=RUN,
    help="A saved run instead of DATA: a file, or a name from the list of nn-tui runs.",
)
@as_json_option
def evaluate(
    expression: str | None,
    at: int | None,
    over: str | None,
    open_: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Print the value of an expression, trained as far as it takes.

    EXPR is what : takes on the screen: "norm(dE_dw)", "f[obs 2, output]", "E < 0.1 over all".
    Over many iterations it is told where the value is largest and smallest, or how often and
    where first a condition is true. With --open, DATA is left out.
    """
    from engine.inspection.typed_iterations import split_range

    if expression is None and open_ is not None:
        given["data"], expression = None, given["data"]
    if expression is None:
        raise click.UsageError("Missing argument 'EXPR'.", click.get_current_context())
    if at is not None and over is not None:
        raise InputError("--at and --over: each says which iterations, so only one of them")
    span = split_range(expression if over is None else f"{expression} over {over}")
    if over is not None and span is None:
        raise InputError(f"--over {clean(over, 40)}: A..B, A.., ..B or all")
    if at is not None and span is not None:
        raise InputError("--at: the expression says itself over which iterations")
    debugger = prepared(given) if open_ is None else _opened(open_, given)
    if span is not None:
        _scan(debugger, *span, as_json, is_saved=open_ is not None)
        return
    if open_ is None and at is None:
        at = 0
    _evaluate(debugger, expression, at, as_json)


def _opened(run: str, given: dict[str, Any]) -> Debugger:
    from tui.opening.open_run import Opener

    data = given.pop("data")
    explicit = written(click.get_current_context())
    opening = Opener(data=data, given=given, explicit=explicit, open_=run, how=READ_ONLY).start()
    for notice in opening.notices:
        click.echo(f"nn-tui: {notice}", err=True)
    return opening.debugger


def _evaluate(debugger: Debugger, expression: str, at: int | None, as_json: bool) -> None:
    from engine.reports.answer import value_object, value_text

    if at is not None:
        require_planned(debugger, at)
        debugger.require_expression(expression)
        train_up_to(debugger, at + 1)
        debugger.go_to(at + 1)
    value = debugger.evaluate(expression)
    if as_json:
        between = debugger.position == 0 and debugger.iteration > 0
        print_json(value_object(expression, value, debugger.iteration - between))
    else:
        # A program that reads it knows no other minus sign.
        click.echo(value_text(value).replace(MINUS, "-"))


def _scan(
    debugger: Debugger,
    expression: str,
    first: int,
    last: int | None,
    as_json: bool,
    *,
    is_saved: bool,
) -> None:
    """Look through iterations; of a new run, all that are planned where no end is given."""
    from engine.reports.answer import scan_object, scan_text
    from tui.terminal.interrupt import interruptible

    debugger.require_expression(expression, is_single=True)
    computed = len(debugger.losses)
    end = computed if is_saved else debugger.hyperparameters.iterations
    if last is not None:
        require_planned(debugger, last, "--over")
        end = last + 1
    if end > computed:
        train_up_to(debugger, end)
    with interruptible() as interrupted:
        scan = debugger.scan(expression, first, last, interrupted.is_set)
    if scan is None:
        end_interrupted(debugger)
    if as_json:
        print_json(scan_object(scan))
    else:
        click.echo(scan_text(scan).replace(MINUS, "-"))

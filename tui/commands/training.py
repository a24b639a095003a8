"""The commands `open`, with a screen, and `train`, without one."""

from __future__ import annotations

import sys
from typing import Any

import click

from engine.common.numbers import grouped
from engine.common.text import counted
from tui.commands.auditing import audit
from tui.commands.json_output import print_json
from tui.commands.options import (
    as_json_option,
    optional_data_and_hyperparameters,
    saving,
    written,
)
from tui.exit_codes import BAD_INPUT, INTERRUPTED
from tui.opening.prepare import CONTINUE, COPY, READ_ONLY, STANDARD_INPUT, is_script
from tui.terminal.process import is_dumb

_USAGE = """\
nn-tui: DATA is missing: a CSV file, - for standard input, or a name that `nn-tui samples` lists
usage: nn-tui [OPTIONS] DATA             open the debugger; without a terminal, train
       nn-tui COMMAND [OPTIONS] [DATA]   train, trace, explain, check …: see nn-tui --help"""


@click.command("open", hidden=True)
@optional_data_and_hyperparameters
@saving
@click.option(
    "--fps",
    type=click.FloatRange(0.1, 60),
    help="The most frames a second while training.  [default: 10, or 2 with --calm]",
)
@click.option(
    "--calm",
    is_flag=True,
    help="For slow links: no animation, and while training only the first line is drawn.",
)
@click.option(
    "--break",
    "breakpoints",
    metavar="OP[:COND]",
    multiple=True,
    help='A breakpoint before an operation, e.g. dE_dw or "v: E < 0.1"; may be repeated.',
)
@click.option(
    "--watch",
    "watches",
    metavar="EXPR",
    multiple=True,
    help='An expression to watch, e.g. "norm(dE_dw)"; a condition, e.g. "E < 0.1", stops the run '
    "when it becomes true. May be repeated.",
)
@click.help_option("-h", "--help")
def open_(
    fps: float | None,
    calm: bool,
    breakpoints: tuple[str, ...],
    watches: tuple[str, ...],
    **given: Any,
) -> None:
    """Open the debugger on DATA."""
    lacking = _no_screen(given["data"])
    if lacking and given["data"] is None and given["open_"] is None:
        click.echo(_USAGE, err=True)
        sys.exit(BAD_INPUT)
    if lacking and given["data"] and is_script(given["data"]):
        click.echo(f"nn-tui: {lacking}, so this audits without a screen", err=True)
        click.get_current_context().invoke(audit, file=given["data"])
    if lacking:
        given |= {"breakpoints": breakpoints, "watches": watches}
        _train(given, as_json=False, notice=f"{lacking}, so this trains without a screen")
        return
    from tui.commands.on_screen import run

    given |= {"breakpoints": breakpoints, "watches": watches}
    sys.exit(run(fps=fps or (2.0 if calm else 10.0), calm=calm, **_opening(given)))


def _opening(given: dict[str, Any]) -> dict[str, Any]:
    """Sort the options into what an `Opener` takes."""
    given = dict(given)
    own = {name: given.pop(name) for name in ("data", "resume", "new", "save", "open_")}
    copy, read_only = given.pop("copy"), given.pop("read_only")
    if copy and read_only:
        raise click.UsageError("--copy does not go with --read-only")
    if copy and own["open_"] is None and not own["resume"]:
        raise click.UsageError("--copy needs the run that it copies: --resume or --open RUN")
    if read_only and own["save"] is not None:
        raise click.UsageError("--read-only saves nothing, so it does not go with --save")
    how = COPY if copy else READ_ONLY if read_only else CONTINUE
    return {**own, "how": how, "given": given, "explicit": written(click.get_current_context())}


def _no_screen(data: str | None) -> str:
    """Say why the screen cannot be drawn; empty if it can."""
    if not sys.stdout.isatty():
        return "the output is not a terminal"
    if not sys.stdin.isatty() and data != STANDARD_INPUT:
        return "the input is not a terminal"
    if is_dumb():
        return "this terminal cannot draw a screen (TERM)"
    return ""


@click.command()
@optional_data_and_hyperparameters
@saving
@as_json_option
def train(as_json: bool, **given: Any) -> None:
    """Train without a screen and print the report."""
    _train(given, as_json)


def _train(given: dict[str, Any], as_json: bool, notice: str = "") -> None:
    if given["data"] is None and given["open_"] is None:
        raise click.UsageError("Missing argument 'DATA'.", click.get_current_context())
    from engine.reports.training import run_object, run_text
    from tui.commands.reading_progress import told_if_slow
    from tui.commands.without_screen import train_and_save
    from tui.opening.open_run import Opener

    with told_if_slow(given["data"] or given["open_"] or "") as progress:
        opener = Opener(**_opening(given), progress=progress)
        offer = opener.offer() if sys.stderr.isatty() else None
        opening = opener.start()
    if offer is not None and offer.saved is not None:
        reached = f"{grouped(offer.saved.computed)} of {grouped(offer.saved.planned)}"
        click.echo(
            f"nn-tui: a run with {reached} iterations is saved; --resume continues it", err=True
        )
    debugger = opening.debugger
    for line in (notice, *opening.notices):
        if line:
            click.echo(f"nn-tui: {line}", err=True)
    known = len(debugger.losses)
    seconds, interrupted = train_and_save(opening)
    if as_json:
        print_json(run_object(debugger, seconds))
    else:
        click.echo(run_text(debugger, seconds, len(debugger.losses) - known))
    if interrupted:
        click.echo(
            f"nn-tui: interrupted after {counted(debugger.iteration, 'iteration')}", err=True
        )
        sys.exit(INTERRUPTED)

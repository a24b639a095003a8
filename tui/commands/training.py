"""The commands `open`, with a screen, and `train`, without one."""

from __future__ import annotations

import gc
import sys
from typing import Any

import click

from engine.common.pace import FULL, SPEEDS
from engine.common.text import counted
from tui.commands.auditing import audit
from tui.commands.grouped_help import SCREEN, STOPS, GroupedCommand, option
from tui.commands.json_output import print_json
from tui.commands.names import NAME
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


@click.command("open", cls=GroupedCommand, hidden=True)
@optional_data_and_hyperparameters
@click.argument("arguments", type=NAME, nargs=-1)
@saving
@option(
    SCREEN,
    "--fps",
    type=click.FloatRange(0.1, 60),
    help="The most frames a second while training.  [default: 10, or 2 with --calm]",
)
@option(
    SCREEN,
    "--calm",
    is_flag=True,
    help="For slow links: no animation, and while training only the first line is drawn.",
)
@option(
    SCREEN,
    "--plain",
    is_flag=True,
    help="Instead of the screen, read a verb a line and answer in lines: for screen readers, "
    "scripts and pipes. help lists the verbs.",
)
@option(
    SCREEN,
    "--speed",
    type=click.Choice([speed.name for speed in SPEEDS]),
    default=FULL.name,
    show_default=True,
    help="How fast to run: 1 or 4 operations a second, so many iterations a second, or at full "
    "speed; the keys [ and ] change it.",
)
@option(
    STOPS,
    "--break",
    "breakpoints",
    metavar="OP[:COND]",
    multiple=True,
    help='A breakpoint before an operation, e.g. dE_dw or "v: E < 0.1"; may be repeated.',
)
@option(
    STOPS,
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
    plain: bool,
    speed: str,
    breakpoints: tuple[str, ...],
    watches: tuple[str, ...],
    arguments: tuple[str, ...],
    **given: Any,
) -> None:
    """Open the debugger on DATA."""
    of_script = bool(given["data"]) and is_script(given["data"])
    if arguments and not of_script:
        raise click.UsageError(f"got unexpected extra argument ({' '.join(arguments)})")
    given |= {"breakpoints": breakpoints, "watches": watches, "arguments": arguments}
    if plain:
        _require_data(given)
        from tui.commands.on_lines import run as run_on_lines

        sys.exit(run_on_lines(_opening(given)))
    lacking = no_screen(given["data"])
    if lacking and given["data"] is None and given["open_"] is None:
        click.echo(_USAGE, err=True)
        sys.exit(BAD_INPUT)
    if lacking and of_script:
        click.echo(f"nn-tui: {lacking}, so this audits without a screen", err=True)
        click.get_current_context().invoke(audit, file=given["data"], arguments=arguments)
    if lacking:
        _train(given, as_json=False, notice=f"{lacking}, so this trains without a screen")
        return
    # Nothing of what is imported is garbage, and to look through it takes long.
    gc.disable()
    from tui.commands.on_screen import run

    frames = fps or (2.0 if calm else 10.0)
    chosen = next(known for known in SPEEDS if known.name == speed)
    sys.exit(run(fps=frames, calm=calm, speed=chosen, **_opening(given)))


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


def no_screen(data: str | None) -> str:
    """Say why the screen cannot be drawn; empty if it can."""
    if not sys.stdout.isatty():
        return "the output is not a terminal"
    if not sys.stdin.isatty() and data != STANDARD_INPUT:
        return "the input is not a terminal"
    if is_dumb():
        return "this terminal cannot draw a screen (TERM)"
    return ""


@click.command(cls=GroupedCommand)
@optional_data_and_hyperparameters
@saving
@as_json_option
def train(as_json: bool, **given: Any) -> None:
    """Train without a screen and print the report."""
    _train(given, as_json)


def _require_data(given: dict[str, Any]) -> None:
    if given["data"] is None and given["open_"] is None:
        raise click.UsageError("Missing argument 'DATA'.", click.get_current_context())


def _train(given: dict[str, Any], as_json: bool, notice: str = "") -> None:
    _require_data(given)
    from engine.reports.training import run_object, run_text
    from tui.commands.start import start
    from tui.commands.without_screen import train_and_save

    opening = start(_opening(given), notice)
    debugger = opening.debugger
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

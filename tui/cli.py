"""The command ``nn-tui``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NoReturn

import click

from engine import __version__
from engine.declaration import Value
from engine.errors import InputError
from engine.text import clean, counted
from tui.options import (
    STANDARD_INPUT,
    as_json_option,
    at_iteration,
    data_and_hyperparameters,
    optional_data_and_hyperparameters,
    saving,
    spell_out,
    written,
)
from tui.typeset import PlainOutput, is_plain

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.samples import Sample

BAD_INPUT = 2
NOT_FOUND = 1


class _DataOrCommand(click.Group):
    """A group whose commands may be left out: anything else is DATA for `open`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {*self.commands, "--help", "-h", "--version"}
        if args and args[0] not in own:
            _refuse_misspelt(args[0], self.commands)
            args = ["open", *args]
        return super().parse_args(ctx, spell_out(args))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] DATA")
        formatter.write_usage(ctx.command_path, "COMMAND [OPTIONS] [DATA]", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.commands["open"].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def _refuse_misspelt(data: str, commands: Collection[str]) -> None:
    """Refuse what is no file and no dataset, but nearly a command."""
    import difflib

    meant = difflib.get_close_matches(data, commands, n=1, cutoff=0.75)
    if not meant or os.path.lexists(data):
        return
    from engine.files import bundled

    if data not in bundled():
        raise click.UsageError(f"no such file or command {data!r}. (Did you mean {meant[0]}?)")


@click.group(
    cls=_DataOrCommand,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="nn-tui")
def cli() -> None:
    """A debugger for backpropagation.

    Opens DATA, a CSV file or the name of a bundled dataset, in the terminal, paused at
    iteration 0. Without a terminal to draw on it trains and prints the report.
    """


@cli.command("open", hidden=True)
@optional_data_and_hyperparameters
@saving
@click.option(
    "--fps",
    type=click.FloatRange(0.1, 60),
    help="How often the screen is drawn a second, at most, while training.  [default: 10, or 2 "
    "with --calm]",
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
    if lacking:
        given |= {"breakpoints": breakpoints, "watches": watches}
        _train(given, as_json=False, notice=f"{lacking}, so this trains without a screen")
        return
    from tui.app import run

    given |= {"breakpoints": breakpoints, "watches": watches}
    sys.exit(run(fps=fps or (2.0 if calm else 10.0), calm=calm, **_opening(given)))


def _opening(given: dict[str, Any]) -> dict[str, Any]:
    """Sort the options into what an `Opener` takes."""
    given = dict(given)
    own = {name: given.pop(name) for name in ("data", "resume", "new", "save", "open_")}
    copy, read_only = given.pop("copy"), given.pop("read_only")
    if copy and read_only:
        raise click.UsageError("--copy does not go with --read-only")
    how = "copy" if copy else "read-only" if read_only else "continue"
    if own["data"] is None and own["open_"] is None:
        raise click.UsageError("Missing argument 'DATA'.", click.get_current_context())
    return {**own, "how": how, "given": given, "explicit": written(click.get_current_context())}


def _prepared(given: dict[str, Any]) -> Debugger:
    """Make the debugger that the options ask for; a line tells how far a large file is."""
    from tui.options import prepare
    from tui.waiting import told_if_slow

    with told_if_slow(given["data"]) as progress:
        debugger = prepare(**given, progress=progress)
    explicit = written(click.get_current_context())
    for line in debugger.hyperparameters.without_effect(explicit):
        click.echo(f"nn-tui: {line}", err=True)
    return debugger


def _no_screen(data: str | None) -> str:
    """Say why the screen cannot be drawn; empty if it can."""
    if not sys.stdout.isatty():
        return "the output is not a terminal"
    if not sys.stdin.isatty() and data != STANDARD_INPUT:
        return "the input is not a terminal"
    if os.environ.get("TERM", "") in ("dumb", ""):
        return "this terminal cannot draw a screen (TERM)"
    return ""


@cli.command()
@optional_data_and_hyperparameters
@saving
@as_json_option
def train(as_json: bool, **given: Any) -> None:
    """Train without a screen and print the report."""
    _train(given, as_json)


def _train(given: dict[str, Any], as_json: bool, notice: str = "") -> None:
    from engine.report import run_object, run_text
    from tui.headless import train_and_save
    from tui.opening import Opener
    from tui.waiting import told_if_slow

    with told_if_slow(given["data"] or given["open_"] or "") as progress:
        opener = Opener(**_opening(given), progress=progress)
        offer = opener.offer() if sys.stderr.isatty() else None
        opening = opener.start()
    if offer is not None and offer.saved is not None:
        reached = f"{offer.saved.computed:,} of {offer.saved.planned:,}"
        click.echo(
            f"nn-tui: a run with {reached} iterations is saved; --resume goes on with it", err=True
        )
    debugger = opening.debugger
    for line in (notice, *opening.notices):
        if line:
            click.echo(f"nn-tui: {line}", err=True)
    known = len(debugger.losses)
    seconds, interrupted = train_and_save(opening)
    if as_json:
        _print_json(run_object(debugger, seconds))
    else:
        click.echo(run_text(debugger, seconds, len(debugger.losses) - known))
    if interrupted:
        click.echo(
            f"nn-tui: interrupted after {counted(debugger.iteration, 'iteration')}", err=True
        )
        sys.exit(130)


@cli.command()
@data_and_hyperparameters
@at_iteration
@click.option(
    "--until",
    metavar="EXPR",
    help='Instead: the first iteration in which this becomes true, e.g. "E < 0.1".',
)
@as_json_option
def trace(at: int, until: str | None, as_json: bool, **given: Value) -> None:
    """Print every operation of one iteration with its value."""
    from engine.trace import trace_object, trace_text

    debugger = _prepared(given)
    if until is None:
        _train_up_to(debugger, at)
    else:
        _train_until(debugger, until)
    if as_json:
        _print_json(trace_object(debugger))
    else:
        click.echo(trace_text(debugger))


def _train_up_to(debugger: Debugger, iteration: int) -> None:
    from tui.headless import train_to_the_end

    _, interrupted = train_to_the_end(debugger, iteration)
    if interrupted:
        click.echo(f"nn-tui: interrupted at iteration {debugger.iteration:,}", err=True)
        sys.exit(130)


def _train_until(debugger: Debugger, condition: str) -> None:
    """Have the debugger stand before the iteration in which a condition becomes true."""
    from tui.headless import train_until

    try:
        found, interrupted = train_until(debugger, condition)
    except InputError as error:
        raise InputError(f"--until {clean(condition, 60)}: {error}") from None
    if interrupted:
        click.echo(f"nn-tui: interrupted at iteration {debugger.iteration:,}", err=True)
        sys.exit(130)
    if not found:
        planned = debugger.hyperparameters.iterations
        click.echo(f"nn-tui: {condition} was not true in {counted(planned, 'iteration')}", err=True)
        sys.exit(NOT_FOUND)


@cli.command()
@data_and_hyperparameters
@click.argument("cell", metavar="CELL")
@at_iteration
@as_json_option
def explain(cell: str, at: int, as_json: bool, **given: Value) -> None:
    """Print where a number comes from, back to the data.

    CELL is an element of a tensor, by number or by name: "dE_dv[1, 0]" or
    "dE_dv[input2, g1]". From each sum the way goes on through its largest term.
    """
    from engine.listing import parse_cell
    from engine.report import chain_object, chain_text

    debugger = _prepared(given)
    if debugger.program.batches.is_whole:
        # What is misspelt is told at once.
        parse_cell(debugger.program.listing, cell)
    _train_up_to(debugger, at + 1)
    name, index = parse_cell(debugger.program.listing, cell)
    chain = debugger.explain_chain(name, *index)
    if as_json:
        _print_json(chain_object(chain, at))
    else:
        click.echo(chain_text(chain, at))


@cli.command()
@data_and_hyperparameters
@at_iteration
@click.option(
    "--torch",
    "with_torch",
    is_flag=True,
    help="Also train the same network in PyTorch, and set the two runs side by side.",
)
@as_json_option
def check(at: int, with_torch: bool, as_json: bool, **given: Value) -> None:
    """Prove the gradients against differences of the loss.

    Exits with 1 if the gradient of any parameter differs by more than 1e-6, relatively.
    """
    from tui.proof import prove, require_torch

    debugger = _prepared(given)
    if with_torch:
        # Without PyTorch there is no use in waiting for the rest.
        require_torch()
    _train_up_to(debugger, at)
    sys.exit(prove(debugger, with_torch, as_json))


@cli.command()
@click.argument("name", metavar="[NAME]", required=False)
def samples(name: str | None) -> None:
    """List the bundled datasets; each name is accepted as DATA.

    With NAME: what there is to know of that one, and a command that trains it well.
    """
    from engine.samples import find_sample, read_samples

    if name is not None:
        click.echo(_described(find_sample(name)))
        return
    for sample in read_samples().values():
        _, count = sample.read_columns()
        click.echo(f"{sample.name:<14}{count:>3} observations   {sample.about}".rstrip())
    click.echo("\nnn-tui samples NAME: what it teaches, and a command that trains it well")


@cli.command()
@click.option("--delete", "-d", metavar="RUN", multiple=True, help="Delete this run; repeatable.")
@click.option("--yes", "-y", is_flag=True, help="Delete without a question.")
@as_json_option
def runs(delete: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """List the saved runs, the last one first; each name is accepted by --open.

    Beyond 50 runs or 1 GB the oldest are deleted when another one is saved, finished ones first.
    """
    from tui.running import delete_runs, list_runs, runs_object

    if delete:
        delete_runs(delete, yes)
    elif as_json:
        _print_json(runs_object())
    else:
        click.echo(list_runs())


@cli.command()
@click.argument("run", metavar="RUN")
@click.argument("folder", metavar="FOLDER", type=click.Path())
def export(run: str, folder: str) -> None:
    """Write the results of a saved run into FOLDER.

    RUN is a file or a name from nn-tui runs. Written are predictions.csv, history.csv,
    parameters.npz and parameters.json.
    """
    from engine.exports import export as write
    from tui.opening import READ_ONLY, Opener

    opening = Opener(data=None, given={}, open_=run, how=READ_ONLY).start()
    for notice in opening.notices:
        click.echo(f"nn-tui: {notice}", err=True)
    for path in write(opening.debugger, folder):
        click.echo(clean(str(path), len(str(path))))


def _described(sample: Sample) -> str:
    columns, count = sample.read_columns()
    table = f"{count} observations; columns {', '.join(columns)}"
    told = [f"{sample.name}: {sample.about}", table, sample.teaches, sample.source]
    paragraphs = [click.wrap_text(text, 80) for text in told if text]
    if sample.options:
        paragraphs.append(f"{sample.command}\nreaches {sample.promise}")
    return "\n\n".join(paragraphs)


def _print_json(described: dict[str, Any]) -> None:
    click.echo(json.dumps(described, allow_nan=False))


def _fail(message: str) -> NoReturn:
    click.echo(f"nn-tui: {message}", err=True)
    sys.exit(BAD_INPUT)


def _open_closed() -> None:
    """Have what was closed from the start, as by ``>&-``, lead nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def main() -> NoReturn:
    """Run the command; whatever the user did wrong is one line on stderr and exit code 2."""
    _open_closed()
    for stream in (sys.stdout, sys.stderr):
        # What the terminal's encoding lacks is written as an escape, not as a traceback.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if is_plain():
        sys.stdout, sys.stderr = PlainOutput(sys.stdout), PlainOutput(sys.stderr)
    try:
        cli.main(prog_name="nn-tui", standalone_mode=False)
    except InputError as error:
        _fail(str(error))
    except click.UsageError as error:
        hint = error.ctx.command_path if error.ctx else "nn-tui"
        _fail(f"{_one_line(error)} (see {hint.removesuffix(' open')} --help)")
    except click.ClickException as error:
        _fail(_one_line(error))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except MemoryError as error:
        _fail(f"not enough memory ({clean(str(error))})" if str(error) else "not enough memory")
    except BrokenPipeError:
        # The reader has gone; nothing may be written to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        from tui.failure import told_of

        click.echo(f"nn-tui: {told_of(error)}", err=True)
        sys.exit(1)
    sys.exit(0)


def _one_line(error: click.ClickException) -> str:
    message = " ".join(error.format_message().split())
    return clean(message[:1].lower() + message[1:]).rstrip(".")

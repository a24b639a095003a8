"""The command ``nn-tui``."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Collection
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

from engine import __version__
from engine.common.errors import InputError
from engine.common.text import clean
from tui.commands.auditing import audit
from tui.commands.collection import export, runs, samples
from tui.commands.completion import completion
from tui.commands.deriving import derive
from tui.commands.evaluating import evaluate
from tui.commands.inspecting import check, explain, trace
from tui.commands.kept_settings import defaults_for, settings
from tui.commands.names import DATA
from tui.commands.options import spell_out
from tui.commands.training import open_, train
from tui.exit_codes import BAD_INPUT, FAILED, INTERRUPTED, LOST
from tui.terminal.ascii import PlainOutput, is_plain
from tui.terminal.process import is_gone

_EXAMPLES = {
    "nn-tui or": "step through one iteration",
    "nn-tui my.csv --hidden 8,4 --lr 0.5": "train on a table of your own",
    'nn-tui explain xor "dE_dv[1, 0]" --at 500': "where a number comes from",
    "nn-tui audit mine.py": "find the mistake in your script",
}


class _DataOrCommand(click.Group):
    """A group whose commands may be left out: anything else is DATA for `open`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {*self.commands, "--help", "-h", "--version", "-V"}
        is_completed = ctx.resilient_parsing
        if args[:1] and args[0] not in own:
            # Any option may come first; `--open` is no misspelt `open`.
            if not args[0].startswith("-") and not is_completed:
                _refuse_misspelt(args[0], self.commands)
            args = ["open", *args]
        elif not args and not is_completed:
            args = ["open"]
        return super().parse_args(ctx, spell_out(args))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        found = super().shell_complete(ctx, incomplete)
        open_ = self.commands["open"]
        if incomplete.startswith("-"):
            known = {item.value for item in found}
            more = open_.shell_complete(click.Context(open_, parent=ctx), incomplete)
            return [*found, *(item for item in more if item.value not in known)]
        return [*found, *DATA.shell_complete(ctx, open_.params[0], incomplete)]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] DATA")
        formatter.write_usage(ctx.command_path, "COMMAND [OPTIONS] [DATA]", prefix="       ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        with formatter.section("Examples"):
            formatter.write_dl(list(_EXAMPLES.items()), col_max=60)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.commands["open"].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def _refuse_misspelt(data: str, commands: Collection[str]) -> None:
    """Refuse what is no file and no dataset, but nearly a command."""
    import difflib

    meant = difflib.get_close_matches(data, commands, n=1, cutoff=0.75)
    if not meant or os.path.lexists(data):
        return
    from engine.data.locate import bundled

    if data not in bundled():
        raise click.UsageError(f"no such file or command {data!r}. (Did you mean {meant[0]}?)")


def _print_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    # Only here, as it takes NumPy.
    from engine.loop.plan import loop_name

    click.echo(f"nn-tui {__version__} (loop: {loop_name()})")
    context.exit()


@click.group(
    cls=_DataOrCommand,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    "-V",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version, and which loop trains, and exit.",
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A debugger for backpropagation.

    Opens DATA, a CSV file, the name of a bundled dataset or a script with a
    backpropagation of your own, in the terminal, paused at iteration 0. Without a
    terminal to draw on it trains and prints the report.
    """
    if ctx.invoked_subcommand == open_.name:
        defaults_for(ctx, open_)


for command in (
    open_,
    train,
    audit,
    trace,
    explain,
    evaluate,
    check,
    derive,
    samples,
    runs,
    export,
    settings,
    completion,
):
    cli.add_command(command)


def _fail(message: str) -> NoReturn:
    click.echo(f"nn-tui: {message}", err=True)
    sys.exit(BAD_INPUT)


def _open_closed() -> None:
    """Open the null device for streams that were closed from the start, as by ``>&-``."""
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
        sys.exit(INTERRUPTED)
    except MemoryError as error:
        _fail(f"not enough memory ({clean(str(error))})" if str(error) else "not enough memory")
    except BrokenPipeError:
        # The reader has gone; nothing may be written to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EIO and is_gone():
            # There is nobody to tell, and no defect; nothing can be written at exit either.
            for handle in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), handle)
            sys.exit(LOST)
        from tui.terminal.crash_log import told_of

        click.echo(f"nn-tui: {told_of(error)}", err=True)
        sys.exit(FAILED)
    sys.exit(0)


def _one_line(error: click.ClickException) -> str:
    message = " ".join(error.format_message().split())
    return clean(message[:1].lower() + message[1:]).rstrip(".")

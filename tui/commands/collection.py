"""The commands that list and export: `samples`, `runs` and `export`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.common.text import visible
from tui.commands.json_output import print_json
from tui.commands.names import NAME, RUN, SAVED_RUN, samples_for
from tui.commands.options import as_json_option
from tui.opening.prepare import READ_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.data.bundled import Sample
    from engine.debugger import Debugger


@click.command()
@click.argument(
    "name",
    metavar="[NAME]",
    required=False,
    shell_complete=lambda ctx, param, incomplete: samples_for(incomplete),
)
def samples(name: str | None) -> None:
    """List the bundled datasets; each name is accepted as DATA.

    With NAME: what there is to know of that one, and a command that trains it well.
    """
    from engine.data.bundled import find_sample, read_samples

    if name is not None:
        click.echo(_described(find_sample(name)))
        return
    for sample in read_samples().values():
        _, count = sample.read_columns()
        click.echo(f"{sample.name:<14}{count:>3} observations   {sample.about}".rstrip())
    click.echo("\nnn-tui samples NAME: what it teaches, and a command that trains it well")


@click.command()
@click.option(
    "--delete",
    "-d",
    metavar="RUN",
    type=SAVED_RUN,
    multiple=True,
    help="Delete this run; repeatable.",
)
@click.option("--yes", "-y", is_flag=True, help="Delete without asking.")
@as_json_option
def runs(delete: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """List the saved runs, the last one first; each name is accepted by --open.

    Beyond 50 runs or 1 GB the oldest are deleted when another one is saved, finished ones first.
    """
    from tui.commands.saved_runs import delete_runs, list_runs, runs_object

    if delete:
        delete_runs(delete, yes)
    elif as_json:
        print_json(runs_object())
    else:
        click.echo(list_runs())


@click.command()
@click.argument("run", metavar="RUN", type=RUN)
@click.argument("folder", metavar="[FOLDER]", type=NAME, required=False)
@click.option(
    "--script",
    metavar="FILE",
    type=NAME,
    help="Write a program that needs NumPy alone and prints the same losses.",
)
@click.option(
    "--notebook",
    metavar="FILE",
    type=NAME,
    help="Write a notebook: the same by hand, then in PyTorch, and both compared.",
)
@click.option(
    "--blanks", is_flag=True, help="Leave the backward lines by hand out, for an exercise."
)
def export(
    run: str, folder: str | None, script: str | None, notebook: str | None, blanks: bool
) -> None:
    """Write the results of a saved run into FOLDER, or the run as a stand-alone program.

    RUN is a file or a name from nn-tui runs. Into FOLDER go predictions.csv, history.csv,
    parameters.npz and parameters.json. The data stand in the program; where they are long they are
    beside it, in a file of the same name that ends in .npz.
    """
    context = click.get_current_context()
    if folder is None and script is None and notebook is None:
        raise click.UsageError("nothing to write: FOLDER, --script or --notebook", context)
    if blanks and script is None and notebook is None:
        raise click.UsageError("--blanks goes with --script or --notebook", context)
    from tui.opening.open_run import Opener

    opening = Opener(data=None, given={}, open_=run, how=READ_ONLY).start()
    for notice in opening.notices:
        click.echo(f"nn-tui: {notice}", err=True)
    for path in _exported(opening.debugger, folder, script, notebook, blanks):
        click.echo(visible(str(path)))


def _exported(
    debugger: Debugger, folder: str | None, script: str | None, notebook: str | None, blanks: bool
) -> Iterator[Path]:
    if folder is not None:
        from engine.reports.export import export as write

        yield from write(debugger, folder)
    if script is None and notebook is None:
        return
    from engine.reports.standalone.files import export_notebook, export_script

    if script is not None:
        yield from export_script(debugger, script, blanks=blanks)
    if notebook is not None:
        yield from export_notebook(debugger, notebook, blanks=blanks)


def _described(sample: Sample) -> str:
    columns, count = sample.read_columns()
    table = f"{count} observations; columns {', '.join(columns)}"
    told = [f"{sample.name}: {sample.about}", table, sample.teaches, sample.source]
    paragraphs = [click.wrap_text(text, 80) for text in told if text]
    if sample.options:
        paragraphs.append(f"{sample.command}\nreaches {sample.promise}")
    return "\n\n".join(paragraphs)

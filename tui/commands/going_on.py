"""The message at the end of a session: where the run is saved, and how to go on with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.common.numbers import grouped
from engine.common.text import clean
from tui.opening.prepare import STANDARD_INPUT

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.saved.saver import Saver


def last_words(debugger: Debugger, saver: Saver | None) -> str:
    """Say where a run is saved and how to go on with it.

    Args:
        debugger: The run.
        saver: What has saved it, closed by now; None where nothing was to be saved.

    Returns:
        A line, or "" where there is nothing to go on with.
    """
    if saver is None:
        return ""
    if saver.problem:
        return f"the run is {saver.problem}"
    folder = saver.folder.path
    if not saver.folder.holds_a_run:
        return ""
    planned = grouped(debugger.hyperparameters.iterations)
    # Without a source, the table came by standard input, and has to come so again.
    data = "" if debugger.dataset.source is not None else f" {STANDARD_INPUT}"
    return clean(
        f"saved at iteration {grouped(debugger.iteration)} of {planned}; "
        f"nn-tui --open {folder.name}{data} goes on (in {_brief(folder.parent)})",
        400,
    )


def say_last_words(debugger: Debugger, saver: Saver | None) -> None:
    """Tell the same on stderr; where that is no terminal, only why the run is not saved."""
    words = last_words(debugger, saver)
    if words and (sys.stderr.isatty() or (saver is not None and saver.problem)):
        click.echo(f"nn-tui: {words}", err=True)


def _brief(folder: Path) -> str:
    try:
        return f"~/{folder.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(folder)

"""Opens a run where there is no screen; what there is to tell of it goes to stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from engine.common.numbers import grouped
from tui.commands.reading_progress import told_if_slow
from tui.opening.open_run import Opener

if TYPE_CHECKING:
    from tui.opening.opened import Opening


def start(wanted: dict[str, Any], notice: str = "") -> Opening:
    """Open a run.

    Args:
        wanted: The arguments of an `Opener`.
        notice: A further notice.

    Raises:
        InputError: It cannot be opened.
    """
    with told_if_slow(wanted["data"] or wanted["open_"] or "") as progress:
        opener = Opener(**wanted, progress=progress)
        offer = opener.offer() if sys.stderr.isatty() else None
        opening = opener.start()
    if offer is not None and offer.saved is not None:
        reached = f"{grouped(offer.saved.computed)} of {grouped(offer.saved.planned)}"
        click.echo(
            f"nn-tui: a run with {reached} iterations is saved; --resume continues it", err=True
        )
    for line in (notice, *opening.notices):
        if line:
            click.echo(f"nn-tui: {line}", err=True)
    return opening

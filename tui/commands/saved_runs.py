"""The lists that `runs` prints, and the deletion of saved runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import click

from engine.common.errors import InputError
from engine.common.json_safe import plain
from engine.common.numbers import file_size, grouped
from engine.common.text import clean
from engine.saved.library import Entry, Library
from tui.drawing.list_text import ago, aligned, brief, brief_loss


def list_runs() -> str:
    """Write a line for each saved run, and where they are."""
    library = Library()
    entries = library.entries()
    if not entries:
        return f"No run is saved yet. They are kept in {clean(str(library.path))}"
    now = time.time()
    lines = _lines(entries, now)
    total = file_size(sum(entry.bytes for entry in entries))
    count = "1 run" if len(entries) == 1 else f"{len(entries)} runs"
    lines += ["", f"{count}, {total}, in {clean(str(library.path))}"]
    lines.append("nn-tui --open RUN continues one, nn-tui runs --delete RUN deletes it")
    return "\n".join(lines)


def _lines(entries: Sequence[Entry], now: float) -> list[str]:
    return aligned([_cells(entry, now) for entry in entries])


def _cells(entry: Entry, now: float) -> list[str]:
    saved = entry.saved
    head = [entry.words, f"{file_size(entry.bytes):>8}", ago(max(now - entry.time, 0))]
    if saved is None:
        return [*head, f"cannot be read: {entry.problem}"]
    state = (
        f"{grouped(saved.computed)} of {grouped(saved.planned)}"
        if saved.is_unfinished
        else "finished"
    )
    held = f"  open in {entry.holder.words}" if entry.holder else ""
    told = f"E {brief_loss(saved.loss)}{held}"
    return [*head, brief(saved.name), brief(saved.network), state, told]


def runs_object() -> dict[str, Any]:
    """Describe the saved runs for JSON."""
    library = Library()
    described = []
    for entry in library.entries():
        about: dict[str, Any] = {
            "run": entry.identity,
            "folder": str(entry.folder.path),
            "bytes": entry.bytes,
            "saved": entry.time,
            "open_in": entry.holder.words if entry.holder else None,
        }
        if entry.saved is None:
            about["problem"] = entry.problem
        else:
            about |= {
                "data": entry.saved.name,
                "path": entry.saved.path,
                "network": entry.saved.network,
                "iteration": entry.saved.iteration,
                "computed": entry.saved.computed,
                "planned": entry.saved.planned,
                "E": entry.saved.loss,
                "ended": entry.saved.ended,
            }
        described.append(about)
    return {"folder": str(library.path), "runs": plain(described)}


def delete_runs(names: tuple[str, ...], without_question: bool) -> None:
    """Delete saved runs, after a question.

    Raises:
        InputError: There is none of a name, or somebody has it open.
    """
    library = Library()
    entries = [library.find(name) for name in names]
    for entry in entries:
        if entry.holder is not None:
            raise InputError(f"{entry.words} is open in {entry.holder.words}")
    click.echo("\n".join(_lines(entries, time.time())))
    if not without_question:
        which = "this run" if len(entries) == 1 else f"these {len(entries)} runs"
        click.confirm(f"Delete {which} for good?", abort=True)
    for entry in entries:
        library.delete(entry)

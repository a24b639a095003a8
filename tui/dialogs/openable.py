"""The list of things to open where no data are named: a file, bundled tables, recent runs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.common.numbers import grouped
from engine.common.text import clean
from tui.drawing.list_text import ago, brief_loss

FILE, TABLES, RUNS = "file", "bundled tables", "saved runs"
_MOST_RUNS = 5
"""Runs that are listed; `nn-tui runs` lists all."""


@dataclass(frozen=True)
class Wanted:
    """The choice of what to open: data by path or name, or a saved run."""

    data: str | None = None
    run: str | None = None


@dataclass(frozen=True)
class Item:
    """A line that can be chosen.

    Attributes:
        kind: The heading that it stands under.
        wanted: The thing that it opens.
        name: The name that it is listed under.
        about: What it is.
        end: The text at the right end of its line.
        more: The text about it while the cursor is on it.
        path: The bundled file, for its picture.
    """

    kind: str
    wanted: Wanted
    name: str
    about: str
    end: str
    more: str
    path: Path | None = None


def tables() -> list[Item]:
    """Return the bundled tables, the smallest first."""
    from engine.data.bundled import read_samples

    counted = [(sample.read_columns()[1], sample) for sample in read_samples().values()]
    return [
        Item(TABLES, Wanted(data=s.name), s.name, s.about, str(count), s.teaches, s.path)
        for count, s in sorted(counted, key=lambda pair: pair[0])
    ]


def recent_runs() -> list[Item]:
    """Return the last saved runs; those that cannot be read, or have not begun, are left out."""
    from engine.saved.library import Library

    now = time.time()
    found: list[Item] = []
    for entry in Library().entries():
        saved = entry.saved
        if saved is None or not saved.has_begun or len(found) == _MOST_RUNS:
            continue
        reached = (
            f"{grouped(saved.iteration)} of {grouped(saved.planned)}"
            if saved.is_unfinished
            else "finished"
        )
        about = f"{reached:<22}  E {brief_loss(saved.loss)}"
        held = f"; open in {entry.holder.words}" if entry.holder else ""
        more = f"{entry.words}, network {saved.network}{held}"
        when = ago(max(now - entry.time, 0.0))
        found.append(Item(RUNS, Wanted(run=entry.identity), saved.name, about, when, more))
    return found


def meant(text: str, items: Iterable[Item]) -> list[Item]:
    """Return what a text may mean: a file, then the tables and runs with it in their names."""
    found = [item for item in items if text.lower() in item.name.lower()]
    # What `nn-tui` itself takes a text for comes first.
    found.sort(key=lambda item: (item.kind != TABLES, item.name != text))
    path = Path(text)
    try:
        path = path.expanduser()
        is_there = path.exists()
    except (OSError, ValueError, RuntimeError):
        is_there = False
    if is_there or not found:
        more = "Enter opens this file." if is_there else "There is no such file or table yet."
        shown = clean(text)
        found.insert(0, Item(FILE, Wanted(data=str(path)), shown, "", "", more))
    return found

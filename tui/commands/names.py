"""The names that a command takes: of files, folders, tables and saved runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from engine.common.text import clean

if TYPE_CHECKING:
    from engine.saved.library import Entry

    Items = list[CompletionItem]


class Name(click.Path):
    """The name of a file, a folder or a run."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            # As a path it would be the folder at hand.
            self.fail("it is empty", param, ctx)
        return super().convert(value, param, ctx)


class _Data(Name):
    """A file, or the name of a bundled table."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        return [*samples_for(incomplete), *super().shell_complete(ctx, param, incomplete)]


class _Run(Name):
    """A saved run, or a file with one."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        return [*_runs_for(incomplete), *super().shell_complete(ctx, param, incomplete)]


class _SavedRun(Name):
    """A run in the list of saved ones."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        return _runs_for(incomplete)


NAME, DATA, RUN, SAVED_RUN = Name(), _Data(), _Run(), _SavedRun()


def samples_for(incomplete: str) -> Items:
    """Return the bundled tables whose names begin in a way."""
    from engine.data.bundled import read_samples

    samples = read_samples().values()
    return [CompletionItem(s.name, help=s.about) for s in samples if s.name.startswith(incomplete)]


def _runs_for(incomplete: str) -> Items:
    """Return the saved runs whose names begin in a way, the last one first."""
    from engine.saved.library import Library

    return [
        CompletionItem(entry.identity, help=_in_words(entry))
        for entry in Library().entries()
        if entry.words == entry.identity and entry.identity.startswith(incomplete)
    ]


def _in_words(entry: Entry) -> str:
    saved = entry.saved
    if saved is None:
        return "cannot be read"
    return clean(f"{saved.name}, {saved.computed} of {saved.planned} iterations")

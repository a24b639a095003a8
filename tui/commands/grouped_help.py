"""Help whose options stand under headings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

NETWORK, TRAINING, TABLE = "The network", "Training", "The table"
STOPS, RUNS, SCREEN, OTHER = "Stops", "Saved runs", "The screen", "Other options"
_HEADINGS = (NETWORK, TRAINING, TABLE, STOPS, RUNS, SCREEN, OTHER)
"""In the order in which they are shown."""


class GroupedOption(click.Option):
    """An option that stands under a heading."""

    def __init__(self, *names: Any, group: str, **attributes: Any) -> None:
        super().__init__(*names, **attributes)
        self.group = group


def option(group: str, *names: str, **attributes: Any) -> Callable[[F], F]:
    """Add an option to a command, under a heading."""
    return click.option(*names, **{"cls": GroupedOption, "group": group, **attributes})


class GroupedCommand(click.Command):
    """A command whose help shows its options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {heading: [] for heading in _HEADINGS}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                groups[getattr(parameter, "group", OTHER)].append(record)
        for heading, records in groups.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

"""Times, losses and saved runs in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from engine.common.numbers import scientific

_WIDEST = 30
"""Columns of a name in a list."""


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Write rows as lines whose cells stand below each other, but for the last cell of each."""
    widths: dict[int, int] = {}
    for row in rows:
        for i, cell in enumerate(row[:-1]):
            widths[i] = max(widths.get(i, 0), cell_len(cell))
    return [
        "  ".join([*(set_cell_size(cell, widths[i]) for i, cell in enumerate(row[:-1])), row[-1]])
        for row in rows
    ]


def brief(name: str) -> str:
    """Cut a name that is longer than a list has room for."""
    return name if cell_len(name) <= _WIDEST else set_cell_size(name, _WIDEST - 1) + "…"


def ago(seconds: float) -> str:
    """Write how long ago something was."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count = int(seconds // size)
        if count >= 1:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def brief_loss(text: str) -> str:
    """Write a saved loss in seven significant digits."""
    try:
        return scientific(float(text))
    except ValueError:
        return text[:12] or "·"

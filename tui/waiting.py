"""Says on stderr what takes long, where no screen says it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from engine.text import clean
from tui.options import STANDARD_INPUT

_PATIENCE = 1.0
"""Seconds."""
_MB = 1e6


@contextmanager
def told_if_slow(data: str, patience: float = _PATIENCE) -> Iterator[None]:
    """Write a line if reading a file takes longer than so many seconds."""

    def tell() -> None:
        try:
            size = f" ({Path(data).stat().st_size / _MB:,.1f} MB)"
        except (OSError, ValueError):
            size = ""
        name = "standard input" if data == STANDARD_INPUT else clean(data)
        click.echo(f"nn-tui: reading {name}{size} …", err=True)

    timer = threading.Timer(patience, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

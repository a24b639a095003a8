"""How a command gives its result: an exit code, and JSON where asked."""

from __future__ import annotations

import json
from typing import Any

import click

NOT_FOUND = 1
FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130


def print_json(described: dict[str, Any]) -> None:
    """Print one JSON object; what is not a finite number must be text already."""
    click.echo(json.dumps(described, allow_nan=False))

"""Results of commands as JSON."""

from __future__ import annotations

import json
from typing import Any

import click

NOT_FOUND = 1
FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130


def print_json(described: dict[str, Any]) -> None:
    """Print a JSON object, in which numbers that are not finite are texts already."""
    click.echo(json.dumps(described, allow_nan=False))

"""The results of the commands as JSON."""

from __future__ import annotations

import json
from typing import Any

import click


def print_json(described: dict[str, Any]) -> None:
    """Print a JSON object, in which numbers that are not finite are texts already."""
    click.echo(json.dumps(described, allow_nan=False))

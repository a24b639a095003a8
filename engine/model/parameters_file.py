"""Reads parameters to start from, in either form in which they are written."""

from __future__ import annotations

import json
from pathlib import Path

from engine.common.errors import InputError
from engine.common.machine_memory import shortage
from engine.common.npz import unpack
from engine.common.numbers import gigabytes
from engine.common.regular import read_regular
from engine.common.text import clean

_TIMES = 12
"""The bytes that are needed for each byte of JSON, while it is being read."""
_ZIP = b"PK"
"""The first bytes of every .npz file, and of no JSON."""


def read_parameters(path: str | Path) -> dict[str, object]:
    """Read parameters from a file in JSON or NumPy's ``.npz`` format.

    Args:
        path: An object of arrays by name as JSON, or a whole report of `nn-tui train --json`, or
            an .npz file of NumPy; `nn-tui export` writes both.

    Raises:
        InputError: The file cannot be read or holds no such object.
    """
    shown = clean(str(path))
    try:
        content = read_regular(Path(path), follow=True)
    except OSError as error:
        raise InputError(f"{shown}: {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(f"{shown}: {error}") from None
    try:
        return dict(unpack(content)) if content.startswith(_ZIP) else _from_json(content)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{shown}, {place}: not JSON ({clean(error.msg)})") from None
    except UnicodeDecodeError:
        raise InputError(f"{shown}: not JSON, nor an .npz file of NumPy") from None
    except InputError as error:
        raise InputError(f"{shown}: {error}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown}: not JSON ({clean(str(error))})") from None


def _from_json(text: bytes) -> dict[str, object]:
    if lacking := shortage(_TIMES * len(text)):
        raise InputError(f"to read {gigabytes(len(text))} {lacking}")
    content = json.loads(text.decode("utf-8"), object_pairs_hook=_once_each)
    if isinstance(content, dict) and isinstance(content.get("parameters"), dict):
        content = content["parameters"]
    if not isinstance(content, dict):
        raise InputError("an object of parameters by name is needed")
    for name, value in content.items():
        if _has_truth(value):
            # NumPy would take them for 1 and 0.
            raise InputError(f"{clean(name, 40)}: true and false are not numbers")
    return content


def _once_each(members: list[tuple[str, object]]) -> dict[str, object]:
    """Build a JSON object from its members and refuse repeated names."""
    made: dict[str, object] = {}
    for name, value in members:
        if name in made:
            raise InputError(f"{clean(name, 40)}: given more than once")
        made[name] = value
    return made


def _has_truth(value: object) -> bool:
    """Return whether nested lists hold a boolean anywhere."""
    rest = [value]
    while rest:
        found = rest.pop()
        if isinstance(found, bool):
            return True
        if isinstance(found, list):
            rest += found
    return False

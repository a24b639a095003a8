"""Finds the last save of a run that is not damaged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeVar

from engine.common.errors import InputError
from engine.saved.manifest import Saved, read_manifest
from engine.saved.run_files import Store

T = TypeVar("T")

_PATH = re.compile(rb'"path": ("(?:[^"\\]|\\.)*")')
"""Within a text there is no quotation mark without a backslash before it."""


def path_in(manifest: bytes) -> str | None:
    """Return where the data of a run are, as a manifest tells that may be damaged, or None."""
    found = _PATH.search(manifest)
    try:
        path = json.loads(found[1]) if found else None
    except ValueError:
        return None
    return path if isinstance(path, str) else None


def newest(store: Store) -> Saved:
    """Read the manifest of the last save that is not damaged.

    Raises:
        InputError: There is none.
    """
    return each_save(store, read_manifest)[0]


def each_save(store: Store, read: Callable[[bytes], T]) -> tuple[T, tuple[str, ...]]:
    """Read the last save or, if that is damaged, the one before it.

    Returns:
        What was read, and the notices about saves that were passed over.

    Raises:
        InputError: No save can be read.
    """
    problems: list[str] = []
    for manifest in store.manifests():
        try:
            if isinstance(manifest, InputError):
                raise manifest
            found = read(manifest)
        except InputError as error:
            problems.append(str(error))
            continue
        told = [f"the last save is damaged ({p}): this is the one before" for p in problems]
        return found, tuple(told)
    why = problems[0] if problems else "there is no saved run"
    raise InputError(f"{store.words}: {why}")

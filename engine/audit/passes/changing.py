"""The arrays that a pass takes and that are others in each pass, as parameters are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from engine.audit.passes.one_pass import Found, Pass, Site
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

_RECURRING = 8
"""In so many passes what is taken may not come again."""


def changing(passes: Sequence[Pass], number: int, recording: Recording) -> set[Site] | None:
    """Return the sites of what a pass takes that may be parameters: they are ever new arrays.

    Rows of the table are other arrays in each pass too, but they come again, or stand in an array
    that was there before the loop. None where there is only one pass.
    """
    others = range(max(number - 1, 0), min(number + _RECURRING, len(passes)))
    if len(others) < 2:
        return None
    known = recording.rows_before(passes[0].bounds[0])
    cells = recording.cells_before(passes[0].bounds[0])
    sites: set[Site] = set()
    for site, found in passes[number].taken.items():
        if found.flat.tobytes() in known or _is_own_target(found, recording):
            continue
        twins = [twin for n in others if (twin := passes[n].twin(found)) is not None]
        texts = [twin.flat.tobytes() for twin in twins]
        runs = sum(1 for a, b in pairwise(texts) if a != b)
        is_new = not (all(is_picked(t, known) for t in twins) or _are_there(twins, cells))
        if runs and len(set(texts)) == runs + 1 and is_new:
            sites.add(site)
    return sites


def _is_own_target(found: Found, recording: Recording) -> bool:
    """Whether an array is what the loop itself hands out in each turn, as a counter."""
    node, inner = found.site[:2]
    return inner == () and recording.nodes[int(node)].kind == "for"  # type: ignore[call-overload]


def is_picked(found: Found, known: frozenset[bytes]) -> bool:
    """Whether an array consists of rows that were there before, in another order perhaps."""
    data = np.squeeze(found.data)
    return data.ndim == 2 and any(
        all(row.tobytes() in known for row in np.ascontiguousarray(way)) for way in (data, data.T)
    )


def _are_there(arrays: Sequence[Found], cells: Array) -> bool:
    """Whether all numbers of arrays were there before, as in a part of each row of a table.

    Whole numbers tell nothing: a step may lead to any of them.
    """
    numbers = np.concatenate([found.flat for found in arrays])
    return bool(np.any(numbers != np.floor(numbers)) and np.isin(numbers, cells).all())

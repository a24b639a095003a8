"""Arrays that a script makes part by part, put together from the turns of its inner loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from engine.audit.passes import Found, Site
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

_MOST_CELLS = 1_000_000
_MOST_GROUPS = 64


def assembled(
    recording: Recording,
    site: Site,
    made: Sequence[tuple[tuple[int, ...], int]],
    by_value: Mapping[int, Found],
) -> Iterator[Found]:
    """Put together what one place of the script made in the turns of the loops around it.

    Args:
        recording: The recording.
        site: The place.
        made: The indices of the turns in which it was made, and the record, in order.
        by_value: The arrays of the pass by the numbers of their values.
    """
    rows, values = recording.records, recording.values
    kind = recording.nodes[int(site[0])].kind  # type: ignore[call-overload]
    depth = len(made[0][0])
    groups = 0
    for kept in _kept_axes(depth):
        parts: dict[tuple[int, ...], dict[tuple[int, ...], int]] = {}
        for indices, record in made:
            inner = tuple(indices[axis] for axis in kept)
            outer = tuple(index for axis, index in enumerate(indices) if axis not in kept)
            parts.setdefault(outer, {})[inner] = record
        if len(kept) < depth and len(parts) == 1:
            continue
        for outer, latest in parts.items():
            groups += 1
            if len(latest) < 2 or groups > _MOST_GROUPS:
                continue
            extent = tuple(max(index[i] for index in latest) + 1 for i in range(len(kept)))
            shapes = {values[rows["value"][record]].shape for record in latest.values()}
            if int(np.prod(extent)) != len(latest) or len(shapes) != 1:
                continue
            (shape,) = shapes
            if len(latest) * int(np.prod(shape, dtype=int)) > _MOST_CELLS:
                continue
            ordered = [latest[index] for index in np.ndindex(extent)]
            if _is_repeated(rows["identity"][ordered].reshape(extent)):
                continue
            data = np.stack([values[rows["value"][record]] for record in ordered])
            data = data.reshape(extent + shape)
            if _counts(data):
                continue
            is_taken = all(by_value[int(rows["value"][record])].is_taken for record in ordered)
            where = ("turns", kept, outer, *site)
            yield Found(data, max(ordered), ordered, where, is_taken, True)
            if kind.startswith("augassign"):
                # What a loop adds up is whole after its last turn.
                for axes in range(1, len(extent)):
                    ends: tuple[Any, ...] = (..., *(-1,) * axes, *(slice(None),) * len(shape))
                    last = data[ends]
                    yield Found(last, max(ordered), ordered, ("sum", axes, *where), False, True)


def _is_repeated(identities: Array) -> bool:
    """Whether the turns of a loop read one and the same object again and again."""
    return bool(identities.all()) and any(
        length > 1 and bool((identities == identities.take([0], axis)).all())
        for axis, length in enumerate(identities.shape)
    )


def _counts(data: Array) -> bool:
    """Whether numbers are those of a counter, up or down, and no data."""
    flat = data.ravel()
    up = np.arange(flat.size)
    return flat.size > 1 and (np.array_equal(flat, up) or np.array_equal(flat, up[::-1]))


def _kept_axes(depth: int) -> Iterator[tuple[int, ...]]:
    """Go through the loops whose turns are put together: all, the inner ones, the outer ones."""
    yield tuple(range(depth))
    for fixed in range(1, depth):
        yield tuple(range(fixed, depth))
        yield tuple(range(depth - fixed))

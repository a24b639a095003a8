"""Arrays that a script makes part by part, put together from the turns of its inner loops."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from engine.audit.passes.one_pass import Found, Site
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
            if groups > _MOST_GROUPS:
                return
            if len(latest) < 2:
                continue
            extent = tuple(max(index[i] for index in latest) + 1 for i in range(len(kept)))
            if math.prod(extent) != len(latest):
                continue
            ordered = [latest[index] for index in sorted(latest)]
            numbers = rows["value"][ordered].tolist()
            shapes = {values[number].shape for number in numbers}
            if len(shapes) != 1:
                continue
            (shape,) = shapes
            if len(latest) * math.prod(shape) > _MOST_CELLS:
                continue
            if _is_repeated(rows["identity"][ordered].reshape(extent)):
                continue
            data = np.array([values[number] for number in numbers]).reshape(extent + shape)
            if _counts(data):
                continue
            is_taken = all(by_value[number].is_taken for number in numbers)
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
    if flat.size < 2 or {flat[0], flat[-1]} != {0.0, flat.size - 1.0}:
        return False
    up = np.arange(flat.size)
    return np.array_equal(flat, up) or np.array_equal(flat, up[::-1])


def _kept_axes(depth: int) -> Iterator[tuple[int, ...]]:
    """Go through the loops whose turns are put together: all, the inner ones, the outer ones."""
    yield tuple(range(depth))
    for fixed in range(1, depth):
        yield tuple(range(fixed, depth))
        yield tuple(range(depth - fixed))

"""The arrays that a pass takes from outside and does not make itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.audit.passes.one_pass import READS, Found
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

_GIVEN = ("for", "param")
"""The kinds of records that make no number: they take one that is there."""


def is_taken_from_outside(
    recording: Recording, record: int, known: Mapping[int, Found], singles: set[float], begin: int
) -> bool:
    """Return whether a record takes an array from outside of the pass and makes nothing.

    Args:
        recording: The recording.
        record: The first record of the pass that has the array.
        known: The arrays of the pass so far, by the numbers of their values.
        singles: The single numbers that the pass has made so far.
        begin: The first record of the pass.
    """
    kind = recording.node_of(record).kind
    if kind in _GIVEN:
        return True
    if kind in READS:
        if not _reads_what_is_taken(recording, record, known):
            return False
        data = recording.values[recording.records["value"][record]]
        return recording.was_there(record, begin) or not _is_gathered(data, singles)
    if kind == "assign":
        return _is_row_of_taken(recording, record, known) or _is_unpacked(recording, record, begin)
    return _is_reshaped(recording, record, known)


def _reads_what_is_taken(recording: Recording, record: int, known: Mapping[int, Found]) -> bool:
    """Whether an attribute or a part belongs to nothing that the pass has made itself."""
    for operand in recording.operands(record)[:1]:
        found = known.get(int(recording.records["value"][operand])) if operand >= 0 else None
        if found is not None and not found.is_taken:
            return False
    return True


def _is_row_of_taken(recording: Recording, record: int, known: Mapping[int, Found]) -> bool:
    """Whether several names share out the rows of what is taken, as ``x, y = rows[i]`` does."""
    operand = recording.operands(record)[-1:]
    found = known.get(int(recording.records["value"][operand[0]])) if operand else None
    if found is None or not found.is_taken or found.data.ndim < 1:
        return False
    value = recording.value(record)
    return any(np.array_equal(row, value) for row in found.data)  # type: ignore[arg-type]


def _is_unpacked(recording: Recording, record: int, begin: int) -> bool:
    """Whether a name is given what was there before, as ``W, b = parameters`` does."""
    sources = recording.node_of(record).children
    return (
        all(recording.nodes[source].kind in READS for source in sources)
        and max(recording.operands(record), default=-1) < 0
        and recording.was_there(record, begin)
    )


def _is_reshaped(recording: Recording, record: int, known: Mapping[int, Found]) -> bool:
    """Whether what is taken is seen in another shape, as weights are in a vector with all."""
    if not recording.node_of(record).function.endswith("reshape"):
        return False
    parts = [known.get(int(recording.records["value"][o])) for o in recording.operands(record)]
    size = recording.values[int(recording.records["value"][record])].size
    return any(part is not None and part.is_taken and part.size == size > 1 for part in parts)


def _is_gathered(data: Array, singles: set[float]) -> bool:
    """Whether all numbers of a list were made one by one in the pass, and then put into it."""
    return data.ndim == 1 and singles.issuperset(data.tolist())

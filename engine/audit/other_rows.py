"""Batches whose targets are those of other observations than its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judged import Judged
from engine.audit.matching import same
from engine.audit.passes import Found
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

_FEWEST = 3
"""So many batches are needed to tell."""


def targets_of_other_rows(
    judged: Sequence[Judged], recording: Recording, held: Found | None
) -> Iterator[Finding]:
    """Find batches of ever other inputs with the targets of the first rows of the table.

    Args:
        judged: The passes, in order.
        recording: The recording, for the tables that were there before the first pass.
        held: The array of the script that holds the targets of a batch.
    """
    batches = [(one.model.values["x"], one.model.values["f0"]) for one in judged]
    if len(batches) < _FEWEST:
        return
    rows = len(batches[0][0])
    if any(not same(f0, batches[0][1]) for _, f0 in batches):
        return
    numbers = np.unique(recording.records["value"][: judged[0].one.bounds[0]])
    before = [np.squeeze(recording.values[number]) for number in numbers.tolist() if number >= 0]
    inputs, targets = batches[0]
    for table in _tables(before, inputs.shape[1]):
        picked = [_picked(table, x) for x, _ in batches]
        known = [one for one in picked if one is not None]
        if len(table) <= rows or len(known) < len(batches):
            continue
        if any(np.array_equal(one, known[0]) for one in known[1:]):
            continue
        beside = list(_targets(before, len(table), targets))
        if any(same(own[one], targets) for own in beside for one in known):
            # Some batch has the targets of its own rows.
            return
        if any(same(own[:rows], targets) for own in beside):
            shown = ", ".join(str(row) for row in known[0][:3])
            yield Finding(
                "f0",
                "other-rows",
                f"the targets are those of the first {rows} rows of the table in every batch, but "
                f"the inputs are other rows each time, at first rows {shown}, …: they do not "
                "belong together",
                "take the targets by the same indices as the inputs",
                found=held,
            )
            return


def _tables(arrays: Sequence[Array], columns: int) -> Iterator[Array]:
    """Go through what may be the whole table, observations as rows."""
    for array in arrays:
        if array.ndim == 2:
            yield from (way for way in (array, array.T) if way.shape[1] == columns)


def _picked(table: Array, x: Array) -> Array | None:
    """Return which rows of a table a batch has; None where it has others, or that is not sure."""
    places = {row.tobytes(): number for number, row in enumerate(np.ascontiguousarray(table))}
    picked = [places.get(row.tobytes(), -1) for row in np.ascontiguousarray(x)]
    return None if len(places) < len(table) or min(picked) < 0 else np.array(picked)


def _targets(arrays: Sequence[Array], count: int, like: Array) -> Iterator[Array]:
    """Go through what may be the targets of the whole table, as rows."""
    outputs = like.shape[1]
    for array in arrays:
        if array.shape == (count,) and outputs == 1:
            yield array[:, None]
        elif array.shape == (count,) and np.all(np.isin(array, np.arange(outputs))):
            yield np.eye(outputs)[array.astype(int)]
        elif array.ndim == 2:
            yield from (way for way in (array, array.T) if way.shape == (count, outputs))

"""Batches whose targets are those of other observations than its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged
from engine.audit.passes.matching import same
from engine.audit.passes.one_pass import Found
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

_FEWEST = 3
"""So many batches are needed to tell."""
_FEWEST_ROWS = 4
_MOST_TOGETHER = 0.75
"""The share of rows that have their own targets by chance, at most, as where classes are few."""


def targets_of_other_rows(
    judged: Sequence[Judged], recording: Recording, held: Found | None
) -> Iterator[Finding]:
    """Find batches of which the targets do not belong to the inputs.

    They are those of the first rows of the table each time, or soon no more the table's own.

    Args:
        judged: The passes, in order.
        recording: The recording, for the tables that were there before the first pass.
        held: The array of the script that holds the targets of a batch.
    """
    batches = [(one.model.values["x"], one.model.values["f0"]) for one in judged]
    if len(batches) < _FEWEST:
        return
    numbers = np.unique(recording.records["value"][: judged[0].one.bounds[0]])
    before = [np.squeeze(recording.values[number]) for number in numbers.tolist() if number >= 0]
    if any(not same(f0, batches[0][1]) for _, f0 in batches):
        yield from _no_more_together(batches, before, held)
        return
    rows = len(batches[0][0])
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


def _no_more_together(
    batches: Sequence[tuple[Array, Array]], before: Sequence[Array], held: Found | None
) -> Iterator[Finding]:
    """Find rows of the table that first have their own targets, and then those of others."""
    inputs, targets = batches[0]
    for table in _tables(before, inputs.shape[1]):
        picked = [_picked(table, x) for x, _ in batches]
        if len(table) < _FEWEST_ROWS or any(one is None for one in picked):
            continue
        for own in _targets(before, len(table), targets):
            known = {row.tobytes() for row in np.ascontiguousarray(own)}
            if any(row.tobytes() not in known for _, f0 in batches for row in f0):
                continue
            # To be sure that these are the table's targets, and no other numbers.
            shares = [
                float(np.mean(np.all(own[rows] == f0, axis=1)))
                for rows, (_, f0) in zip(picked, batches, strict=True)
                if rows is not None
            ]
            right = next((n for n, share in enumerate(shares) if share < 1.0), len(shares))
            apart = shares[right:]
            is_sure = len(inputs) == 1 or max(apart, default=1.0) < 1.0
            if right and apart and is_sure and np.mean(apart) < _MOST_TOGETHER:
                yield Finding(
                    "f0",
                    "other-rows",
                    f"the inputs and the targets are in the same order up to pass {right}, and "
                    "then in another: the rows of a batch have the targets of other rows, as "
                    "where one of the two arrays is shuffled again and again and the other is not",
                    "shuffle both by the same indices, both from the table as it was, or both "
                    "from what was shuffled before",
                    right,
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

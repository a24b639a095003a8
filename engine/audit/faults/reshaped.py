"""Targets that were given another shape where they were to be transposed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.audit.findings import Finding
from engine.audit.network.roles import found_at
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array


def reshaped_targets(recording: Recording) -> Iterator[Finding]:
    """Find one-hot rows of which a change of shape makes columns that are none."""
    functions = [node.function.rpartition(".")[2] for node in recording.nodes]
    calls = [number for number, function in enumerate(functions) if function == "reshape"]
    for record in np.flatnonzero(np.isin(recording.records["node"], calls)):
        made = recording.value(int(record))
        given = [recording.value(o) for o in recording.operands(int(record)) if o >= 0]
        table = next((v for v in given if v is not None and v.ndim == 2), None)
        if made is None or table is None or min(table.shape) < 2:
            continue
        if made.shape != table.shape[::-1] or made.shape == table.shape:
            continue
        ways = ((table, made.T), (table.T, made))
        if any(_are_one_hot(before) and not _are_one_hot(after) for before, after in ways):
            rows, columns = made.shape
            yield Finding(
                "f0",
                "reshape",
                "reshape keeps the numbers in their order and does not transpose: in the "
                f"{rows}×{columns} it gives, not each observation has one 1, so the targets "
                "belong to others",
                "transpose the one-hot targets: .T in the place of .reshape(…)",
                found=found_at(recording, int(record)),
            )
            return


def _are_one_hot(rows: Array) -> bool:
    """Whether each row holds a single 1 among zeros."""
    return bool(np.all((rows == 0.0) | (rows == 1.0)) and np.all(rows.sum(axis=1) == 1.0))

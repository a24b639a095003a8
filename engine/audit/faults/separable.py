"""Whether a line, or a plane, can part the classes of a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.formula.tensor import Array

_CERTAIN = 1e-9


def cannot_be_parted(x: Array, is_one: NDArray[np.bool_], *, with_bias: bool) -> bool:
    """Whether it is certain that no weights put the classes on two sides.

    They exist exactly where no mean of the rows, each with the sign of its class, is 0. Such a mean
    is looked for, and proves that there are none; where it is not found, nothing is certain.

    Args:
        x: The table, N × I.
        is_one: For each row whether it belongs to the one class.
        with_bias: Whether the border may lie beside the origin.
    """
    rows = np.column_stack([x, np.ones(len(x))]) if with_bias else x
    rows = rows / max(float(np.max(np.abs(rows))), 1e-300)
    signed = np.where(is_one, 1.0, -1.0)[:, None] * rows
    weights = _least_squares(
        np.vstack([signed.T, np.ones(len(x))]), np.append(np.zeros(rows.shape[1]), 1.0)
    )
    total = float(np.sum(weights))
    return total > 0.5 and bool(np.max(np.abs(signed.T @ weights)) <= _CERTAIN * total)


def _least_squares(table: Array, wanted: Array) -> Array:
    """Solve least squares with no negative weight (Lawson and Hanson)."""
    count = table.shape[1]
    weights, free = np.zeros(count), np.zeros(count, dtype=bool)
    for _ in range(3 * count):
        slope = table.T @ (wanted - table @ weights)
        slope[free] = -np.inf
        best = int(np.argmax(slope))
        if slope[best] <= 1e-12:
            break
        free[best] = True
        while True:
            trial = np.zeros(count)
            trial[free] = np.linalg.lstsq(table[:, free], wanted, rcond=None)[0]
            below = free & (trial <= 0.0)
            if not below.any():
                weights = trial
                break
            gaps = weights[below] - trial[below]
            share = float(np.min(weights[below] / np.where(gaps > 0.0, gaps, 1.0)))
            weights = weights + share * (trial - weights)
            free &= weights > 1e-14
            weights[~free] = 0.0
    return weights

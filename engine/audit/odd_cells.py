"""Scalars written out, of which one is wrong: the neuron whose weights take another step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.audit.matching import factor_of
from engine.maths.operations.operation import Operation
from engine.maths.tensor import Array

if TYPE_CHECKING:
    from engine.audit.judging import Judged

_SAME = 1e-6


def with_odd_cells(
    judged: Judged,
    culprit: Operation,
    gradient: Operation,
    parameter: str,
) -> tuple[Array, list[int]] | None:
    """Return what a script has in the place of a derivative of one row, told from its steps.

    Args:
        judged: The pass, as far as it is judged.
        culprit: The derivative of one row, 1 × H, that was not found.
        gradient: The gradient that reads it.
        parameter: Its parameter.

    Returns:
        The derivative with the cells that the script has instead, and which these are; None where
        not just some of them are others.
    """
    change, right = judged.changes.get(parameter), judged.right[gradient.name]
    whole = judged.right[culprit.name]
    if change is None or whole.shape != (1, right.shape[-1]) or change.shape != right.shape:
        return None
    rate = _rate(judged, parameter)
    if rate is None:
        return None
    theirs, odd = whole.copy(), []
    for column in range(right.shape[-1]):
        share = factor_of(change[..., column], right[..., column], _SAME)
        if share is None:
            return None
        if abs(share / rate - 1.0) > _SAME:
            theirs[0, column] *= share / rate
            odd.append(column)
    return (theirs, odd) if 0 < len(odd) < right.shape[-1] else None


def _rate(judged: Judged, parameter: str) -> float | None:
    """Return what another parameter is changed by, divided by its gradient."""
    for name, change in judged.changes.items():
        gradient = f"dE_d{name}"
        if name != parameter and gradient in judged.matches and np.any(change):
            return factor_of(change, judged.right[gradient], _SAME)
    return None

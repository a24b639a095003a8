"""Scalars written out, of which some are wrong: the neurons whose weights take another step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import product

import numpy as np

from engine.audit.passes.matching import factor_of, same
from engine.formula.tensor import Array
from engine.maths.operations.operation import Operation

_SAME = 1e-6
_FACTORS = (1.0, 0.5, 2.0)
"""The factors that a derivative may get before it goes on."""


def with_odd_cells(
    changes: Mapping[str, Array],
    rights: Mapping[str, Array],
    known: Collection[str],
    culprit: Operation,
    gradient: Operation,
    parameter: str,
    columns: Sequence[Array],
    made_of: Callable[[Array], Array],
) -> tuple[Array, list[int]] | None:
    """Return what a script has in the place of a derivative, told from its steps.

    Args:
        changes: For each parameter what the pass changed it by.
        rights: For each operation our value with the script's operands.
        known: The operations that were found in the script.
        culprit: The derivative, N × H, that was not found.
        gradient: The gradient that reads it.
        parameter: Its parameter.
        columns: What may stand in the place of one of its columns.
        made_of: The gradient that comes of a derivative.

    Returns:
        The derivative with the cells that the script has instead, and which these are; None where
        not just some of them are others.
    """
    change, right = changes.get(parameter), rights[gradient.name]
    whole = rights[culprit.name]
    if change is None or whole.shape[1:] != right.shape[-1:] or change.shape != right.shape:
        return None
    rate = _rate(changes, rights, known, parameter)
    if rate is None:
        return None
    theirs, odd = whole.copy(), []
    for column in range(right.shape[-1]):
        share = factor_of(change[..., column], right[..., column], _SAME)
        if share is None:
            return None
        if abs(share / rate - 1.0) <= _SAME:
            continue
        odd.append(column)
        if len(whole) == 1:
            theirs[0, column] *= share / rate
            continue
        for other, factor in product(columns, _FACTORS):
            theirs[:, column] = factor * other
            if same(made_of(theirs)[..., column], change[..., column] / rate, _SAME):
                break
        else:
            return None
    return (theirs, odd) if 0 < len(odd) < right.shape[-1] else None


def _rate(
    changes: Mapping[str, Array],
    rights: Mapping[str, Array],
    known: Collection[str],
    parameter: str,
) -> float | None:
    """Return what another parameter is changed by, divided by its gradient."""
    for name, change in changes.items():
        gradient = f"dE_d{name}"
        if name != parameter and gradient in known and np.any(change):
            return factor_of(change, rights[gradient], _SAME)
    return None

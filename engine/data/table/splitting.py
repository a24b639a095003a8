"""Draws the observations that are held out for validation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import InputError


def hold_out(
    observations: int, share: float, seed: int, groups: NDArray[np.intp] | None = None
) -> NDArray[np.bool_]:
    """Choose which observations to hold out.

    Of each group as large a share is taken as of all, up to one observation: the whole
    numbers below first, then one more where most is missing.

    Args:
        observations: N.
        share: Between 0 and 1; at least one observation is held out and one is not.
        seed: Of `numpy.random.RandomState`.
        groups: For N observations, the number of the class of each.

    Raises:
        InputError: There are too few observations.
    """
    if observations < 2:
        raise InputError("--split: one observation cannot be split; give the table more lines")
    wanted = min(max(round(share * observations), 1), observations - 1)
    random = np.random.RandomState(seed)
    if groups is None:
        groups = np.zeros(observations, dtype=np.intp)
    sizes = np.bincount(groups)
    exact = sizes * (wanted / observations)
    # The last observation of a class is never held out, so that it can be learned.
    quota = np.minimum(np.floor(exact + 1e-9).astype(np.intp), np.maximum(sizes - 1, 0))
    for group in np.argsort(quota - exact, kind="stable"):
        if quota.sum() < wanted and quota[group] < sizes[group] - 1:
            quota[group] += 1
    held = np.zeros(observations, dtype=np.bool_)
    for group, count in enumerate(quota):
        members = np.flatnonzero(groups == group)
        held[random.permutation(members)[:count]] = True
    if not held.any():
        raise InputError("--split: every class has one observation only; none can be held out")
    return held

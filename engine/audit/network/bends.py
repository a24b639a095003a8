"""Activations with a constant of the script's own: a slope of leaky relu, the α of elu."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.audit.network.linear import activated
from engine.audit.passes.matching import Match, as_rows, same
from engine.audit.passes.one_pass import Pass
from engine.common.numbers import general, rounded
from engine.formula.tensor import Array
from engine.maths.activations import ACTIVATIONS

_BELOW: dict[str, Callable[[float], float]] = {"leaky-relu": float, "elu": np.expm1}
"""The function of a negative pre-activation that the constant multiplies, by its family."""
_ROUNDING = 1e-12
"""Up to which share of the largest number z may be off: of rows put together we compute it anew."""


def bends_of(one: Pass, z: Array, after: int) -> Iterator[tuple[str, Match]]:
    """Go through what a pass makes of pre-activations by an activation with its own constant.

    Args:
        one: The pass.
        z: The pre-activations, N × H.
        after: The record after which it was made.
    """
    positive = z >= 0.0
    if positive.all() or not positive.any():
        return
    for found in one.by_size.get(z.size, ()):
        if found.first <= after:
            continue
        for a, transposed in as_rows(found, (z.shape[0], z.shape[1])):
            name = _named(z, a, positive)
            if name:
                yield name, Match(found, 1.0, transposed)
                break


def _named(z: Array, a: Array, positive: NDArray[np.bool_]) -> str:
    """Return the activation that gives a, which leaves what is positive as it is, or ""."""
    if not same(a[positive], z[positive], _ROUNDING):
        return ""
    at = np.unravel_index(np.argmin(z), z.shape)
    for family, below in _BELOW.items():
        constant = float(a[at] / below(z[at]))
        is_short = np.isclose(constant, rounded(constant, 3), rtol=1e-9, atol=0.0)
        if not is_short and np.count_nonzero(~positive) == 1:
            # Some constant turns any number into any other; one that was chosen is short.
            continue
        name = f"{family}:{general(constant, 10)}"
        try:
            name = ACTIVATIONS[name].name
        except KeyError:
            continue
        if same(activated(name, z), a):
            return name
    return ""

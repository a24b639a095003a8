"""Arithmetic with ends and spreads that neither overflows nor vanishes, whatever the numbers."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, TypeVar, cast

from engine.common.lazy_numpy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LARGEST = sys.float_info.max
_Numbers = TypeVar("_Numbers", float, "Array")


def exponent_of(*ends: float) -> int:
    """Return the power of two that is just above the largest magnitude; 0 if all are 0."""
    return math.frexp(max(map(abs, ends), default=0.0))[1]


def largest_exponent(values: Array) -> int:
    """Return the power of two that is just above the largest finite magnitude of an array."""
    finite = values[np.isfinite(values)]
    return exponent_of(float(finite.min()), float(finite.max())) if finite.size else 0


def scaled(values: _Numbers, exponent: int) -> _Numbers:
    """Multiply by a power of two, which is exact except for what leaves the finite numbers."""
    with np.errstate(all="ignore"):
        return cast("_Numbers", np.ldexp(values, exponent))


def share(values: _Numbers, low: float, high: float) -> _Numbers:
    """Return where between two ends numbers lie: 0 at the first, 1 at the second.

    Args:
        values: A number or an array; what is not finite, or far beyond the ends, may give
            what is not finite.
        low: The first end.
        high: The second one; if it is the same, all that is finite lies in the middle.
    """
    power = -exponent_of(low, high)
    start, end = scaled(low, power), scaled(high, power)
    if start == end:
        return values * 0.0 + 0.5
    with np.errstate(all="ignore"):
        return (scaled(values, power) - start) / (end - start)


def widened(low: float, high: float, part: float, least: float = 0.0) -> tuple[float, float]:
    """Move two ends apart, each by a part of their distance or, of none, of their magnitude.

    Args:
        low: The smaller one.
        high: The larger one.
        part: The part.
        least: By how much at least, if there is no distance.

    Returns:
        Two finite numbers that differ.
    """
    distance = high - low
    air = part * distance if math.isfinite(distance) else part * high - part * low
    if not air or low - air == low or high + air == high:
        air = max(part * abs(low), part * abs(high), least) or 1.0
        air = air if low - air < low else 1.0
    return max(low - air, -LARGEST), min(high + air, LARGEST)


def between(low: Array, high: Array, part: Array) -> Array:
    """Return what lies between two arrays, 0 being the first and 1 the second.

    What is not finite counts only where its part is not 0.
    """
    with np.errstate(all="ignore"):
        found = low + (high - low) * part
        weighted = low * (1.0 - part) + high * part
    lost = np.isfinite(low) & np.isfinite(high) & ~np.isfinite(found)
    found = np.where(lost, weighted, found)
    return cast("Array", np.where(part == 0.0, low, np.where(part == 1.0, high, found)))


def mean(columns: Array) -> Array:
    """Return the mean of each column, which is a finite number if its values are."""
    return cast("Array", scaled((columns / 2.0**64).mean(axis=0), 64))

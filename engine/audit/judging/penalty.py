"""Penalties of large weights, as they show in a gradient: λ₂·w of squares, λ₁·sign(w) of sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as pairs

import numpy as np
from numpy.typing import NDArray

from engine.audit.passes.matching import is_telling, same
from engine.common.numbers import general
from engine.common.text import subscript
from engine.formula.tensor import Array

_LEAST, _LARGEST = 1e-6, 1.0
"""Between which numbers of a script λ is looked for."""
_MOST_CONSTANTS = 6
_SURPLUS = 2
"""The cells that a gradient must have beyond the unknown shares for these to be fitted."""


@dataclass(frozen=True)
class Penalty:
    """A gradient that is a multiple of ours, and what is added to it.

    Attributes:
        factor: Theirs divided by ours.
        square: λ₂, the share of the parameter.
        size: λ₁, the share of its sign.
    """

    factor: float
    square: float
    size: float


def may_hold_one(rows: Array, right: Array, weights: Array) -> NDArray[np.bool_]:
    """Return which arrays, each a row, may be a gradient with a penalty: most are told quickly.

    Args:
        rows: The arrays of the script.
        right: The gradient without a penalty.
        weights: The parameter.
    """
    found = np.zeros(len(rows), dtype=bool)
    for turned in (False, True) if min(right.shape) > 1 else (False,):
        parts = [part.T if turned else part for part in (right, weights, np.sign(weights))]
        basis, _ = np.linalg.qr(np.column_stack([np.ravel(part) for part in parts]))
        with np.errstate(all="ignore"):
            rest = np.max(np.abs(rows - rows @ basis @ basis.T), axis=1)
            found |= rest <= 1e-6 * np.max(np.abs(rows), axis=1)
    return found


def penalty_in(
    theirs: Array, right: Array, weights: Array, constants: Sequence[float]
) -> Penalty | None:
    """Return the penalty with which a gradient of ours is theirs; None where there is none.

    Args:
        theirs: An array of the script.
        right: The gradient without a penalty, with the script's own operands.
        weights: The parameter.
        constants: The numbers that stand in the script, of which λ may be one.
    """
    if not (np.isfinite(theirs).all() and theirs.shape == right.shape == weights.shape):
        return None
    exact = next(_of_constants(theirs, right, weights, constants), None)
    if exact is not None:
        return exact
    signs = np.sign(weights)
    for parts in ((right, weights), (right, signs), (right, weights, signs)):
        shares = _shares(theirs, parts)
        if shares is not None:
            square = shares[1] if parts[1] is weights else 0.0
            return Penalty(shares[0], square, shares[-1] if parts[-1] is signs else 0.0)
    return None


def _shares(theirs: Array, parts: Sequence[Array]) -> list[float] | None:
    """Return the shares of which theirs is the sum; None where there are none, or one is naught."""
    is_two = len(parts) == 2
    if theirs.size < len(parts) + (1 if is_two else _SURPLUS):
        return None
    if not all(is_telling(part) for part in parts[: 2 if is_two else 3]):
        return None
    table = np.column_stack([part.ravel() for part in parts])
    solution, _, rank, _ = np.linalg.lstsq(table, theirs.ravel(), rcond=None)
    if rank < len(parts) or not same(theirs.ravel(), table @ solution, 1e-8):
        return None
    sizes = np.abs(solution) * np.max(np.abs(table), axis=0)
    return solution.tolist() if np.min(sizes) > 1e-7 * np.max(sizes) else None


def _of_constants(
    theirs: Array, right: Array, weights: Array, constants: Sequence[float]
) -> Iterator[Penalty]:
    """Go through the penalties with numbers of the script for λ, which fit to the last digits."""
    known = [0.0, *[c for c in constants if _LEAST < c < _LARGEST][:_MOST_CONSTANTS]]
    at = int(np.argmax(np.abs(weights)))
    weight = float(weights.flat[at])
    sign = float(np.sign(weight))
    for factor in (1.0, -1.0):
        rest = factor * float(theirs.flat[at]) - float(right.flat[at])
        limit = 1e-9 * (abs(float(right.flat[at])) + abs(weight))
        for square, size in pairs(known, known):
            is_there = bool(square or size) and abs(rest - square * weight - size * sign) <= limit
            if is_there and same(
                theirs, factor * (right + square * weights + size * np.sign(weights))
            ):
                yield Penalty(factor, factor * square, factor * size)


def penalties_in_words(squares: Mapping[str, float], sizes: Mapping[str, float]) -> str:
    """Write the penalties that are added to E, e.g. " + ½·0.1·(Σv² + Σw²)".

    Args:
        squares: λ₂ of each weight that has one.
        sizes: λ₁ of each.
    """
    terms = []
    for shares, head, form in ((squares, "½·", "Σ{}²"), (sizes, "", "Σ|{}|")):
        alike: dict[str, list[str]] = {}
        for name, share in sorted(shares.items()):
            alike.setdefault(general(share, 6), []).append(form.format(subscript(name)))
        for times, sums in alike.items():
            told = " + ".join(sums)
            terms.append(f"{head}{times}·{told if len(sums) == 1 else f'({told})'}")
    return "".join(f" + {term}" for term in terms)

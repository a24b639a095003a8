"""Finding numbers again: an array among those of a pass, up to a factor and a transposition.

Names say little in a stranger's script, values say all: two arrays that agree in each digit are
the same quantity. One sign and one factor may be another convention; they are told with the match.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product as pairs

import numpy as np

from engine.audit.passes.one_pass import Found, Pass
from engine.formula.tensor import Array

TOLERANCE = 1e-9
"""Up to which share of the largest number two arrays may differ: the order of sums is free."""


_LEAST = 1e-150


@dataclass(frozen=True)
class Match:
    """An array of the script that is a wanted one.

    Attributes:
        found: The array.
        factor: Theirs divided by the wanted one.
        transposed: Whether theirs has rows and columns the other way round.
    """

    found: Found
    factor: float
    transposed: bool


def factor_of(theirs: Array, wanted: Array, tolerance: float = TOLERANCE) -> float | None:
    """Return the number that the wanted array times it is theirs; None where there is none."""
    if theirs.shape != wanted.shape or not wanted.size:
        return None
    size = np.abs(wanted)
    at = int(np.argmax(np.where(np.isfinite(size), size, -1.0)))
    if not size.flat[at] > 0.0 or not np.isfinite(theirs.flat[at]):
        return None
    factor = float(theirs.flat[at] / wanted.flat[at])
    if factor == 0.0:
        return None
    return factor if same(theirs, factor * wanted, tolerance) else None


def same(theirs: Array, wanted: Array, tolerance: float = TOLERANCE) -> bool:
    """Whether two arrays of one shape are the same up to rounding."""
    if theirs.shape != wanted.shape:
        return False
    with np.errstate(all="ignore"):
        apart = np.abs(theirs - wanted)
        scale = float(np.abs(wanted).max(initial=0.0))
        is_near = bool((apart <= tolerance * scale + 1e-300).all())
    return is_near or (math.isinf(scale) and np.array_equal(theirs, wanted))


def is_telling(array: Array) -> bool:
    """Whether an array can be told from others: arrays of equal numbers match everything.

    So do numbers so small that products of them are 0.
    """
    low, high = float(array.min()), float(array.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        return False
    largest = max(abs(low), abs(high))
    return array.size == 1 or (high - low > 1e-12 * largest and largest > _LEAST)


def as_rows(found: Found, shape: tuple[int, int]) -> Iterator[tuple[Array, bool]]:
    """Go through the ways to see an array as rows × columns, and whether it is transposed."""
    rows, columns = shape
    data = np.squeeze(found.data)
    if data.ndim > 2:
        return
    if found.size != rows * columns:
        return
    if data.ndim < 2:
        if rows == 1 or columns == 1:
            given = found.data
            yield given.reshape(shape), given.shape == (columns, rows) and rows != columns
        return
    if data.shape == shape:
        yield data, False
    if data.shape == (columns, rows):
        yield data.T, True


def find(
    one: Pass,
    wanted: Array,
    *,
    after: int = -1,
    before: int | None = None,
    free: bool = True,
    tolerance: float = TOLERANCE,
) -> Iterator[Match]:
    """Go through the arrays of a pass that are a wanted one, rows × columns, the earliest first.

    Args:
        one: The pass.
        wanted: The numbers looked for.
        after: The record after which the array was made.
        before: The record before which it was made.
        free: Whether a factor is allowed.
        tolerance: Up to which share of the largest number they may differ.
    """
    yield from _whole(one, wanted, after, before, free, tolerance)
    if one.scalars and wanted.size > 1:
        yield from _by_parts(one, wanted, after, before, free, tolerance)


_FACTORS = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)
"""Factors of what is put together: single numbers have too many others by chance."""


def _by_parts(
    one: Pass, wanted: Array, after: int, before: int | None, free: bool, tolerance: float
) -> Iterator[Match]:
    """Find an array of which each column, or each cell, is there by itself, with one factor."""
    rows = one.scalars[0]["z"].size // one.scalars[0]["weights"].data.shape[1]
    sizes = {1.0, 1.0 / rows, float(rows)}
    factors = [share * size for share in _FACTORS for size in sizes] if free else [1.0]
    ways = [list(wanted.reshape(-1, 1, 1))]
    if len(wanted) > 1 and wanted.shape[1] > 1:
        ways.insert(0, [column[:, None] for column in wanted.T])
    for parts, factor in pairs(ways, factors):
        firsts = []
        for part in parts:
            hit = next(
                (
                    match.found
                    for match in _whole(one, factor * part, after, before, False, tolerance)
                    if not match.found.is_taken
                ),
                None,
            )
            if hit is None:
                break
            firsts.append(hit)
        else:
            last = max(found.first for found in firsts)
            head = firsts[0]
            made = Found(factor * wanted, last, head.records, head.site, False, True)
            yield Match(made, factor, False)


def _whole(
    one: Pass, wanted: Array, after: int, before: int | None, free: bool, tolerance: float
) -> Iterator[Match]:
    members = one.by_size.get(wanted.size, ())
    if not members:
        return
    for number in sorted(_close(one, wanted, tolerance, free)):
        found = members[number]
        if found.first <= after or (before is not None and found.first >= before):
            continue
        for data, transposed in as_rows(found, (wanted.shape[0], wanted.shape[1])):
            factor = factor_of(data, wanted, tolerance)
            # Sums and inputs of scalars are multiples of a gradient of one row, and no gradient.
            fixed = not free or found.site[0] == "scalars"
            if factor is not None and (not fixed or abs(factor - 1.0) <= tolerance):
                yield Match(found, factor, transposed)
                break


def _close(one: Pass, wanted: Array, tolerance: float, free: bool) -> set[int]:
    """Return which arrays of its size may be the wanted one, one way round or the other."""
    near: set[int] = set()
    rows = one.rows(wanted.size)
    for way in (wanted, wanted.T) if min(wanted.shape) > 1 else (wanted,):
        flat = way.ravel()
        at = int(np.abs(flat).argmax())
        cell = float(flat[at])
        limit = 4 * tolerance * abs(cell)
        if free:
            left = np.flatnonzero(rows[:, at])
        else:
            # One cell rules most of them out.
            least = limit + 1e-300
            left = one.rows_between(wanted.size, at, cell - least, cell + least)
        if not len(left):
            continue
        with np.errstate(all="ignore"):
            factors = rows[left, at] / cell if free else np.ones(len(left))
            places = (
                slice(None) if flat.size <= 64 else np.linspace(0, flat.size - 1, 64).astype(int)
            )
            apart = np.abs(rows[left][:, places] - factors[:, None] * flat[places])
            is_near = (apart <= (np.abs(factors) * limit + 1e-300)[:, None]).all(axis=1)
        near.update(left[is_near].tolist())
    return near


def first(one: Pass, wanted: Array, **how: object) -> Match | None:
    """Return the first of what `find` finds."""
    return next(find(one, wanted, **how), None)  # type: ignore[arg-type]

"""The whole multiplied by what is often forgotten, or done twice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from math import prod

from engine.formula.tensor import Axis
from engine.formula.tree import (
    Formula,
    Number,
    Size,
)
from engine.formula.writing import in_symbols
from engine.mistakes.edits import Edit


def factors(tree: Formula, rows: Axis | None, outputs: Axis | None) -> Iterator[Edit]:
    """Multiply the whole by what is often forgotten, or done twice.

    Args:
        tree: The whole.
        rows: What the observations are.
        outputs: What the outputs are.
    """
    two = Number(2.0)
    n, o = (None if axis is None else Size(axis) for axis in (rows, outputs))
    choices: list[tuple[list[Formula], list[Formula]]] = [([two], []), ([], [two])]
    for sizes in ([n], [n, o], [o]):
        known: list[Formula] = [size for size in sizes if size is not None]
        if len(known) == len(sizes):
            choices += [(known, []), ([], known)]
            if n in sizes:
                choices += [([two], known), (known, [two])]
    seen = {1.0}
    for by, down in choices:
        size = prod(map(_value, by)) / prod(map(_value, down))
        if size in seen:
            continue
        seen.add(size)
        wrong = reduce(lambda so_far, factor: factor * so_far, by, tree)
        wrong = reduce(lambda so_far, factor: so_far / factor, down, wrong)
        is_size = any(isinstance(factor, Size) for factor in (*by, *down))
        says = _how_much("·".join(map(in_symbols, by)), "·".join(map(in_symbols, down)))
        yield Edit(wrong, "reduction" if is_size else "factor", says)


def _how_much(by: str, down: str) -> str:
    """Say how much too large or too small something is."""
    if by and down:
        below = f"({down})" if "·" in down else down
        return f"{by}/{below} times as large as it should be"
    if (by or down) == "2":
        return f"{'twice' if by else 'half'} as large as it should be"
    if by:
        return f"{by} times too large: it is to be divided by {by}"
    return f"{down} times too small: it is divided by {down} once too often"


def _value(factor: Formula) -> float:
    if isinstance(factor, Size):
        return float(len(factor.axis.labels))
    assert isinstance(factor, Number)
    return factor.value

"""Numbers in columns: always as wide as their neighbours, the decimal points in line."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.common.numbers import (
    decimal,
    dimensions,
    general,
    scientific,
    shorten_exponent,
    true_minus,
)

if TYPE_CHECKING:
    from engine.formula.tensor import Array

NOT_COMPUTED = "·"
NARROWEST = 7
_DIGIT_BEHIND = re.compile(r"\.\d")
_WIDTHS = (11, 9, 8, NARROWEST)
_MOST_WHOLE_DIGITS = 3

_FEW = 3
"""The digits behind the point where few are shown."""


@dataclass
class _Shown:
    """The way the whole screen writes numbers."""

    decimals: int | None = None
    """The digits behind the point at most; None for as many as fit."""


_shown = _Shown()


def show_few_digits(few: bool) -> None:
    """Write the numbers in columns with three digits behind the point, or with all that fit."""
    _shown.decimals = _FEW if few else None


def width_for(columns: int, room: int) -> int:
    """Return the largest width at which the columns, a space before each, fit into the room."""
    for width in _WIDTHS:
        if columns * (width + 1) <= room:
            return width
    return NARROWEST


def whole_digits(largest: float) -> int:
    """Return the digits before the point that a column needs for its largest magnitude."""
    if largest < 9.5:
        return 1
    return min(len(str(int(min(largest, 1e9) * 1.01))), _MOST_WHOLE_DIGITS)


def fixed(value: float, width: int, whole: int = 1) -> str:
    """Write a number with its sign, in exactly a number of cells.

    A number too large for its column has fewer decimals. One too small for them, or with more
    digits before the point than there are cells, is written with an exponent, so that only 0
    itself reads as 0.

    Args:
        value: The number.
        width: The cells it takes, at least 7.
        whole: The digits before the point that its column has room for.
    """
    room, width = width, _narrowed(width, whole)
    decimals = width - 2 - whole
    if not math.isfinite(value):
        return true_minus(f"{value:+}").rjust(room)
    if value == 0.0:
        return decimal(0.0, decimals).rjust(room)
    if 10.0 ** (1 - decimals) <= abs(value) < 10.0**whole - 0.5 * 10.0**-decimals:
        text = f"{value:+.{decimals}f}"
    elif 1.0 <= abs(value) < 10.0 ** (width - 1) - 0.5:
        text = _whole(value, width)
    else:
        # The point of a small number is in line with those beside it, if it then has a digit.
        aligned = _scientific(value, width + 1 - whole) if abs(value) < 1.0 else ""
        wide = room if _shown.decimals is None else min(room, len("−1.23e−4"))
        text = aligned if _DIGIT_BEHIND.search(aligned) else _scientific(value, wide)
    return true_minus(text).rjust(room)


def _narrowed(width: int, whole: int) -> int:
    """Return the cells of a number, fewer than its column has where few digits are shown."""
    return width if _shown.decimals is None else min(width, 2 + whole + _shown.decimals)


def _whole(value: float, width: int) -> str:
    """Write a number with all digits before the point and as many behind it as there is room."""
    texts = (f"{value:+.{decimals}f}" for decimals in range(width - 3, -1, -1))
    return next(text for text in texts if len(text) <= width)


def _scientific(value: float, width: int) -> str:
    """Write a number with a short exponent and as many digits as there is room for."""
    for digits in range(width - 5, -1, -1):
        text = shorten_exponent(f"{value:+.{digits}e}")
        if len(text) <= width:
            break
    return text


def missing(width: int, whole: int = 1) -> str:
    """Write the placeholder of a missing value, in line with the last whole digit."""
    return (" " * whole + NOT_COMPUTED).ljust(_narrowed(width, whole)).rjust(width)


def given(values: Sequence[float] | Array, most: int = 6) -> list[str]:
    """Write a column of the user's own numbers as briefly as they were given, in line.

    Args:
        values: The numbers.
        most: The significant digits that are kept; a whole part is never rounded below a
            million.
    """
    texts = [true_minus(_brief(value, most)) for value in values]
    if any("e" in text for text in texts):
        widest = max(map(len, texts))
        return [text.rjust(widest) for text in texts]
    parts = [text.partition(".") for text in texts]
    whole = max((len(before) for before, _, _ in parts), default=0)
    fraction = max((len(point + after) for _, point, after in parts), default=0)
    return [before.rjust(whole) + (point + after).ljust(fraction) for before, point, after in parts]


def _brief(value: float, most: int) -> str:
    if 10.0**most <= abs(value) < 1e6:
        return decimal(value, 0)
    text = general(value, most)
    mantissa, exponent, power = scientific(value, most - 1).partition("e")
    if not exponent:
        return text
    short = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(power)}"
    return text if "e" not in text and len(text) <= max(most + 3, len(short)) else short


def shape_text(shape: Sequence[int]) -> str:
    """Write a shape, e.g. ``4×3``; a scalar is 1."""
    return dimensions(shape, "1")


def largest_magnitude(array: Array) -> float:
    """Return the largest finite magnitude in an array, 0 if there is none."""
    # Imported here, as the first frame has no numbers and need not wait for it.
    import numpy as np

    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0

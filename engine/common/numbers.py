"""The ways to write a number in a sentence, a list or a report, each once.

Numbers that stand in columns on the screen are written by ``tui.drawing.numbers``, which builds on
this module. Files and JSON hold Python's own ``repr`` and are no concern of either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MINUS = "−"

_GROUPED = re.compile(r"[+\-]?\d{1,3}(,\d{3})+")
_GB, _MB = 1e9, 1e6
_UNITS = ((_GB, "GB"), (_MB, "MB"), (1e3, "kB"))


def true_minus(text: str) -> str:
    """Replace the hyphen before a number or an exponent by a minus sign."""
    return text.replace("-", MINUS)


def grouped(count: float) -> str:
    """Write a count with commas between its thousands, e.g. ``10,000``."""
    return f"{count:,}"


def ungrouped(number: str) -> str:
    """Remove the commas between the thousands of a whole number; ``1,5`` stays as it is."""
    return number.replace(",", "") if _GROUPED.fullmatch(number) else number


def general(value: float, digits: int = 6) -> str:
    """Write a number as it would be typed, rounded to a number of significant digits."""
    return f"{value:.{digits}g}"


def rounded(value: float, digits: int) -> float:
    """Round a number to a number of significant digits."""
    return float(f"{value:.{digits}g}")


def general_grouped(value: float, digits: int = 6) -> str:
    """Write a number like ``general``, with commas between its thousands."""
    return f"{value:,.{digits}g}"


def format_number(value: float, digits: int = 8) -> str:
    """Write a number as in a formula: a minus sign, no negative zero.

    Args:
        value: The number.
        digits: The significant digits that are kept.
    """
    return true_minus(general(value + 0.0, digits))


def exact(value: float) -> str:
    """Write a number with all digits that it takes to tell it from every other one."""
    return true_minus(repr(value))


def decimal(value: float, decimals: int) -> str:
    """Write a number with a fixed number of decimals and no exponent."""
    return f"{value:.{decimals}f}"


def scientific(value: float, decimals: int = 6) -> str:
    """Write a number with an exponent, e.g. ``2.500000e-01``."""
    return f"{value:.{decimals}e}"


def shorten_exponent(text: str) -> str:
    """Remove the padding of an exponent, e.g. ``1.2e-03`` becomes ``1.2e-3``."""
    mantissa, exponent, power = text.partition("e")
    return f"{mantissa}e{int(power)}" if exponent else text


def relative_error(error: float, decimals: int = 1) -> str:
    """Write an error, of which only the magnitude matters, e.g. ``1.3e-08``."""
    return scientific(error, decimals)


def percent(share: float, decimals: int = 0, unit: str = "%") -> str:
    """Write a share of 1 in hundredths, e.g. ``97%``."""
    return f"{decimal(100 * share, decimals)}{unit}"


def duration(seconds: float) -> str:
    """Write a duration in seconds, to the millisecond."""
    return f"{decimal(seconds, 3)} s"


def per_second(rate: float) -> str:
    """Write a rate in two significant digits, so that it does not flicker."""
    return f"{float(general(rate, 2)):,.0f}" if rate >= 10 else decimal(rate, 1)


def gigabytes(size: float) -> str:
    """Write a number of bytes in GB with one decimal."""
    return f"{size / _GB:,.1f} GB"


def megabytes(size: float, decimals: int = 0, unit: float = _MB) -> str:
    """Write a number of bytes in MB.

    Args:
        size: The number of bytes.
        decimals: The decimals that are kept.
        unit: The bytes of one MB; 2**20 where a budget is set in these.
    """
    return f"{size / unit:,.{decimals}f} MB"


def dimensions(shape: Sequence[int], scalar: str = "scalar") -> str:
    """Write a shape, e.g. ``4×3``.

    Args:
        shape: The length of each axis.
        scalar: The word for a shape without axes.
    """
    return "×".join(map(str, shape)) or scalar


def file_size(size: int) -> str:
    """Write the size of a file in the largest unit of which there is at least one."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{decimal(size / unit, 1)} {name}"
    return f"{size} B"

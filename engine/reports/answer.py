"""The answer to an expression, as text and as an object for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.common.json_safe import plain
from engine.common.numbers import format_number, grouped, true_minus
from engine.common.text import counted

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.inspection.ask import Scan

_DIGITS = 9
_MOST = 200
"""Numbers of a matrix that are all written."""


def value_text(value: Array) -> str:
    """Write a value of any shape with up to nine significant digits, a matrix row by row."""
    if value.dtype == bool:
        return str(value).replace("True", "true").replace("False", "false")
    if not value.shape:
        return format_number(float(value), _DIGITS)
    text = np.array2string(value + 0.0, precision=_DIGITS, threshold=_MOST, max_line_width=100)
    return true_minus(text)


def scan_text(scan: Scan) -> str:
    """Write where over many iterations a value is largest and smallest, or first true."""
    largest, smallest = scan.largest, scan.smallest
    if largest is None or smallest is None:
        return "it has no value in these iterations"
    span = f"iterations {grouped(scan.first)} to {grouped(scan.first + scan.values.size - 1)}"
    missing = int(np.isnan(scan.values).sum())
    if missing:
        span += f", of which {grouped(missing)} {'has' if missing == 1 else 'have'} no value"
    if not scan.query.is_condition:
        return f"{span}\nlargest  {_extreme(*largest)}\nsmallest {_extreme(*smallest)}"
    if not largest[1]:
        return f"{span}: never true"
    times = int((scan.values == 1.0).sum())
    return f"{span}: true {counted(times, 'time')}, first in iteration {grouped(largest[0])}"


def _extreme(iteration: int, value: float) -> str:
    return f"{format_number(value, _DIGITS)} in iteration {grouped(iteration)}"


def value_object(expression: str, value: Array, iteration: int) -> dict[str, Any]:
    """Describe a value for JSON."""
    return {"expression": expression, "iteration": iteration, "value": plain(value)}


def scan_object(scan: Scan) -> dict[str, Any]:
    """Describe the values over many iterations for JSON; one that is missing is "NaN"."""
    described: dict[str, Any] = {
        "expression": scan.query.text,
        "first": scan.first,
        "last": scan.first + scan.values.size - 1,
    }
    if scan.query.is_condition:
        true = np.flatnonzero(scan.values == 1.0)
        described["true"] = int(true.size)
        described["first_true"] = scan.first + int(true[0]) if true.size else None
    else:
        described["largest"] = _extreme_object(scan.largest)
        described["smallest"] = _extreme_object(scan.smallest)
    return {**described, "values": plain(scan.values)}


def _extreme_object(extreme: tuple[int, float] | None) -> dict[str, Any] | None:
    return None if extreme is None else {"iteration": extreme[0], "value": plain(extreme[1])}

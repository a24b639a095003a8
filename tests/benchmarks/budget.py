"""A measured value beside its budget, and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured.
        value: The measured value.
        limit: What it is held against.
        form: How both are written, as for `str.format`.
        detail: The numbers behind the value.
        at_least: Whether the limit is the smallest allowed value and not the largest.
        is_missing: Whether what it is held against is not installed.
    """

    what: str
    value: float
    limit: float
    form: str
    detail: str
    at_least: bool = False
    is_missing: bool = False

    @property
    def holds(self) -> bool:
        """Whether the value keeps within the budget."""
        if self.is_missing:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The line as text."""
        if self.is_missing:
            return self.what, "not installed", "", ""
        measured = f"{self.form.format(self.value)} ({self.detail})"
        budget = f"{'≥' if self.at_least else '≤'} {self.form.format(self.limit)}"
        return self.what, measured, budget, "holds" if self.holds else "does not hold"


def table(rows: Sequence[Row]) -> str:
    """Write the rows under their headings, in columns."""
    lines = [("what", "measured", "budget", "verdict"), *(row.cells for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join([padded[0], rule, *padded[1:]])

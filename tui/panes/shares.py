"""Divides a line of the listing among phase, formula, shape and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.drawing.numbers import NARROWEST

_GAP = 1
"""Cells before the numbers, each of which has a blank of its own in front."""
ELLIPSIS = 2
_NUMBER = NARROWEST + 1
_NUMBERS = 4
"""The most numbers that are wanted, the values of four observations."""
_ENOUGH = 2
"""Numbers for which the phase and the formula's right-hand side are given up."""
_MAY_BE_CUT = 2
"""The number of formulas that may be cut before a number is given up."""
_LEGIBLE, _LEAST = 17, 12
"""From how many cells of a formula the phase is given up, and from how many it shows any."""


@dataclass(frozen=True)
class Shares:
    """The cells of each part of a line, a blank before the shape included; 0 for left out.

    Attributes:
        phase: The cells of the phase.
        formula: Cells of the formula.
        shape: Cells of the shape.
        symbols: Whether only the left-hand sides of the formulas are written.
    """

    phase: int
    formula: int
    shape: int
    symbols: bool = False

    @property
    def gap(self) -> int:
        """The cells before the numbers, beside the blank of each."""
        return 0 if self.symbols else _GAP


def share_out(
    room: int, formulas: Sequence[int], symbols: int, phase: int, shape: int, most: int
) -> Shares:
    """Divide a line among its parts, numbers first.

    First the shape is given up, then all but the beginning of the formula and the phase, and
    last the right-hand side of the formula.

    Args:
        room: The cells there are.
        formulas: The cells that each formula takes.
        symbols: The cells of the longest left-hand side.
        phase: The cells that the phase takes.
        shape: The cells that the longest shape takes.
        most: How many numbers the largest tensor has.
    """
    beside, wanted = (phase, shape + 1), min(most, _NUMBERS)
    fallback = Shares(0, symbols, 0, symbols=True)
    return next(_candidates(room, formulas, symbols, beside, wanted), fallback)


def _candidates(
    room: int, formulas: Sequence[int], symbols: int, beside: tuple[int, int], most: int
) -> Iterator[Shares]:
    """Yield what fits, the best first."""
    phase, shape = beside
    longest, nearly = max(formulas), sorted(formulas)[:-_MAY_BE_CUT]
    for count in range(most, min(most, _ENOUGH) - 1, -1):
        numbers = _GAP + count * _NUMBER
        for cells, more in ((shape, 0), (0, ELLIPSIS)):
            # Where the shape is told, one sees from that how many numbers there are.
            left = room - phase - cells - numbers - more
            if left >= (nearly or formulas)[-1]:
                yield Shares(phase, min(left, longest), cells)
    left = room - _GAP - min(most, _ENOUGH) * _NUMBER - ELLIPSIS
    if left - phase >= _LEGIBLE:
        yield Shares(phase, min(left - phase, longest), 0)
    if left >= _LEAST:
        yield Shares(0, min(left, longest), 0)
    if left >= symbols:
        yield Shares(0, symbols, 0, symbols=True)

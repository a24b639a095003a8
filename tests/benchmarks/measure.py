"""Timing two things in turns, so that what slows the machine down slows both."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter, process_time

Measure = Callable[[], float]


@dataclass(frozen=True)
class Comparison:
    """What two measures gave, round by round."""

    first: list[float]
    second: list[float]

    def __add__(self, other: Comparison) -> Comparison:
        return Comparison(self.first + other.first, self.second + other.second)

    @property
    def ratio(self) -> float:
        """The median over the rounds of first / second."""
        return median(self._ratios())

    @property
    def inverse(self) -> Comparison:
        """The second against the first."""
        return Comparison(self.second, self.first)

    def spread(self, form: str) -> str:
        """Tell between which ratios the middle half of the rounds lies."""
        low, _, high = quantiles(self._ratios())
        return f"half of the rounds {form.format(low)} to {form.format(high)}"

    def medians(self, unit: str, scale: float, form: str) -> str:
        """Tell what is usual for the first and for the second."""
        first, second = (form.format(median(v) * scale) for v in (self.first, self.second))
        return f"{first} against {second} {unit}"

    def _ratios(self) -> list[float]:
        return [a / b for a, b in zip(self.first, self.second, strict=True)]


def timed(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    began = perf_counter()
    call()
    return perf_counter() - began


def worked(call: Callable[[], object]) -> float:
    """Return the seconds of the processor that a call takes of this process.

    Others who use the machine meanwhile do not count.
    """
    began = process_time()
    call()
    return process_time() - began


def alternate(first: Measure, second: Measure, rounds: int) -> Comparison:
    """Take both measures in each round, the other one first every second time."""
    comparison = Comparison([], [])
    for i in range(rounds):
        if i % 2:
            b, a = second(), first()
        else:
            a, b = first(), second()
        comparison.first.append(a)
        comparison.second.append(b)
    return comparison


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]

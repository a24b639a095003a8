"""Scales the inputs, by what the training part is like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scaling:
    """x = (original − shift) / spread, for each of I inputs."""

    shift: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def fit(cls, kind: str, x: NDArray[np.float64]) -> Scaling:
        """Fit to N × I inputs; a constant one becomes 0.

        Args:
            kind: "standardise" (mean 0, and deviation 1 where it is divided by N) or
                "min-max" (0 to 1).
            x: The training part.
        """
        if kind == "standardise":
            shift, spread = x.mean(axis=0), x.std(axis=0)
        else:
            shift, spread = x.min(axis=0), np.ptp(x, axis=0)
        constant = (x == x[0]).all(axis=0) | (spread == 0.0)
        return cls(np.where(constant, x[0], shift), np.where(constant, 1.0, spread))

    def apply(self, original: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scale inputs, … × I."""
        return (original - self.shift) / self.spread

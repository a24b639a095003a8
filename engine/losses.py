"""The losses: a new one is one entry in `LOSSES`.

Each is a scaled sum of squared errors over all N observations and all O outputs,
E = c·ΣΣ(f − f₀)², so that ∂E/∂f = 2c·(f − f₀). PyTorch's `MSELoss` is c = 1/(N·O).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Loss:
    """One way to turn the errors f − f₀ into the scalar E."""

    name: str
    """As it is written on the command line and in saved files."""
    formula: str
    """The right-hand side of E, with its reduction."""
    slope_formula: str
    """The right-hand side of ∂E/∂f."""
    scale: Callable[[int, int], float]
    """c, from the numbers of observations and of outputs."""


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss("mse", "mean((f − f₀)²)", "2(f − f₀)/(N·O)", lambda n, o: 1.0 / (n * o)),
        Loss("sse", "Σ(f − f₀)²", "2(f − f₀)", lambda n, o: 1.0),
        Loss("half-sse", "½·Σ(f − f₀)²", "f − f₀", lambda n, o: 0.5),
    )
}

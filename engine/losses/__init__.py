"""The losses: a new one is one entry in `LOSSES`.

Each is a scaled sum over all N observations and all O outputs, E = c·ΣΣ ℓ(f, f₀), so that
∂E/∂f = c·∂ℓ/∂f. The means are over N·O as in PyTorch; that of the cross-entropy is over N.
"""

from __future__ import annotations

from engine.losses.base import Loss, Place, Setting
from engine.losses.entropies import BCE, CROSS_ENTROPY
from engine.losses.margins import HINGE
from engine.losses.squares import HUBER, SQUARES

__all__ = ["LOSSES", "Loss", "Place", "Setting"]

LOSSES: dict[str, Loss] = {loss.name: loss for loss in (*SQUARES, BCE, CROSS_ENTROPY, HINGE, HUBER)}

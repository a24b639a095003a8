"""The losses: a new one is one entry in `LOSSES`.

The means are over all N·O errors as in PyTorch; that of the cross-entropy is over N.
"""

from __future__ import annotations

from engine.maths.losses.entropies import BCE, CROSS_ENTROPY
from engine.maths.losses.loss import Loss, Setting
from engine.maths.losses.margins import HINGE
from engine.maths.losses.squares import HUBER, LOG_COSH, SQUARES

__all__ = ["LOSSES", "Loss", "Setting"]

LOSSES: dict[str, Loss] = {
    loss.name: loss for loss in (*SQUARES, BCE, CROSS_ENTROPY, HINGE, HUBER, LOG_COSH)
}

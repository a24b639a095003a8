"""Settings beside the hyperparameters, each declared once."""

from __future__ import annotations

from engine.common.declaration import Declaration

MEGABYTE = 1024 * 1024

HISTORY = Declaration(
    name="history",
    kind=int,
    default=192,
    help="How many MB of memory going back in time may take.",
    words="history",
    minimum=1,
    maximum=1_000_000,
)

"""The use of the gradients of a script: the optimiser, its rates, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.audit.findings import Finding
from engine.audit.network.other_optimisers import ADAGRAD

FREE = ("adam", "adamw", "rmsprop", ADAGRAD)
"""The optimisers whose steps are as long whatever factor the gradient has."""


@dataclass(eq=False)
class Updates:
    """The use of the gradients.

    Attributes:
        optimiser: The name of the optimiser; "" where none fits.
        rates: For each parameter, the step divided by minus our gradient, pass by pass.
        settings: What the optimiser was found to be set to.
        findings: What is wrong.
        unmatched: The parameters whose steps fit no optimiser.
        weight_decay: For each parameter, what is subtracted of itself in a step.
        notes: What is unusual, and no mistake.
    """

    optimiser: str = ""
    rates: dict[str, list[float]] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    weight_decay: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

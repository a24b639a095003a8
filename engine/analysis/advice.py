"""Options that suit a table of classes better than those in force."""

from __future__ import annotations

import numpy as np

from engine.analysis.metrics import decision_of
from engine.data.dataset import Dataset
from engine.model.hyperparameters import Hyperparameters

_LARGE = 6.0
"""Inputs beyond this magnitude make sigmoids flat with usual weights: they are better scaled."""


def advise(dataset: Dataset, hyperparameters: Hyperparameters) -> str:
    """Return what suits a table of several classes better, with the options, in a line.

    Returns:
        The advice; "" where there are no more than two classes, or the network suits them.
    """
    decision = decision_of(dataset, hyperparameters.loss)
    if decision is None or len(decision.classes) < 3 or dataset.f0.shape[1] < 3:
        return ""
    words, options = [], []
    if hyperparameters.output_activation != "softmax":
        words.append("softmax with cross-entropy")
        options += ["--output-activation softmax", "--loss cross-entropy"]
    elif hyperparameters.loss != "cross-entropy":
        words.append("cross-entropy")
        options.append("--loss cross-entropy")
    if dataset.scaling is None and np.abs(dataset.x).max() > _LARGE:
        words.append("standardised inputs")
        options.append("--scaling standardise")
    if not words:
        return ""
    suits = f"{len(decision.classes)} classes: better with {', and '.join(words)}"
    return f"{suits} ({' '.join(options)})"

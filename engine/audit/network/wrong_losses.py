"""Losses that a script computes wrongly, though its gradients may be right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.audit.network.losses import near, scalars_in
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

_SQUARES = "square each error, then take the mean: E = mean((f − f₀)²)"
_LOGARITHMS = "E = −mean(f₀·ln f + (1 − f₀)·ln(1 − f))"

_ROUNDING = 1e-9
"""Up to which share of its parts a sum is what rounding has left."""

_LOSS = re.compile(r"loss|cost|err|mse|sse|\b[EJL]\b", re.IGNORECASE)


@dataclass(frozen=True)
class WrongLoss:
    """A loss with a mistake in it.

    Attributes:
        name: The loss of ours that is meant.
        says: What is wrong, in words.
        repair: What to do.
        values: What it gives, with a mean or a sum.
        is_called_so: Whether it counts only where its variable is called a loss, as it is also the
            square of the length of a gradient.
    """

    name: str
    says: str
    repair: str
    values: tuple[float, ...]
    is_called_so: bool = False


def wrong_loss(
    recording: Recording, bounds: tuple[int, int], f: Array, f0: Array, slope: Array
) -> tuple[int, WrongLoss] | None:
    """Return the record of a loss with a mistake that the script gives a name to, and which.

    Args:
        recording: The recording.
        bounds: The first record, and the one after the last.
        f: The predictions.
        f0: The targets.
        slope: The slope of the output's activation.
    """
    scalars = scalars_in(recording, bounds)
    numbers = recording.records["value"][slice(*bounds)]
    for wrong in [*_squares(f, f0, slope), *_cross_entropies(recording, bounds, f, f0)]:
        for value in wrong.values:
            for number in near(scalars, value) if value else ():
                for at in np.flatnonzero(numbers == number).tolist():
                    row = recording.records[at + bounds[0]]
                    node = recording.nodes[row["node"]]
                    is_given = node.children and _is_constant(recording, node.children[-1])
                    is_named = "assign" in node.kind and not is_given
                    called = recording.places[row["place"]].text if is_named else ""
                    if is_named and (_LOSS.search(called) or not wrong.is_called_so):
                        return at + bounds[0], wrong
    return None


def _is_constant(recording: Recording, node: int) -> bool:
    return node >= 0 and recording.nodes[node].kind == "Constant"


def _squares(f: Array, f0: Array, slope: Array) -> Iterator[WrongLoss]:
    error = f - f0
    if error.size < 2:
        return
    if abs(np.sum(error)) > _ROUNDING * np.sum(np.abs(error)):
        # Errors of a softmax always cancel, and a square of 0 is found anywhere.
        sums = (float(np.mean(error)), float(np.sum(error)))
        yield WrongLoss(
            "mse",
            "the errors are added up first and squared then: errors of opposite sign cancel",
            _SQUARES,
            tuple(half * s**2 for s in sums for half in (1.0, 0.5)),
        )
    total = float(np.sum(np.square(error * slope)))
    if not np.ptp(slope):
        return
    yield WrongLoss(
        "mse",
        "the errors that are squared are multiplied by the slope ∂f/∂y already: this is not the "
        "loss that the gradients descend on",
        "compute E from f − f₀ itself, before an array that shares its memory is changed",
        tuple(half * total / size for size in (1, len(f), f.size) for half in (1.0, 0.5)),
        is_called_so=True,
    )


def _cross_entropies(
    recording: Recording, bounds: tuple[int, int], f: Array, f0: Array
) -> Iterator[WrongLoss]:
    """Go through the wrong forms of the binary cross-entropy of one output."""
    if f.shape[1] != 1 or set(np.unique(f0)) != {0.0, 1.0} or not (0.0 < f.min() <= f.max() < 1.0):
        return
    one, zero, p, q = f0, 1.0 - f0, np.log(f), np.log1p(-f)
    forms = [
        ("the logarithm ln f stands in both terms", one * p + zero * p),
        ("the logarithm ln(1 − f) stands in both terms", one * q + zero * q),
        ("the target f₀ stands in both terms", one * p + one * q),
        ("the targets f₀ and 1 − f₀ are exchanged", one * q + zero * p),
        ("the second term is subtracted, where it belongs added", one * p - zero * q),
    ]
    if not _computes(recording, bounds, q.ravel(), q.ravel()[f0.ravel() == 0.0]):
        words = "with one output, the rows with the target 0 do not count in this loss"
        forms.append((f"(1 − f₀)·ln(1 − f) is missing: {words}", one * p))
    for says, terms in forms:
        total = -float(np.sum(terms))
        yield WrongLoss("bce", says, _LOGARITHMS, (total / len(f), total))


def _computes(recording: Recording, bounds: tuple[int, int], *wanted: Array) -> bool:
    """Whether an array stands anywhere between two records, whatever its sign."""
    numbers = np.unique(recording.records["value"][slice(*bounds)])
    values = [recording.values[number].ravel() for number in numbers.tolist() if number >= 0]
    return any(
        value.size == own.size and np.allclose(np.abs(value), np.abs(own), 1e-6)
        for value in values
        for own in wanted
    )

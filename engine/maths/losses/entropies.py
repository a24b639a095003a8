"""Losses that take f for probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.common.lazy_numpy import np
from engine.common.numbers import general
from engine.formula.primitives import (
    count,
    equal,
    exp,
    largest,
    ln,
    log1p,
    mean,
    soft_plus,
    total,
    where,
)
from engine.formula.tree import Formula, Function, Size
from engine.maths.losses.loss import Fused, Loss, Setting

if TYPE_CHECKING:
    from engine.formula.tensor import Array


def _nothing_of_nothing(share: Formula, product: Formula) -> Formula:
    """Return a product with a share that is 0 where the share is, though the other be infinite."""
    return Function("{0}", (product,), where(equal(share, 0.0), 0.0, product), opens=True)


def _bce(f: Formula, f0: Formula, setting: Setting) -> Formula:
    rest, log_of_rest = 1.0 - f0, Function("ln(1 − {p0})", (f,), log1p(-f))
    return -mean(
        _nothing_of_nothing(f0, f0 * ln(f)) + _nothing_of_nothing(rest, rest * log_of_rest)
    )


def _bce_from_y(y: Formula, f0: Formula, setting: Setting) -> Formula:
    """Return −f₀·ln σ(y) − (1 − f₀)·ln(1 − σ(y)) = ln(1 + e^y) − f₀·y, finite for any y."""
    return mean(soft_plus(y) - f0 * y)


def _entropy_from_y(y: Formula, f0: Formula, setting: Setting) -> Formula:
    """Return −Σ f₀·ln softmax(y)/N; less the largest of its row no exponent overflows."""
    rows, outputs = y.axes
    less = y - largest(y, outputs)
    return total(f0 * (ln(total(exp(less), outputs)) - less)) / Size(rows)


def _needs_probabilities(f0: Array) -> str:
    outside = (f0 < 0.0) | (f0 > 1.0)
    return f"targets from 0 to 1, not {general(f0[outside][0])}" if outside.any() else ""


def _needs_shares(f0: Array) -> str:
    if f0.shape[1] < 2:
        return "two outputs or more, one per class"
    if problem := _needs_probabilities(f0):
        return problem
    return "" if np.allclose(f0.sum(1), 1.0) else "targets that add up to 1 for each observation"


BCE = Loss(
    name="bce",
    value=_bce,
    slope=lambda f, f0, _: (f - f0) / (f * (1.0 - f) * count(f)),
    why="The binary cross-entropy: how surprising the targets are if f is the probability "
    "of a 1. A wrong answer given with certainty costs without bound.",
    slope_why="How E changes with each prediction: the nearer f is to the wrong one of 0 "
    "and 1, the steeper. It has no bound, so the network learns by ∂E/∂y.",
    fused={
        "sigmoid": Fused(
            value=_bce_from_y,
            slope=lambda f, f0, _: (f - f0) / count(f),
            why="∂E/∂f ∘ ∂f/∂y with f(1 − f) cancelled: the same number, but where f rounds "
            "to 0 or 1 the product would be ∞·0.",
        )
    },
    outputs=("sigmoid", "softmax"),
    problem=_needs_probabilities,
)
CROSS_ENTROPY = Loss(
    name="cross-entropy",
    value=lambda f, f0, _: -total(f0 * ln(f)) / Size(f.axes[0]),
    slope=lambda f, f0, _: -f0 / (f * Size(f.axes[0])),
    why="How surprising the true classes are if f are their probabilities. A wrong answer "
    "given with certainty costs without bound.",
    slope_why="Only the output of the true class counts here, the steeper the smaller it "
    "is. It has no bound, so the network learns by ∂E/∂y.",
    fused={
        "softmax": Fused(
            value=_entropy_from_y,
            slope=lambda f, f0, _: (f - f0) / Size(f.axes[0]),
            why="∂E/∂f times the slopes of softmax, a matrix for each observation, with "
            "what cancels left out: the same number, but finite where an f rounds to 0.",
        )
    },
    outputs=("softmax",),
    problem=_needs_shares,
)

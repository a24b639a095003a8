"""Operations of the optimisers: running means of a gradient, their correction, directions."""

from __future__ import annotations

from engine.formula.primitives import sqrt, square
from engine.formula.tensor import Tensor
from engine.formula.tree import Formula, Leaf, Number
from engine.maths.operations.operation import Rule


def velocity(m: Tensor, gradient: Tensor, momentum: Number) -> Rule:
    """Return m ← μ·m + ∂E/∂v."""
    return Rule(
        tree=momentum * Leaf(m) + Leaf(gradient),
        why="The velocity: gradients of one direction add up, those that change their sign cancel.",
    )


def running_mean(m: Tensor, gradient: Tensor, kept: Number) -> Rule:
    """Return m ← β·m + (1 − β)·∂E/∂v."""
    return Rule(
        tree=kept * Leaf(m) + (1.0 - kept) * Leaf(gradient),
        why="A running mean of the gradients: the older, the less they count.",
    )


def running_mean_of_squares(s: Tensor, gradient: Tensor, kept: Number) -> Rule:
    """Return s ← β·s + (1 − β)·(∂E/∂v)²."""
    return Rule(
        tree=kept * Leaf(s) + (1.0 - kept) * square(Leaf(gradient)),
        why="A running mean of the squared gradients, element by element: how large they have "
        "been lately, whatever their sign.",
    )


def corrected(mean: Tensor, count: Tensor, kept: Number) -> Rule:
    """Return a running mean without its bias towards the 0 that it began with: m/(1 − βᵗ)."""
    return Rule(
        tree=Leaf(mean) / (1.0 - kept ** Leaf(count)),
        why=f"{mean.symbol} began at 0 and is too small at first; divided by 1 − "
        f"{kept.symbol}ᵗ it is the mean of what has come in.",
    )


def look_ahead(gradient: Tensor, velocity: Tensor, momentum: Number) -> Rule:
    """Return Nesterov's direction: the gradient and, once more, the velocity it has made."""
    return Rule(
        tree=Leaf(gradient) + momentum * Leaf(velocity),
        why="The step that the velocity will make anyway is made before the next gradient.",
    )


def rescaled(
    numerator: Tensor, squares: Tensor, epsilon: Number, shrinking: Formula | None = None
) -> Rule:
    """Return a direction in units of the usual size of the gradient: m/(√s + ε), or + λ·v.

    Args:
        numerator: The gradient, or its mean.
        squares: The mean s of the squared gradients.
        epsilon: ε.
        shrinking: λ·v, where a share of the parameter v is taken off.
    """
    tree = Leaf(numerator) / (sqrt(Leaf(squares)) + epsilon)
    words = (
        "Divided by their usual size, small gradients and large ones make steps of like length, "
        "about η."
    )
    if shrinking is not None:
        tree = tree + shrinking
        words += " λ times the parameter draws it towards 0, apart from the gradient."
    return Rule(tree=tree, why=words)

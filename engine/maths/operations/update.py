"""The update phase: the only one that changes parameters."""

from __future__ import annotations

from engine.formula.tensor import Tensor
from engine.formula.tree import Kept, Leaf, Number
from engine.maths.operations.operation import Rule
from engine.maths.schedules import Schedule


def step(v: Tensor, direction: Tensor, eta: Tensor, change: Tensor, aim: str) -> Rule:
    """Return one step against a direction: v ← v − η·∂E/∂v.

    Args:
        v: The parameter.
        direction: ∂E/∂v, or what the optimiser made of it.
        eta: The learning rate η, a scalar tensor, so that it can change between steps.
        change: The tensor that keeps the change, −η·∂E/∂v.
        aim: What such a step is, with ``{d}`` for the direction.
    """
    return Rule(
        tree=Leaf(v) + Kept(change, -(Leaf(eta) * Leaf(direction))),
        why=f"{aim.format(d=direction.symbol)} All gradients of an iteration are computed before "
        "its first update.",
    )


def counted(t: Tensor) -> Rule:
    """Return t ← t + 1."""
    return Rule(
        tree=Leaf(t) + 1.0,
        why="This update is counted, for what follows depends on how many there were.",
    )


def scheduled(eta0: Tensor, t: Tensor, schedule: Schedule, steps: Number, factor: Number) -> Rule:
    """Return the learning rate of this iteration, from the one that is set and the count.

    Args:
        eta0: η₀, the learning rate that is set.
        t: How many updates were made before.
        schedule: How η follows from both.
        steps: s.
        factor: q.
    """
    return Rule(
        tree=schedule.eta(Leaf(eta0), Leaf(t), steps, factor),
        why="The learning rate follows a schedule: t counts the updates that were made before, s "
        "and q are hyperparameters.",
    )

"""Gradients that are shortened where all of them together are too long."""

from __future__ import annotations

from engine.formula.primitives import minimum, setting, sqrt, square, total_of_all
from engine.formula.tensor import Tensor
from engine.formula.tree import Function, Leaf, Number
from engine.maths.operations.operation import Rule


def clip_factor(gradients: tuple[Tensor, ...], most: float) -> Rule:
    """Return the share of the gradients that is used, so that their norm is at most c.

    PyTorch's `clip_grad_norm_`: c/(norm + 1e-6), but at most 1.
    """
    length = sqrt(total_of_all(tuple(map(Leaf, gradients)), square))
    norm = Function("‖∂E‖", (), length, opens=True)
    return Rule(
        tree=minimum(1.0, setting(most, "c") / (norm + Number(1e-6, "1e-6", is_named=True))),
        why="Where the norm of all gradients together exceeds c they are all shortened alike, so "
        "that one steep place does not throw the parameters far away.",
    )


def shortened(gradient: Tensor, share: Tensor) -> Rule:
    """Return a gradient times the share that is used."""
    return Rule(
        tree=Leaf(share) * Leaf(gradient),
        why="The gradient, shortened where all gradients together were too long.",
    )

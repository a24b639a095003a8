"""Activations, and the chain rule through them."""

from __future__ import annotations

from engine.formula.primitives import hadamard, total
from engine.formula.tensor import Tensor
from engine.formula.tree import Leaf
from engine.maths.activations import Activation
from engine.maths.operations.operation import Rule


def activated(a: Tensor, z: Tensor, activation: Activation) -> Rule:
    """Return an activation of a pre-activation."""
    why = activation.why.format(a=a.symbol, z=z.symbol)
    return Rule(tree=activation.of(Leaf(z)), why=why)


def activation_slope(a: Tensor, z: Tensor, activation: Activation) -> Rule:
    """Return the slope of an activation at each pre-activation."""
    assert activation.slope is not None
    why = activation.slope_why.format(a=a.symbol, z=z.symbol)
    return Rule(tree=activation.slope(Leaf(z), Leaf(a)), why=why)


def chain(upstream: Tensor, local: Tensor) -> Rule:
    """Return the chain rule through an activation: an element-wise product."""
    outer, inner = upstream.symbol, local.symbol
    return Rule(
        tree=hadamard(Leaf(upstream), Leaf(local)),
        why=f"The chain rule, element by element: the slope {outer} times the slope {inner}.",
    )


def joint_chain(upstream: Tensor, f: Tensor) -> Rule:
    """Return the chain rule through softmax, its matrix of slopes f(δ − f) multiplied out."""
    up, a = Leaf(upstream), Leaf(f)
    symbol = f.symbol
    return Rule(
        tree=hadamard(a, up - total(hadamard(up, a), f.axes[1])),
        why="Each output depends on every pre-activation of its observation, with the slopes "
        f"{symbol}ᵢ(1 − {symbol}ᵢ) and −{symbol}ᵢ{symbol}ⱼ: a matrix for each, here multiplied "
        f"by {upstream.symbol}.",
    )

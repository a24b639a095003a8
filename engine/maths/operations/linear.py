"""Pre-activations, and the chain rule through them into weights, biases and inputs."""

from __future__ import annotations

from functools import reduce
from operator import add

from engine.formula.primitives import total
from engine.formula.tensor import Tensor
from engine.formula.tree import Contract, Formula, Leaf
from engine.maths.operations.operation import Rule


def product(left: Tensor, right: Tensor) -> Formula:
    """Return the matrix product over the axis that both tensors have."""
    (over,) = (axis for axis in left.axes if axis in right.axes)
    return Contract(Leaf(left), Leaf(right), over)


def pre_activation(inputs: Tensor, weights: Tensor, bias: Tensor | None) -> Rule:
    """Return inputs times weights, plus the bias if there is one."""
    a, w = inputs.symbol, weights.symbol
    tree, words = product(inputs, weights), ""
    if bias is not None:
        tree, words = tree + Leaf(bias), f", and its bias {bias.symbol}"
    return Rule(
        tree=tree,
        why=f"Each neuron adds up all of its inputs {a}, each times its weight {w}{words}.",
    )


def local_derivative(target: Tensor, source: Tensor) -> Rule:
    """Return a derivative of a pre-activation, which equals another tensor."""
    z, by = target.symbol.replace("∂", "").split("/")
    return Rule(
        tree=Leaf(source),
        why=f"{z} is a sum of products with {by}, so its derivative by {by} is the other factor, "
        f"{source.symbol}.",
    )


def weight_gradient(
    local: Tensor, upstream: Tensor, inputs: Tensor, penalty: Tensor | None
) -> Rule:
    """Return the chain rule into the weights, plus the slope of a penalty if there is one.

    Args:
        local: The derivative of the pre-activation by the weights.
        upstream: ∂E/∂(pre-activation).
        inputs: What `local` stands for.
        penalty: The slope of the penalty on large weights.
    """
    tree = product(local, upstream)
    return Rule(
        tree=tree if penalty is None else tree + Leaf(penalty),
        why="A weight acts on every observation, so its gradient adds up over all of them: what "
        f"came in, {inputs.symbol}, times how E changes with what went out, {upstream.symbol}.",
    )


def propagated(upstream: Tensor, local: Tensor) -> Rule:
    """Return the chain rule through the weights, to the activation that came in."""
    return Rule(
        tree=Contract(Leaf(upstream), Leaf(local), upstream.axes[1]),
        why="An activation acts on E through every neuron after it: their "
        f"{upstream.symbol} come back along the same weights and add up.",
    )


def bias_gradient(bias: Tensor, upstreams: tuple[Tensor, ...], penalty: Tensor | None) -> Rule:
    """Return the chain rule into a bias: the sum over what shares it.

    A bias per neuron is shared by the observations; the one shared bias by every neuron of every
    layer too, hence several upstream tensors.
    """
    over = upstreams[0].axes[0] if bias.axes else None
    sums = [total(Leaf(upstream), over) for upstream in upstreams]
    tree = reduce(add, sums if penalty is None else [*sums, Leaf(penalty)])
    return Rule(
        tree=tree,
        why="A bias is added with the factor 1 wherever it is used, so its gradient is the sum of "
        "the slopes at all of these places.",
    )

"""The gradients of weights: what tells weights that never change from data, which do not either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.network.linear import Linear
from engine.audit.network.roles import is_product
from engine.audit.passes.matching import same
from engine.audit.passes.one_pass import Pass
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array


def have_gradients(layers: Sequence[Linear], one: Pass, recording: Recording) -> bool:
    """Whether a pass multiplies what comes into each layer to an array as large as its weights.

    x·w is a product with weights w, and of rows wᵀ with weights xᵀ: but xᵀ·∂E/∂y is as large as w.
    """
    products = list(_products(one, recording))
    return all(any(_may_be_gradient(*each, layer) for each in products) for layer in layers)


def _products(one: Pass, recording: Recording) -> Iterator[tuple[Array, Array]]:
    """Go through the products in a pass, each with each of its operands."""
    for record in range(*one.bounds):
        node = recording.node_of(record)
        value = recording.value(record)
        if value is None or not (is_product(node) or node.kind == "BinOp:Mult"):
            continue
        for operand in recording.operands(record):
            read = recording.value(operand) if operand >= 0 else None
            if read is not None:
                yield value, read


def _may_be_gradient(product: Array, operand: Array, layer: Linear) -> bool:
    if product.size != layer.weights.size or not _is_seen_as(operand, layer.inputs):
        return False
    # Not the product of the forward phase itself.
    forward = layer.inputs @ layer.weights
    return not any(same(way, forward) for way in (product, product.T))


def _is_seen_as(value: Array, inputs: Array) -> bool:
    """Whether an array is what comes in, as rows or as columns."""
    if value.size != inputs.size or value.ndim > 2:
        return False
    ways = (value, value.T) if min(inputs.shape) > 1 else (value.reshape(inputs.shape),)
    return any(np.array_equal(way, inputs) for way in ways)

"""The changes of parameters in a pass: the numbers in their places before and after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.network.linear import Linear
from engine.audit.network.model import Model
from engine.audit.network.understand import Understood
from engine.formula.tensor import Array


def changes_in(
    understood: Understood, number: int, layers: Sequence[Linear], model: Model
) -> Iterator[tuple[str, Array]]:
    """Go through the parameters of which it is known what a pass changes them by.

    Args:
        understood: The network of the script.
        number: The number of the pass.
        layers: Its layers.
        model: Our program.
    """
    one = understood.passes[number]
    # Zeros that two parameters start with are one array: where it stands, another pass tells.
    for (weights, _, _), layer, like in zip(model.names, layers, understood.layers, strict=True):
        after = understood.after(one, layer.of_weights, like.of_weights)
        if after is not None:
            change = np.squeeze(after - layer.of_weights.data)
            matrix = _like(change, layer)
            if layer.ones and layer.of_bias is None:
                at = -1 if layer.ones == "last" else 0
                own = slice(None, -1) if layer.ones == "last" else slice(1, None)
                yield weights, matrix[own]
                if "b" + weights in model.parameters:
                    yield "b" + weights, matrix[at]
            else:
                yield weights, matrix
        if layer.of_bias is not None:
            after = understood.after(one, layer.of_bias, like.of_bias or layer.of_bias)
            if after is None:
                continue
            change = after - layer.of_bias.data
            if "b" + weights in model.parameters:
                width = layer.z.shape[1]
                if change.size == width:
                    yield "b" + weights, np.reshape(change, (-1,))
                elif not np.any(change):
                    # One number for the whole layer, that stays as it is.
                    yield "b" + weights, np.zeros(width)
            elif "b" in model.parameters and change.size == 1:
                yield "b", np.reshape(change, ())


def _like(change: Array, layer: Linear) -> Array:
    """See a change of weights as the weights are seen, I × H."""
    rows = layer.weights.shape[0] + (1 if layer.ones and layer.of_bias is None else 0)
    columns = layer.weights.shape[1]
    return change.reshape(columns, rows).T if layer.turned else change.reshape(rows, columns)

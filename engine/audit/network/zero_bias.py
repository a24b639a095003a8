"""Biases that start at 0 and stay there: their sum with a product is the product."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.audit.network.linear import Linear
from engine.audit.passes.one_pass import Found, Pass
from engine.audit.recording.recording import Recording

_FEWEST = 2
"""A single 0 is found everywhere."""


def give_zero_biases(layers: Sequence[Linear], one: Pass, recording: Recording) -> None:
    """Give layers without a bias the zeros that the script adds to their products.

    Args:
        layers: The layers in a pass.
        one: The pass.
        recording: The recording.
    """
    for layer in layers:
        if layer.bias is None and not layer.ones and layer.z.shape[1] >= _FEWEST:
            layer.of_bias = _added_zeros(layer, one, recording)
            layer.bias = None if layer.of_bias is None else np.zeros(layer.z.shape[1])


def _added_zeros(layer: Linear, one: Pass, recording: Recording) -> Found | None:
    for record in layer.of_z.records:
        if recording.node_of(record).kind != "BinOp:Add":
            continue
        operands = set(recording.operands(record))
        for found in one.by_size.get(layer.z.shape[1], ()):
            if not np.any(found.data) and operands & set(found.records):
                return found
    return None

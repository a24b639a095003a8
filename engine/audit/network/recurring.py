"""The layers of one pass, found again in another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.audit.network.dropout import mask_again
from engine.audit.network.forward import Activated, activations_of, as_it_is, chains_of, straight
from engine.audit.network.linear import Linear, activated, as_inputs, as_weights
from engine.audit.passes.matching import as_rows, is_telling, same
from engine.audit.passes.one_pass import Found, Pass
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array


def layers_again(one: Pass, recording: Recording, like: Sequence[Linear]) -> list[Linear]:
    """Return the layers in another pass, from the places where their parameters are known to be."""
    layers = _in_the_same_places(one, recording, like) or _elsewhere(one, recording, like)
    if layers and like[-1].activation == ("identity",):
        layers[-1] = as_it_is(layers[-1])
    return layers


def _elsewhere(one: Pass, recording: Recording, like: Sequence[Linear]) -> list[Linear]:
    """Return the layers in another pass, wherever their products are."""
    weights = {site for layer in like for site in (layer.of_weights.site, layer.of_weights.loose)}
    biases = {
        site
        for layer in like
        if layer.of_bias is not None
        for site in (layer.of_bias.site, layer.of_bias.loose)
    }
    inputs = one.twin(like[0].of_inputs)
    twins = [twin for layer in like if (twin := one.twin(layer.of_inputs)) is not None]
    layers: list[Linear] = []
    if len(twins) == len(like):
        # Where each stands is mostly known, so that not all arrays need be tried.
        layers = next(iter(chains_of(one, recording, weights, biases, inputs, among=twins)), [])
    if [a.weights.shape for a in layers] != [a.weights.shape for a in like]:
        layers = next(iter(chains_of(one, recording, weights, biases, inputs)), [])
    return layers


def _in_the_same_places(one: Pass, recording: Recording, like: Sequence[Linear]) -> list[Linear]:
    """Return the layers in another pass, if all is where it is in this one; else nothing."""
    layers: list[Linear] = []
    ways: list[Activated] = []
    for layer in like:
        if layer.ones or layer.of_z.site[:1] == ("scalars",):
            return []
        of_weights, of_z = one.twin(layer.of_weights), one.twin(layer.of_z)
        if of_weights is None or of_z is None:
            return []
        mask = None
        if layers:
            given, before = ways, like[len(layers) - 1].mask
            mask = None if before is None else mask_again(one, before, layers[-1].z)
            if mask is None and before is not None:
                return []
        else:
            of_inputs = one.twin(layer.of_inputs)
            if of_inputs is None:
                return []
            given = [(way, of_inputs, ()) for way in as_inputs(of_inputs, len(layer.weights))]
        for way in given:
            inputs = way[0] if mask is None else way[0] * mask.data
            node = _again(one, layer, inputs, way[1], of_weights, of_z)
            if node is not None:
                break
        else:
            return []
        if layers:
            layers[-1].a, layers[-1].of_a, layers[-1].activation = way
            layers[-1].mask = mask
        layers.append(node)
        ways = _ways(one, recording, node, layer)
    last = layers[-1]
    last.a, last.of_a, last.activation = ways[0]
    return layers


def _again(
    one: Pass, like: Linear, inputs: Array, of_inputs: Found, of_weights: Found, of_z: Found
) -> Linear | None:
    """Return a layer whose parts are known; None where they do not fit together."""
    weights = next((m for m, turned in as_weights(of_weights) if turned == like.turned), None)
    if weights is None or weights.shape != like.weights.shape:
        return None
    bias = of_bias = None
    if like.of_bias is not None:
        of_bias = one.twin(like.of_bias)
        if of_bias is None or of_bias.size != like.of_bias.size:
            return None
        bias = np.squeeze(of_bias.data)
    z = inputs @ weights if bias is None else inputs @ weights + bias
    shape = (z.shape[0], z.shape[1])
    if not np.isfinite(z).all() or not any(same(data, z) for data, _ in as_rows(of_z, shape)):
        return None
    return Linear(
        inputs, weights, bias, z, of_inputs, of_weights, of_bias, of_z, turned=like.turned
    )


def _ways(one: Pass, recording: Recording, layer: Linear, like: Linear) -> list[Activated]:
    """Return what a pre-activation may have become, where the activation of another pass is known.

    What is the same everywhere, as of a neuron that is saturated, is known by its place alone; so
    is a multiple of what is all negative.
    """
    ways = list(activations_of(one, recording, layer))
    there = one.twin(like.of_a) if like.of_a is not None else None
    if there is not None and like.of_a is not like.of_z:
        shape = (layer.z.shape[0], layer.z.shape[1])
        for name in like.activation:
            a = activated(name, layer.z)
            if (":" in name or not is_telling(a)) and any(
                same(data, a) for data, _ in as_rows(there, shape)
            ):
                ways.append((a, there, (name,)))
                break
    return [*sorted(ways, key=lambda way: way[1].first), straight(layer)]

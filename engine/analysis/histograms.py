"""Histograms of weights, gradients and activations, and signs of whether the layers learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.analysis.evaluate import Forward
from engine.analysis.tensor_summary import SATURATED
from engine.common.scale import exponent_of, largest_exponent, scaled
from engine.formula.tensor import Array
from engine.model.network import Layer


@dataclass(frozen=True)
class Histogram:
    """The counts of values in intervals of equal width.

    Attributes:
        counts: How many values lie in each interval.
        low: The lower end of the first one.
        high: The upper end of the last one.
        nonfinite: How many values are not finite.
    """

    counts: NDArray[np.intp]
    low: float
    high: float
    nonfinite: int


@dataclass(frozen=True)
class LayerDistribution:
    """The distributions of a layer's weights, gradients and activations.

    Attributes:
        layer: Its name.
        symbol: Symbol of its weights.
        weights: The values of its weights.
        gradient: Histogram of ∂E/∂ its weights; None while they are not computed.
        activations: Histogram of its activations, over all observations.
        ratio: ‖Δw‖/‖w‖ of the last update of its weights; None before the first.
        saturated: The share of activations whose slope is less than 1 % of the largest;
            None for an activation that has no ends.
        dead: How many neurons are 0 for every observation; None unless it is relu.
    """

    layer: str
    symbol: str
    weights: Histogram
    gradient: Histogram | None
    activations: Histogram
    ratio: float | None
    saturated: float | None
    dead: int | None


def histogram(values: Array, bins: int = 20) -> Histogram:
    """Count values in equal intervals from the smallest to the largest."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Histogram(np.zeros(bins, np.intp), 0.0, 0.0, values.size)
    low, high = float(finite.min()), float(finite.max())
    # Beside 1 no sum of squares, and no interval, leaves the numbers that there are.
    power = exponent_of(low, high)
    near = scaled(finite, -power)
    places = np.full(finite.size, bins // 2)
    # Of values so close that there are no intervals, all are in the middle.
    start, end = float(near.min()), float(near.max())
    width = (end - start) / bins
    if start + width > start and end - width < end:
        places = np.clip(((near - start) / width).astype(np.intp), 0, bins - 1)
    counts = np.bincount(places.reshape(-1), minlength=bins)
    return Histogram(counts, low, high, values.size - finite.size)


def distributions(
    forward: Forward, values: Mapping[str, Array], bins: int = 20
) -> list[LayerDistribution]:
    """Describe every layer, from the input side to the output side.

    Args:
        forward: The network on the observations.
        values: What is computed, by name, as in a snapshot: the parameters and, as far as
            they are there, gradients and changes.
        bins: How many intervals the histograms have.
    """
    computed = forward.run(values)
    return [
        _describe(layer, values, computed[layer.a[0]], _saturated(forward, layer), bins)
        for layer in forward.layers
    ]


def _saturated(forward: Forward, layer: Layer) -> float | None:
    if not layer.activation.saturates:
        return None
    return float((forward.slope(layer) < SATURATED * layer.activation.steepest).mean())


def _describe(
    layer: Layer,
    values: Mapping[str, Array],
    activations: Array,
    saturated: float | None,
    bins: int,
) -> LayerDistribution:
    weights, gradient = values[layer.weights], values.get(f"dE_d{layer.weights}")
    change = values.get(f"delta_{layer.weights}")
    return LayerDistribution(
        layer=layer.name,
        symbol=layer.weights_symbol,
        weights=histogram(weights, bins),
        gradient=None if gradient is None else histogram(gradient, bins),
        activations=histogram(activations, bins),
        ratio=None if change is None else update_ratio(change, weights),
        saturated=saturated,
        dead=int((activations == 0).all(axis=0).sum()) if layer.activation.dies else None,
    )


def update_ratio(change: Array, weights: Array) -> float:
    """Return ‖Δw‖/‖w‖, both norms being the roots of the sums of squares.

    The measure, and that about 1e-3 is healthy, are from the notes of Stanford's course
    CS231n, "Neural Networks Part 3".
    """
    powers = largest_exponent(change), largest_exponent(weights)
    with np.errstate(all="ignore"):
        norms = [
            np.linalg.norm(scaled(array, -power))
            for array, power in zip((change, weights), powers, strict=True)
        ]
        return float(scaled(np.divide(norms[0], norms[1]), powers[0] - powers[1]))


def ratio_words(ratio: float) -> str:
    """Interpret an update-to-weight ratio in a few words."""
    if not np.isfinite(ratio):
        return "no number"
    if ratio == 0.0:
        return "stands still"
    if ratio < 1e-5:
        return "hardly learns"
    if ratio < 1e-4:
        return "learns slowly"
    if ratio <= 1e-2:
        return "healthy"
    return "η too high?"

"""The activation of every neuron over a grid of two chosen inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.analysis.evaluate import Forward
from engine.analysis.metrics import decision_of
from engine.common.errors import InputError
from engine.common.scale import exponent_of, mean, scaled, widened
from engine.data.dataset import Dataset
from engine.data.table.features import features_at
from engine.formula.tensor import Array
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Layer, Parameters

_AIR = 0.08
"""The share of its spread that the grid reaches beyond the observations at either side."""


@dataclass(frozen=True)
class Map:
    """One of the pictures of a surface: the output, or a neuron.

    Attributes:
        name: What is drawn: ``f``, the name of one of several outputs, or of a neuron. Several
            outputs are drawn together only where they are classes.
        tensor: The activations that it is taken from.
        column: The place of the neuron; None for all outputs together.
        limits: Between which values it lies; None where there are none.
    """

    name: str
    tensor: str
    column: int | None
    limits: tuple[float, float] | None


class Surface:
    """The network over a grid of one or two inputs, the others held at their mean.

    The inputs are those of the table: features made from them follow them, and they are scaled
    as the table was.

    Args:
        dataset: The table that is learned.
        hyperparameters: Hyperparameters of the network.
        inputs: The numbers of the inputs to vary: the one across and, if there are two, the
            one upwards.
        columns: How many values the input across takes.
        rows: How many the one upwards takes.

    Attributes:
        across: The values of the input across, from left to right.
        upward: Values of the one upwards, from the top down; empty for a single input.
        maps: What can be drawn: f, or of several numbers each; each of several outputs; each
            hidden neuron.

    Raises:
        InputError: There is no such input, one was chosen twice, or the grid has no cells.
    """

    def __init__(
        self,
        dataset: Dataset,
        hyperparameters: Hyperparameters,
        inputs: tuple[int, ...] = (0, 1),
        columns: int = 40,
        rows: int = 20,
    ) -> None:
        known = dataset.x.shape[1] - dataset.features
        if (
            not 1 <= len(inputs) <= 2
            or len(set(inputs)) < len(inputs)
            or not all(0 <= i < known for i in inputs)
        ):
            raise InputError(f"one or two different inputs from 0 to {known - 1} are needed")
        if columns < 1 or rows < 1:
            raise InputError("a grid needs at least one row and one column")
        table = dataset.shown_x
        self.across = _values(table[:, inputs[0]], columns)
        self.upward = np.empty(0)
        if len(inputs) == 2:
            self.upward = _values(table[:, inputs[1]], rows)[::-1]
        points = np.empty((columns * max(len(self.upward), 1), known))
        points[:] = mean(table[:, :known])
        points[:, inputs[0]] = np.tile(self.across, max(len(self.upward), 1))
        if len(inputs) == 2:
            points[:, inputs[1]] = np.repeat(self.upward, columns)
        self._forward = Forward(dataset, hyperparameters, _completed(dataset, points))
        self._shape = (max(len(self.upward), 1), columns)
        self.maps = _maps(self._forward, dataset, hyperparameters.loss)

    def compute(self, parameters: Parameters) -> dict[str, Array]:
        """Compute every neuron over the grid.

        Args:
            parameters: The weights and biases by name.

        Returns:
            By the name of the activation, rows × columns × neurons, the first row on top; for
            a single input there is one row. They are copies.
        """
        run = self._forward.run(parameters)
        return {name: array.reshape(*self._shape, -1).copy() for name, array in run.items()}


def _completed(dataset: Dataset, points: Array) -> Array:
    """Add the features that are computed from the inputs, and scale as the table is scaled."""
    if dataset.features:
        names = dataset.inputs[: -dataset.features]
        more = features_at(dataset.inputs[-dataset.features :], names, points)
        points = np.hstack((points, more))
    return points if dataset.scaling is None else dataset.scaling.apply(points)


def grid_size(layers: tuple[int, ...], columns: int, rows: int, most: int) -> tuple[int, int]:
    """Make a grid so small that all activations together have at most a number of elements.

    Args:
        layers: How many neurons each layer has.
        columns: The columns that are wanted.
        rows: The rows that are wanted.
        most: The largest number of these elements.
    """
    while columns * rows * sum(layers) > most and max(columns, rows) > 2:
        columns, rows = max(columns // 2, 2), max(rows // 2, 2)
    return columns, rows


def _values(column: Array, count: int) -> Array:
    """Return the centres of `count` cells over the range of a column, and a little beyond."""
    low, high = float(column.min()), float(column.max())
    low, high = widened(low, high, _AIR, least=1.0)
    # Beside 1 there is room for the steps.
    power = exponent_of(low, high)
    edges = np.linspace(scaled(low, -power), scaled(high, -power), count + 1)
    return scaled((edges[:-1] + edges[1:]) / 2, power)


def _maps(forward: Forward, dataset: Dataset, loss: str) -> tuple[Map, ...]:
    output, several = forward.layers[-1], len(dataset.targets) > 1
    decision = decision_of(dataset, loss)
    maps = []
    if decision is None:
        low, high = dataset.f0.min(axis=0).tolist(), dataset.f0.max(axis=0).tolist()
        limits = list(zip(low, high, strict=True))
    else:
        half = 1.0 if decision.threshold == 0.0 else 0.5
        limits = [(decision.threshold - half, decision.threshold + half)] * len(dataset.targets)
        maps += [Map(output.a[1], output.a[0], None, limits[0])] if several else []
    names = output.neurons.labels if several else output.a[1:]
    maps += [Map(name, output.a[0], column, limits[column]) for column, name in enumerate(names)]
    for layer in forward.layers[:-1]:
        maps += _neurons(layer)
    return tuple(maps)


def _neurons(layer: Layer) -> list[Map]:
    names, limits = layer.neurons.labels, layer.activation.limits
    return [Map(name, layer.a[0], column, limits) for column, name in enumerate(names)]

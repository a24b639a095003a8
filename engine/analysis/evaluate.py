"""The forward phase on any points, with the operations that training uses."""

from __future__ import annotations

import numpy as np

from engine.common.errors import InputError
from engine.data.dataset import Dataset
from engine.formula.tensor import Array
from engine.maths.operations.operation import Phase
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Layer, Parameters
from engine.program.program import Program


class Forward:
    """A second program with buffers of its own, of which only the forward phase runs.

    Args:
        dataset: The table that the network learns.
        hyperparameters: Hyperparameters of the network.
        points: The inputs to compute the network for, P × I; by default the table's.

    Attributes:
        layers: The network's layers from the input side to the output side.

    Raises:
        InputError: The points do not have a column for each input, or there are none.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, points: Array | None = None
    ) -> None:
        table = dataset if points is None else _beside(dataset, points)
        self._program = Program.to_evaluate(table, hyperparameters)
        self._evaluate = self._program.evaluation(Phase.FORWARD)
        self.layers = self._program.network.layers

    def run(self, parameters: Parameters) -> dict[str, Array]:
        """Compute the network.

        Args:
            parameters: The weights and biases by name; other names are passed over.

        Returns:
            The activations of each layer by name, P × neurons, from the input side on. They
            are buffers, which the next call overwrites.
        """
        self._evaluate(parameters)
        return {layer.a[0]: self._program.tensors[layer.a[0]].data for layer in self.layers}

    def slope(self, layer: Layer) -> Array:
        """Return the slope of a layer's activation where `run` came to last, P × neurons."""
        slope = self._program.operation(f"d{layer.a[0]}_d{layer.z[0]}")
        self._program.iterations.step(0, self._program.operations.index(slope))
        return slope.target.data.copy()

    def predict(self, parameters: Parameters) -> Array:
        """Return f, P × O: the last of what `run` returns, a buffer too."""
        return self.run(parameters)[self.layers[-1].a[0]]


def _beside(dataset: Dataset, points: Array) -> Dataset:
    """Put points in the place of the observations, with a target that the loss accepts."""
    points = np.array(points, dtype=np.float64)
    if points.ndim != 2 or not len(points) or points.shape[1] != dataset.x.shape[1]:
        raise InputError(f"points are P × {dataset.x.shape[1]}, not {points.shape}")
    return Dataset(
        name=dataset.name,
        x=points,
        f0=np.repeat(dataset.f0[:1], len(points), axis=0),
        inputs=dataset.inputs,
        targets=dataset.targets,
        observations=tuple(map(str, range(1, len(points) + 1))),
    )

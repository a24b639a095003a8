"""What a network consists of: its layers, their names, and the parameters to start from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.dataset import Dataset
from engine.errors import InputError
from engine.hyperparameters import Hyperparameters
from engine.tensor import Array, Axis, Tensor
from engine.text import clean

Parameters = Mapping[str, Array]


@dataclass(frozen=True)
class Layer:
    """One layer with the notebook's names for its tensors.

    Attributes:
        name: ``hidden`` or ``output``.
        weights: The name of its weights, v or w.
        z: The pre-activation, identifier and symbol.
        a: The activation, identifier and symbol.
        neurons: The axis of its neurons.
    """

    name: str
    weights: str
    z: tuple[str, str]
    a: tuple[str, str]
    neurons: Axis


class Network:
    """The architecture that hyperparameters and a dataset ask for.

    Attributes:
        observations: The axis of the observations.
        inputs: The axis of the inputs.
        layers: The layers from the input side to the output side.
        activation: The name of the activation of every layer.
        bias: The bias mode.
    """

    def __init__(self, dataset: Dataset, hyperparameters: Hyperparameters) -> None:
        self.observations = Axis("N", dataset.observations)
        self.inputs = Axis("I", dataset.inputs)
        neurons = tuple(f"g{i + 1}" for i in range(hyperparameters.hidden))
        self.layers = (
            Layer("hidden", "v", ("yhat", "ŷ"), ("g", "g"), Axis("H", neurons)),
            Layer("output", "w", ("y", "y"), ("f", "f"), Axis("O", dataset.targets)),
        )
        self.activation = "sigmoid"
        self.bias = hyperparameters.bias

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many inputs, neurons of each layer."""
        return (len(self.inputs.labels), *(len(layer.neurons.labels) for layer in self.layers))

    def parameter_tensors(self) -> dict[str, Tensor]:
        """Allocate the parameters: each layer's weights and biases, then the shared bias."""
        tensors = []
        before = self.inputs
        for layer in self.layers:
            tensors.append(Tensor.zeros(layer.weights, layer.weights, before, layer.neurons))
            if self.bias == "per-neuron":
                name = "b" + layer.weights
                tensors.append(Tensor.zeros(name, name, layer.neurons))
            before = layer.neurons
        if self.bias == "shared":
            tensors.append(Tensor.zeros("b", "b"))
        return {tensor.name: tensor for tensor in tensors}

    def draw_parameters(self, seed: int) -> dict[str, Array]:
        """Draw the starting weights as the notebook does: `RandomState(seed).rand`, biases 0."""
        random = np.random.RandomState(seed)
        weights = {layer.weights for layer in self.layers}
        return {
            name: random.rand(*tensor.shape) if name in weights else np.zeros(tensor.shape)
            for name, tensor in self.parameter_tensors().items()
        }

    def check_parameters(self, parameters: Mapping[str, object]) -> dict[str, Array]:
        """Return given parameters as float64 arrays in this network's order.

        Raises:
            InputError: A name is missing or unknown, a shape is wrong, or a value is no
                finite number.
        """
        tensors = self.parameter_tensors()
        if set(parameters) != set(tensors):
            has = ", ".join(clean(str(name), 40) for name in parameters) or "nothing"
            raise InputError(f"this network's parameters are {', '.join(tensors)}, not {has}")
        return {
            name: _checked(name, parameters[name], tensor.shape) for name, tensor in tensors.items()
        }


def _checked(name: str, value: object, shape: tuple[int, ...]) -> Array:
    try:
        array = np.array(value)
        numeric = array.dtype.kind in "iuf"
    except (ValueError, TypeError, OverflowError):
        numeric = False
    if not numeric:
        raise InputError(f"{name}: not an array of numbers")
    if array.shape != shape:
        given = "×".join(map(str, array.shape)) or "a scalar"
        raise InputError(
            f"{name}: the shape is {given}, but {'×'.join(map(str, shape)) or 'a scalar'} is needed"
        )
    if not np.isfinite(array).all():
        raise InputError(f"{name}: not all values are finite")
    return array.astype(np.float64)


def read_parameters(path: str | Path) -> dict[str, object]:
    """Read parameters from JSON: an object of names, or a whole report of `nn-tui train --json`.

    Raises:
        InputError: The file cannot be read or holds no such object.
    """
    shown = clean(str(path))
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{shown}: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{shown}, {place}: not JSON ({clean(error.msg)})") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown}: not JSON ({clean(str(error))})") from None
    if isinstance(content, dict) and isinstance(content.get("parameters"), dict):
        content = content["parameters"]
    if not isinstance(content, dict):
        raise InputError(f"{shown}: an object of parameters by name is needed")
    return content

"""What a network consists of: its layers, their names, and the parameters to start from."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from engine.activations import ACTIVATIONS, Activation
from engine.dataset import Dataset
from engine.errors import InputError
from engine.hyperparameters import Hyperparameters
from engine.initialisations import INITIALISATIONS
from engine.losses import LOSSES
from engine.memory import GB, shortage
from engine.tensor import Array, Axis, Tensor
from engine.text import clean, subscript

Parameters = Mapping[str, Array]

_MOST_TOLD = 20
_TIMES = 12
"""The bytes that are needed for each byte of JSON, while it is being read."""


@dataclass(frozen=True)
class Layer:
    """One layer with the notebook's names for its tensors.

    Attributes:
        name: ``hidden``, ``hidden 1`` … or ``output``.
        weights: The name of its weights, v, v1 … or w.
        z: The pre-activation, identifier and symbol.
        a: The activation, identifier and symbol.
        neurons: The axis of its neurons.
    """

    name: str
    weights: str
    z: tuple[str, str]
    a: tuple[str, str]
    neurons: Axis
    activation: Activation

    @property
    def weights_symbol(self) -> str:
        """The symbol of its weights, v, v₁ … or w."""
        return subscript(self.weights)


class Network:
    """The architecture that hyperparameters and a dataset ask for.

    Attributes:
        observations: The axis of the observations.
        inputs: The axis of the inputs.
        layers: The layers from the input side to the output side.
        bias: The bias mode.

    Raises:
        InputError: The loss does not go with the output layer or with the targets.
    """

    def __init__(self, dataset: Dataset, hyperparameters: Hyperparameters) -> None:
        self.observations = Axis("N", dataset.observations)
        self.inputs = Axis("I", dataset.inputs)
        sizes = hyperparameters.hidden_sizes
        self.layers = (
            *(
                _hidden(f"{k + 1}" if len(sizes) > 1 else "", size, ACTIVATIONS[activation])
                for k, (size, activation) in enumerate(
                    zip(sizes, hyperparameters.hidden_activations, strict=True)
                )
            ),
            Layer(
                "output",
                "w",
                ("y", "y"),
                ("f", "f"),
                Axis("O", dataset.targets),
                ACTIVATIONS[hyperparameters.output_activation],
            ),
        )
        self.bias = hyperparameters.bias
        self._init = INITIALISATIONS[hyperparameters.init]
        self._initial_bias = hyperparameters.initial_bias
        _check(hyperparameters, dataset)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many inputs, neurons of each layer."""
        return (len(self.inputs.labels), *(len(layer.neurons.labels) for layer in self.layers))

    def parameter_tensors(self) -> dict[str, Tensor]:
        """Allocate the parameters: each layer's weights and biases, then the shared bias."""
        tensors = []
        before = self.inputs
        for layer in self.layers:
            tensors.append(Tensor.zeros(layer.weights, layer.weights_symbol, before, layer.neurons))
            if self.bias == "per-neuron":
                name = "b" + layer.weights
                tensors.append(Tensor.zeros(name, subscript(name), layer.neurons))
            before = layer.neurons
        if self.bias == "shared":
            tensors.append(Tensor.zeros("b", "b"))
        return {tensor.name: tensor for tensor in tensors}

    def draw_parameters(self, seed: int) -> dict[str, Array]:
        """Draw the starting parameters from `numpy.random.RandomState(seed)`.

        Layer by layer from the input side on, the weights of each before its biases.
        """
        random = np.random.RandomState(seed)
        weights = {layer.weights for layer in self.layers}
        drawn: dict[str, Array] = {}
        inputs = 0
        for name, tensor in self.parameter_tensors().items():
            if name in weights:
                inputs = tensor.shape[0]
                drawn[name] = self._init.draw(random, tensor.shape)
            elif self._init.draw_bias is not None:
                drawn[name] = np.array(self._init.draw_bias(random, inputs, tensor.shape))
            else:
                drawn[name] = np.full(tensor.shape, self._initial_bias)
        return drawn

    def check_parameters(self, parameters: Mapping[str, object]) -> dict[str, Array]:
        """Return given parameters as float64 arrays in this network's order.

        Raises:
            InputError: A name is missing or unknown, a shape is wrong, or a value is no
                finite number.
        """
        tensors = self.parameter_tensors()
        if set(parameters) != set(tensors):
            has = (
                ", ".join(clean(str(name), 40) for name in islice(parameters, _MOST_TOLD))
                or "nothing"
            )
            has += ", …" if len(parameters) > _MOST_TOLD else ""
            raise InputError(f"this network's parameters are {', '.join(tensors)}, not {has}")
        return {
            name: _checked(name, parameters[name], tensor.shape) for name, tensor in tensors.items()
        }


def _hidden(number: str, size: int, activation: Activation) -> Layer:
    """Make a hidden layer; its number is left out where there is one only."""
    inner = f"{number}." if number else ""
    return Layer(
        name=f"hidden {number}".rstrip(),
        weights=f"v{number}",
        z=(f"yhat{number}", subscript(f"ŷ{number}")),
        a=(f"g{number}", subscript(f"g{number}")),
        neurons=Axis("H", tuple(f"g{inner}{i + 1}" for i in range(size))),
        activation=activation,
    )


def _check(wanted: Hyperparameters, dataset: Dataset) -> None:
    loss, output = LOSSES[wanted.loss], wanted.output_activation
    if loss.outputs and output not in loss.outputs:
        raise InputError(
            f"the loss {loss.name} goes with the output {' or '.join(loss.outputs)}, not {output}"
        )
    if wanted.patience and dataset.validation is None:
        raise InputError("patience needs observations that are held out: --split 0.2")
    if output == "softmax" and len(dataset.targets) < 2:
        raise InputError("softmax with one output is always 1: use sigmoid, or more targets")
    if problem := loss.problem(dataset.f0):
        raise InputError(f"the loss {loss.name} needs {problem}")


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
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise InputError("not a regular file")
        if lacking := shortage(_TIMES * status.st_size):
            raise InputError(f"to read {status.st_size / GB:,.1f} GB {lacking}")
        text = Path(path).read_text(encoding="utf-8")
        content = json.loads(text, object_pairs_hook=_once_each)
    except OSError as error:
        raise InputError(f"{shown}: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{shown}, {place}: not JSON ({clean(error.msg)})") from None
    except InputError as error:
        raise InputError(f"{shown}: {error}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown}: not JSON ({clean(str(error))})") from None
    if isinstance(content, dict) and isinstance(content.get("parameters"), dict):
        content = content["parameters"]
    if not isinstance(content, dict):
        raise InputError(f"{shown}: an object of parameters by name is needed")
    for name, value in content.items():
        if _has_truth(value):
            # NumPy would take them for 1 and 0.
            raise InputError(f"{shown}: {clean(name, 40)}: true and false are no numbers")
    return content


def _once_each(members: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of its members, none of which may come twice."""
    made: dict[str, object] = {}
    for name, value in members:
        if name in made:
            raise InputError(f"{clean(name, 40)}: given more than once")
        made[name] = value
    return made


def _has_truth(value: object) -> bool:
    """Whether there is a true or false anywhere in nested lists."""
    rest = [value]
    while rest:
        found = rest.pop()
        if isinstance(found, bool):
            return True
        if isinstance(found, list):
            rest += found
    return False

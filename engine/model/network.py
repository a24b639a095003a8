"""The architecture of a network: its layers, their names, the starting parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from engine.common.errors import InputError, ParametersError
from engine.common.numbers import dimensions
from engine.common.text import clean, subscript
from engine.data.dataset import Dataset
from engine.formula.tensor import Allocate, Array, Axis, Tensor
from engine.maths.activations import ACTIVATIONS, Activation
from engine.maths.initialisations import INITIALISATIONS
from engine.maths.losses import LOSSES
from engine.model.hyperparameters import Hyperparameters

Parameters = Mapping[str, Array]

_MOST_TOLD = 20
_MOST_CLASSES = 100
"""Whole numbers up to which a target may well be a column of classes."""


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
    """The architecture given by hyperparameters and a dataset.

    Attributes:
        observations: The axis of the observations.
        inputs: The axis of the inputs.
        layers: The layers from the input side to the output side.
        bias: The bias mode.
        frozen: The names of the parameters that no update changes.

    Raises:
        InputError: The loss does not go with the output layer or with the targets, or what is
            to be frozen is not there.
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
        self._init_scale = hyperparameters.init_scale
        self._initial_bias = hyperparameters.initial_bias
        self.frozen = hyperparameters.frozen
        _check(hyperparameters, dataset)
        self._check_frozen()

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs, then the number of neurons of each layer."""
        return (len(self.inputs.labels), *(len(layer.neurons.labels) for layer in self.layers))

    @property
    def parameter_axes(self) -> dict[str, tuple[Axis, ...]]:
        """The axes of each parameter: each layer's weights and biases, then the shared bias."""
        axes: dict[str, tuple[Axis, ...]] = {}
        before = self.inputs
        for layer in self.layers:
            axes[layer.weights] = (before, layer.neurons)
            if self.bias == "per-neuron":
                axes["b" + layer.weights] = (layer.neurons,)
            before = layer.neurons
        if self.bias == "shared":
            axes["b"] = ()
        return axes

    def parameter_tensors(self, allocate: Allocate = Tensor.zeros) -> dict[str, Tensor]:
        """Allocate the parameters."""
        return {
            name: allocate(name, subscript(name), *axes)
            for name, axes in self.parameter_axes.items()
        }

    def draw_parameters(self, seed: int) -> dict[str, Array]:
        """Draw the starting parameters from `numpy.random.RandomState(seed)`.

        Layer by layer from the input side on, the weights of each before its biases.
        """
        drawn = self.drawn_by(np.random.RandomState(seed))
        return {name: np.array(value) for name, value in drawn.items()}

    def drawn_by(self, random: Any) -> dict[str, Any]:
        """Return the parameters as a generator gives them, or whatever has its methods."""
        weights = {layer.weights for layer in self.layers}
        drawn: dict[str, Any] = {}
        inputs = 0
        for name, tensor in self.parameter_tensors(Tensor.blank).items():
            if name in weights:
                inputs = tensor.shape[0]
                drawn[name] = self._init_scale * self._init.draw(random, tensor.shape)
            elif self._init.draw_bias is not None:
                drawn[name] = self._init.draw_bias(random, inputs, tensor.shape)
            else:
                drawn[name] = np.full(tensor.shape, self._initial_bias)
        return drawn

    def _check_frozen(self) -> None:
        known = self.parameter_axes
        for name in self.frozen:
            if name not in known:
                raise InputError(
                    f"frozen: there is no {name}; this network's parameters are {', '.join(known)}"
                )
        if len(self.frozen) == len(known):
            raise InputError("frozen: all parameters; at least one must be left to train")

    def check_parameters(self, parameters: Mapping[str, object]) -> dict[str, Array]:
        """Return given parameters as float64 arrays in this network's order.

        Raises:
            ParametersError: A name is missing or unknown, a shape is wrong, or a value is no
                finite number.
        """
        tensors = self.parameter_tensors()
        if set(parameters) != set(tensors):
            has = (
                ", ".join(clean(str(name), 40) for name in islice(parameters, _MOST_TOLD))
                or "nothing"
            )
            has += ", …" if len(parameters) > _MOST_TOLD else ""
            raise ParametersError(f"this network's parameters are {', '.join(tensors)}, not {has}")
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
    if wanted.patience and dataset.held_out is None:
        raise InputError(
            "patience needs observations that are held out: --split 0.2 or --validation FILE"
        )
    if output == "softmax" and len(dataset.targets) < 2:
        raise InputError(f"softmax with one output is always 1: {_other_than_softmax(dataset)}")
    if problem := loss.problem(dataset.f0):
        raise InputError(f"the loss {loss.name} needs {problem}")


def _other_than_softmax(dataset: Dataset) -> str:
    """Suggest another output and loss for a single target, by its values."""
    (target,), values = dataset.targets, np.unique(dataset.f0)
    sigmoid = "--output-activation sigmoid"
    if len(values) == 2:
        return f"the two classes of {target!r} are one output, for which there is {sigmoid}"
    if len(values) <= _MOST_CLASSES and (values == np.floor(values)).all():
        return (
            f"--category {target} takes the {len(values)} numbers in it for classes and makes an "
            f"output of each, or use {sigmoid}"
        )
    return f"use {sigmoid}, or more targets (--target)"


def _checked(name: str, value: object, shape: tuple[int, ...]) -> Array:
    try:
        array = np.array(value)
        numeric = array.dtype.kind in "iuf"
    except (ValueError, TypeError, OverflowError):
        numeric = False
    if not numeric:
        raise ParametersError(f"{name}: not an array of numbers")
    if array.shape != shape:
        given = dimensions(array.shape, "a scalar")
        raise ParametersError(
            f"{name}: the shape is {given}, but {dimensions(shape, 'a scalar')} is needed"
        )
    if not np.isfinite(array).all():
        raise ParametersError(f"{name}: not all values are finite")
    return array.astype(np.float64)

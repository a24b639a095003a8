"""One iteration as an ordered list of operations over named buffers."""

from __future__ import annotations

import numpy as np

from engine.activations import ACTIVATIONS
from engine.dataset import Dataset
from engine.hyperparameters import Hyperparameters
from engine.listing import Line, Listing
from engine.losses import LOSSES
from engine.network import Layer, Network, Parameters
from engine.operations.backward import (
    ActivationSlope,
    BiasGradient,
    Chain,
    LocalDerivative,
    LossSlope,
    Propagate,
    WeightGradient,
)
from engine.operations.base import Operation, Phase
from engine.operations.forward import Activate, Linear, Measure
from engine.operations.update import Descend
from engine.tensor import Axis, Tensor


class Program:
    """The operations of one iteration, bound to buffers allocated once.

    Stepping and running at full speed execute this same list.

    Args:
        dataset: What x and f₀ hold.
        hyperparameters: The network, the loss and the learning rate.
        parameters: The values to start from, already checked by the network.

    Attributes:
        network: The architecture.
        operations: The operations in the order of execution.
        tensors: Every tensor by name; those of the operations, x, f₀ and η.
        parameters: The tensors that the update phase changes.
        changes: For each parameter, the tensor with its last change, −η·∂E/∂v.
        listing: The same without the numbers.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, parameters: Parameters
    ) -> None:
        self.network = Network(dataset, hyperparameters)
        self.activation = ACTIVATIONS[self.network.activation]
        self.loss = LOSSES[hyperparameters.loss]
        self.parameters = self.network.parameter_tensors()
        for name, tensor in self.parameters.items():
            tensor.data[...] = parameters[name]
        self.changes = {
            name: Tensor.zeros(f"delta_{name}", f"Δ{tensor.symbol}", *tensor.axes)
            for name, tensor in self.parameters.items()
        }
        rows, columns, outputs = (
            self.network.observations,
            self.network.inputs,
            self.network.layers[-1].neurons,
        )
        self.tensors: dict[str, Tensor] = {
            "x": Tensor("x", "x", (rows, columns), dataset.x),
            "f0": Tensor("f0", "f₀", (rows, outputs), dataset.f0),
            "eta": Tensor.zeros("eta", "η"),
            **self.parameters,
        }
        self._minus_eta = np.empty(())
        self.set_learning_rate(hyperparameters.learning_rate)
        self.operations: list[Operation] = []
        self._forward()
        self._backward()
        self._update()
        self.listing = self._list()

    def set_learning_rate(self, eta: float) -> None:
        """Have the update phase use another η from now on."""
        self.tensors["eta"].data[...] = eta
        self._minus_eta[...] = -eta

    def _new(self, name: str, symbol: str, *axes: Axis) -> Tensor:
        tensor = Tensor.zeros(name, symbol, *axes)
        self.tensors[name] = tensor
        return tensor

    def _derivative(self, of: Tensor, by: Tensor, *axes: Axis) -> Tensor:
        """Allocate ∂of/∂by, e.g. ``dE_df``; by default with the axes of `by`."""
        name, symbol = f"d{of.name}_d{by.name}", f"∂{of.symbol}/∂{by.symbol}"
        return self._new(name, symbol, *(axes or by.axes))

    def _bias(self, layer: Layer) -> Tensor | None:
        return self.parameters.get("b") or self.parameters.get("b" + layer.weights)

    def _forward(self) -> None:
        a = self.tensors["x"]
        for layer in self.network.layers:
            axes = (self.network.observations, layer.neurons)
            z = self._new(*layer.z, *axes)
            self.operations.append(
                Linear(
                    target=z,
                    phase=Phase.FORWARD,
                    layer=layer.name,
                    inputs=a,
                    weights=self.parameters[layer.weights],
                    bias=self._bias(layer),
                )
            )
            a = self._new(*layer.a, *axes)
            self.operations.append(
                Activate(
                    target=a,
                    phase=Phase.FORWARD,
                    layer=layer.name,
                    z=z,
                    activation=self.activation,
                )
            )
        self.operations.append(
            Measure(
                target=self._new("E", "E"),
                phase=Phase.LOSS,
                layer=None,
                f=a,
                f0=self.tensors["f0"],
                loss=self.loss,
            )
        )

    def _backward(self) -> None:
        E, f = self.tensors["E"], self.tensors[self.network.layers[-1].a[0]]
        outer = self.network.layers[-1].name
        dE_da = self._derivative(E, f)
        self.operations.append(
            LossSlope(
                target=dE_da,
                phase=Phase.BACKWARD,
                layer=outer,
                f=f,
                f0=self.tensors["f0"],
                loss=self.loss,
            )
        )
        upstreams: list[Tensor] = []
        layers = self.network.layers
        for position in reversed(range(len(layers))):
            inputs = self.tensors[layers[position - 1].a[0]] if position else self.tensors["x"]
            dE_dz = self._through_activation(layers[position], dE_da)
            self._into_parameters(layers[position], inputs, dE_dz)
            upstreams.append(dE_dz)
            if position:
                dE_da = self._through_weights(layers[position], layers[position - 1], dE_dz)
        if "b" in self.parameters:
            self.operations.append(
                BiasGradient(
                    target=self._derivative(E, self.parameters["b"]),
                    phase=Phase.BACKWARD,
                    layer=None,
                    upstreams=tuple(upstreams),
                )
            )

    def _through_activation(self, layer: Layer, dE_da: Tensor) -> Tensor:
        z, a = self.tensors[layer.z[0]], self.tensors[layer.a[0]]
        da_dz = self._derivative(a, z)
        dE_dz = self._derivative(self.tensors["E"], z)
        self.operations += [
            ActivationSlope(
                target=da_dz,
                phase=Phase.BACKWARD,
                layer=layer.name,
                z=z,
                a=a,
                activation=self.activation,
            ),
            Chain(
                target=dE_dz,
                phase=Phase.BACKWARD,
                layer=layer.name,
                upstream=dE_da,
                local=da_dz,
            ),
        ]
        return dE_dz

    def _into_parameters(self, layer: Layer, inputs: Tensor, dE_dz: Tensor) -> None:
        E, z, weights = (self.tensors[name] for name in ("E", layer.z[0], layer.weights))
        # The inputs of a layer stay as they are until the next forward phase: no copy.
        dz_dw = Tensor(
            f"d{z.name}_d{weights.name}", f"∂{z.symbol}/∂{weights.symbol}", inputs.axes, inputs.data
        )
        self.tensors[dz_dw.name] = dz_dw
        self.operations += [
            LocalDerivative(target=dz_dw, phase=Phase.BACKWARD, layer=layer.name, source=inputs),
            WeightGradient(
                target=self._derivative(E, weights),
                phase=Phase.BACKWARD,
                layer=layer.name,
                local=dz_dw,
                upstream=dE_dz,
                inputs=inputs,
            ),
        ]
        bias = self.parameters.get("b" + layer.weights)
        if bias is not None:
            self.operations.append(
                BiasGradient(
                    target=self._derivative(E, bias),
                    phase=Phase.BACKWARD,
                    layer=layer.name,
                    upstreams=(dE_dz,),
                )
            )

    def _through_weights(self, layer: Layer, below: Layer, dE_dz: Tensor) -> Tensor:
        z, weights = self.tensors[layer.z[0]], self.tensors[layer.weights]
        a = self.tensors[below.a[0]]
        dz_da = self._derivative(z, a, *weights.axes)
        dE_da = self._derivative(self.tensors["E"], a)
        self.operations += [
            LocalDerivative(target=dz_da, phase=Phase.BACKWARD, layer=below.name, source=weights),
            Propagate(
                target=dE_da,
                phase=Phase.BACKWARD,
                layer=below.name,
                upstream=dE_dz,
                local=dz_da,
            ),
        ]
        return dE_da

    def _update(self) -> None:
        layers = {layer.weights: layer.name for layer in self.network.layers}
        for name, tensor in self.parameters.items():
            self.operations.append(
                Descend(
                    target=tensor,
                    phase=Phase.UPDATE,
                    layer=layers.get(name.removeprefix("b")),
                    gradient=self.tensors[f"dE_d{name}"],
                    eta=self.tensors["eta"],
                    minus_eta=self._minus_eta,
                    change=self.changes[name],
                )
            )

    def _list(self) -> Listing:
        tensors = {**self.tensors, **{change.name: change for change in self.changes.values()}}
        return Listing(
            lines=tuple(
                Line(
                    o.name,
                    o.symbol,
                    o.phase,
                    o.layer,
                    o.formula,
                    o.shape,
                    tuple(tensor.name for tensor in o.reads),
                    o.why,
                )
                for o in self.operations
            ),
            axes={name: tensor.axes for name, tensor in tensors.items()},
            symbols={name: tensor.symbol for name, tensor in tensors.items()},
            parameters={
                name: (f"dE_d{name}", change.name) for name, change in self.changes.items()
            },
            loss=self.loss.formula,
            sizes=self.network.sizes,
            activations=(self.activation.symbol,) * len(self.network.layers),
        )

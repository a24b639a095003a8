"""Our program for the network of a script: its operations by name, its tensors' values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.audit.forward import Linear
from engine.common.errors import InputError
from engine.data.dataset import Dataset
from engine.maths.mistakes import Around
from engine.maths.operations.operation import Operation, Phase
from engine.maths.tensor import Array
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Network
from engine.program.program import Program


@dataclass(eq=False)
class Model:
    """Our program beside the layers of a script.

    Attributes:
        program: The program; its data are of one pass.
        around: What stands around each of its operations.
        parameters: For each parameter, the layer that has it.
        hyperparameters: The network.
    """

    program: Program
    around: Around
    parameters: dict[str, Linear]
    hyperparameters: Hyperparameters
    values: dict[str, Array] = field(default_factory=dict)

    def operations(self, *phases: Phase) -> list[Operation]:
        """Return the operations of some phases, in program order."""
        return [o for o in self.program.operations if o.phase in phases]

    @property
    def names(self) -> list[tuple[str, str, str]]:
        """For each layer the names of its weights, pre-activation and activation."""
        layers = self.program.network.layers
        return [(layer.weights, layer.z[0], layer.a[0]) for layer in layers]


def model_of(
    layers: Sequence[Linear],
    activations: Sequence[str],
    f0: Array,
    loss: str,
    **settings: object,
) -> Model:
    """Make our program for layers, and fill in the script's own values.

    Args:
        layers: The layers, from the input side.
        activations: The activation of each.
        f0: The targets, N × O.
        loss: The name of the loss.
        settings: Other hyperparameters, e.g. the optimiser.

    Raises:
        InputError: There is no such network in this program.
    """
    bias = _bias(layers)
    hidden = ",".join(str(layer.z.shape[1]) for layer in layers[:-1]) or "none"
    wanted: dict[str, object] = {
        "hidden": hidden,
        "output_activation": activations[-1],
        "loss": loss,
        "bias": bias,
        **settings,
    }
    if len(layers) > 1:
        wanted["activation"] = ",".join(activations[:-1])
    hyperparameters = Hyperparameters(**wanted)  # type: ignore[arg-type]
    dataset = Dataset.from_arrays(np.array(layers[0].inputs), np.array(f0))
    parameters: dict[str, Array] = {}
    owners: dict[str, Linear] = {}
    names = [layer.weights for layer in Network(dataset, hyperparameters).layers]
    for name, layer in zip(names, layers, strict=True):
        parameters[name] = layer.weights
        owners[name] = layer
        if bias == "per-neuron":
            width = layer.z.shape[1]
            given = np.zeros(width) if layer.bias is None else layer.bias
            parameters["b" + name] = np.broadcast_to(given, (width,)).copy()
            if layer.bias is not None:
                owners["b" + name] = layer
    if bias == "shared":
        given = next(layer.bias for layer in layers if layer.bias is not None)
        parameters["b"] = np.reshape(given, ())
        owners["b"] = layers[0]
    program = Program(dataset, hyperparameters, parameters)
    model = Model(program, Around(program.operations), owners, hyperparameters)
    model.values.update({"x": dataset.x, "f0": dataset.f0, **parameters})
    for (_, z, a), layer in zip(model.names, layers, strict=True):
        model.values[z] = layer.z
        assert layer.a is not None
        model.values[a] = layer.a
    return model


def _bias(layers: Sequence[Linear]) -> str:
    own = [layer.bias for layer in layers if layer.bias is not None]
    if not own:
        return "none"
    sources = {id(layer.of_bias) for layer in layers if layer.of_bias is not None}
    if all(np.size(bias) == 1 for bias in own) and len(sources) == 1 and len(layers) == len(own):
        if any(layer.z.shape[1] > 1 for layer in layers):
            return "shared"
    return "per-neuron"


__all__ = ["InputError", "Model", "model_of"]

"""Our program for the network of a script: its operations by name, its tensors' values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.audit.network.dropout import in_words, mistakes_of_masks, with_masks
from engine.audit.network.linear import Linear
from engine.common.errors import InputError
from engine.data.dataset import Dataset
from engine.formula.tensor import Array, Tensor
from engine.formula.tree import Leaf, substitute
from engine.maths.operations.operation import Operation, Phase
from engine.mistakes import Around, Mistake, mistakes
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
        layers: The layers of the script.
        values: The script's values of the tensors, by name.
        known: The mistakes of operations, as far as they were asked for.
        hints: For an operation, the mistake that was found in another pass.
        written: The operations that the script writes otherwise than our program, by name.
        optimiser: The name of the optimiser.
    """

    program: Program
    around: Around
    parameters: dict[str, Linear]
    hyperparameters: Hyperparameters
    layers: tuple[Linear, ...]
    values: dict[str, Array] = field(default_factory=dict)
    known: dict[str, list[Mistake]] = field(default_factory=dict)
    hints: dict[str, Mistake] = field(default_factory=dict)
    written: dict[str, Operation] = field(default_factory=dict)
    optimiser: str = "sgd"

    def mistakes(self, operation: Operation) -> list[Mistake]:
        """Return the mistakes of an operation, one found before first."""
        if operation.name not in self.known:
            slopes = [*self._of_masks(operation), *self._of_slopes(operation)]
            known = {mistake.formula for mistake in slopes}
            others = mistakes(operation, self.around, depth=1)
            masked = self._masked()
            self.known[operation.name] = slopes + [
                in_words(m, masked) for m in others if m.formula not in known
            ]
        return self.known[operation.name]

    def _masked(self) -> list[tuple[Tensor, Tensor]]:
        """Return each activation that has a mask, and what the next layer takes of it."""
        return [
            (self.operation(a).target, self.operation(f"d{z}_d{weights}").target)
            for layer, (_, _, a), (weights, z, _) in zip(
                self.layers, self.names, self.names[1:], strict=False
            )
            if layer.mask is not None
        ]

    def _of_masks(self, operation: Operation) -> Iterator[Mistake]:
        layers = zip(self.names, self.layers, strict=True)
        kept = {a: layer.mask.kept for (_, _, a), layer in layers if layer.mask is not None}
        return mistakes_of_masks(operation, kept)

    def _of_slopes(self, operation: Operation) -> Iterator[Mistake]:
        """Go through the tensors that stand for a slope that an operation reads."""
        tree = operation.rule.tree
        for tensor in operation.reads:
            activation = self.around.activation_of_slope(tensor)
            if activation is None:
                continue
            leaf = Leaf(tensor)
            is_bent = activation.symbol.startswith("lrelu")
            for mistake in mistakes(self.operation(tensor.name), self.around, depth=0):
                is_leaf = isinstance(mistake.formula, Leaf)
                # The slope 0.1 of one leaky relu squared is the slope 0.01 of another.
                is_meant = is_leaf or (is_bent and "lrelu" in mistake.says)
                if is_meant and mistake.formula.axes == leaf.axes:
                    whole = substitute(tree, {leaf: mistake.formula})
                    yield replace(mistake, formula=whole)

    def of_pass(self, layers: Sequence[Linear], f0: Array) -> Model:
        """Return the same program with the script's values in another pass, of as many rows."""
        parameters = dict(_parameters(self.names, layers, self.hyperparameters.bias))
        owners = {name: layers[position] for name, position in self.positions.items()}
        values = _values(self.names, layers, parameters, f0)
        return replace(self, parameters=owners, layers=tuple(layers), values=values)

    @property
    def positions(self) -> dict[str, int]:
        """For each parameter, the position of its layer."""
        weights = [name for name, _, _ in self.names]
        return {
            name: weights.index(name.removeprefix("b")) if name != "b" else 0
            for name in self.parameters
        }

    def operations(self, *phases: Phase) -> list[Operation]:
        """Return the operations of some phases, or all, in program order."""
        own = (self.written.get(o.name, o) for o in self.program.operations)
        return [o for o in own if not phases or o.phase in phases]

    def operation(self, name: str) -> Operation:
        """Return the operation of a name."""
        return self.written.get(name) or self.program.operation(name)

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
    network = Network(dataset, hyperparameters)
    names = [(layer.weights, layer.z[0], layer.a[0]) for layer in network.layers]
    parameters = dict(_parameters(names, layers, bias))
    owners: dict[str, Linear] = {}
    for (weights, _, _), layer in zip(names, layers, strict=True):
        owners[weights] = layer
        if bias == "per-neuron" and layer.bias is not None:
            owners["b" + weights] = layer
    if bias == "shared":
        owners["b"] = layers[0]
    program = Program(dataset, hyperparameters, parameters)
    values = _values(names, layers, parameters, f0)
    masks = [layer.mask for layer in layers]
    written = {o.name: o for o in with_masks(program.operations, names, masks)}
    return Model(
        program,
        Around([written.get(o.name, o) for o in program.operations], of_one_table=True),
        owners,
        hyperparameters,
        tuple(layers),
        values,
        written=written,
        optimiser=hyperparameters.optimiser,
    )


Names = Sequence[tuple[str, str, str]]


def _parameters(names: Names, layers: Sequence[Linear], bias: str) -> Iterator[tuple[str, Array]]:
    for (weights, _, _), layer in zip(names, layers, strict=True):
        yield weights, np.array(layer.weights)
        if bias == "per-neuron":
            width = layer.z.shape[1]
            given = np.zeros(width) if layer.bias is None else layer.bias
            yield "b" + weights, np.broadcast_to(given, (width,)).copy()
    if bias == "shared":
        single = [layer.bias for layer in layers if layer.bias is not None and layer.bias.size == 1]
        if not single:
            raise InputError("the layers of this pass have no bias for all")
        yield "b", np.reshape(single[0], ())


def _values(
    names: Names, layers: Sequence[Linear], parameters: dict[str, Array], f0: Array
) -> dict[str, Array]:
    values = {"x": layers[0].inputs, "f0": f0, **parameters}
    for (_, z, a), layer in zip(names, layers, strict=True):
        values[z] = layer.z
        assert layer.a is not None
        values[a] = layer.a
        if layer.mask is not None:
            values[f"mask_{a}"] = layer.mask.data
    return values


def _bias(layers: Sequence[Linear]) -> str:
    own = [layer.bias for layer in layers if layer.bias is not None]
    if not own:
        return "none"
    sources = {id(layer.of_bias) for layer in layers if layer.of_bias is not None}
    is_one = len(sources) == 1 and all(np.size(bias) == 1 for bias in own)
    if is_one and len(layers) == len(own) and any(layer.z.shape[1] > 1 for layer in layers):
        return "shared"
    return "per-neuron"

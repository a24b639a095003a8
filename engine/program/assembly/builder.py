"""The place where a program is put together: its tensors by name, its operations in order."""

from __future__ import annotations

from engine.formula.primitives import setting
from engine.formula.tensor import Allocate, Array, Axis, Tensor
from engine.formula.tree import Number
from engine.maths.losses import LOSSES, Setting
from engine.maths.losses.margins import is_signed
from engine.maths.operations.operation import Operation, Phase, Rule
from engine.model.hyperparameters import DECLARATIONS, Hyperparameters
from engine.model.network import Network


class Workbench:
    """The tensors and operations that the phases of a program add to.

    Args:
        network: The architecture.
        hyperparameters: The loss and the optimiser.
        observations: The axis of the observations of a batch.
        f0: Every target, N × O.
        allocate: The function that makes the tensors.

    Attributes:
        tensors: Every tensor by name.
        operations: The operations so far, in the order of execution.
        parameters: The weights and biases.
        trained: The parameters that the update phase changes: those that are not frozen.
        state: What is kept from one iteration to the next: the parameters first, then
            what the optimiser remembers.
        changes: For each parameter that is trained, the tensor with its last change.
        setting: What the loss depends on beside f and f₀.
    """

    def __init__(
        self,
        network: Network,
        hyperparameters: Hyperparameters,
        observations: Axis,
        f0: Array,
        allocate: Allocate = Tensor.zeros,
    ) -> None:
        self.network = network
        self.hyperparameters = hyperparameters
        self.observations = observations
        self.loss = LOSSES[hyperparameters.loss]
        self.setting = Setting(self.hyperparameter("huber_delta"), is_signed(f0))
        self.parameters = network.parameter_tensors(allocate)
        self.trained = {
            name: tensor for name, tensor in self.parameters.items() if name not in network.frozen
        }
        self.state = dict(self.parameters)
        self.tensors: dict[str, Tensor] = {}
        self.changes = {
            name: allocate(f"delta_{name}", f"Δ{tensor.symbol}", *tensor.axes)
            for name, tensor in self.trained.items()
        }
        self._allocate = allocate
        self.operations: list[Operation] = []
        self._layers = {layer.weights: layer.name for layer in network.layers}

    def hyperparameter(self, name: str) -> Number:
        """Return a hyperparameter as a formula has it, by its symbol."""
        return setting(getattr(self.hyperparameters, name), DECLARATIONS[name].symbol)

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """The weights of all layers, from the input side on."""
        return tuple(self.parameters[layer.weights] for layer in self.network.layers)

    @property
    def penalised(self) -> tuple[Tensor, ...]:
        """The parameters that the penalty counts."""
        if self.hyperparameters.penalise == "all":
            return tuple(self.parameters.values())
        return self.weights

    @property
    def output(self) -> str:
        """The name of the activation of the output layer."""
        return self.network.layers[-1].activation.name

    @property
    def fused(self) -> bool:
        """Whether the loss goes back to the output's pre-activations in one formula."""
        return self.output in self.loss.fused

    def new(self, name: str, symbol: str, *axes: Axis) -> Tensor:
        """Allocate a tensor."""
        tensor = self._allocate(name, symbol, *axes)
        self.tensors[name] = tensor
        return tensor

    def derivative(self, of: Tensor, by: Tensor, *axes: Axis) -> Tensor:
        """Allocate ∂of/∂by, e.g. ``dE_df``; by default with the axes of `by`."""
        name, symbol = f"d{of.name}_d{by.name}", f"∂{of.symbol}/∂{by.symbol}"
        return self.new(name, symbol, *(axes or by.axes))

    def beside(self, letter: str, parameter: Tensor) -> Tensor:
        """Allocate a tensor that an optimiser needs for a parameter, e.g. ``d_v``."""
        return self.new(
            f"{letter}_{parameter.name}", f"{letter}_{parameter.symbol}", *parameter.axes
        )

    def kept(self, letter: str, parameter: Tensor) -> Tensor:
        """Allocate the same, kept from one iteration to the next, 0 at the start."""
        tensor = self.beside(letter, parameter)
        self.state[tensor.name] = tensor
        return tensor

    def memory(self, name: str) -> Tensor:
        """Allocate a number that is kept from one iteration to the next, 0 at the start."""
        tensor = self.new(name, name)
        self.state[name] = tensor
        return tensor

    def add(
        self,
        target: Tensor,
        rule: Rule,
        phase: Phase,
        layer: str | None = None,
        *,
        aside: bool = False,
    ) -> None:
        """Add an operation, by default of no single layer."""
        operation = Operation(target=target, rule=rule, phase=phase, layer=layer, aside=aside)
        self.operations.append(operation)

    def update(self, target: Tensor, rule: Rule, of: Tensor) -> None:
        """Add an operation of the update phase for a parameter."""
        self.add(target, rule, Phase.UPDATE, self._layers.get(of.name.removeprefix("b")))

    def bias(self, weights: str) -> Tensor | None:
        """Return the bias that is added where these weights are used, if there is one."""
        return self.parameters.get("b") or self.parameters.get("b" + weights)

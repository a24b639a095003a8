"""One iteration as an ordered list of operations over named buffers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.data.dataset import Dataset
from engine.formula.scratch import Scratch
from engine.formula.tensor import Axis, BatchLabels, Tensor
from engine.loop.calls import Copy
from engine.loop.plan import Plan
from engine.loop.row import Call
from engine.maths.operations.batch import PICKED, PickBatch
from engine.maths.operations.held_out import (
    OnceAnEpoch,
    counting_calls,
    epochs_without_a_better,
    held_out_loss,
)
from engine.maths.operations.operation import Operation, Phase
from engine.model.batches import Batches
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Network, Parameters
from engine.program.assembly.backward import add_backward
from engine.program.assembly.builder import Workbench
from engine.program.assembly.forward import add_forward
from engine.program.assembly.update import add_update
from engine.program.beside import Beside
from engine.program.iterations import Iterations
from engine.program.listing import Line, Listing


class Program:
    """The operations of one iteration, bound to buffers allocated once.

    Stepping and running at full speed execute this same list.

    Args:
        dataset: The values of x and f₀.
        hyperparameters: The network, the loss and the learning rate.
        parameters: The values to start from, already checked by the network.

    Attributes:
        network: The architecture.
        batches: Which observations an iteration sees.
        observations: The axis of the observations of the batch at hand.
        operations: The operations in the order of execution.
        tensors: Every tensor by name; those of the operations, x, f₀ and η.
        parameters: The weights and biases.
        state: The same and what else is kept from one iteration to the next.
        changes: For each parameter that is not frozen, the tensor with its last change, −η·∂E/∂v.
        iterations: The same as calls, to run single ones or many iterations at once.
        rows: The rows of the batch at hand.
        listing: The same without the numbers.
        beside: Somebody else's numbers for the same tensors: what `yours.` means in an expression.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, parameters: Parameters
    ) -> None:
        self.network = Network(dataset, hyperparameters)
        self.batches = Batches(len(dataset.observations), hyperparameters)
        self.beside: Beside | None = None
        self._indices = self.batches.of(0).copy()
        self.rows = len(self._indices)
        self.observations = self.network.observations
        if not self.batches.is_whole:
            names = BatchLabels(dataset.observations, self._indices)
            self.observations = Axis(self.observations.symbol, names)
        bench = Workbench(self.network, hyperparameters, self.observations, dataset.f0)
        self.loss = bench.loss
        self.operations = bench.operations
        self.tensors, self.parameters = bench.tensors, bench.parameters
        self.state, self.changes = bench.state, bench.changes
        assumption = self.loss.assumption(dataset.f0)
        self._assumptions = (assumption,) if assumption else ()
        self._fill(bench, dataset)
        self._scheduled = hyperparameters.schedule != "constant"
        self.rate = bench.new("eta", "η")
        if self._scheduled:
            self.rate = bench.new("eta0", "η₀")
        for name, tensor in self.parameters.items():
            tensor.data[...] = parameters[name]
            self.tensors[name] = tensor
        self.set_learning_rate(hyperparameters.learning_rate)
        self._scratch = Scratch()
        add_forward(bench)
        if dataset.held_out is not None:
            self._hold_out(bench, dataset.held_out, hyperparameters)
        add_backward(bench)
        add_update(bench)
        self._by_observation = [
            t for t in self.tensors.values() if t.axes and t.axes[0] is self.observations
        ]
        self._make_calls()

    def _make_calls(self) -> None:
        """Make the calls of all operations, and the listing."""
        rows_now = self.rows
        lists: list[list[Sequence[Call]]] = []
        for rows in filter(None, (self.batches.rest, self.batches.size)):
            self._use(rows)
            lists.insert(0, [operation.calls(self._scratch) for operation in self.operations])
        self._use(rows_now)
        kept = [self.tensors[name].data for name in ("E", "E_val") if name in self.tensors]
        self.iterations = Iterations(self.batches, self._indices, lists, kept)
        self.listing = self._list()

    def put(self, *operations: Operation) -> None:
        """Run other operations in the place of those that write the same tensors."""
        for operation in operations:
            place = [before.name for before in self.operations].index(operation.name)
            self.operations[place] = operation
        self._make_calls()

    @classmethod
    def to_evaluate(cls, dataset: Dataset, hyperparameters: Hyperparameters) -> Program:
        """Make a program with buffers of its own that is to train nothing: one batch, no penalty.

        What its parameters are is told each time, see `evaluation`.
        """
        whole = hyperparameters.to_evaluate()
        empty = Network(dataset, whole).parameter_tensors()
        return cls(dataset, whole, {name: tensor.data for name, tensor in empty.items()})

    def evaluation(self, *phases: Phase) -> Callable[[Parameters], None]:
        """Return what runs the operations of these phases with parameters, found by their names."""
        plan = Plan(self.calls_of(*phases))
        own = [(name, tensor.data) for name, tensor in self.parameters.items()]

        def evaluate(parameters: Parameters) -> None:
            for name, data in own:
                data[...] = parameters[name]
            plan.run(0, 1)

        return evaluate

    def _fill(self, bench: Workbench, dataset: Dataset) -> None:
        """Add x and f₀: the table itself, or what is picked from it for each batch."""
        rows, columns, outputs = (
            self.observations,
            self.network.inputs,
            self.network.layers[-1].neurons,
        )
        for name, symbol, axis, table in (
            ("x", "x", columns, dataset.x),
            ("f0", "f₀", outputs, dataset.f0),
        ):
            if self.batches.is_whole:
                self.tensors[name] = Tensor(name, symbol, (rows, axis), table)
                continue
            bench.operations.append(
                PickBatch(
                    target=bench.new(name, symbol, rows, axis),
                    rule=PICKED,
                    phase=Phase.FORWARD,
                    layer=None,
                    table=table,
                    indices=self._indices,
                )
            )

    def _hold_out(
        self, bench: Workbench, held_out: Dataset, hyperparameters: Hyperparameters
    ) -> None:
        """Add the loss of the held-out observations, computed by a program of their own."""
        aside = Program.to_evaluate(held_out, hyperparameters)
        loss, worse = bench.memory("E_val"), bench.memory("worse")
        best, best_at = bench.memory("best_E_val"), bench.memory("best_at")
        steps: list[Call] = [
            Copy(tensor.data, aside.parameters[name].data)
            for name, tensor in self.parameters.items()
        ]
        steps += aside.calls_of(Phase.FORWARD, Phase.LOSS)
        steps.append(Copy(aside.tensors["E"].data, loss.data))
        counting = counting_calls(worse, loss, best, best_at)
        for target, rule, calls, beside, also in (
            (loss, held_out_loss(len(held_out.observations)), steps, (), ()),
            (worse, epochs_without_a_better(worse, loss), counting, (best, best_at), (loss,)),
        ):
            bench.operations.append(
                OnceAnEpoch(
                    target=target,
                    rule=rule,
                    phase=Phase.LOSS,
                    layer=None,
                    is_kept=True,
                    steps=calls,
                    an_epoch=self.batches.an_epoch,
                    beside=beside,
                    also_reads=also,
                )
            )

    def operation(self, name: str) -> Operation:
        """Return an operation by the name of its target.

        Raises:
            KeyError: There is none.
        """
        for operation in self.operations:
            if operation.name == name:
                return operation
        raise KeyError(name)

    def calls_of(self, *phases: Phase) -> list[Call]:
        """Return the calls of the operations of these phases."""
        return [
            call
            for operation in self.operations
            if operation.phase in phases
            for call in operation.calls(self._scratch)
        ]

    def _use(self, rows: int) -> None:
        """Set the number of rows of the tensors."""
        self.rows = rows
        if isinstance(self.observations.labels, BatchLabels):
            self.observations.labels.rows = rows
            for tensor in self._by_observation:
                tensor.take(rows)

    def arrive(self, iteration: int) -> None:
        """Set the tensors to as many rows as the batch of an iteration has."""
        rows = self.batches.rows(iteration)
        if rows != self.rows:
            self._use(rows)

    @property
    def batch(self) -> tuple[int, ...] | None:
        """The observations in the batch at hand, by number; None where it is the table."""
        return None if self.batches.is_whole else tuple(map(int, self._indices[: self.rows]))

    def set_learning_rate(self, eta: float) -> None:
        """Use another η in the update phase from now on."""
        self.rate.data[...] = eta

    @property
    def known(self) -> dict[str, Tensor]:
        """Every tensor by name, the changes too."""
        return {**self.tensors, **{change.name: change for change in self.changes.values()}}

    def _list(self) -> Listing:
        tensors = self.known
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
                    o.note,
                )
                for o in self.operations
            ),
            axes={name: tensor.axes for name, tensor in tensors.items()},
            symbols={name: tensor.symbol for name, tensor in tensors.items()},
            parameters={
                name: (f"dE_d{name}", self.changes[name].name if name in self.changes else None)
                for name in self.parameters
            },
            loss=next(o.formula.split(" = ", 1)[1] for o in self.operations if o.name == "E"),
            sizes=self.network.sizes,
            activations=tuple(layer.activation.symbol for layer in self.network.layers),
            assumptions=self._assumptions,
        )

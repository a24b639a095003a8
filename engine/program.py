"""One iteration as an ordered list of operations over named buffers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.activations import Run
from engine.assembly.backward import add_backward
from engine.assembly.forward import add_forward
from engine.assembly.update import add_update
from engine.assembly.workbench import Workbench
from engine.batches import Batches
from engine.dataset import Dataset
from engine.hyperparameters import Hyperparameters
from engine.listing import Line, Listing
from engine.network import Network, Parameters
from engine.operations.base import Phase
from engine.operations.batch import Pick
from engine.operations.validation import CountWorse, Validate
from engine.tensor import Array, Axis, BatchLabels, Tensor


class Program:
    """The operations of one iteration, bound to buffers allocated once.

    Stepping and running at full speed execute this same list.

    Args:
        dataset: What x and f₀ hold.
        hyperparameters: The network, the loss and the learning rate.
        parameters: The values to start from, already checked by the network.

    Attributes:
        network: The architecture.
        batches: Which observations an iteration sees.
        observations: The axis of the observations of the batch at hand.
        operations: The operations in the order of execution.
        tensors: Every tensor by name; those of the operations, x, f₀ and η.
        parameters: The tensors that the update phase changes.
        state: The same and what else is kept from one iteration to the next.
        changes: For each parameter, the tensor with its last change, −η·∂E/∂v.
        calls: The operations as calls, by the rows of the batch that they are for.
        rows: The rows of the batch at hand.
        listing: The same without the numbers.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, parameters: Parameters
    ) -> None:
        self.network = Network(dataset, hyperparameters)
        self.batches = Batches(len(dataset.observations), hyperparameters)
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
        self._minus_eta = np.empty(())
        self.set_learning_rate(hyperparameters.learning_rate)
        add_forward(bench)
        self._due, self._iteration = np.array(True), np.array(0.0)
        if dataset.validation is not None:
            self._validate(bench, dataset.validation, hyperparameters)
        add_backward(bench)
        add_update(bench, self._minus_eta)
        self._by_observation = [
            t for t in self.tensors.values() if t.axes and t.axes[0] is self.observations
        ]
        self.calls = {self.rows: [operation.run for operation in self.operations]}
        if self.batches.rest:
            self.calls[self.batches.rest] = self._bound_to(self.batches.rest)
            self._use(self.batches.size)
        self.listing = self._list()

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
        calls = [operation.run for operation in self.operations if operation.phase in phases]
        own = [(name, tensor.data) for name, tensor in self.parameters.items()]

        def evaluate(parameters: Parameters) -> None:
            for name, data in own:
                data[...] = parameters[name]
            with np.errstate(all="ignore"):
                for call in calls:
                    call()

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
            target = bench.new(name, symbol, rows, axis)
            bench.add(Pick, target, Phase.FORWARD, table=table, indices=self._indices)

    def _validate(
        self, bench: Workbench, held_out: Dataset, hyperparameters: Hyperparameters
    ) -> None:
        """Add the loss of the held-out observations, computed by a program of their own."""
        aside = Program.to_evaluate(held_out, hyperparameters)
        evaluate = aside.evaluation(Phase.FORWARD, Phase.LOSS)
        parameters = {name: tensor.data for name, tensor in self.parameters.items()}

        def measure() -> Array:
            evaluate(parameters)
            return aside.tensors["E"].data

        loss = bench.memory("E_val")
        bench.add(
            Validate,
            loss,
            Phase.LOSS,
            measure=measure,
            due=self._due,
            observations=len(held_out.observations),
        )
        bench.add(
            CountWorse,
            bench.memory("worse"),
            Phase.LOSS,
            loss=loss,
            best=(bench.memory("best_E_val"), bench.memory("best_at")),
            due=self._due,
            iteration=self._iteration,
        )

    def _bound_to(self, rows: int) -> list[Run]:
        """Return the operations as calls for batches of so many rows."""
        self._use(rows)
        return [operation.bind() for operation in self.operations]

    def _use(self, rows: int) -> None:
        """Have the tensors be of so many rows."""
        self.rows = rows
        assert isinstance(self.observations.labels, BatchLabels)
        self.observations.labels.rows = rows
        for tensor in self._by_observation:
            tensor.take(rows)
        for operation, run in zip(self.operations, self.calls.get(rows, ()), strict=False):
            object.__setattr__(operation, "run", run)

    def begin(self, iteration: int) -> list[Run]:
        """Choose the batch of an iteration; return the calls that are the iteration."""
        self._iteration[...] = iteration
        self._due[...] = iteration % self.batches.an_epoch == 0
        if not self.batches.is_whole:
            chosen = self.batches.of(iteration)
            if len(chosen) != self.rows:
                self._use(len(chosen))
            self._indices[: len(chosen)] = chosen
        return self.calls[self.rows]

    @property
    def is_steady(self) -> bool:
        """Whether `begin` has nothing to do, each iteration being like the one before."""
        return self.batches.is_whole and "E_val" not in self.tensors

    @property
    def batch(self) -> tuple[int, ...] | None:
        """The observations in the batch at hand, by number; None where it is the table."""
        return None if self.batches.is_whole else tuple(map(int, self._indices[: self.rows]))

    def set_learning_rate(self, eta: float) -> None:
        """Have the update phase use another η from now on."""
        self.rate.data[...] = eta
        if not self._scheduled:
            self._minus_eta[...] = -eta

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
                    o.note,
                )
                for o in self.operations
            ),
            axes={name: tensor.axes for name, tensor in tensors.items()},
            symbols={name: tensor.symbol for name, tensor in tensors.items()},
            parameters={
                name: (f"dE_d{name}", change.name) for name, change in self.changes.items()
            },
            loss=next(o.formula.split(" = ", 1)[1] for o in self.operations if o.name == "E"),
            sizes=self.network.sizes,
            activations=tuple(layer.activation.symbol for layer in self.network.layers),
            assumptions=self._assumptions,
        )

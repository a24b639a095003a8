"""The clock of a run: steps by operation or iteration, runs, resets, and tells values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.dataset import Dataset
from engine.errors import InputError, NotComputedError
from engine.expression import Cell, Explanation
from engine.hyperparameters import DECLARATIONS, Hyperparameters, Value
from engine.network import Network
from engine.operations.base import Operation, Phase
from engine.operations.update import Descend
from engine.program import Program
from engine.run import Run, Stop, never
from engine.snapshot import Snapshot
from engine.tensor import Array, Index, Tensor


class Debugger:
    """A network in training that can be stepped.

    Args:
        dataset: What to learn.
        hyperparameters: By default the notebook's.
        parameters: The parameters to start from, by name; by default they are drawn
            from the seed.

    Raises:
        InputError: The parameters do not fit the network.
    """

    def __init__(
        self,
        dataset: Dataset,
        hyperparameters: Hyperparameters | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        self.dataset = dataset
        self._given = parameters
        self._run = self._start(hyperparameters or Hyperparameters())
        self._other: Run | None = None
        """The run before the last reset or fork."""

    def _start(self, hyperparameters: Hyperparameters) -> Run:
        network = Network(self.dataset, hyperparameters)
        if self._given is None:
            initial = network.draw_parameters(hyperparameters.seed)
        else:
            initial = network.check_parameters(self._given)
        return Run(self.dataset, hyperparameters, initial)

    @property
    def program(self) -> Program:
        """The operations and tensors of the present run."""
        return self._run.program

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters in force."""
        return self._run.hyperparameters

    @property
    def iteration(self) -> int:
        """How many iterations are complete."""
        return self._run.iteration

    @property
    def position(self) -> int:
        """How many operations of the present iteration have run."""
        return self._run.position

    @property
    def next_operation(self) -> Operation:
        """The operation that runs next."""
        return self.program.operations[self.position]

    @property
    def losses(self) -> Array:
        """E of every iteration ever completed, before its update; read-only."""
        return self._run.losses.values

    @property
    def initial_parameters(self) -> dict[str, Array]:
        """Copies of the parameters that the run started from."""
        return {name: array.copy() for name, array in self._run.initial.items()}

    @property
    def parameters(self) -> dict[str, Array]:
        """Copies of the parameters as they are now."""
        return {name: tensor.data.copy() for name, tensor in self.program.parameters.items()}

    def step_operation(self) -> Operation:
        """Run one operation and return it."""
        return self._run.step()

    def finish_iteration(self) -> None:
        """Run to the end of this iteration; from between two, run the next one whole."""
        self._run.run_to(self.iteration + 1)

    def step_iteration(self) -> None:
        """Run to the same operation of the next iteration."""
        self._run.go_to(self.iteration + 1, self.position)

    def back_operation(self) -> None:
        """Take the last operation back; at the start of a run nothing happens."""
        if self.position:
            self._run.go_to(self.iteration, self.position - 1)
        elif self.iteration:
            self._run.go_to(self.iteration - 1, len(self.program.operations) - 1)

    def back_iteration(self) -> None:
        """Go back to the same operation of the iteration before, or to the start of the run."""
        if self.iteration:
            self._run.go_to(self.iteration - 1, self.position)
        else:
            self._run.go_to(0)

    def start_iteration(self) -> None:
        """Go back to the start of this iteration; from there, to that of the one before."""
        self._run.go_to(self.iteration if self.position else max(self.iteration - 1, 0))

    def go_to(self, iteration: int, position: int = 0, stop: Stop = never) -> bool:
        """Move the clock to any time, back or forward; exact to the last bit.

        Args:
            iteration: How many iterations are complete there.
            position: How many operations of the next one have run.
            stop: As for `run_to`; a move that is stopped leaves the clock as it was.

        Returns:
            Whether the clock is there.

        Raises:
            InputError: There is no such time.
        """
        if iteration < 0 or not 0 <= position < len(self.program.operations):
            raise InputError(f"there is no operation {position} of iteration {iteration}")
        return self._run.go_to(iteration, position, stop)

    def run(self, iterations: int, stop: Stop = never) -> None:
        """Complete that many more iterations, counting one that has begun.

        Args:
            iterations: How many.
            stop: As for `run_to`.
        """
        self._run.run_to(self.iteration + iterations, stop)

    def run_to(self, iteration: int, stop: Stop = never) -> None:
        """Run until so many iterations are complete.

        Args:
            iteration: How many; where they are complete already, nothing happens.
            stop: Asked before each iteration, and before each operation where an
                iteration takes longer than 50 ms; true ends the run there.
        """
        self._run.run_to(iteration, stop)

    def change(self, **values: Value) -> None:
        """Change hyperparameters that apply live; they hold from the next operation on.

        Another learning rate in the past starts a run of its own there; `undo_reset`
        brings the one with the old future back.

        Raises:
            InputError: A value is not allowed, or needs a reset.
        """
        for name in values:
            if DECLARATIONS[name].applies != "live":
                raise InputError(f"{DECLARATIONS[name].label} needs a reset")
        changed = self.hyperparameters.replace(**values)
        other_rate = changed.learning_rate != self.hyperparameters.learning_rate
        if other_rate and self._run.is_in_the_past:
            self._other, self._run = self._run, self._run.fork()
        self._run.change(changed.iterations, changed.learning_rate)

    def reset(self, hyperparameters: Hyperparameters | None = None) -> None:
        """Start again at iteration 0; `undo_reset` brings the present run back.

        Args:
            hyperparameters: Those of the new run; by default the present ones.

        Raises:
            InputError: The parameters given to the constructor do not fit the new network.
        """
        fresh = self._start(hyperparameters or self.hyperparameters)
        self._other, self._run = self._run, fresh

    def undo_reset(self) -> bool:
        """Swap the present run and the one before the last reset or change in the past.

        Returns:
            False if there is none.
        """
        if self._other is None:
            return False
        self._other, self._run = self._run, self._other
        return True

    def is_computed(self, name: str) -> bool:
        """Whether a tensor holds a value now.

        The values of an iteration stay until the first operation of the next one.
        """
        return name in self._computed()

    def _done(self) -> list[Operation]:
        """The operations whose values are of the iteration that there is to see."""
        run, operations = self._run, self.program.operations
        return operations[: run.position] if run.position or not run.iteration else operations

    def _computed(self) -> dict[str, Tensor]:
        run, program = self._run, self.program
        written = {operation.name for operation in program.operations[len(self._done()) :]}
        written -= set(program.parameters)
        computed = {n: tensor for n, tensor in program.tensors.items() if n not in written}
        for position, operation in enumerate(program.operations):
            change = program.changes.get(operation.name)
            if change is not None and (run.iteration or run.position > position):
                computed[change.name] = change
        return computed

    def value(self, name: str) -> Array:
        """Return a copy of a tensor.

        Args:
            name: Its identifier, e.g. ``dE_dw``.

        Raises:
            NotComputedError: Its operation has not run in this iteration.
            KeyError: There is no such tensor.
        """
        tensor = self._computed().get(name)
        if tensor is not None:
            return tensor.data.copy()
        known = {**self.program.tensors, **{t.name: t for t in self.program.changes.values()}}
        raise NotComputedError(f"{known[name].symbol} is not computed yet in this iteration")

    def explain(self, name: str, *index: int) -> Explanation:
        """Explain one cell of an operation's result with the numbers that made it.

        Args:
            name: The identifier of the operation, e.g. ``dE_dv``.
            index: The place of the cell, e.g. ``1, 0``; nothing for a scalar.

        Raises:
            NotComputedError: The operation has not run in this iteration.
            KeyError: There is no such operation.
            IndexError: There is no such cell.
        """
        done = self._done()
        updated = {op.name: op for op in done if isinstance(op, Descend)}

        def read(tensor: Tensor, index: Index) -> Cell:
            update = updated.get(tensor.name)
            return tensor.cell(index) if update is None else tensor.cell_of(update.before, index)

        for operation in self.program.operations:
            if operation.name == name:
                if operation not in done:
                    raise NotComputedError(f"{operation.symbol} has not run in this iteration")
                return operation.explain(index, read)
        raise KeyError(name)

    def predict(self) -> Array:
        """Return f for every observation, N × O, with the parameters as they are now."""
        program = Program(self.dataset, self.hyperparameters, self.parameters)
        with np.errstate(all="ignore"):
            for operation in program.operations:
                if operation.phase is Phase.FORWARD:
                    operation.run()
        return program.tensors[program.network.layers[-1].a[0]].data

    def snapshot(self, observations: slice | None = None, buckets: int = 0) -> Snapshot:
        """Copy what there is to see now.

        Args:
            observations: Which rows to copy of tensors with a row per observation; by
                default all. Its start is not negative and its step is 1.
            buckets: Into how many points to thin the losses; 0 for no outline.
        """
        run, rows = self._run, self.program.network.observations
        computed = self._computed()
        values = {}
        for name, tensor in computed.items():
            by_observation = observations and tensor.axes and tensor.axes[0] is rows
            copy = (tensor.data[observations] if by_observation else tensor.data).copy()
            copy.flags.writeable = False
            values[name] = copy
        losses = run.losses.values
        loss = float(values["E"]) if "E" in values else None
        if loss is None and run.iteration:
            loss = float(losses[run.iteration - 1])
        return Snapshot(
            listing=self.program.listing,
            hyperparameters=run.hyperparameters,
            iteration=run.iteration,
            position=run.position,
            values=values,
            errors=values["f0"] - values["f"] if "f" in values else None,
            first_observation=(observations.start or 0) if observations else 0,
            losses=losses,
            outline=run.losses.outline(buckets) if buckets else None,
            loss=loss,
        )

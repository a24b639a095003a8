"""The state of a debugger: its table, its branches, its stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.analysis.held_out import Evaluator
from engine.common.settings import HISTORY, MEGABYTE
from engine.data.dataset import Dataset
from engine.formula.tensor import Array
from engine.inspection.experiments import Experiments
from engine.inspection.observations import Observations
from engine.maths.operations.operation import Operation
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Network
from engine.program.footprint import require_for_training
from engine.program.program import Program
from engine.run.branches import Branches
from engine.run.changes import Change
from engine.run.halt import Hit
from engine.run.run import Run
from engine.stops.guard import Guard
from engine.stops.stop_list import Stops


class DebuggerBase:
    """The table, branches and stops of a debugger; its subclasses add the commands."""

    def __init__(
        self,
        dataset: Dataset,
        hyperparameters: Hyperparameters | None = None,
        parameters: Mapping[str, object] | None = None,
        history: int | None = None,
    ) -> None:
        self.dataset = dataset
        self.given = parameters
        self.amend: Callable[[Program], object] = lambda program: None
        self.stops = Stops(lambda: self._run)
        self.log: list[str] = []
        self._guard: tuple[object, Guard] | None = None
        """The guard of the last run, and where it can go on."""
        self._last_stop: tuple[Run, Hit] | None = None
        self.observations = Observations(lambda: self._run)
        run = self._start(hyperparameters or Hyperparameters())
        megabytes = HISTORY.validate(HISTORY.default if history is None else history)
        self.branches = Branches(run, int(megabytes) * MEGABYTE)
        self._evaluator: tuple[Program, Evaluator] | None = None
        self._experiments = Experiments()

    def _start(self, hyperparameters: Hyperparameters) -> Run:
        require_for_training(self.dataset, hyperparameters)
        network = Network(self.dataset, hyperparameters)
        if self.given is None:
            initial = network.draw_parameters(hyperparameters.seed)
            origin = f"the start, drawn from seed {hyperparameters.seed}"
        else:
            initial = network.check_parameters(self.given)
            origin = "the start, as given"
        run = Run(self.dataset, hyperparameters, initial, origin)
        self.amend(run.program)
        return run

    @property
    def _run(self) -> Run:
        return self.branches.current.run

    @property
    def program(self) -> Program:
        """The operations and tensors of the present run."""
        return self._run.program

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters in force."""
        return self._run.hyperparameters

    @property
    def started_with(self) -> Hyperparameters:
        """The hyperparameters that the run started with, and the iterations planned now."""
        return self._run.started_with

    @property
    def changes_by_hand(self) -> tuple[Change, ...]:
        """The changes made by hand in the present run, in the order of the clock."""
        return self._run.changes.by_hand

    @property
    def iteration(self) -> int:
        """The number of complete iterations."""
        return self._run.iteration

    @property
    def position(self) -> int:
        """The number of operations of the present iteration that have run."""
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
    def held_out_losses(self) -> Array:
        """The loss of the held-out observations as each epoch begins; empty if there are none."""
        return self._run.held_out.values

    @property
    def initial_parameters(self) -> dict[str, Array]:
        """Copies of the parameters that the run started from."""
        return {name: array.copy() for name, array in self._run.initial.items()}

    @property
    def parameters(self) -> dict[str, Array]:
        """Copies of the parameters as they are now."""
        return {name: tensor.data.copy() for name, tensor in self.program.parameters.items()}

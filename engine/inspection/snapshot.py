"""The immutable state of a debugger that views draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.analysis.held_out import Evaluation
from engine.analysis.metrics import Decision
from engine.analysis.tensor_summary import Summary
from engine.formula.tensor import Array, Index
from engine.model.hyperparameters import Hyperparameters
from engine.program.listing import Listing
from engine.run.clock import Time
from engine.run.loss_history import Outline


@dataclass(frozen=True)
class StopView:
    """A line of the list of stops; see `engine.stops.stop.Stop`."""

    number: int
    place: str
    spec: str
    name: str
    title: str
    enabled: bool
    hits: int
    problem: str
    value: str
    """The present value of a watch, in words; "·" where it has none."""


@dataclass(frozen=True)
class BranchView:
    """A line of the list of branches; see `engine.run.branches.Branch`."""

    number: int
    label: str
    current: bool
    began: int | None
    computed: int
    """The number of iterations ever completed on it."""
    outline: Outline | None
    """Its losses, thinned for drawing, unless it is the present branch."""


@dataclass(frozen=True)
class Snapshot:
    """The state of a debugger between two operations.

    Attributes:
        listing: The program's operations and names.
        hyperparameters: The hyperparameters in force.
        iteration: How many iterations are complete.
        position: How many operations of the present iteration have run.
        values: By name, copies of the tensors that hold a value now; one whose operation has
            not run is absent. Of tensors with a row per observation only the rows
            from `first_observation` on that were asked for.
        aim: Gives targets as the loss takes them, f₀ or, with hinge, t = ±1.
        errors: Aim − f, row by row as in `values`, once f is computed.
        first_observation: The observation that the first of these rows belongs to.
        batch: The observations that tensors have a row for, by number; None for all.
        epoch: The epoch at the clock, from 0 on: so many are complete.
        losses: Every loss computed so far, also ahead of the clock; a read-only view.
        outline: The losses thinned for drawing, if it was asked for.
        held_out: The same for the held-out observations, if there are any.
        loss: The last E that was computed, or None.
        stopped: Why the run stopped here, in words, or "".
        best: The iteration of the best parameters, where the run stopped and one is known.
        stops: The list of stops, with the present values of the watches; those that the
            hyperparameters ask for stand last.
        branches: The branches, in the order in which they began.
        changes: The clock times of the changes by hand.
        log: Why the run stopped, each time, the last one last.
        starting: The parameters that the run started from.
        summary: The tensor that was asked for at a glance, if it is computed.
        held_out_evaluation: What the parameters are worth on the held-out observations; None where
            there are none, or where that takes too long for a picture.
        decision: How the outputs are read as classes; None where they are numbers.
        predictions: By number, f of the observations that were asked for; see
            `engine.inspection.observations`.
        warning: What there is to know of the run for as long as it lasts, or "".
    """

    listing: Listing
    hyperparameters: Hyperparameters
    iteration: int
    position: int
    values: Mapping[str, Array]
    aim: Callable[[Array], Array]
    errors: Array | None
    first_observation: int
    batch: tuple[int, ...] | None
    epoch: int
    losses: Array
    outline: Outline | None
    held_out: Outline | None
    loss: float | None
    stopped: str
    best: int | None
    stops: tuple[StopView, ...]
    branches: tuple[BranchView, ...]
    changes: tuple[Time, ...]
    log: tuple[str, ...]
    starting: Mapping[str, Array]
    summary: Summary | None
    held_out_evaluation: Evaluation | None = None
    decision: Decision | None = None
    predictions: Mapping[int, Array] = field(default_factory=dict)
    warning: str = ""

    @property
    def values_iteration(self) -> int:
        """The iteration that the values belong to: the last complete one between two."""
        return self.iteration if self.position else max(self.iteration - 1, 0)

    def is_of_same_network(self, other: Snapshot) -> bool:
        """Return whether another snapshot is of the same program, at another time."""
        return self.listing.parameters is other.listing.parameters

    def place_of(self, observation: int) -> int | None:
        """Return which row of tensors an observation has; None if it is not in the batch."""
        if self.batch is None:
            return observation
        return self.batch.index(observation) if observation in self.batch else None

    def observation_at(self, place: int) -> int:
        """Return the observation that a row of tensors belongs to."""
        return place if self.batch is None else self.batch[place]

    def labels(self, name: str, index: Index) -> tuple[str, ...]:
        """Return the names of row and column of one element of a tensor."""
        axes = self.listing.axes[name]
        return tuple(axis.called(i) for axis, i in zip(axes, index, strict=True))

    def first_cell(self, name: str, observation: int | None = None) -> Index:
        """Return the index of a tensor's first cell, or of the first one of an observation."""
        place = self.place_of(observation or 0) or 0 if self.listing.is_by_observation(name) else 0
        return tuple(0 if i else place for i in range(len(self.listing.axes[name])))

    @property
    def computed(self) -> int:
        """The number of operations, from the first, whose results are in `values`."""
        return self.position or (len(self.listing.lines) if self.iteration else 0)

    @property
    def finished(self) -> bool:
        """Whether the planned iterations are done."""
        return self.iteration >= self.hyperparameters.iterations

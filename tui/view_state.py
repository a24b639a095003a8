"""The state that the panes are given to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from engine.common.pace import FULL, Speed
from engine.data.options import TABLE_DECLARATIONS

if TYPE_CHECKING:
    from engine.audit.yours import Yours
    from engine.common.declaration import Value
    from engine.data.dataset import Dataset
    from engine.formula.tensor import Array
    from engine.inspection.snapshot import Snapshot


_STARTS = frozenset({"init", "init_scale", "initial_bias"})
"""The hyperparameters of which only the starting parameters are made."""


class State(Enum):
    """The state of the run."""

    PAUSED = "paused"
    RUNNING = "running"
    FINISHED = "finished"


@dataclass(frozen=True)
class Moment:
    """A snapshot with what the screen adds to it.

    Attributes:
        dataset: The table.
        snapshot: The debugger's state.
        state: The state of the run.
        rate: Iterations a second while running.
        selected: The observation under the cursor, or None before it was moved.
        speed: The speed at which it runs, or would.
        curves: The watched numbers of each iteration, by the expression, as far as they are
            drawn and were looked for.
        yours: The user's script beside the program, where one was opened.
        is_given: Whether the starting parameters were given, and not drawn.
    """

    dataset: Dataset
    snapshot: Snapshot
    state: State
    rate: float | None = None
    selected: int | None = None
    yours: Yours | None = None
    speed: Speed = FULL
    curves: Mapping[str, Array] = field(default_factory=dict)
    is_given: bool = False

    @property
    def is_blurred(self) -> bool:
        """Whether the run goes on too fast to be followed from operation to operation."""
        return self.state is State.RUNNING and not self.speed.walks

    @property
    def settings(self) -> dict[str, Value]:
        """The hyperparameters in force, and how the table was read if it was from a file."""
        values = self.snapshot.hyperparameters.as_dict()
        if self.dataset.source is not None:
            options = self.dataset.source.options
            values |= {name: getattr(options, name) for name in TABLE_DECLARATIONS}
        return values

    @property
    def idle(self) -> frozenset[str]:
        """The names of the hyperparameters that say how to draw what was given."""
        if not self.is_given:
            return frozenset()
        values = self.snapshot.hyperparameters
        draws_more = values.shuffle == "yes" or self.dataset.held_out is not None
        return _STARTS if draws_more else _STARTS | {"seed"}

    @property
    def fresh(self) -> str | None:
        """The name of what has just been computed, while one can look at it."""
        computed = self.snapshot.computed
        if self.is_blurred or not computed:
            return None
        return self.snapshot.listing.lines[computed - 1].name

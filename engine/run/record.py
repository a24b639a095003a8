"""A run without its buffers, as it goes into a saved run."""

from __future__ import annotations

from dataclasses import dataclass

from engine.formula.tensor import Array
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Parameters
from engine.run.changes import Change
from engine.run.history import Checkpoints
from engine.run.hit_counts import Tallies


@dataclass(frozen=True)
class Record:
    """All that brings a run back, without its buffers.

    Attributes:
        hyperparameters: The hyperparameters that it started with.
        losses: E of every completed iteration, read-only.
        held_out: The same of what is held out.
        tallies: How often each stop was met.
    """

    hyperparameters: Hyperparameters
    initial: Parameters
    origin: str
    iteration: int
    position: int
    losses: Array
    held_out: Array
    checkpoints: Checkpoints
    changes: tuple[Change, ...]
    tallies: Tallies

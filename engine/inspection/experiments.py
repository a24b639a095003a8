"""The branches of a session as a table of experiments: what differs, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.analysis.held_out import Evaluator
from engine.analysis.metrics import decision_of
from engine.common.numbers import grouped
from engine.model.hyperparameters import DECLARATIONS
from engine.run.branches import described

if TYPE_CHECKING:
    from engine.run.actions import Branch
    from engine.run.run import Run

_MOST_TOLD = 2
"""Changes by hand that are told one by one."""


@dataclass(frozen=True)
class Experiment:
    """A branch and what came of it.

    Attributes:
        number: The number of the branch.
        label: Its name.
        current: Whether it is the present one.
        differs: What sets it apart from the others, in words; "" for nothing.
        computed: How many iterations were ever completed on it.
        loss: The loss of the last of these; None without one.
        best_loss: The smallest loss; None without one that is a number.
        held_out_loss: The loss of the held-out observations after the last iteration; None where
            nothing is held out.
        accuracy: After the last iteration the share of observations, of the held-out ones if
            there are any, that are taken for their class; None where the targets are numbers.
    """

    number: int
    label: str
    current: bool
    differs: str
    computed: int
    loss: float | None
    best_loss: float | None
    held_out_loss: float | None
    accuracy: float | None


class Experiments:
    """Compares branches; what is known of one that has not gone on is not computed again."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[tuple[object, ...], tuple[float | None, float | None]]] = {}

    def compare(self, branches: Iterable[Branch], current: Branch) -> tuple[Experiment, ...]:
        """Return a line for each branch, in their order."""
        listed = list(branches)
        varying = [
            name
            for name, declaration in DECLARATIONS.items()
            if name != "iterations" and len({getattr(b.run.started_with, name) for b in listed}) > 1
        ]
        return tuple(self._line(branch, branch is current, varying) for branch in listed)

    def _line(self, branch: Branch, current: bool, varying: list[str]) -> Experiment:
        losses = branch.run.losses.values
        finite = losses[np.isfinite(losses)]
        held_out_loss, accuracy = self._at_the_end(branch) if len(losses) else (None, None)
        return Experiment(
            number=branch.number,
            label=branch.label,
            current=current,
            differs=_differs(branch, varying),
            computed=len(losses),
            loss=float(losses[-1]) if len(losses) else None,
            best_loss=float(finite.min()) if len(finite) else None,
            held_out_loss=held_out_loss,
            accuracy=accuracy,
        )

    def _at_the_end(self, branch: Branch) -> tuple[float | None, float | None]:
        """Evaluate the parameters that the last computed iteration left."""
        run = branch.run
        state = (run, len(run.losses), run.changes.all)
        known = self._known.get(branch.number)
        if known is None or known[0] != state:
            known = self._known[branch.number] = (state, _evaluated(run))
        return known[1]


def _evaluated(run: Run) -> tuple[float | None, float | None]:
    dataset, held_out = run.dataset, run.dataset.held_out
    decision = decision_of(dataset, run.hyperparameters.loss)
    if held_out is None and decision is None:
        return None, None
    before, end = run.time, len(run.losses)
    if before != (end, 0):
        run.go_to(end)
    parameters = {name: tensor.data.copy() for name, tensor in run.program.parameters.items()}
    if before != (end, 0):
        run.go_to(*before)
    found = Evaluator(held_out or dataset, run.hyperparameters, decision).evaluate(parameters)
    return (None if held_out is None else found.E), found.accuracy


def _differs(branch: Branch, varying: list[str]) -> str:
    """Say what sets a branch apart: hyperparameters, and what was changed by hand."""
    run = branch.run
    told = [f"{DECLARATIONS[name].label} = {getattr(run.started_with, name)}" for name in varying]
    changes = [f"{described(run, c.what)} at {grouped(c.iteration)}" for c in run.changes.by_hand]
    if len(changes) > _MOST_TOLD:
        changes = [*changes[: _MOST_TOLD - 1], f"{len(changes) - _MOST_TOLD + 1} more changes"]
    return ", ".join(told + changes)

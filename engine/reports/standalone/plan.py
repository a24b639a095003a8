"""The plan of a stand-alone program: the facts that all its parts share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.formula.source import NUMPY
from engine.maths.operations.operation import Operation, Phase
from engine.program.program import Program
from engine.reports.standalone.iteration import is_plain, of_phase
from engine.reports.standalone.literals import Arrays
from engine.reports.standalone.vocabulary import Vocabulary

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.formula.tensor import Array


class ExportPlan:
    """A run that is to be written as a program.

    Args:
        debugger: The run.
        blanks: Whether to leave the right-hand sides of the backward phase out.
        keeps_losses: Whether the losses are to be kept in any case.

    Attributes:
        wanted: The hyperparameters that it started with.
        held_out: The operations of what is held out, () where nothing is.
        vocabulary: The names in its formulas.
        arrays: Its arrays; complete once all its parts are written.
        iterations: The largest number of iterations.
        stops: The conditions that end it before, by what they are.
    """

    def __init__(
        self, debugger: Debugger, *, blanks: bool = False, keeps_losses: bool = False
    ) -> None:
        self.debugger, self.arrays = debugger, Arrays()
        self.dataset, self.wanted = debugger.dataset, debugger.started_with
        self.program = debugger.program
        self.blanks = blanks
        self.held_out: tuple[Operation, ...] = ()
        if self.dataset.held_out is not None:
            aside = Program.to_evaluate(self.dataset.held_out, self.wanted)
            self.held_out = tuple(of_phase(aside.operations, Phase.FORWARD, Phase.LOSS))
        own = [operation for operation in self.program.operations if is_plain(operation)]
        self.vocabulary = Vocabulary([o.rule.tree for o in (*own, *self.held_out)], NUMPY)
        self.iterations = max(len(debugger.losses), self.wanted.iterations)
        self.stops = self._stops()
        self.keeps_losses = keeps_losses or bool(self.stops)

    @property
    def is_whole(self) -> bool:
        """Whether each iteration sees the whole table."""
        return self.program.batches.is_whole

    @property
    def tables(self) -> tuple[str, str]:
        """The names of all inputs and of all targets."""
        return ("x", "f0") if self.is_whole else ("x_table", "f0_table")

    @property
    def rate(self) -> str:
        """The name of the learning rate that is set."""
        return self.program.rate.name

    def _stops(self) -> dict[str, str]:
        """Return the conditions that end the run, by what they are; {} where it went on."""
        wanted, losses = self.wanted, self.debugger.losses
        found: dict[str, str] = {}
        met = list[NDArray[np.bool_]]()
        if wanted.target_loss:
            found["target"] = f"E <= {wanted.target_loss!r}"
            met.append(losses <= wanted.target_loss)
        if wanted.patience:
            found["patience"] = f"worse >= {wanted.patience}"
            met.append(self._worse() >= wanted.patience)
        first = [int(np.flatnonzero(of)[0]) for of in met if of.any()]
        return found if not first or min(first) == len(losses) - 1 else {}

    def _worse(self) -> Array:
        """Return for how many epochs the held-out loss had not been better, by iteration."""
        held_out, an_epoch = self.debugger.held_out_losses, self.program.batches.an_epoch
        worse, best, counts = 0, math.inf, np.zeros(len(held_out))
        for start in range(0, len(held_out), an_epoch):
            is_better = held_out[start] < best or start == 0
            best, worse = (held_out[start], 0) if is_better else (best, worse + 1)
            counts[start : start + an_epoch] = worse
        return counts

"""The loss of the observations that were held out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.activations import Run
from engine.expression import Constant, Explanation, Expression
from engine.operations.base import InPlace
from engine.tensor import Index, Read, Tensor
from engine.text import counted

if TYPE_CHECKING:
    from engine.tensor import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Validate(InPlace):
    """E of the held-out observations, with the parameters that this iteration begins with.

    Attributes:
        measure: Runs the forward phase and the loss of these observations.
        due: Whether this iteration measures; the others of an epoch keep the value.
        observations: How many there are.
    """

    measure: Callable[[], Array]
    due: Array
    observations: int

    @property
    def formula(self) -> str:
        return f"{self.symbol} = E of what is held out"

    @property
    def why(self) -> str:
        return (
            f"The loss of what was held out, {counted(self.observations, 'observation')}, without "
            "the penalty, as each epoch begins. No gradient comes from them: where it grows while "
            "E falls, the network learns its table by heart."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return ()

    def bind(self) -> Run:
        out, before, due, measure = self.target.data, self.before, self.due, self.measure

        def run() -> None:
            before[...] = out
            if due:
                out[...] = measure()

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        return self.formula.split(" = ", 1)[1], Constant(float(self.target.data))

    def explain(self, index: Index, read: Read = Tensor.cell) -> Explanation:
        found = super().explain(index, read)
        return Explanation(found.cell, found.rule, found.expression, self.why, leads_on=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class CountWorse(InPlace):
    """For how many epochs the held-out loss has not been better than ever before.

    Attributes:
        loss: E of the held-out observations.
        best: The smallest so far, and the iteration of it; written too.
        due: Whether this iteration has measured.
        iteration: The iteration at hand.
    """

    loss: Tensor
    best: tuple[Tensor, Tensor]
    due: Array
    iteration: Array

    @property
    def formula(self) -> str:
        return f"{self.symbol} = 0 where {self.loss.symbol} is the best so far, else + 1"

    @property
    def why(self) -> str:
        return (
            "Counts the epochs since the held-out loss was best. When it reaches the patience, the "
            "run stops; the best parameters are those of the iteration best_at."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.target, self.loss)

    def bind(self) -> Run:
        count, before, due, loss = self.target.data, self.before, self.due, self.loss.data
        (best, best_at), iteration = (tensor.data for tensor in self.best), self.iteration

        def run() -> None:
            before[...] = count
            if not due:
                return
            if iteration == 0 or loss < best:
                best[...], best_at[...], count[...] = loss, iteration, 0.0
            else:
                count[...] = count + 1.0

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        return self.formula.split(" = ", 1)[1], Constant(float(self.target.data))

    def explain(self, index: Index, read: Read = Tensor.cell) -> Explanation:
        found = super().explain(index, read)
        return Explanation(found.cell, found.rule, found.expression, self.why, leads_on=False)

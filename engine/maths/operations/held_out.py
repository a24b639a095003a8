"""The loss of the observations that were held out, and since when it has not been better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from engine.common.lazy_numpy import np
from engine.common.text import counted
from engine.formula.arithmetic import Constant, Expression
from engine.formula.tensor import Index, Read, Tensor
from engine.formula.tree import Function, Leaf, Variable
from engine.maths.operations.operation import Operation, Rule

if TYPE_CHECKING:
    from engine.formula.scratch import Scratch
    from engine.loop.row import Call


def held_out_loss(observations: int) -> Rule:
    """Return E of so many held-out observations."""
    return Rule(
        tree=Leaf(Variable("E of what is held out")),
        why=f"The loss of what was held out, {counted(observations, 'observation')}, without the "
        "penalty, as each epoch begins. No gradient comes from them: where it grows while E "
        "falls, the network learns its table by heart.",
    )


def epochs_without_a_better(worse: Tensor, loss: Tensor) -> Rule:
    """Return for how many epochs the held-out loss has not been better than ever before."""
    return Rule(
        tree=Function("0 where {0} is the best so far, else + 1", (Leaf(loss),), Leaf(worse)),
        why="Counts the epochs since the held-out loss was best. When it reaches the patience, "
        "the run stops; the best parameters are those of the iteration best_at.",
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class OnceAnEpoch(Operation):
    """An operation that has calls of its own and runs as each epoch begins.

    Attributes:
        steps: The calls.
        an_epoch: How many iterations an epoch has.
        beside: What it writes beside its target.
        also_reads: What it reads beside what its formula names.
    """

    leads_on: ClassVar[bool] = False

    steps: Sequence[Call]
    an_epoch: int
    beside: tuple[Tensor, ...] = ()
    also_reads: tuple[Tensor, ...] = ()

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (*super().reads, *self.also_reads)

    @property
    def writes(self) -> tuple[Tensor, ...]:
        return (*self.beside, self.target)

    def calls(self, scratch: Scratch) -> Sequence[Call]:
        from engine.loop.calls import Copy
        from engine.loop.clocked import Every

        assert self.before is not None
        keep = Copy(self.target.data, self.before)
        return [keep, *(Every(self.an_epoch, call) for call in self.steps)]

    def arithmetic(
        self, index: Index, read: Read, of: Tensor | None = None
    ) -> tuple[str, Expression]:
        return self.right_hand_side, Constant(float(self.target.data))


def counting_calls(worse: Tensor, loss: Tensor, best: Tensor, best_at: Tensor) -> list[Call]:
    """Return the calls that keep the smallest held-out loss, its iteration, and count since."""
    from engine.loop.calls import Apply, Where
    from engine.loop.clocked import Count

    iteration, more, is_first = np.empty(()), np.empty(()), np.empty((), bool)
    is_better, zero, one = np.empty((), bool), np.array(0.0), np.array(1.0)
    return [
        Count(iteration),
        Apply(np.equal, [iteration, zero], is_first),
        Apply(np.less, [loss.data, best.data], is_better),
        Apply(np.logical_or, [is_better, is_first], is_better),
        Where(is_better, loss.data, best.data, best.data),
        Where(is_better, iteration, best_at.data, best_at.data),
        Apply(np.add, [worse.data, one], more),
        Where(is_better, zero, more, worse.data),
    ]

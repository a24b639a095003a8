"""The first lines of an iteration where it does not see the whole table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.formula.arithmetic import Constant, Explanation, Expression
from engine.formula.tensor import Index, Read, Tensor
from engine.formula.tree import Leaf, Variable
from engine.maths.operations.operation import Operation, Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.formula.scratch import Scratch
    from engine.formula.tensor import Array
    from engine.loop.row import Call

PICKED = Rule(
    tree=Leaf(Variable("table[batch]")),
    why="An iteration sees only a batch of the observations: it is quicker than seeing all, and "
    "its gradient is that of all, more or less.",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class PickBatch(Operation):
    """The rows of the table that are in the batch.

    Attributes:
        table: The whole table.
        indices: Which rows; changed in place before each iteration.
    """

    table: Array
    indices: NDArray[np.intp]

    def calls(self, scratch: Scratch) -> Sequence[Call]:
        from engine.loop.calls import Take

        out = self.target.data
        return [Take(self.table, self.indices[: len(out)], out)]

    def arithmetic(
        self, index: Index, read: Read, of: Tensor | None = None
    ) -> tuple[str, Expression]:
        value = float(self.table[self.indices[index[0]], index[1]])
        return f"{self.target.labels(index)[0]} of the table", Constant(value)

    def explain(
        self, index: Index, read: Read = Tensor.cell, of: Tensor | None = None
    ) -> Explanation:
        found = super().explain(index, read, of)
        return Explanation(found.cell, found.rule, found.expression, leads_on=False)

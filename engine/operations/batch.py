"""The first lines of an iteration where it does not see the whole table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engine.activations import Run
from engine.expression import Constant, Explanation, Expression
from engine.late import np
from engine.operations.base import Operation
from engine.tensor import Index, Read, Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.tensor import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Pick(Operation):
    """The rows of the table that are in the batch.

    Attributes:
        table: The whole table.
        indices: Which rows; changed in place before each iteration.
    """

    table: Array
    indices: NDArray[np.intp]

    @property
    def formula(self) -> str:
        return f"{self.symbol} = table[batch]"

    @property
    def why(self) -> str:
        return (
            "An iteration sees only a batch of the observations: it is quicker than seeing all, "
            "and its gradient is that of all, more or less."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return ()

    def bind(self) -> Run:
        out = self.target.data
        # Only with a mode other than "raise" does NumPy write directly into `out`.
        return partial(np.take, self.table, self.indices[: len(out)], 0, out, "clip")

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        value = float(self.table[self.indices[index[0]], index[1]])
        return f"{self.target.labels(index)[0]} of the table", Constant(value)

    def explain(self, index: Index, read: Read = Tensor.cell) -> Explanation:
        found = super().explain(index, read)
        return Explanation(found.cell, found.rule, found.expression, leads_on=False)

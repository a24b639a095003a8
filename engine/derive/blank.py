"""An operation whose formula is not told: it runs, and says nothing of how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from engine.formula.arithmetic import Constant, Expression
from engine.formula.tensor import Index, Read, Tensor
from engine.formula.tree import Leaf, Variable
from engine.maths.operations.operation import Operation, Rule

if TYPE_CHECKING:
    from engine.formula.scratch import Scratch
    from engine.loop.row import Call

UNKNOWN = "?"


@dataclass(frozen=True, eq=False, kw_only=True)
class Blank(Operation):
    """A line that is to be derived.

    Attributes:
        hidden: The operation as it is right, which is what runs meanwhile.
    """

    leads_on: ClassVar[bool] = False

    hidden: Operation

    def calls(self, scratch: Scratch) -> Sequence[Call]:
        return self.hidden.calls(scratch)

    def arithmetic(
        self, index: Index, read: Read, of: Tensor | None = None
    ) -> tuple[str, Expression]:
        return UNKNOWN, Constant(self.target.cell(index).value)


def blank(operation: Operation, tried: str = "") -> Blank:
    """Return an operation with its formula left out.

    Args:
        operation: As it is right.
        tried: A wrong formula that was typed for it.
    """
    rule = Rule(
        tree=Leaf(Variable(UNKNOWN)),
        why=f"{operation.symbol} is for you to derive.",
        note=f"✗ {tried}" if tried else "",
    )
    return Blank(
        target=operation.target,
        rule=rule,
        phase=operation.phase,
        layer=operation.layer,
        aside=operation.aside,
        hidden=operation,
    )

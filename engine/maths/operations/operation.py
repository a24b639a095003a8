"""One named line of an iteration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from engine.formula.tensor import Axis, Index, Read, Tensor
from engine.formula.tree import Formula, Kept, leaves
from engine.formula.writing import as_rule, in_symbols

if TYPE_CHECKING:
    from engine.formula.arithmetic import Explanation, Expression
    from engine.formula.scratch import Scratch
    from engine.formula.tensor import Array
    from engine.loop.row import Call


class Phase(StrEnum):
    """The four parts of an iteration, in order."""

    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The formula of an operation, and the reason for it.

    Attributes:
        tree: The right-hand side, as it is computed.
        why: The reason behind it, in one or two plain sentences.
        shown: The right-hand side as it is written, where the tree is another way to the same
            numbers.
        given: What the formula leaves open, for its end, e.g. ``, t = ±1``.
        tells: The same with its value, for the end of a cell's rule, e.g. ``, δ = 1``.
        note: Its peculiarity, in a few words, or "".
    """

    tree: Formula
    why: str
    shown: Formula | None = None
    given: str = ""
    tells: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Operation:
    """One named line of an iteration, over buffers that stay where they are.

    Attributes:
        target: The tensor that it writes.
        rule: The formula and the reason for it.
        phase: The part of the iteration that it belongs to.
        layer: ``hidden`` or ``output``; None for what belongs to no single layer.
        aside: Whether nothing is computed from it, so that it may be without bound.
        is_kept: Whether the target is kept from one iteration to the next though the formula does
            not read it.
        before: For a target that is kept from one iteration to the next, its values before the
            operation ran: what the operations before it read; else None.
    """

    leads_on: ClassVar[bool] = True
    """Whether an explanation of the target leads on to what the operation reads."""

    target: Tensor
    rule: Rule
    phase: Phase
    layer: str | None
    aside: bool = False
    is_kept: bool = False
    before: Array | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        is_kept = self.is_kept or self.target in self.reads
        before = self.target.another() if is_kept else None
        object.__setattr__(self, "before", before)

    @property
    def name(self) -> str:
        """The identifier, e.g. ``dE_dy``."""
        return self.target.name

    @property
    def symbol(self) -> str:
        """The symbol, e.g. ``∂E/∂y``."""
        return self.target.symbol

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the target."""
        return self.target.shape

    @property
    def formula(self) -> str:
        """The whole line in symbols, e.g. ``∂E/∂y = ∂E/∂f ∘ ∂f/∂y``."""
        return f"{self.symbol} {self.sign} {self.right_hand_side}"

    @property
    def right_hand_side(self) -> str:
        """The line without its target, e.g. ``∂E/∂f ∘ ∂f/∂y``."""
        return in_symbols(self.rule.shown or self.rule.tree) + self.rule.given

    @property
    def why(self) -> str:
        """The reason behind the formula, in one or two plain sentences."""
        return self.rule.why

    @property
    def note(self) -> str:
        """Its peculiarity, in a few words, or ""."""
        return "for display only: no gradient comes from it" if self.aside else self.rule.note

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """The tensors that it reads, in the order in which they are written."""
        found = (leaf.of for leaf in leaves(self.rule.tree))
        return tuple(dict.fromkeys(of for of in found if isinstance(of, Tensor)))

    @property
    def writes(self) -> tuple[Tensor, ...]:
        """The tensors that it writes, the target last."""
        kept = (part.target for part in _kept(self.rule.tree))
        return (*(of for of in kept if isinstance(of, Tensor)), self.target)

    @property
    def sign(self) -> str:
        """The sign before the right-hand side: ← where that reads the target's old value."""
        return "←" if self.target in self.reads else "="

    def calls(self, scratch: Scratch) -> Sequence[Call]:
        """Return the calls that compute the target in place."""
        from engine.formula.lowering import lower
        from engine.loop.calls import Copy

        if self.target.stands_for is not None:
            return []
        calls = lower(self.rule.tree, self.target.data, scratch)
        return calls if self.before is None else [Copy(self.target.data, self.before), *calls]

    def arithmetic(
        self, index: Index, read: Read, of: Tensor | None = None
    ) -> tuple[str, Expression]:
        """Return, for one cell, the right-hand side in symbols and with its numbers."""
        # Only here, as the names of optimisers need not wait for it.
        from engine.formula.cell import Arithmetic

        tree = self._formula_of(of)
        arithmetic, axes = Arithmetic(read), (of or self.target).axes
        places = dict(zip(axes, index, strict=True))
        if self.rule.shown is not None:
            return self.right_hand_side + self.rule.tells, arithmetic.of(tree, places)

        def largest(part: Formula, axis: Axis) -> str:
            return axis.called(arithmetic.largest(part, axis, places))

        labels = {axis: axis.called(place) for axis, place in places.items()}
        return as_rule(tree, labels, largest) + self.rule.tells, arithmetic.of(tree, places)

    def _formula_of(self, tensor: Tensor | None) -> Formula:
        if tensor is None or tensor is self.target:
            return self.rule.tree
        return next(kept.argument for kept in _kept(self.rule.tree) if kept.target is tensor)

    def explain(
        self, index: Index, read: Read = Tensor.cell, of: Tensor | None = None
    ) -> Explanation:
        """Explain one cell of a tensor that it writes.

        Args:
            index: The place in the tensor; ``()`` for a scalar.
            read: Gives a cell of a tensor with the value that this operation read; by
                default the one that is in the buffer now.
            of: The tensor; by default the target.

        Raises:
            IndexError: The tensor has no such cell.
        """
        from engine.formula.arithmetic import Explanation

        tensor = of or self.target
        tensor.require_cell(index)
        rule, expression = self.arithmetic(index, read, of)
        sign = self.sign if tensor is self.target else "="
        return Explanation(tensor.cell(index), rule, expression, self.why, self.leads_on, sign)


def _kept(tree: Formula) -> tuple[Kept, ...]:
    own = (tree,) if isinstance(tree, Kept) else ()
    return own + tuple(kept for part in tree.parts for kept in _kept(part))

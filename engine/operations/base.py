"""What every operation knows of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from engine.activations import Run
from engine.expression import Explanation, Expression
from engine.tensor import Index, Read, Tensor

if TYPE_CHECKING:
    from engine.tensor import Array


class Phase(StrEnum):
    """The four parts of an iteration, in order."""

    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"


@dataclass(frozen=True, eq=False, kw_only=True)
class Operation(ABC):
    """One named line of an iteration, bound to its buffers.

    Attributes:
        target: The tensor that it writes.
        phase: The part of the iteration that it belongs to.
        layer: ``hidden`` or ``output``; None for what belongs to no single layer.
        aside: Whether nothing is computed from it, so that it may be without bound.
        run: Computes the target in place; takes nothing, allocates nothing.
    """

    target: Tensor
    phase: Phase
    layer: str | None
    aside: bool = False
    run: Run = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "run", self.bind())

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
    @abstractmethod
    def formula(self) -> str:
        """The whole line in symbols, e.g. ``∂E/∂y = ∂E/∂f ∘ ∂f/∂y``."""

    @property
    @abstractmethod
    def why(self) -> str:
        """The reason behind the formula, in one or two plain sentences."""

    @property
    def note(self) -> str:
        """What is special about it, in a few words, or ""."""
        return "for display only: no gradient comes from it" if self.aside else ""

    @property
    @abstractmethod
    def reads(self) -> tuple[Tensor, ...]:
        """The tensors that it reads."""

    @property
    def sign(self) -> str:
        """What stands before the right-hand side: ← where that reads the target's old value."""
        return "←" if self.target in self.reads else "="

    @abstractmethod
    def bind(self) -> Run:
        """Return the call that computes the target in place."""

    @abstractmethod
    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        """Return, for one cell, the right-hand side in symbols and with its numbers."""

    def explain(self, index: Index, read: Read = Tensor.cell) -> Explanation:
        """Explain one cell of the target.

        Args:
            index: The place in the target; ``()`` for a scalar.
            read: Gives a cell of a tensor with the value that this operation read; by
                default the one that is in the buffer now.

        Raises:
            IndexError: The target has no such cell.
        """
        if len(index) != len(self.shape) or not all(
            0 <= i < size for i, size in zip(index, self.shape, strict=True)
        ):
            raise IndexError(f"{self.symbol} has the shape {self.shape}, no cell {list(index)}")
        rule, expression = self.arithmetic(index, read)
        return Explanation(self.target.cell(index), rule, expression, self.why, sign=self.sign)


@dataclass(frozen=True, eq=False, kw_only=True)
class InPlace(Operation):
    """An operation that changes what is kept from one iteration to the next.

    Attributes:
        before: The values before it ran: what the operations before it read.
    """

    before: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "before", self.target.data.copy())
        super().__post_init__()

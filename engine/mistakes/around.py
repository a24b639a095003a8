"""What stands around an operation: the tensors that could be taken for its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.formula.tensor import Axis, Tensor
from engine.formula.tree import (
    Apply,
    Formula,
    Function,
    Kept,
    Leaf,
    Number,
    Reduce,
    leaves,
    substitute,
)
from engine.maths.operations.operation import Operation, Phase

_LEAST_SHARE = 0.1
"""Above what a hyperparameter of an optimiser is a share of the past, and no ε or decay."""


@dataclass(frozen=True)
class Activated:
    """An activation: a = F(z).

    Attributes:
        a: What it gives.
        z: What it is given.
        tree: The formula of a.
    """

    a: Tensor
    z: Tensor
    tree: Formula

    @property
    def is_joint(self) -> bool:
        """Whether each a depends on every z of its observation."""
        return any(isinstance(part, Reduce) for part in all_parts(self.tree))

    @property
    def symbol(self) -> str:
        """How the function is written, e.g. σ."""
        return self.tree.form.split("(")[0] if isinstance(self.tree, Function) else "the activation"

    def of(self, argument: Formula) -> Formula:
        """Return the function of something else."""
        return substitute(self.tree, {Leaf(self.z): argument})


class Around:
    """What the operations of an iteration tell about each other.

    Args:
        operations: All of them, in the order of execution.
        of_one_table: Whether the number of observations is known for good, so that what has as
            many rows as a layer has neurons may be taken for its tensors.
    """

    def __init__(self, operations: Sequence[Operation], *, of_one_table: bool = False) -> None:
        self.operations = tuple(operations)
        self.of_one_table = of_one_table
        self.formulas: Mapping[Tensor, Formula] = {
            operation.target: operation.rule.tree for operation in operations
        }

    @cached_property
    def activated(self) -> tuple[Activated, ...]:
        """The activations of all layers."""
        found = []
        for operation in self.operations:
            read, tree = operation.reads, operation.rule.tree
            is_one = isinstance(tree, Function) or (len(read) == 1 and tree == Leaf(read[0]))
            if operation.phase is Phase.FORWARD and len(read) == 1 and is_one:
                found.append(Activated(operation.target, read[0], tree))
        return tuple(found)

    def activation_into(self, of: Tensor) -> Activated | None:
        """Return the activation whose pre-activations a tensor ∂E/∂z belongs to."""
        return next((one for one in self.activated if of.name == f"dE_d{one.z.name}"), None)

    def activation_of_slope(self, of: Tensor) -> Activated | None:
        """Return the activation whose slope a tensor ∂a/∂z is."""
        for one in self.activated:
            if of.name == f"d{one.a.name}_d{one.z.name}":
                return one
        return None

    @cached_property
    def slopes(self) -> Mapping[Formula, Tensor]:
        """The slope of each activation, by its formula."""
        known = self.formulas.items()
        return {tree: t for t, tree in known if self.activation_of_slope(t) and t.axes == tree.axes}

    @cached_property
    def shares(self) -> tuple[Number, ...]:
        """The shares of the past that an optimiser keeps in each iteration, such as β₁ and β₂."""
        return tuple(
            dict.fromkeys(
                part
                for operation in self.operations
                if operation.phase is Phase.UPDATE
                for part in all_parts(operation.rule.tree)
                if isinstance(part, Number) and part.is_named and _LEAST_SHARE < part.value < 1.0
            )
        )

    def activation_giving(self, of: Tensor) -> Activated | None:
        """Return the activation that gives a tensor."""
        return next((one for one in self.activated if one.a is of), None)

    def root(self, tensor: Tensor) -> Tensor:
        """Return the tensor whose numbers a tensor has: ∂y/∂w has those of g."""
        match self.formulas.get(tensor):
            case Leaf(of=Tensor() as of):
                return self.root(of)
        return tensor

    def change(self, parameter: Tensor) -> Tensor | None:
        """Return the tensor with the last change of a parameter, if it is one that is trained."""
        match self.formulas.get(parameter):
            case Apply(primitive="add", arguments=(Leaf(), Kept(target=change))):
                return change if isinstance(change, Tensor) else None
        return None

    def at_hand(self, operation: Operation) -> tuple[Tensor, ...]:
        """Return the tensors that are there when an operation runs, each set of numbers once."""
        found: list[Tensor] = []
        for one in self.operations:
            found += one.reads
            if one is operation:
                break
            found.append(one.target)
        is_update = operation.phase is Phase.UPDATE
        made = {o.target for o in self.operations if o.phase is Phase.UPDATE}
        kept = [self.root(tensor) for tensor in found if tensor is not operation.target]
        return tuple(
            dict.fromkeys(
                tensor
                for tensor in kept
                if is_update or tensor not in made or self.change(tensor) is not None
            )
        )

    def errors(self, operation: Operation) -> tuple[Formula, ...]:
        """Return the differences in the formulas up to an operation, f − f₀, and f₀ − f."""
        found: list[Formula] = []
        for one in self.operations:
            for tree in (one.rule.tree, one.rule.shown):
                for part in all_parts(tree) if tree is not None else ():
                    match part:
                        case Apply(
                            primitive="subtract", arguments=(Leaf() as left, Leaf() as right)
                        ):
                            found += [part, right - left]
            if one is operation:
                break
        return tuple(dict.fromkeys(found))

    def axis(self, symbol: str) -> Axis | None:
        """Return the axis whose size is written so, if there is only one such."""
        axes = {a for tensor in self.formulas for a in tensor.axes if a.symbol == symbol}
        return axes.pop() if len(axes) == 1 else None


def all_parts(tree: Formula) -> Iterator[Formula]:
    """Go through a formula and its parts, from the top down."""
    yield tree
    for part in tree.parts:
        yield from all_parts(part)


def tensors_in(tree: Formula) -> tuple[Tensor, ...]:
    """Return the tensors of a formula, each once."""
    return tuple(dict.fromkeys(leaf.of for leaf in leaves(tree) if isinstance(leaf.of, Tensor)))

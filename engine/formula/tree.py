"""The right-hand side of an operation, as a tree over tensors with named axes.

Python's operators and the functions of `engine.formula.primitives` build it, so that a formula
reads as in a book: ``slope = a * (1 - a)``. What is made of a tree stands in the modules beside
this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from engine.formula.tensor import Array, Axis, Tensor


class Source(Protocol):
    """The meaning of a leaf: a tensor, or a variable where a formula is told in general."""

    @property
    def symbol(self) -> str: ...
    @property
    def axes(self) -> tuple[Axis, ...]: ...


@dataclass(frozen=True)
class Variable:
    """The meaning of a leaf where a formula is told in general, e.g. the z of any layer."""

    symbol: str
    axes: tuple[Axis, ...] = ()


@dataclass(frozen=True)
class Seen:
    """A tensor whose numbers are taken for others, of axes of the same sizes, as mistakes do.

    Attributes:
        of: The tensor.
        axes: What its dimensions are taken to count; fewer than it has where some are 1 long.
        is_transposed: Whether rows and columns are exchanged.
    """

    of: Tensor
    axes: tuple[Axis, ...]
    is_transposed: bool = False

    @property
    def symbol(self) -> str:
        """Its symbol, with the sign of a transposition."""
        text = f"({self.of.symbol})" if "/" in self.of.symbol else self.of.symbol
        return f"{text}ᵀ" if self.is_transposed else self.of.symbol

    @property
    def name(self) -> str:
        """Its name in a source."""
        return f"{self.of.name}.T" if self.is_transposed else self.of.name

    @property
    def data(self) -> Array:
        """The numbers that the tensor has now."""
        return self.view(self.of.data)

    def view(self, numbers: Array) -> Array:
        """Return an array of the tensor's shape as it is seen."""
        turned = numbers.T if self.is_transposed else numbers
        if turned.ndim == len(self.axes):
            return turned
        return turned[:, 0] if turned.shape[1] == 1 else turned[0]


@dataclass(frozen=True)
class Formula:
    """A node of the tree."""

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes that its dimensions count; () for a scalar."""
        return ()

    @property
    def parts(self) -> tuple[Formula, ...]:
        """The formulas that it is computed from."""
        return ()

    def __add__(self, other: Operand) -> Formula:
        return Apply("add", (self, formula(other)))

    def __radd__(self, other: Operand) -> Formula:
        return Apply("add", (formula(other), self))

    def __sub__(self, other: Operand) -> Formula:
        return Apply("subtract", (self, formula(other)))

    def __rsub__(self, other: Operand) -> Formula:
        return Apply("subtract", (formula(other), self))

    def __mul__(self, other: Operand) -> Formula:
        return Apply("multiply", (self, formula(other)))

    def __rmul__(self, other: Operand) -> Formula:
        return Apply("multiply", (formula(other), self))

    def __truediv__(self, other: Operand) -> Formula:
        return Apply("divide", (self, formula(other)))

    def __rtruediv__(self, other: Operand) -> Formula:
        return Apply("divide", (formula(other), self))

    def __pow__(self, other: Operand) -> Formula:
        return Apply("power", (self, formula(other)))

    def __neg__(self) -> Formula:
        return Apply("negative", (self,))

    def __gt__(self, other: Operand) -> Formula:
        return Apply("greater", (self, formula(other)))

    def __lt__(self, other: Operand) -> Formula:
        return Apply("less", (self, formula(other)))

    def __le__(self, other: Operand) -> Formula:
        return Apply("less_equal", (self, formula(other)))


Operand = Formula | float


@dataclass(frozen=True)
class Leaf(Formula):
    """A tensor, or a variable."""

    of: Source

    @property
    def axes(self) -> tuple[Axis, ...]:
        return self.of.axes

    @property
    def name(self) -> str:
        """The identifier of the tensor; of a variable, its symbol."""
        return str(getattr(self.of, "name", self.of.symbol))


@dataclass(frozen=True)
class Number(Formula):
    """A number that is no tensor's.

    Attributes:
        symbol: Its text; "" for its digits.
        is_named: Whether the symbol is a hyperparameter's, so that its digits stand in its place
            where numbers are written.
    """

    value: float
    symbol: str = ""
    is_named: bool = False


@dataclass(frozen=True)
class Size(Formula):
    """The number of rows or columns of an axis, e.g. N."""

    axis: Axis


@dataclass(frozen=True)
class Apply(Formula):
    """A primitive, element by element, by its name in `engine.formula.primitives`."""

    primitive: str
    arguments: tuple[Formula, ...]

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        return broadcast(self.arguments)

    @property
    def parts(self) -> tuple[Formula, ...]:
        return self.arguments


@dataclass(frozen=True)
class Function(Formula):
    """A formula that has a name, e.g. σ(z).

    Attributes:
        form: Its text, with ``{0}`` for the first argument.
        arguments: What it is a function of, as it is written.
        body: The formula of these arguments that the name stands for.
        opens: Whether the body stands in its place where the rule of one cell is written.
    """

    form: str
    arguments: tuple[Formula, ...]
    body: Formula
    opens: bool = False

    @property
    def axes(self) -> tuple[Axis, ...]:
        return self.body.axes

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.body,)


@dataclass(frozen=True)
class Reduce(Formula):
    """A sum over some axes, or the largest along them.

    Attributes:
        primitive: ``add`` or ``maximum``.
        is_mean: Whether the sum is divided by how many there are.
    """

    primitive: str
    argument: Formula
    over: tuple[Axis, ...]
    is_mean: bool = False

    @property
    def axes(self) -> tuple[Axis, ...]:
        return tuple(axis for axis in self.argument.axes if axis not in self.over)

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.argument,)


@dataclass(frozen=True)
class Together(Formula):
    """The same formula of several tensors, to be summed up as one list of numbers.

    Attributes:
        members: The tensors.
        argument: What is made of each, of the variable `EACH`.
    """

    members: tuple[Leaf, ...]
    argument: Formula

    @property
    def parts(self) -> tuple[Formula, ...]:
        return tuple(substitute(self.argument, {EACH: member}) for member in self.members)


@dataclass(frozen=True)
class Contract(Formula):
    """A matrix product: the sum over one axis of the products of what has that axis."""

    left: Formula
    right: Formula
    over: Axis

    @property
    def axes(self) -> tuple[Axis, ...]:
        both = (*self.left.axes, *self.right.axes)
        return tuple(axis for axis in both if axis is not self.over)

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.left, self.right)

    @property
    def is_turned(self) -> tuple[bool, bool]:
        """Whether the left and the right one are transposed, so that the axis lies between them."""
        return self.left.axes[-1] is not self.over, self.right.axes[0] is not self.over


@dataclass(frozen=True)
class Kept(Formula):
    """A part that is kept in a tensor of its own as it is computed."""

    target: Source
    argument: Formula

    @property
    def axes(self) -> tuple[Axis, ...]:
        return self.argument.axes

    @property
    def parts(self) -> tuple[Formula, ...]:
        return (self.argument,)


EACH = Leaf(Variable("each"))
"""The variable that stands for each of the tensors of a `Together`."""


def formula(value: Operand) -> Formula:
    """Return a number as a formula, and a formula as it is."""
    return value if isinstance(value, Formula) else Number(float(value))


def broadcast(arguments: Sequence[Formula]) -> tuple[Axis, ...]:
    """Return the axes of what is computed element by element from the arguments.

    Raises:
        ValueError: Their axes do not fit together.
    """
    longest: tuple[Axis, ...] = max((a.axes for a in arguments), key=len, default=())
    for argument in arguments:
        if any(axis not in longest for axis in argument.axes):
            raise ValueError("the axes do not fit together")
    return longest


def rebuilt(tree: Formula, parts: Sequence[Formula]) -> Formula:
    """Return a node with other parts, in the order of `Formula.parts`.

    What a function is written with follows where its arguments stand in its body; where they
    do not, its name goes.
    """
    match tree:
        case Apply():
            return Apply(tree.primitive, tuple(parts))
        case Function():
            return parts[0]
        case Reduce():
            return Reduce(tree.primitive, parts[0], tree.over, tree.is_mean)
        case Contract():
            return Contract(parts[0], parts[1], tree.over)
        case Kept():
            return Kept(tree.target, parts[0])
    return tree


def substitute(tree: Formula, values: dict[Formula, Formula]) -> Formula:
    """Return a tree with other formulas in the place of some of its parts."""
    if tree in values:
        return values[tree]
    match tree:
        case Function():
            arguments = tuple(substitute(argument, values) for argument in tree.arguments)
            return Function(tree.form, arguments, substitute(tree.body, values), tree.opens)
        case Together():
            members = tuple(substitute(member, values) for member in tree.members)
            assert all(isinstance(member, Leaf) for member in members)
            return Together(members, tree.argument)  # type: ignore[arg-type]
    return rebuilt(tree, [substitute(part, values) for part in tree.parts])


def leaves(tree: Formula) -> Iterator[Leaf]:
    """Go through the leaves, from left to right."""
    if isinstance(tree, Leaf):
        yield tree
    for part in tree.parts:
        yield from leaves(part)

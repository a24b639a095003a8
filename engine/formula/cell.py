"""The arithmetic of one cell of a formula, with the numbers that are there."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from engine.formula.arithmetic import (
    Computed,
    Constant,
    Difference,
    Expression,
    FunctionValue,
    Power,
    Product,
    Quotient,
    Square,
    Sum,
    evaluate,
)
from engine.formula.chains import chain_of
from engine.formula.primitives import PRIMITIVES
from engine.formula.tensor import Axis, Read, Tensor
from engine.formula.tree import (
    Apply,
    Contract,
    Formula,
    Function,
    Kept,
    Leaf,
    Number,
    Reduce,
    Seen,
    Size,
    Together,
)

Places = Mapping[Axis, int]


class Arithmetic:
    """Writes out what one cell of a formula is computed from.

    Args:
        read: Gives a cell of a tensor.
    """

    def __init__(self, read: Read) -> None:
        self._read = read

    def of(self, tree: Formula, places: Places) -> Expression:
        """Return the arithmetic at the places of the axes."""
        match tree:
            case Leaf(of=Seen(of=of) as seen):
                axes = seen.axes[::-1] if seen.is_transposed else seen.axes
                return self._read(of, tuple(places[axis] for axis in axes))
            case Leaf():
                assert isinstance(tree.of, Tensor)
                tensor = tree.of.stands_for or tree.of
                return self._read(tensor, tuple(places[axis] for axis in tensor.axes))
            case Number():
                return Constant(tree.value, "" if tree.is_named else tree.symbol)
            case Size():
                return Constant(float(len(tree.axis.labels)))
            case Apply():
                return self._apply(tree, places)
            case Function():
                body = self.of(tree.body, places)
                if tree.opens:
                    return body
                arguments = tuple(self.of(argument, places) for argument in tree.arguments)
                return FunctionValue(arguments, tree.form, lambda *values: evaluate(body))
            case Reduce():
                return self._reduce(tree, places)
            case Together():
                return Sum(
                    tuple(self.of(part, at) for part in tree.parts for at in _all_places(part.axes))
                )
            case Contract():
                terms = (
                    Product((self.of(tree.left, at), self.of(tree.right, at)))
                    for at in _along((tree.over,), places)
                )
                return Sum(tuple(terms))
            case Kept():
                return self.of(tree.argument, places)
        raise TypeError(f"{tree!r} has no arithmetic")

    def largest(self, tree: Formula, axis: Axis, places: Places) -> int:
        """Return where along an axis a formula is largest."""
        values = [evaluate(self.of(tree, at)) for at in _along((axis,), places)]
        return max(range(len(values)), key=values.__getitem__)

    def _reduce(self, tree: Reduce, places: Places) -> Expression:
        if tree.primitive == "maximum":
            (axis,) = tree.over
            at = self.largest(tree.argument, axis, places)
            return self.of(tree.argument, {**places, axis: at})
        terms = tuple(self.of(tree.argument, at) for at in _along(tree.over, places))
        if not tree.is_mean:
            return Sum(terms)
        return _scaled(1.0 / len(terms), Sum(terms))

    def _apply(self, tree: Apply, places: Places) -> Expression:
        if tree.primitive in ("multiply", "hadamard", "divide", "negative"):
            return self._chain(tree, places)
        if (difference := _difference(tree)) is not None:
            return Difference(tuple(self.of(part, places) for part in difference))
        arguments = tuple(self.of(argument, places) for argument in tree.arguments)
        match tree.primitive:
            case "add":
                return Sum(_joined(Sum, arguments))
            case "subtract":
                return Difference(arguments)
            case "square":
                return Square(arguments)
            case "power":
                return Power(arguments)
            case "where" if not all(isinstance(a, Constant) for a in arguments[1:]):
                condition, yes, no = arguments
                return yes if evaluate(condition) else no
        primitive = PRIMITIVES[tree.primitive]
        form = primitive.form
        if primitive.brief and tree.primitive == "exp" and isinstance(arguments[0], FunctionValue):
            form = primitive.brief
        return FunctionValue(arguments, form, primitive.of)

    def _chain(self, tree: Apply, places: Places) -> Expression:
        chain = chain_of(tree)
        if (chain.numbers <= 1 and not chain.has_size) or not (chain.above or chain.below):
            arguments = tuple(self.of(argument, places) for argument in tree.arguments)
            if tree.primitive == "negative":
                return Product((Constant(-1.0), *arguments))
            if tree.primitive == "divide":
                return Quotient(arguments)
            return Product(_joined(Product, arguments))
        above = [self.of(factor, places) for factor in chain.above]
        whole = _scaled(chain.coefficient, *above)
        if not chain.below:
            return whole
        below = [self.of(factor, places) for factor in chain.below]
        return Quotient((whole, below[0] if len(below) == 1 else Product(tuple(below))))


def _difference(tree: Apply) -> tuple[Formula, Formula] | None:
    """Return what is subtracted from what, where a sum's second term is a negative one."""
    if tree.primitive != "add":
        return None
    left, right = tree.arguments
    inner = right.argument if isinstance(right, Kept) else right
    is_negative = isinstance(inner, Apply) and inner.primitive == "negative"
    return (left, inner.parts[0]) if is_negative else None


def _scaled(factor: float, *factors: Expression) -> Expression:
    if factor == 1.0 and factors:
        return factors[0] if len(factors) == 1 else Product(factors)
    return Product((Constant(factor), *factors)) if factors else Constant(factor)


def _joined(kind: type[Computed], parts: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """Return the parts, each of this kind replaced by its own: a sum within a sum is one sum."""
    return tuple(p for part in parts for p in (part.parts if isinstance(part, kind) else (part,)))


def _along(axes: tuple[Axis, ...], places: Places) -> list[Places]:
    return [{**places, **at} for at in _all_places(axes)]


def _all_places(axes: tuple[Axis, ...]) -> list[dict[Axis, int]]:
    ranges = [range(len(axis.labels)) for axis in axes]
    return [dict(zip(axes, at, strict=True)) for at in product(*ranges)]

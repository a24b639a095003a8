"""The source of a formula, for NumPy or for PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.maths.formula import (
    Apply,
    Contract,
    Formula,
    Function,
    Kept,
    Leaf,
    Number,
    Reduce,
    Size,
    Together,
)
from engine.maths.primitives import PRIMITIVES, Primitive

_INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "hadamard": "*",
    "divide": "/",
    "power": "**",
    "greater": ">",
    "less": "<",
    "less_equal": "<=",
    "equal": "==",
}


@dataclass(frozen=True)
class Dialect:
    """The notation of one library.

    Attributes:
        call: From a primitive and its arguments, the call.
        total: The sum over all, with ``{0}`` for what is summed.
        total_along: The sum along axis ``{1}``; a second axis stays, with the length 1.
        largest_along: The largest along axis ``{1}``, which stays, with the length 1.
        mean: The mean over all.
    """

    call: Callable[[Primitive, list[str]], str]
    total: str
    total_along: str
    largest_along: str
    mean: str


def _numpy_call(primitive: Primitive, arguments: list[str]) -> str:
    if primitive.name == "truth":
        return f"({arguments[0]}).astype(float)"
    if primitive.name == "erf":
        return f"erf({arguments[0]})"
    return f"np.{primitive.ufunc or primitive.name}({', '.join(arguments)})"


def _torch_call(primitive: Primitive, arguments: list[str]) -> str:
    if primitive.torch:
        return primitive.torch.format(*arguments)
    return f"torch.{primitive.ufunc or primitive.name}({', '.join(arguments)})"


NUMPY = Dialect(
    _numpy_call,
    "np.sum({0})",
    "np.sum({0}, axis={1}, keepdims={2})",
    "np.max({0}, axis={1}, keepdims=True)",
    "np.mean({0})",
)
TORCH = Dialect(
    _torch_call,
    "torch.sum({0})",
    "torch.sum({0}, dim={1}, keepdim={2})",
    "torch.amax({0}, dim={1}, keepdim=True)",
    "torch.mean({0})",
)


def source(tree: Formula, dialect: Dialect) -> str:
    """Return an expression in Python that computes a formula.

    Its names are those of the tensors, and N, I, H, O for the sizes of axes.
    """
    return _Source(dialect).of(tree)


class _Source:
    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def of(self, tree: Formula) -> str:
        """Return the expression."""
        dialect = self._dialect
        match tree:
            case Leaf():
                return str(getattr(tree.of, "name", tree.of.symbol))
            case Number():
                return repr(tree.value)
            case Size():
                return tree.axis.symbol
            case Function():
                return self.of(tree.body)
            case Kept():
                return self.of(tree.argument)
            case Apply():
                return self._apply(tree)
            case Together():
                return " + ".join(dialect.total.format(self.of(part)) for part in tree.parts)
            case Reduce():
                return self._reduce(tree)
            case Contract():
                left, right = self._tight(tree.left), self._tight(tree.right)
                left += "" if tree.left.axes[-1] is tree.over else ".T"
                right += "" if tree.right.axes[0] is tree.over else ".T"
                return f"{left} @ {right}"
        raise TypeError(f"{tree!r} has no source")

    def _tight(self, tree: Formula) -> str:
        """Return a part as an operand: in brackets where it is more than a name or a call."""
        while isinstance(tree, Function | Kept):
            tree = tree.body if isinstance(tree, Function) else tree.argument
        loose = isinstance(tree, Contract | Together) or (
            isinstance(tree, Apply) and (tree.primitive in _INFIX or tree.primitive == "negative")
        )
        text = self.of(tree)
        return f"({text})" if loose or text.startswith("-") else text

    def _apply(self, tree: Apply) -> str:
        if tree.primitive in _INFIX:
            left, right = (self._tight(argument) for argument in tree.arguments)
            return f"{left} {_INFIX[tree.primitive]} {right}"
        if tree.primitive == "negative":
            return f"-{self._tight(tree.arguments[0])}"
        arguments = [self.of(argument) for argument in tree.arguments]
        return self._dialect.call(PRIMITIVES[tree.primitive], arguments)

    def _reduce(self, tree: Reduce) -> str:
        inner, dialect = self.of(tree.argument), self._dialect
        if tree.is_mean:
            return dialect.mean.format(inner)
        if not tree.axes:
            return dialect.total.format(inner)
        axis = tree.argument.axes.index(tree.over[0])
        if tree.primitive == "maximum":
            return dialect.largest_along.format(inner, axis)
        return dialect.total_along.format(inner, axis, axis == 1)

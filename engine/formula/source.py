"""The source of a formula, for NumPy or for PyTorch.

NumPy's adds and multiplies in the order in which `engine.formula.lowering` does, so that it gives
the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.formula.chains import Chain, chain_of, constant
from engine.formula.primitives import PRIMITIVES, Primitive
from engine.formula.tree import (
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

_COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(6)
"""The strength with which the parts of a text hold together."""
_INFIX = {
    "add": ("+", _SUM),
    "subtract": ("-", _SUM),
    "multiply": ("*", _PRODUCT),
    "hadamard": ("*", _PRODUCT),
    "divide": ("/", _PRODUCT),
    "greater": (">", _COMPARISON),
    "less": ("<", _COMPARISON),
    "less_equal": ("<=", _COMPARISON),
    "equal": ("==", _COMPARISON),
}
_MOST_WHOLE = 1e15
"""Up to which a number without decimals is written without a point."""


@dataclass(frozen=True)
class Dialect:
    """The notation of one library.

    Attributes:
        call: From a primitive and its arguments, the call.
        number: How a number is written where a function takes no plain ones.
        total: The sum over all, with ``{0}`` for what is summed.
        total_along: The sum along each axis; the second one stays, with the length 1.
        largest_along: The largest along axis ``{1}``, which stays, with the length 1.
        mean: The mean over all, with ``{1}`` for how many there are.
        has_own_powers: Whether ``**`` gives the bits of the library's own power of a scalar.
    """

    call: Callable[[Primitive, list[str]], str]
    number: str
    total: str
    total_along: tuple[str, str]
    largest_along: str
    mean: str
    has_own_powers: bool


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
    "{0}",
    "np.sum({0})",
    ("np.sum({0}, axis=0)", "np.sum({0}, axis=1, keepdims=True)"),
    "np.max({0}, axis={1}, keepdims=True)",
    "1 / ({1}) * np.sum({0})",
    has_own_powers=False,
)
TORCH = Dialect(
    _torch_call,
    "torch.tensor({0}, dtype=torch.float64)",
    "torch.sum({0})",
    ("torch.sum({0}, dim=0)", "torch.sum({0}, dim=1, keepdim=True)"),
    "torch.amax({0}, dim={1}, keepdim=True)",
    "torch.mean({0})",
    has_own_powers=True,
)

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def source(
    tree: Formula,
    dialect: Dialect,
    names: Mapping[str, str] = _NO_NAMES,
    functions: Mapping[str, str] = _NO_NAMES,
) -> str:
    """Return an expression in Python that computes a formula.

    It names tensors by their identifiers, and the sizes of axes N, I, H, O.

    Args:
        tree: The formula.
        dialect: For which library.
        names: By their symbols, names to write in the place of the digits of hyperparameters.
        functions: By their forms, how to call the functions whose bodies are not to be written,
            with ``{0}`` for the argument.
    """
    return _Source(dialect, names, functions).write(tree)[0]


class _Source:
    def __init__(
        self, dialect: Dialect, names: Mapping[str, str], functions: Mapping[str, str]
    ) -> None:
        self._dialect, self._names, self._functions = dialect, names, functions

    def write(self, tree: Formula) -> tuple[str, int]:
        """Return the expression and how strongly it holds together."""
        match tree:
            case Leaf():
                return tree.name, _ATOM
            case Number():
                return self._number(tree)
            case Size():
                return tree.axis.symbol, _ATOM
            case Function():
                if tree.form in self._functions:
                    arguments = [self.write(argument)[0] for argument in tree.arguments]
                    return self._functions[tree.form].format(*arguments), _ATOM
                return self.write(tree.body)
            case Kept():
                return self.write(tree.argument)
            case Apply():
                return self._apply(tree)
            case Together():
                total = self._dialect.total
                sums = [total.format(self.write(part)[0]) for part in tree.parts]
                return " + ".join(sums), _SUM if len(sums) > 1 else _ATOM
            case Reduce():
                return self._reduce(tree)
            case Contract():
                left, right = (
                    self._at(part, _POWER) + ".T" * turned
                    for part, turned in zip(tree.parts, tree.is_turned, strict=True)
                )
                return f"{left} @ {right}", _PRODUCT
        raise TypeError(f"{tree!r} has no source")

    def _number(self, tree: Number) -> tuple[str, int]:
        if tree.symbol in self._names:
            return self._names[tree.symbol], _ATOM
        if tree.symbol == "π":
            return "np.pi", _ATOM
        is_whole = float(tree.value).is_integer() and abs(tree.value) < _MOST_WHOLE
        text = str(int(tree.value)) if is_whole else repr(tree.value)
        return text, _SIGN if text.startswith("-") else _ATOM

    def _at(self, tree: Formula, level: int) -> str:
        """Write a part, in brackets where it does not hold together so strongly."""
        text, own = self.write(tree)
        return f"({text})" if own < level else text

    def _apply(self, tree: Apply) -> tuple[str, int]:
        match tree.primitive:
            case "multiply" | "hadamard" | "divide" | "negative" if constant(tree) is None:
                return self._chain(chain_of(tree))
            case "negative":
                return self._negated(self._at(tree.arguments[0], _SIGN)), _SIGN
            case "add" | "subtract":
                return self._sum(tree), _SUM
            case "square" if tree.axes or self._dialect.has_own_powers:
                return f"{self._at(tree.arguments[0], _ATOM)} ** 2", _POWER
            case "power" if self._dialect.has_own_powers:
                base, exponent = (self._at(argument, _ATOM) for argument in tree.arguments)
                return f"{base} ** {exponent}", _POWER
        if tree.primitive in _INFIX:
            sign, level = _INFIX[tree.primitive]
            left, right = tree.arguments
            return f"{self._at(left, level)} {sign} {self._at(right, level + 1)}", level
        primitive = PRIMITIVES[tree.primitive]
        arguments = [self.write(argument)[0] for argument in tree.arguments]
        if not primitive.torch_takes_numbers:
            arguments = [
                self._dialect.number.format(text) if constant(argument) is not None else text
                for text, argument in zip(arguments, tree.arguments, strict=True)
            ]
        return self._dialect.call(primitive, arguments), _ATOM

    def _sum(self, tree: Apply) -> str:
        left, right = self._at(tree.arguments[0], _SUM), self._at(tree.arguments[1], _PRODUCT)
        if not right.startswith("-"):
            return f"{left} {_INFIX[tree.primitive][0]} {right}"
        # Adding what is negated and subtracting are the same to the last bit.
        return f"{left} {'-' if tree.primitive == 'add' else '+'} {right[1:]}"

    def _negated(self, text: str) -> str:
        return f"-({text})" if text.startswith("-") else f"-{text}"

    def _chain(self, chain: Chain) -> tuple[str, int]:
        """Write the scalars first, times what has axes; divide by the rest at the end."""
        parts = [self._coefficient(chain)] if chain.factors or chain.divisors else []
        parts += [self._at(factor, _SIGN) for factor in chain.above if not factor.axes]
        wide = [self._at(factor, _SIGN) for factor in chain.above if factor.axes]
        if parts and len(wide) > 1:
            wide = [f"({' * '.join(wide)})"]
        parts += wide
        text = " * ".join(parts) or "1"
        level = _PRODUCT if len(parts) > 1 or chain.divisors or len(wide) > 1 else _SIGN
        if chain.is_negated:
            text = self._negated(text)
        if chain.below:
            text, level = f"{text} / {self._product(chain.below)}", _PRODUCT
        return text, level

    def _coefficient(self, chain: Chain) -> str:
        levels = (_PRODUCT, *[_SIGN] * len(chain.factors))
        above = " * ".join(map(self._at, chain.factors, levels)) or "1"
        return f"{above} / {self._product(chain.divisors)}" if chain.divisors else above

    def _product(self, parts: Sequence[Formula]) -> str:
        """Write a product as what is divided by."""
        if len(parts) == 1:
            return self._at(parts[0], _SIGN)
        return f"({' * '.join(self._at(part, _SIGN) for part in parts)})"

    def _reduce(self, tree: Reduce) -> tuple[str, int]:
        inner, dialect = self.write(tree.argument)[0], self._dialect
        if tree.is_mean:
            text = dialect.mean.format(inner, " * ".join(axis.symbol for axis in tree.over))
            return text, _PRODUCT if text.startswith("1") else _ATOM
        if not tree.axes:
            return dialect.total.format(inner), _ATOM
        axis = tree.argument.axes.index(tree.over[0])
        if tree.primitive == "maximum":
            return dialect.largest_along.format(inner, axis), _ATOM
        return dialect.total_along[axis].format(inner), _ATOM

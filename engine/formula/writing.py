"""The text of a formula: in symbols, or as the rule of one cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.common.numbers import MINUS, format_number
from engine.formula.primitives import PRIMITIVES
from engine.formula.tensor import Axis
from engine.formula.tree import (
    EACH,
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

_CHOICE, _SUM, _PRODUCT, _ATOM = range(4)
"""The strength with which the parts of a text hold together."""

Labels = Mapping[Axis, str]
Largest = Callable[[Formula, Axis], str]

_LEVELS = {
    "add": _SUM,
    "subtract": _SUM,
    "expm1": _SUM,
    "multiply": _PRODUCT,
    "hadamard": _PRODUCT,
    "divide": _PRODUCT,
    "negative": _PRODUCT,
    "where": _CHOICE,
    "greater": _CHOICE,
    "less": _CHOICE,
    "less_equal": _CHOICE,
    "equal": _CHOICE,
}


def in_symbols(tree: Formula) -> str:
    """Write a formula with the symbols of its tensors, e.g. ``∂E/∂f ∘ ∂f/∂y``."""
    return _Writer().write(tree)[0]


def as_rule(tree: Formula, labels: Labels, largest: Largest) -> str:
    """Write what one cell is computed from, e.g. ``Σₙ x[n, input2] · ∂E/∂ŷ[n, g1]``.

    Args:
        tree: The formula.
        labels: The names of the cell's row and column, by axis.
        largest: From a formula and an axis, the name of its largest element along the axis.
    """
    return _RuleWriter(labels, largest).write(tree)[0]


class _Writer:
    def write(self, tree: Formula) -> tuple[str, int]:
        """Return the text and how strongly it holds together."""
        match tree:
            case Leaf():
                return self.leaf(tree), _SUM if tree is EACH else _ATOM
            case Number():
                return tree.symbol or format_number(tree.value), _ATOM
            case Size():
                return tree.axis.symbol, _ATOM
            case Apply():
                return self._apply(tree), _LEVELS.get(tree.primitive, _ATOM)
            case Function():
                return self.function(tree)
            case Reduce():
                return self.reduce(tree), _ATOM if tree.is_mean else _PRODUCT
            case Together():
                return self._together(tree), _PRODUCT
            case Contract():
                return self.contract(tree), _PRODUCT
            case Kept():
                return self.write(tree.argument)
        raise TypeError(f"{tree!r} cannot be written")

    def leaf(self, tree: Leaf) -> str:
        return tree.of.symbol

    def function(self, tree: Function) -> tuple[str, int]:
        inner = [self.write(argument)[0] for argument in tree.arguments]
        tight = {f"p{i}": self.at(argument, _ATOM) for i, argument in enumerate(tree.arguments)}
        return tree.form.format(*inner, **tight), _ATOM

    def reduce(self, tree: Reduce) -> str:
        inner, level = self.write(tree.argument)
        if tree.is_mean:
            return f"mean({inner})"
        if tree.primitive == "maximum":
            return f"max{tree.over[0].sum.removeprefix('Σ')} {inner}"
        sign = tree.over[0].sum if tree.axes or len(tree.argument.axes) < 2 else "Σ"
        return _summed(sign, f"({inner})" if level <= _SUM else inner)

    def contract(self, tree: Contract) -> str:
        factors = zip(tree.parts, tree.is_turned, strict=True)
        texts = ((self.at(part, _ATOM), turned) for part, turned in factors)
        return "·".join(_transposed(text) if turned else text for text, turned in texts)

    def at(self, tree: Formula, level: int) -> str:
        """Write a part, in brackets where it does not hold together so strongly."""
        text, own = self.write(tree)
        return f"({text})" if own < level else text

    def _together(self, tree: Together) -> str:
        names = ",".join(member.of.symbol for member in tree.members)
        text, level = self.write(tree.argument)
        return _summed("Σ", (f"({text})" if level <= _SUM else text).replace("each", names))

    def _apply(self, tree: Apply) -> str:
        primitive, arguments = PRIMITIVES[tree.primitive], tree.arguments
        match tree.primitive:
            case "add" | "subtract":
                return self._sum(tree)
            case "multiply" | "hadamard":
                return self._product(tree)
            case "divide":
                return self._quotient(*arguments)
            case "negative":
                return MINUS + self.at(arguments[0], _PRODUCT)
            case "square":
                text, level = self.write(arguments[0])
                return f"({text})²" if level < _ATOM or "/" in text else f"{text}²"
            case "power":
                return self._power(*arguments)
        inner = [self.write(argument) for argument in arguments]
        if primitive.brief and inner[0][1] == _ATOM:
            return primitive.brief.format(inner[0][0])
        return primitive.form.format(*(text for text, _ in inner))

    def _sum(self, tree: Apply) -> str:
        left, right = tree.arguments
        first = self.at(left, _SUM)
        if tree.primitive == "subtract":
            return f"{first} {MINUS} {self.at(right, _PRODUCT)}"
        text = self.at(right, _SUM)
        sign, text = (MINUS, text[1:]) if text.startswith(MINUS) else ("+", text)
        return f"{first} {sign} {text}"

    def _product(self, tree: Apply) -> str:
        left, right = tree.arguments
        first, second = self.at(left, _PRODUCT), self.at(right, _PRODUCT)
        if isinstance(left, Reduce | Together) and not first.startswith("mean"):
            first = f"({first})"
        if second.startswith(MINUS):
            second = f"({second})"
        if tree.primitive == "hadamard":
            both = isinstance(left, Leaf) and isinstance(right, Leaf)
            return f"{first}{self.sign_of_product(both)}{second}"
        # f(1 − f), but β·m(…) would look like a function.
        close = second.startswith("(") and isinstance(left, Leaf | Number)
        return f"{first}{second}" if close else f"{first}·{second}"

    def sign_of_product(self, is_of_two: bool) -> str:
        return " ∘ "

    def _quotient(self, left: Formula, right: Formula) -> str:
        above, (below, level) = self.at(left, _PRODUCT), self.write(right)
        below = f"({below})" if level < _ATOM else below
        return f"{above} / {below}" if "Σ" in above else f"{above}/{below}"

    def _power(self, base: Formula, exponent: Formula) -> str:
        text = self.at(exponent, _ATOM)
        return f"{self.at(base, _ATOM)}ᵗ" if text == "t" else f"{self.at(base, _ATOM)}^{text}"


class _RuleWriter(_Writer):
    def __init__(self, labels: Labels, largest: Largest) -> None:
        self._labels = dict(labels)
        self._largest = largest

    def leaf(self, tree: Leaf) -> str:
        of = getattr(tree.of, "stands_for", None) or tree.of
        places = [self._labels.get(axis, axis.counter) for axis in of.axes]
        return f"{of.symbol}[{', '.join(places)}]" if places else of.symbol

    def function(self, tree: Function) -> tuple[str, int]:
        return self.write(tree.body) if tree.opens else super().function(tree)

    def reduce(self, tree: Reduce) -> str:
        if tree.is_mean:
            return _Writer().reduce(tree)
        if tree.primitive == "maximum":
            (axis,) = tree.over
            return self._with({axis: self._largest(tree.argument, axis)}).write(tree.argument)[0]
        sign = "".join(axis.sum for axis in tree.over)
        counters = {axis: axis.counter for axis in tree.over}
        return _summed(sign, self._with(counters).at(tree.argument, _PRODUCT))

    def contract(self, tree: Contract) -> str:
        along = self._with({tree.over: tree.over.counter})
        left, right = along.at(tree.left, _PRODUCT), along.at(tree.right, _PRODUCT)
        return f"{tree.over.sum} {left} · {right}"

    def sign_of_product(self, is_of_two: bool) -> str:
        return " · " if is_of_two else "·"

    def _with(self, labels: Labels) -> _RuleWriter:
        return _RuleWriter({**self._labels, **labels}, self._largest)


def _summed(sign: str, text: str) -> str:
    return f"{sign}{text}" if text[0] in "(|" else f"{sign} {text}"


def _transposed(text: str) -> str:
    return f"({text})ᵀ" if "/" in text and text[0] != "(" else f"{text}ᵀ"

"""The names of hyperparameters and functions in a stand-alone program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from engine.formula.chains import constant
from engine.formula.source import NUMPY, TORCH, Dialect, source
from engine.formula.tree import (
    Apply,
    Formula,
    Function,
    Kept,
    Leaf,
    Number,
    Reduce,
    Size,
    Variable,
    substitute,
)
from engine.maths.activations import ACTIVATIONS
from engine.model.hyperparameters import DECLARATIONS

HYPERPARAMETERS: Mapping[str, str] = {
    **{d.symbol: name for name, d in DECLARATIONS.items() if d.symbol and d.kind is not str},
    # The tensor with the share that is left has the hyperparameter's own name.
    "c": "longest",
}
"""By their symbols, the names of the hyperparameters that formulas know."""
FUNCTIONS: Mapping[str, str] = {
    **{f"{a.symbol}({{0}})": name.replace("-", "_") for name, a in ACTIVATIONS.items()},
    "Φ({0})": "normal_cdf",
    "φ({0})": "normal_pdf",
    "ln(cosh({0}))": "ln_cosh",
}
"""By their forms, the names of the functions that are worth one."""

_PRODUCTS = ("multiply", "hadamard", "divide", "negative")
_LONG, _PART = 88, "u"


class Definition(NamedTuple):
    """A function that a program defines.

    Attributes:
        name: Its name.
        is_of: Its value in symbols.
        lines: Its source.
    """

    name: str
    is_of: str
    lines: tuple[str, ...]


class Vocabulary:
    """The hyperparameters and the functions of some formulas.

    Args:
        trees: The formulas.
        dialect: In what the functions are written.

    Attributes:
        library: The name of the library.
        values: By its name, the symbol and the value of each hyperparameter.
        definitions: The functions, each after those that it calls.
        has_sizes: Whether a number of rows or columns is in a formula.
    """

    def __init__(self, trees: Iterable[Formula], dialect: Dialect) -> None:
        self._dialect = dialect
        self.library = "np" if dialect is NUMPY else "torch"
        self.values: dict[str, tuple[str, float]] = {}
        self._called: dict[str, str] = {}
        if dialect is TORCH:
            own = (a for a in ACTIVATIONS.values() if a.torch)
            self._called = {f"{activation.symbol}({{0}})": activation.torch for activation in own}
        self.definitions: list[Definition] = []
        self.has_sizes = False
        for tree in trees:
            self._learn(tree)

    def _learn(self, tree: Formula) -> None:
        for part in _within(tree):
            is_mean = isinstance(part, Reduce) and part.is_mean
            self.has_sizes = self.has_sizes or is_mean or isinstance(part, Size)
            if isinstance(part, Number) and part.symbol in HYPERPARAMETERS:
                self.values[HYPERPARAMETERS[part.symbol]] = (part.symbol, part.value)
            if isinstance(part, Function) and part.form in FUNCTIONS:
                self._define(part)

    def _define(self, function: Function) -> None:
        name, body = FUNCTIONS[function.form], _bare(function.body)
        is_short = not isinstance(body, Apply) or all(map(_is_single, body.arguments))
        if function.form in self._called or is_short:
            return
        (argument,) = function.arguments
        z = Leaf(Variable("z", argument.axes))
        body = substitute(function.body, {argument: z})
        self._learn(body)
        self._called[function.form] = f"{name}({{0}})"
        lines = [f"    {line}" for line in self.lines("return ", body)]
        text = (f"def {name}(z):", *lines)
        self.definitions.append(Definition(name, function.form.format("z"), text))

    def lines(self, head: str, tree: Formula) -> list[str]:
        """Write a statement; where it is long, a part that it repeats has a line before it."""
        text = f"{head}{self.write(tree)}"
        repeated = _repeated(tree)
        if len(text) <= _LONG or repeated is None:
            return [text]
        rest = substitute(tree, {repeated: Leaf(Variable(_PART, repeated.axes))})
        return [f"{_PART} = {self.write(repeated)}", f"{head}{self.write(rest)}"]

    def write(self, tree: Formula) -> str:
        """Return the source of a formula."""
        return source(tree, self._dialect, HYPERPARAMETERS, self._called)


def _within(tree: Formula) -> Iterator[Formula]:
    yield tree
    for part in tree.parts:
        yield from _within(part)


def _bare(tree: Formula) -> Formula:
    """Return what a formula is without names for it."""
    while isinstance(tree, Function | Kept):
        tree = tree.body if isinstance(tree, Function) else tree.argument
    return tree


def _is_single(tree: Formula) -> bool:
    return isinstance(tree, Leaf | Number)


def _repeated(tree: Formula) -> Formula | None:
    """Return the largest part with more than one place in a formula.

    No product: its factors may be multiplied with others around it first.
    """
    parts = [part for part in _within(tree) if isinstance(part, Apply)]
    parts = [part for part in parts if part.primitive not in _PRODUCTS and constant(part) is None]
    return next((part for part in parts if parts.count(part) > 1), None)

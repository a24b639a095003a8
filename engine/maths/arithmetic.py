"""The scalar arithmetic behind one cell, as a small tree that can be shown and evaluated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.common.numbers import MINUS, format_number
from engine.maths.tensor import Cell

_MOST_TERMS = 8
"""A longer sum is folded around its largest terms."""


@dataclass(frozen=True)
class Constant:
    """A number that comes from no tensor."""

    value: float
    symbol: str = ""
    """How it is written, where not with its digits."""


@dataclass(frozen=True)
class FunctionValue:
    """A scalar function."""

    form: str
    """How it is written, e.g. ``max({0}, {1})`` or ``ln(1 + e^{p0})``: ``{0}`` stands for the
    first argument, ``{p0}`` for the same in brackets where a power needs them."""
    arguments: tuple[Expression, ...]
    function: Callable[..., float]


@dataclass(frozen=True)
class Sum:
    """Terms added up; a negative part is a product with −1."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Difference:
    """The first minus the second."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Product:
    """Factors multiplied."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class Quotient:
    """The first divided by the second."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Square:
    """The argument squared."""

    argument: Expression


@dataclass(frozen=True)
class Power:
    """A base that is not negative, to the power of the exponent."""

    base: Expression
    exponent: Expression


Expression = (
    Cell | Constant | FunctionValue | Sum | Difference | Product | Quotient | Square | Power
)


def evaluate(expression: Expression) -> float:
    """Compute the expression from the values in its leaves."""
    match expression:
        case Cell() | Constant():
            return expression.value
        case FunctionValue():
            return expression.function(*map(evaluate, expression.arguments))
        case Sum():
            return _add([evaluate(term) for term in expression.terms])
        case Difference():
            return evaluate(expression.left) - evaluate(expression.right)
        case Product():
            return math.prod(map(evaluate, expression.factors))
        case Quotient():
            return _divide(evaluate(expression.left), evaluate(expression.right))
        case Square():
            value = evaluate(expression.argument)
            return value * value
        case Power():
            return _raise(evaluate(expression.base), evaluate(expression.exponent))


def _add(values: list[float]) -> float:
    """Add up without rounding in between, or as NumPy does where that would raise."""
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):
        # It leaves the finite numbers on the way, or holds both ∞ and −∞.
        return sum(values)


def _divide(left: float, right: float) -> float:
    """Divide as NumPy does, where Python would raise."""
    if right:
        return left / right
    if not left or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _raise(base: float, exponent: float) -> float:
    """Raise to a power as NumPy does, where Python would raise an error."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf


def cells(expression: Expression) -> Iterator[Cell]:
    """Go through the cells of an expression, from left to right.

    Of a long sum the cells of the largest terms come first.
    """
    match expression:
        case Cell():
            yield expression
        case FunctionValue():
            for argument in expression.arguments:
                yield from cells(argument)
        case Square():
            yield from cells(expression.argument)
        case Sum():
            terms = expression.terms
            if len(terms) > _MOST_TERMS:
                terms = tuple(sorted(terms, key=lambda term: -abs(evaluate(term))))
            for term in terms:
                yield from cells(term)
        case Difference() | Quotient():
            yield from cells(expression.left)
            yield from cells(expression.right)
        case Product():
            for factor in expression.factors:
                yield from cells(factor)
        case Power():
            yield from cells(expression.base)
            yield from cells(expression.exponent)


def main_term(expression: Expression) -> Expression:
    """Return the expression with only the largest term of each sum whose terms are multiplied."""
    match expression:
        case Sum():
            return main_term(max(expression.terms, key=lambda term: abs(evaluate(term))))
        case Product():
            return Product(tuple(map(main_term, expression.factors)))
    return expression


def render(expression: Expression, most_terms: int = _MOST_TERMS) -> str:
    """Write the expression with its numbers.

    Args:
        expression: What to write.
        most_terms: A longer sum shows only its largest terms and counts the rest.
    """
    match expression:
        case Cell():
            return format_number(expression.value)
        case Constant():
            return expression.symbol or format_number(expression.value)
        case FunctionValue():
            arguments = expression.arguments
            tight = {f"p{i}": _power(argument, most_terms) for i, argument in enumerate(arguments)}
            return expression.form.format(
                *(render(argument, most_terms) for argument in arguments), **tight
            )
        case Sum():
            return _render_sum(expression, most_terms)
        case Difference():
            left, right = expression.left, expression.right
            return f"{render(left, most_terms)} {MINUS} {_enclosed(right, most_terms)}"
        case Product():
            return "·".join(_enclosed(factor, most_terms) for factor in expression.factors)
        case Quotient():
            left, right = expression.left, expression.right
            return f"{_factor(left, most_terms)}/{_factor(right, most_terms)}"
        case Square():
            return f"({render(expression.argument, most_terms)})²"
        case Power():
            base, exponent = expression.base, expression.exponent
            return f"{_power(base, most_terms)}^{_power(exponent, most_terms)}"


def _enclosed(expression: Expression, most_terms: int) -> str:
    text = render(expression, most_terms)
    compound = isinstance(expression, Sum | Difference)
    return f"({text})" if compound or text.startswith(MINUS) else text


def _factor(expression: Expression, most_terms: int) -> str:
    """Write one side of a fraction."""
    if isinstance(expression, Product | Quotient):
        return f"({render(expression, most_terms)})"
    return _enclosed(expression, most_terms)


def _power(expression: Expression, most_terms: int) -> str:
    """Write one side of a power."""
    text = _factor(expression, most_terms)
    # 2^1e−05 could be read in two ways.
    doubtful = isinstance(expression, Cell | Constant) and "e" in text and text[0] != "("
    return f"({text})" if doubtful or isinstance(expression, Power) else text


def _render_sum(expression: Sum, most_terms: int) -> str:
    terms = expression.terms
    if len(terms) <= most_terms:
        return " + ".join(_term(term, most_terms) for term in terms)
    values = [abs(evaluate(term)) for term in terms]
    largest = sorted(sorted(range(len(terms)), key=lambda i: -values[i])[: most_terms - 1])
    kept = set(largest)
    rest = _add([evaluate(term) for i, term in enumerate(terms) if i not in kept])
    shown = " + ".join(_term(terms[i], most_terms) for i in largest)
    folded = f"({len(terms) - len(largest)} more: {format_number(rest)})"
    return f"{shown} + {folded}"


def _term(expression: Expression, most_terms: int) -> str:
    text = render(expression, most_terms)
    return f"({text})" if isinstance(expression, Cell) and text.startswith(MINUS) else text


@dataclass(frozen=True)
class Explanation:
    """The origin of the value of one cell."""

    cell: Cell
    rule: str
    """The right-hand side in symbols, e.g. ``Σₙ x[n, input2] · ∂E/∂ŷ[n, g1]``."""
    expression: Expression
    why: str = ""
    """The reason behind the rule, in plain words."""
    leads_on: bool = True
    """Whether the cells in the expression can be explained in their turn."""
    sign: str = "="
    """What stands before the rule: ← where it reads the cell's own old value."""
    is_found: bool = False
    """Whether the cell is as its iteration found it, before the operation that changes it."""
    made_in: int | None = None
    """For what is left from an earlier iteration, which one: its operands, if it has any, are of
    that iteration; a cell that was only found is explained as that iteration made it."""

    @property
    def operands(self) -> tuple[Cell, ...]:
        """The cells that the value is computed from, each once."""
        return tuple(dict.fromkeys(cells(self.expression))) if self.leads_on else ()

    @property
    def main_operands(self) -> tuple[Cell, ...]:
        """The operands of the largest term, where the value is a sum."""
        return tuple(cells(main_term(self.expression))) if self.leads_on else ()

    @property
    def numbers(self) -> str:
        """The right-hand side with its numbers."""
        return render(self.expression)

    def __str__(self) -> str:
        value = format_number(self.cell.value)
        if not self.leads_on:
            return f"{self.cell.label} = {value}: {self.rule}"
        return f"{self.cell.label} {self.sign} {self.rule} = {self.numbers} = {value}"

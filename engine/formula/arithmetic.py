"""The scalar arithmetic behind one cell, as a small tree that can be shown and evaluated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.common.numbers import MINUS, format_number
from engine.formula.tensor import Cell

_MOST_TERMS = 8
"""A longer sum is folded around its largest terms."""


@dataclass(frozen=True)
class Constant:
    """A number that comes from no tensor."""

    value: float
    symbol: str = ""
    """Its text, where that is not its digits."""


@dataclass(frozen=True)
class Computed:
    """A number that is computed from its parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class FunctionValue(Computed):
    """A scalar function of its parts."""

    form: str
    """Its text, e.g. ``max({0}, {1})`` or ``ln(1 + e^{p0})``: ``{0}`` stands for the
    first part, ``{p0}`` for the same in brackets where a power needs them."""
    function: Callable[..., float]


class Sum(Computed):
    """Terms added up; a negative part is a product with −1."""


class Difference(Computed):
    """The first part minus the second."""


class Product(Computed):
    """Factors multiplied."""


class Quotient(Computed):
    """The first part divided by the second."""


class Square(Computed):
    """The only part squared."""


class Power(Computed):
    """A base that is not negative, to the power of the second part."""


Expression = Cell | Constant | Computed


def evaluate(expression: Expression) -> float:
    """Compute the expression from the values in its leaves."""
    if isinstance(expression, Cell | Constant):
        return expression.value
    values = [evaluate(part) for part in expression.parts]
    match expression:
        case FunctionValue():
            return expression.function(*values)
        case Sum():
            return _add(values)
        case Difference():
            return values[0] - values[1]
        case Product():
            return math.prod(values)
        case Quotient():
            return _divide(*values)
        case Square():
            return values[0] * values[0]
        case Power():
            return _raise(*values)
    raise TypeError(f"{expression!r} cannot be computed")


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
    if isinstance(expression, Cell):
        yield expression
    elif isinstance(expression, Computed):
        parts = expression.parts
        if isinstance(expression, Sum) and len(parts) > _MOST_TERMS:
            parts = tuple(sorted(parts, key=lambda term: -abs(evaluate(term))))
        for part in parts:
            yield from cells(part)


def main_term(expression: Expression) -> Expression:
    """Return the expression with only the largest term of each sum whose terms are multiplied."""
    match expression:
        case Sum():
            return main_term(max(expression.parts, key=lambda term: abs(evaluate(term))))
        case Product():
            return Product(tuple(map(main_term, expression.parts)))
    return expression


def render(expression: Expression) -> str:
    """Write the expression with its numbers.

    A long sum shows only its largest terms and counts the rest.
    """
    match expression:
        case Cell():
            return format_number(expression.value)
        case Constant():
            return expression.symbol or format_number(expression.value)
        case FunctionValue():
            tight = {f"p{i}": _power(part) for i, part in enumerate(expression.parts)}
            return expression.form.format(*map(render, expression.parts), **tight)
        case Sum():
            return _render_sum(expression)
        case Difference(parts=(left, right)):
            return f"{render(left)} {MINUS} {_enclosed(right)}"
        case Product():
            return "·".join(map(_enclosed, expression.parts))
        case Quotient(parts=(left, right)):
            return f"{_factor(left)}/{_factor(right)}"
        case Square(parts=(argument,)):
            return f"({render(argument)})²"
        case Power():
            return "^".join(map(_power, expression.parts))
    raise TypeError(f"{expression!r} cannot be written")


def _enclosed(expression: Expression) -> str:
    text = render(expression)
    compound = isinstance(expression, Sum | Difference)
    return f"({text})" if compound or text.startswith(MINUS) else text


def _factor(expression: Expression) -> str:
    """Write one side of a fraction."""
    if isinstance(expression, Product | Quotient):
        return f"({render(expression)})"
    return _enclosed(expression)


def _power(expression: Expression) -> str:
    """Write one side of a power."""
    text = _factor(expression)
    # 2^1e−05 could be read in two ways.
    doubtful = isinstance(expression, Cell | Constant) and "e" in text and text[0] != "("
    return f"({text})" if doubtful or isinstance(expression, Power) else text


def _render_sum(expression: Sum) -> str:
    terms = expression.parts
    if len(terms) <= _MOST_TERMS:
        return " + ".join(map(_term, terms))
    values = [abs(evaluate(term)) for term in terms]
    largest = sorted(sorted(range(len(terms)), key=lambda i: -values[i])[: _MOST_TERMS - 1])
    kept = set(largest)
    rest = _add([evaluate(term) for i, term in enumerate(terms) if i not in kept])
    shown = " + ".join(_term(terms[i]) for i in largest)
    folded = f"({len(terms) - len(largest)} more: {format_number(rest)})"
    return f"{shown} + {folded}"


def _term(expression: Expression) -> str:
    text = render(expression)
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
    """The sign before the rule: ← where it reads the cell's own old value."""
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

"""Products and quotients as one list of factors, with the constants multiplied out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.formula.primitives import PRIMITIVES
from engine.formula.tree import Apply, Formula, Number, Size


@dataclass(frozen=True)
class Chain:
    """A product of a number and of formulas, divided by others.

    Attributes:
        coefficient: The number.
        above: The factors.
        below: By what is divided.
        numbers: Of how many constants the number is made.
        has_size: Whether a number of rows or columns is among these.
        factors: The constants that are multiplied to make the number.
        divisors: The constants by whose product it is divided.
        is_negated: Whether its sign is turned then.
    """

    coefficient: float
    above: tuple[Formula, ...]
    below: tuple[Formula, ...]
    numbers: int
    has_size: bool
    factors: tuple[Formula, ...]
    divisors: tuple[Formula, ...]
    is_negated: bool


def chain_of(tree: Formula) -> Chain:
    """Return the factors of a formula; of what is no product, the formula itself."""
    is_negated, numbers = False, 0
    above: list[Formula] = []
    below: list[Formula] = []
    factors: list[Formula] = []
    divisors: list[Formula] = []

    def gather(part: Formula, is_below: bool) -> None:
        nonlocal is_negated, numbers
        if constant(part) is not None:
            numbers += 1
            (divisors if is_below else factors).append(part)
            return
        match part:
            case Apply(primitive="multiply" | "hadamard", arguments=(left, right)):
                gather(left, is_below)
                gather(right, is_below)
            case Apply(primitive="divide", arguments=(left, right)):
                gather(left, is_below)
                gather(right, not is_below)
            case Apply(primitive="negative", arguments=(inner,)):
                is_negated = not is_negated
                numbers += 1
                gather(inner, is_below)
            case _:
                (below if is_below else above).append(part)

    gather(tree, False)
    coefficient, divisor = _multiplied(factors), _multiplied(divisors)
    coefficient = -coefficient if is_negated else coefficient
    return Chain(
        coefficient / divisor if divisor else coefficient * float("inf"),
        tuple(above),
        tuple(below),
        numbers,
        any(map(_has_size, (*factors, *divisors))),
        tuple(factors),
        tuple(divisors),
        is_negated,
    )


def _multiplied(parts: Sequence[Formula]) -> float:
    product = 1.0
    for part in parts:
        value = constant(part)
        assert value is not None
        product *= value
    return product


def constant(tree: Formula) -> float | None:
    """Return the value of what depends on no tensor, or None."""
    match tree:
        case Number():
            return tree.value
        case Size():
            return float(len(tree.axis.labels))
        case Apply():
            found = [constant(argument) for argument in tree.arguments]
            values = [value for value in found if value is not None]
            if len(values) == len(found):
                return PRIMITIVES[tree.primitive].of(*values)
    return None


def _has_size(tree: Formula) -> bool:
    return isinstance(tree, Size) or any(_has_size(part) for part in tree.parts)

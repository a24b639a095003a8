"""Products and quotients as one list of factors, with the constants multiplied out."""

from __future__ import annotations

from dataclasses import dataclass

from engine.maths.formula import Apply, Formula, Number, Size
from engine.maths.primitives import PRIMITIVES


@dataclass(frozen=True)
class Chain:
    """A product of a number and of formulas, divided by others.

    Attributes:
        coefficient: The number.
        above: What is multiplied.
        below: By what is divided.
        numbers: Of how many constants the number is made.
        has_size: Whether a number of rows or columns is among these.
    """

    coefficient: float
    above: tuple[Formula, ...]
    below: tuple[Formula, ...]
    numbers: int
    has_size: bool


def chain_of(tree: Formula) -> Chain:
    """Return the factors of a formula; of what is no product, the formula itself."""
    coefficient, numbers, has_size = 1.0, 0, False
    above: list[Formula] = []
    below: list[Formula] = []

    def gather(part: Formula, is_below: bool) -> None:
        nonlocal coefficient, numbers, has_size
        value = constant(part)
        if value is not None:
            numbers, has_size = numbers + 1, has_size or _has_size(part)
            if is_below:
                below_numbers.append(value)
            else:
                coefficient *= value
            return
        match part:
            case Apply(primitive="multiply" | "hadamard", arguments=(left, right)):
                gather(left, is_below)
                gather(right, is_below)
            case Apply(primitive="divide", arguments=(left, right)):
                gather(left, is_below)
                gather(right, not is_below)
            case Apply(primitive="negative", arguments=(inner,)):
                coefficient = -coefficient
                numbers += 1
                gather(inner, is_below)
            case _:
                (below if is_below else above).append(part)

    below_numbers: list[float] = []
    gather(tree, False)
    divisor = 1.0
    for number in below_numbers:
        divisor *= number
    whole = coefficient / divisor if divisor else coefficient * float("inf")
    return Chain(whole, tuple(above), tuple(below), numbers, has_size)


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

"""Whether a formula that was typed for an operation is right, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.common.numbers import format_number, general
from engine.derive.trial import Values, agree, differing
from engine.derive.typed import shape_in_words, turned
from engine.formula.evaluate import evaluate
from engine.formula.tree import Formula, Number
from engine.maths.operations.operation import Operation
from engine.mistakes import Around, mistakes


@dataclass(frozen=True)
class CellDifference:
    """The first cell in which two values of an operation differ.

    Attributes:
        labels: The names of its row and column.
        yours: The value of the formula that was typed.
        right: The value that it is to have.
        is_here: Whether these are the numbers at hand; else they are random ones.
    """

    labels: tuple[str, ...]
    yours: float
    right: float
    is_here: bool

    @property
    def ratio(self) -> float:
        """The first by the second."""
        with np.errstate(all="ignore"):
            return float(np.float64(self.yours) / np.float64(self.right))

    def in_words(self, symbol: str) -> str:
        """Write the cell, both values and their ratio."""
        place = f"[{', '.join(self.labels)}]" if self.labels else ""
        where = "" if self.is_here else "with other numbers "
        text = f"{where}{symbol}{place} is {format_number(self.yours)} by yours and "
        text += f"{format_number(self.right)} by the right one"
        return text + (f", ratio {format_number(self.ratio)}" if np.isfinite(self.ratio) else "")


@dataclass(frozen=True)
class Verdict:
    """A judgement of a formula.

    Attributes:
        text: The formula as it was typed.
        is_right: Whether it is right.
        kind: What sort of mistake it is, e.g. ``missing-slope``; "" where it has no name.
        says: What is wrong, in a sentence.
        repair: What to do; "" where that has no name.
        difference: The first cell that differs, where both have the same shape.
    """

    text: str
    is_right: bool
    kind: str = ""
    says: str = ""
    repair: str = ""
    difference: CellDifference | None = None


def judge(
    operation: Operation,
    tree: Formula,
    text: str,
    around: Around,
    here: Values,
    elsewhere: list[Values],
) -> Verdict:
    """Try a formula for an operation on numbers, and say what is wrong with it.

    Args:
        operation: The operation as it is right.
        tree: The formula.
        text: As it was typed.
        around: What stands around the operation.
        here: The numbers at hand.
        elsewhere: Other ones.
    """
    name, axes = operation.name, operation.target.axes
    if tree.axes in ((), axes) and all(
        agree(_filled(tree, values, name), values[name]) for values in (here, *elsewhere)
    ):
        return Verdict(text, is_right=True)
    difference = _first_difference(operation, tree, here, elsewhere)
    for mistake in mistakes(operation, around):
        if mistake.formula.axes == tree.axes and _is_the_same(tree, mistake.formula, elsewhere):
            words = mistake.says, mistake.repair
            return Verdict(text, False, mistake.kind, *words, difference)
    if isinstance(tree, Number) and axes:
        says = f"one number, but {operation.symbol} has {shape_in_words(axes)} of them"
        return Verdict(text, False, "shape", says)
    if tree.axes != axes:
        return _of_another_shape(operation, tree, text, elsewhere)
    kind, says = _by_the_ratio(operation, tree, here, elsewhere)
    return Verdict(text, False, kind, says, difference=difference)


def _is_the_same(tree: Formula, other: Formula, elsewhere: list[Values]) -> bool:
    return all(agree(evaluate(tree, values), evaluate(other, values)) for values in elsewhere)


def _filled(tree: Formula, values: Values, name: str) -> NDArray[Any]:
    """Return the value of a formula; a single number stands for all cells."""
    found = evaluate(tree, values)
    return found if found.shape else np.broadcast_to(found, values[name].shape)


def _of_another_shape(
    operation: Operation, tree: Formula, text: str, elsewhere: list[Values]
) -> Verdict:
    wanted = shape_in_words(operation.target.axes)
    if tree.axes == operation.target.axes[::-1]:
        right = elsewhere[0][operation.name]
        if agree(evaluate(turned(tree), elsewhere[0]), right):
            says = f"the right numbers, but transposed: {operation.symbol} is {wanted}"
            return Verdict(text, False, "transpose", says)
    says = f"this has the shape {shape_in_words(tree.axes)}, but {operation.symbol} is {wanted}"
    return Verdict(text, False, "shape", says)


def _first_difference(
    operation: Operation, tree: Formula, here: Values, elsewhere: list[Values]
) -> CellDifference | None:
    if tree.axes != operation.target.axes:
        return None
    for values in (here, *elsewhere):
        yours, right = evaluate(tree, values), values[operation.name]
        wrong = differing(yours, right)
        if wrong.any():
            place = tuple(int(i) for i in np.argwhere(wrong)[0])
            is_here = values is here
            labels = operation.target.labels(place) if is_here else _numbered(place)
            return CellDifference(labels, float(yours[place]), float(right[place]), is_here)
    return None


def _numbered(place: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(str(i) for i in place)


def _by_the_ratio(
    operation: Operation, tree: Formula, here: Values, elsewhere: list[Values]
) -> tuple[str, str]:
    """Say what the ratio of what is computed to what is right tells."""
    name = operation.name
    ratios = [_ratio(evaluate(tree, v), v[name]) for v in (here, *elsewhere)]
    if any(ratio is None for ratio in ratios):
        is_right_here = agree(evaluate(tree, here), here[name])
        return "", "right for the numbers at hand by chance, but not for others" * is_right_here
    signed = [ratio for ratio in ratios if ratio is not None]
    known = [general(abs(ratio), 4) for ratio in signed]
    turned_round = signed[0] < 0.0
    if len(set(known)) == 1:
        return "factor", f"{general(signed[0], 4)} times as large as it should be"
    if known[0] == "1":
        says = "right for a table of this size only: write N and O where they are meant"
        says = f"the sign is wrong; but for that, {says}" if turned_round else says
        return "sign" if turned_round else "constant-for-size", says
    says = "a factor is wrong that depends on the number of observations, N"
    return "reduction", f"{says}, and so is the sign" if turned_round else says


def _ratio(yours: NDArray[Any], right: NDArray[Any]) -> float | None:
    """Return the ratio of two arrays, if it is the same everywhere."""
    with np.errstate(all="ignore"):
        ratios = (yours / right)[right != 0.0]
    if not ratios.size or (yours[right == 0.0] != 0.0).any():
        return None
    first = float(ratios.flat[0])
    return first if np.isfinite(first) and np.allclose(ratios, first, rtol=1e-9) else None

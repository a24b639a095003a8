"""The loss that a script computes: which one, with which factor, and whether it has a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.audit.recording.recording import Recording
from engine.common.numbers import general
from engine.formula.evaluate import evaluate
from engine.formula.primitives import setting
from engine.formula.tensor import Array, Axis
from engine.formula.tree import Leaf, Variable
from engine.maths.losses import LOSSES, Setting
from engine.maths.losses.margins import is_signed

FAMILIES = ("mse", "cross-entropy", "bce", "log-cosh", "huber", "hinge")
"""One loss of each family: the others of it are multiples."""

_CLOSE = 1e-9
_LARGER = ("maximum", "max", "clip", "relu")


@dataclass(frozen=True)
class Computed:
    """A loss that the script computes.

    Attributes:
        name: The loss of ours that it is, or a multiple of.
        factor: Theirs divided by ours, without a penalty.
        record: The record of its last form.
        penalty: What was added to it, in its last form.
        is_named: Whether it is more than something printed: it has a variable or a function.
        delta: δ of the Huber loss.
    """

    name: str
    factor: float
    record: int
    penalty: float
    is_named: bool
    delta: float = 1.0

    @property
    def settings(self) -> dict[str, float]:
        """The hyperparameters that belong to it."""
        return {"huber_delta": self.delta} if self.name == "huber" else {}


def value_of(name: str, f: Array, f0: Array, delta: float = 1.0) -> float:
    """Compute a loss of ours."""
    tree = LOSSES[name].value(*_leaves(f, f0), _setting(f0, delta))
    return float(evaluate(tree, {"f": f, "f0": f0}))


def in_words(name: str, factor: float, rows: int, columns: int) -> str:
    """Write a multiple of a loss of ours, with its sum or mean as the script has it."""
    formula = LOSSES[name].formula
    sign, body = ("−", formula[1:]) if formula.startswith("−") else ("", formula)
    summed = body.removesuffix(" / N").replace("mean((f − f₀)²)", "Σ(f − f₀)²").replace("mean", "Σ")
    cells = rows * columns if body.startswith("mean") else rows
    for share, mark in ((1.0, ""), (0.5, "½·"), (2.0, "2·")):
        for size, reduced in ((1, body), (cells, summed), (cells / rows, f"{summed} / N")):
            if abs(factor / (share * size) - 1.0) < 1e-9:
                return f"E = {sign}{mark}{reduced}"
    return f"E = {general(factor)}·{formula if formula.startswith('mean') else f'({formula})'}"


def slope_of(name: str, f: Array, f0: Array) -> Array:
    """Compute ∂E/∂f of a loss of ours."""
    tree = LOSSES[name].slope(*_leaves(f, f0), _setting(f0))
    return np.broadcast_to(evaluate(tree, {"f": f, "f0": f0}), f.shape)


def _leaves(f: Array, f0: Array) -> tuple[Leaf, Leaf]:
    axes = (Axis("N", ("",) * f.shape[0]), Axis("O", ("",) * f.shape[1]))
    return Leaf(Variable("f", axes)), Leaf(Variable("f0", axes))


def _setting(f0: Array, delta: float = 1.0) -> Setting:
    return Setting(setting(delta, "δ"), is_signed(f0))


def losses_in(
    recording: Recording,
    bounds: tuple[int, int],
    f: Array,
    f0: Array,
    constants: Sequence[float] = (),
) -> list[Computed]:
    """Return the losses of ours that a script computes between two records.

    Args:
        recording: The recording.
        bounds: The first record, and the one after the last.
        f: The predictions.
        f0: The targets.
        constants: The numbers that stand in the script, of which one may be δ.
    """
    scalars = scalars_in(recording, bounds)
    rows, columns = f.shape
    factors = {
        base * size
        for base in (1.0, 0.5, 2.0)
        for size in (1.0, rows, columns, rows * columns, 1.0 / columns, 1.0 / rows)
    }
    found: list[Computed] = []
    # Where no error is beyond δ, the Huber loss is half the squared error, whatever δ is.
    largest = float(np.max(np.abs(f - f0)))
    deltas = [c for c in constants if 1e-6 < c < largest and c != 1.0]
    for name, delta in [*((name, 1.0) for name in FAMILIES), *(("huber", d) for d in deltas)]:
        ours = np.nan if LOSSES[name].problem(f0) else value_of(name, f, f0, delta)
        if not np.isfinite(ours) or abs(ours) < 1e-12:
            continue
        # Of one target of 1, the hinge loss is the error, but for the maximum with 0.
        is_error = name == "hinge" and np.min(f0) == f0.size == 1
        if is_error and not _is_maximum(recording, bounds, near(scalars, ours)):
            continue
        hits = [
            (factor, number)
            for factor in sorted(factors)
            for number in near(scalars, factor * ours)
        ]
        finals = dict.fromkeys(
            _ascend(recording, bounds, number, factor, factor * ours) for factor, number in hits
        )
        found += [Computed(name, *final, delta=delta) for final in finals if final[0] > 0.0]
    return found


def _is_maximum(recording: Recording, bounds: tuple[int, int], among: Iterator[int]) -> bool:
    """Whether one of some values is made as the larger of two numbers."""
    rows = recording.records[slice(*bounds)]
    nodes = rows["node"][np.isin(rows["value"], list(among))]
    return any(recording.nodes[node].function.endswith(_LARGER) for node in nodes.tolist())


def scalars_in(recording: Recording, bounds: tuple[int, int]) -> list[tuple[float, int]]:
    """Return the single numbers between two records, sorted, with the numbers of their values."""
    numbers = np.unique(recording.records["value"][bounds[0] : bounds[1]])
    return sorted(
        (float(recording.values[number].ravel()[0]), int(number))
        for number in numbers.tolist()
        if number >= 0 and recording.values[number].size == 1
    )


def near(scalars: list[tuple[float, int]], wanted: float) -> Iterator[int]:
    """Go through the numbers of the values that are a single number, or its negative."""
    for value, number in scalars:
        for sign in (1.0, -1.0):
            if abs(value - sign * wanted) <= _CLOSE * abs(wanted):
                yield number


def _ascend(
    recording: Recording, bounds: tuple[int, int], number: int, factor: float, value: float
) -> tuple[float, int, float, bool]:
    """Follow a loss to its last form: times a number, by a number, plus a penalty."""
    window = slice(*bounds)
    numbers = recording.records["value"][window]
    penalty, is_named = 0.0, False
    factor = factor if recording.values[number].ravel()[0] * value > 0 else -factor
    seen = {number}
    record = bounds[0]
    while True:
        places = (np.flatnonzero(numbers == number) + bounds[0]).tolist()
        record = places[0]
        kinds = [recording.nodes[recording.records["node"][at]] for at in places]
        is_named |= any(
            node.kind.startswith(("assign", "augassign", "annassign")) or node.scope
            for node in kinds
        )
        step = next(
            (
                found
                for at in places
                if (found := _above(recording, at, number, bounds[1])) is not None
                and found[0] not in seen
            ),
            None,
        )
        if step is None:
            return factor, record, penalty, is_named
        number, times, plus = step
        seen.add(number)
        factor, penalty = factor * times, penalty * times + plus


def _above(
    recording: Recording, record: int, number: int, end: int
) -> tuple[int, float, float] | None:
    """Return what is made of a number where it is read: the value, the factor, what is added."""
    row = recording.records[record]
    parent = recording.parents.get(int(row["node"]))
    if parent is None:
        return None
    node = recording.nodes[parent]
    above = recording.following(parent, int(row["path"]), record)
    if above < 0 or above >= end:
        return None
    made = int(recording.records["value"][above])
    if made < 0 or recording.values[made].size != 1:
        return None
    result = float(recording.values[made].ravel()[0])
    own = float(recording.values[number].ravel()[0])
    others = [
        float(recording.values[int(recording.records["value"][operand])].ravel()[0])
        for operand in recording.operands(above)
        if operand >= 0
        and operand != record
        and int(recording.records["value"][operand]) >= 0
        and recording.values[int(recording.records["value"][operand])].size == 1
    ]
    operator = node.kind.split(":")[-1]
    if node.kind.startswith("UnaryOp"):
        return made, result / own if own else 1.0, 0.0
    if not node.kind.startswith(("BinOp", "augassign")) or not own:
        return None
    if operator == "Mult" or (operator == "Div" and node.children[0] == int(row["node"])):
        return made, result / own, 0.0
    if operator == "Add" and others and result != own:
        if node.kind.startswith("augassign") and node.children[0] != int(row["node"]):
            return None
        return made, 1.0, result - own
    return None

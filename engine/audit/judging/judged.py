"""A pass as it is judged: the script's values beside ours, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.audit.findings import Cell, Finding
from engine.audit.network.model import Model
from engine.audit.passes.made import is_assigned, made_of
from engine.audit.passes.matching import Match, find
from engine.audit.passes.one_pass import Found, Pass
from engine.audit.recording.recording import Recording
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array
from engine.maths.operations.operation import Operation
from engine.mistakes import Mistake

TASTE = (1.0, 2.0, 0.5)
"""Factors that are a matter of taste: E with or without its ½."""
_SUMS = ("sum", "mean")


@dataclass(eq=False)
class Judged:
    """The judgement of one pass.

    Attributes:
        one: The pass.
        model: Our program for it, with the script's values.
        matches: For each operation that was found in the script, where.
        totals: For each derivative, the script's divided by ours, from the loss on.
        right: For each operation, our value with the script's operands.
        findings: What is wrong, in program order.
        unmatched: The gradients of which nothing is known.
        vague: The parameters whose gradient tells nothing: it is 0, or the same everywhere.
        changes: For each parameter what the pass changed it by, where that is known.
        penalties: For each weight, λ₂ of a penalty that its gradient holds, in units of ∂E/∂w.
        lassos: The same for λ₁.
        wrong: What the script has instead of the operations that were found to be wrong.
        values: The script's values by the names of the tensors.
        plain: For each gradient with a penalty, what it is without: where, and divided by ours.
        recording: The recording, where there is one.
    """

    one: Pass
    model: Model
    matches: dict[str, Match] = field(default_factory=dict)
    totals: dict[str, float] = field(default_factory=dict)
    right: dict[str, Array] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    penalties: dict[str, float] = field(default_factory=dict)
    lassos: dict[str, float] = field(default_factory=dict)
    changes: dict[str, Array] = field(default_factory=dict)
    vague: set[str] = field(default_factory=set)
    wrong: dict[str, Array] = field(default_factory=dict)
    values: dict[str, Array] = field(default_factory=dict)
    plain: dict[str, tuple[Match | None, float]] = field(default_factory=dict)
    recording: Recording | None = None

    def forget_penalty(self, parameter: str) -> None:
        """Take the gradient of a parameter for one without a penalty."""
        name = f"dE_d{parameter}"
        self.penalties.pop(parameter, None)
        self.lassos.pop(parameter, None)
        if name not in self.plain:
            return
        match, self.totals[name] = self.plain.pop(name)
        self.matches.pop(name)
        self.values[name] = self.right[name]
        if match is not None:
            self.matches[name] = match
            self.values[name] = match.factor * self.right[name]

    def as_held(self, parameter: str, gradient: Array) -> Array:
        """Return a gradient as the script's parameter has it.

        One number that is the bias of all neurons of a layer has the sum of their gradients.
        """
        of_bias = self.model.parameters[parameter].of_bias
        if not parameter.startswith("b") or of_bias is None or gradient.size < 2:
            return gradient
        kind, _, *owners = of_bias.site if of_bias.site[:1] == ("scalars",) else ("", "")
        is_one = kind == "scalars" and len(owners) == gradient.size and len(set(owners)) == 1
        return np.full_like(gradient, np.sum(gradient)) if is_one else gradient

    def is_summed(self, found: Found) -> bool:
        """Whether a script gives a sum a name, though it is one of a single row."""
        if self.recording is None:
            return False
        nodes, rows = self.recording.nodes, self.recording.records
        alike = (
            one for one in self.one.by_size[found.size] if np.array_equal(one.flat, found.flat)
        )
        made = [
            record
            for one in alike
            for record in one.records
            if nodes[int(rows["node"][record])].function.endswith(_SUMS)
        ]
        return any(is_assigned(self.recording, made_of(self.recording, r)) for r in made)

    def assigned(self, value: Array) -> Found | None:
        """Return the array that is a value, and that the script gives a name in this pass."""
        for match in find(self.one, as_matrix(value), free=False):
            records = [] if match.found.is_taken else match.found.records
            recording = self.recording
            if recording is not None and any(is_assigned(recording, r) for r in records):
                return match.found
        return None


def as_matrix(value: Array) -> Array:
    """Return a scalar or a row of numbers as a matrix of one row."""
    return value.reshape(1, -1) if value.ndim < 2 else value


def values_of(
    judged: Judged, operation: Operation, among: Sequence[Mistake] | None = None
) -> Iterator[tuple[Mistake, Array]]:
    """Go through the mistakes of an operation, each with its value for the script's operands.

    Args:
        judged: The pass.
        operation: The operation.
        among: The mistakes to try; all where nothing is said.
    """
    right = judged.right[operation.name]
    for mistake in judged.model.mistakes(operation) if among is None else among:
        try:
            value = evaluate(mistake.formula, judged.values)
        except (KeyError, ValueError, IndexError):
            continue
        value = np.asarray(value, dtype=float)
        if value.shape != right.shape:
            if value.size == right.size and value.T.shape == right.shape:
                value = value.T
            elif value.ndim < right.ndim:
                try:
                    value = np.broadcast_to(value, right.shape).copy()
                except ValueError:
                    continue
            else:
                continue
        yield mistake, value


def first_cell(theirs: Array, right: Array, tolerance: float = 1e-9) -> Cell | None:
    """Return the first cell that differs by more than a share of the largest one."""
    apart = np.abs(theirs - right) > tolerance * max(float(np.max(np.abs(right))), 1e-300)
    places = np.argwhere(apart)
    if not len(places):
        return None
    index = tuple(int(i) for i in places[0])
    return Cell(index, float(theirs[index]), float(right[index]))

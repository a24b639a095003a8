"""The operations of a backward phase, found one after the other among the arrays of a pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.audit.judging.judged import TASTE, Judged, as_matrix
from engine.audit.passes.made import is_assigned, made_of
from engine.audit.passes.matching import Match, as_rows, factor_of, find, is_telling
from engine.audit.passes.one_pass import READS, Found
from engine.audit.recording.recording import Recording
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array, Tensor
from engine.maths.operations.operation import Operation


class Chain:
    """The backward phase of a pass as far as it is known, with the search for its operations.

    Args:
        judged: The pass.
        scale: The script's E divided by ours.
        named: The arrays that an operation is known to be, by its name.
        recording: The recording, to tell what is made of an array.
        constants: The numbers that stand in the script.
        known: Operations of which it is known where they are.
        exact: Whether all that a single number is a factor of is to have the right size.
    """

    def __init__(
        self,
        judged: Judged,
        scale: float,
        named: Mapping[str, Sequence[Found]],
        recording: Recording | None,
        constants: Sequence[float],
        known: Mapping[str, Match],
        exact: bool,
    ) -> None:
        self.exact = exact
        self.named, self.recording, self.constants = named, recording, constants
        self.known = known
        self.judged, self.one, self.model = judged, judged.one, judged.model
        self.scale = scale
        self.values = judged.values
        self.values.update(self.model.values)
        for name, change in judged.changes.items():
            self.values[f"delta_{name}"] = change
        self.pending: list[Operation] = []
        self.copies: list[Operation] = []
        self.start = min(layer.of_z.begins for layer in self.model.parameters.values())

    def _is_of(self, operand: str, match: Match) -> bool:
        """Whether the script holds an operand in the array that an operation was found in."""
        known = self.judged.matches.get(operand)
        return known is not None and known.found is match.found

    def _right(self, operation: Operation) -> Array:
        value = evaluate(operation.rule.tree, self.values)
        if len(self._added(operation)) > 1 and not self._is_there(value):
            value = evaluate(operation.rule.tree, self._operands(operation))
        shape = tuple(len(axis.labels) for axis in operation.target.axes)
        return np.broadcast_to(value, shape).astype(float)

    def _is_there(self, value: Array) -> bool:
        found = find(self.one, as_matrix(value), after=self.start, free=False)
        return next(found, None) is not None

    def _is_noise(self, operation: Operation, right: Array) -> bool:
        """Whether a value is what rounding has left of larger ones that cancel."""
        sizes = {name: np.abs(value) for name, value in self.values.items()}
        bound = np.max(np.abs(evaluate(operation.rule.tree, sizes)), initial=0.0)
        return bool(np.max(np.abs(right), initial=0.0) <= 1e-11 * bound)

    def _added(self, operation: Operation) -> list[str]:
        """Return the derivatives of E that an operation adds up, as that of a shared bias does."""
        names = [tensor.name for tensor in self._derivatives(operation)]
        return names if len(names) > 1 else []

    def _derivatives(self, operation: Operation) -> list[Tensor]:
        """Return the derivatives of E that an operation reads."""
        return [tensor for tensor in operation.reads if tensor.name.startswith("dE_d")]

    def _operands(self, operation: Operation) -> dict[str, Array]:
        """Return the script's values, those that are added with one factor and one sign."""
        added = self._added(operation)
        totals = {name: self.judged.totals.get(name, 1.0) for name in added}
        same = {
            name: self.values[name] * (totals[added[0]] / total) for name, total in totals.items()
        }
        return self.values | same

    def _upstream(self, operation: Operation) -> float:
        total = 1.0
        for tensor in operation.reads:
            if tensor.name not in self._added(operation)[1:]:
                total *= self.judged.totals.get(tensor.name, 1.0)
        return total

    def _best(self, operation: Operation, right: Array, total: float) -> Match | None:
        wanted = as_matrix(right)
        if operation.name in self.known:
            return _rescaled(self.known[operation.name], wanted)
        if not is_telling(wanted):
            return None
        matches = list(find(self.one, wanted, after=self.start))
        if self.named.get(operation.name):
            known = {id(found) for found in self.named[operation.name]}
            matches = [match for match in matches if id(match.found) in known]
        if wanted.size == 1 or self._is_of_a_number(operation):
            matches = [match for match in matches if self._is_usual(match.factor, total)]
        best = min(matches, key=lambda m: self._strangeness(m, total), default=None)
        return best if best is None else self._whole(best, matches)

    def _is_of_a_number(self, operation: Operation) -> bool:
        """Whether an operation is a multiple of the right one even where a number it reads is not.

        That is so with one output for one observation.
        """
        read = self._derivatives(operation)
        return self.exact and any(self.values[tensor.name].size == 1 for tensor in read)

    def _whole(self, match: Match, among: Sequence[Match]) -> Match:
        """Return the multiple of an array that is made of it before it gets its name."""
        if self.recording is None:
            return match
        by_record = {record: one for one in among for record in one.found.records}
        best = match
        # It may be made twice: for the loss, and for the gradient. What an optimiser has made of
        # other numbers may be the same by chance.
        above = [r for r in match.found.records if not _is_again(self.recording, r)]
        above = [r for r in above if _read(self.recording, r) == _read(self.recording, above[0])]
        above = above[::-1] or [match.found.first]
        while above:
            made = made_of(self.recording, above.pop())
            one = by_record.get(made)
            if one is None:
                continue
            if any(is_assigned(self.recording, other) for other in one.found.records):
                best = one
            above.append(made)
        return best

    def _is_usual(self, factor: float, total: float) -> bool:
        """Whether a single number is a multiple of ours that conventions explain: any fits one."""
        f0 = self.values["f0"]
        sizes = (1.0, f0.shape[0], 1.0 / f0.shape[0], f0.size, 1.0 / f0.size)
        whole = abs(factor * total / self.scale)
        usual = [plain * size for plain in TASTE for size in sizes]
        return abs(abs(factor) - 1.0) < 1e-9 or any(abs(whole / one - 1.0) < 1e-6 for one in usual)

    def _strangeness(self, match: Match, total: float) -> tuple[float, ...]:
        whole = abs(match.factor * total / self.scale)
        return (
            not any(abs(whole - plain) < 1e-6 for plain in TASTE),
            not self._is_usual(match.factor, total),
            # Single numbers are alike by chance, and what has a name is meant.
            match.found.size == 1 and not self._is_assigned(match.found),
            # With a target of 0 the prediction itself is as large as its error.
            match.found is self.model.layers[-1].of_a,
            abs(abs(match.factor) - 1.0) > 1e-9,
            round(abs(np.log(abs(match.factor))), 9),
            match.factor < 0.0,
            match.found.first,
        )

    def _take(self, operation: Operation, match: Match, total: float) -> None:
        self.judged.matches[operation.name] = match
        self.judged.totals[operation.name] = total * match.factor
        self.values[operation.name] = match.factor * self.judged.right[operation.name]

    def _made(self, value: Array) -> Iterator[Match]:
        """Go through the arrays that are a value up to a factor and that the pass makes itself."""
        for match in find(self.one, as_matrix(value), after=self.start):
            if not match.found.is_taken:
                yield match

    def _judge_again(self, gradient: Operation) -> None:
        """Judge a gradient from what the script has made of the operation before it."""
        again = self._right(gradient)
        self.judged.right[gradient.name] = again
        self.values[gradient.name] = again
        total = self._upstream(gradient)
        best = self._best(gradient, again, total)
        if best is not None:
            self._take(gradient, best, total)
        else:
            self.judged.totals[gradient.name] = total

    def _is_assigned(self, found: Found) -> bool:
        """Whether the backward phase gives an array a name."""
        recording = self.recording
        forward = max(layer.of_z.first for layer in self.model.layers)
        if recording is None or found.first <= forward:
            return False
        return any(is_assigned(recording, record) for record in found.records)


def _is_again(recording: Recording, record: int) -> bool:
    """Whether a record has the value of what it reads, as a product with 1."""
    rows = recording.records
    if recording.node_of(record).kind in READS:
        return True
    return int(rows["value"][record]) in _read(recording, record)


def _read(recording: Recording, record: int) -> set[int]:
    """Return the numbers of the values that an expression reads."""
    values = recording.records["value"]
    return {int(values[operand]) for operand in recording.operands(record) if operand >= 0}


def _rescaled(match: Match, wanted: Array) -> Match | None:
    """Return a match with the factor by which it differs from what is wanted now."""
    for data, transposed in as_rows(match.found, (wanted.shape[0], wanted.shape[1])):
        factor = factor_of(data, wanted)
        if factor is not None:
            return replace(match, factor=factor, transposed=transposed)
    return None

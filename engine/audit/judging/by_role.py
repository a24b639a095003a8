"""Wrong values that no mistake of a formula gives, found by the part they play."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, permutations

import numpy as np

from engine.audit.findings import Cell, Finding
from engine.audit.judging.chain import Chain
from engine.audit.judging.judged import as_matrix, first_cell, values_of
from engine.audit.judging.odd_cells import with_odd_cells
from engine.audit.passes.made import is_assigned
from engine.audit.passes.matching import Match, as_rows, factor_of, find, is_telling, same
from engine.audit.passes.one_pass import Found
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array
from engine.maths.operations.operation import Operation

_TIMES = "BinOp:Mult"


class ByRole(Chain):
    """The search for what takes the part of an operation, though it is not the right value."""

    def _by_role(self, operation: Operation, parameter: str) -> bool:
        """Find what plays the part of the last operation that was not found, though it is wrong."""
        suspects = self.pending[-1:] or self.copies
        if not suspects:
            return False
        culprit = suspects[0]
        right = self.judged.right[culprit.name]
        if right.ndim != 2:
            return False
        change = self.judged.changes.get(parameter)
        for found in self.one.by_size.get(right.size, ()):
            if found.first <= self.start or found.is_taken:
                continue
            for data, transposed in as_rows(found, (right.shape[0], right.shape[1])):
                if not is_telling(data):
                    continue
                wrong = evaluate(operation.rule.tree, {**self.values, culprit.name: data})
                if not is_telling(as_matrix(wrong)):
                    continue
                moved = change is not None and factor_of(change, wrong) is not None
                if moved or next(find(self.one, as_matrix(wrong), after=found.first), None):
                    self._unnamed(culprit, operation, data, Match(found, 1.0, transposed))
                    return True
        return False

    def _by_cells(self, operation: Operation, parameter: str) -> bool:
        """Find the scalars that are wrong among those of a derivative."""
        if not (self.one.scalars and self.pending):
            return False
        culprit = self.pending[-1]
        rows = len(self.judged.right[culprit.name])
        columns = [
            found.flat
            for found in self.one.by_size.get(rows, ())
            if found.first > self.start and not found.is_taken
        ]
        told = with_odd_cells(
            self.judged.changes,
            self.judged.right,
            self.judged.matches.keys(),
            culprit,
            operation,
            parameter,
            columns,
            lambda data: evaluate(operation.rule.tree, {**self.values, culprit.name: data}),
        )
        if told is None:
            return False
        theirs, odd = told
        index = (0, odd[0])
        named = next(
            (
                mistake
                for mistake, value in values_of(self.judged, culprit)
                if same(value[:, odd], theirs[:, odd])
            ),
            None,
        )
        neurons = " and ".join(culprit.target.labels((0, h))[-1] for h in odd)
        says = named.says if named else f"this is not {culprit.right_hand_side}"
        column, is_free = theirs[:, [odd[0]]], len(theirs) > 1
        made = find(self.one, column, after=self.start, free=is_free)
        # Where a slope is 1 everywhere, what is multiplied by it is a multiple, too.
        match = (
            max(made, key=lambda m: (self._is_assigned(m.found), m.found.first), default=None)
            if is_free
            else next(made, None)
        )
        right = self.judged.right[culprit.name]
        self.judged.findings.append(
            Finding(
                operation=named.of if named else culprit.name,
                kind=named.kind if named else "unknown",
                says=f"of {neurons} alone: {says}",
                repair=named.repair if named else f"{culprit.symbol} = {culprit.right_hand_side}",
                iteration=self.one.number,
                found=match.found if match else None,
                cell=Cell(index, float(theirs[index]), float(right[index])),
                reads=culprit.name,
                mistake=named,
                values=dict(self.values),
            )
        )
        self.values[culprit.name] = self.judged.wrong[culprit.name] = theirs
        self.judged.totals[culprit.name] = self._upstream(culprit)
        self._judge_again(operation)
        return True

    def _unnamed(
        self,
        culprit: Operation,
        gradient: Operation,
        data: Array,
        match: Match,
        odd: tuple[Operation, Array, Found] | None = None,
    ) -> None:
        wrong, theirs, found = (
            odd
            or self._factor_of(culprit, match)
            or self._factor_of(culprit, match, is_slope=False)
            or (culprit, data, match.found)
        )
        right = self.judged.right[wrong.name]
        named = next(
            (
                mistake
                for mistake, value in values_of(self.judged, wrong)
                if mistake.of == wrong.name
                and (same(value, theirs) or same(value * self.scale, theirs))
            ),
            None,
        )
        scaled = right if named else right * _closest_factor(theirs, right)
        self.judged.findings.append(
            Finding(
                operation=wrong.name,
                kind=named.kind if named else "unknown",
                says=named.says
                if named
                else f"this takes the part of {wrong.symbol}, but is not {wrong.right_hand_side}",
                repair=named.repair if named else f"{wrong.symbol} = {wrong.right_hand_side}",
                iteration=self.one.number,
                found=found,
                cell=first_cell(theirs, scaled),
                reads=wrong.name,
                mistake=named,
                values=dict(self.values),
            )
        )
        self.judged.matches[wrong.name] = replace(match, found=found)
        self.values[wrong.name] = self.judged.wrong[wrong.name] = theirs
        self.values[culprit.name] = self.judged.wrong[culprit.name] = data
        self.judged.totals[culprit.name] = self._upstream(culprit)
        self._judge_again(gradient)

    def _constant_of(
        self, culprit: Operation, value: Array
    ) -> tuple[Array, Match, tuple[Operation, Array, Found]] | None:
        """Find a product of a slope with a number to which the script gives a name in this pass.

        It stands in the place of the derivative that is the same for no two observations.

        Returns:
            The product, where it is, and the derivative with the number that stands there.
        """
        slope = self._slope_in(culprit)
        rest = [t.name for t in self._derivatives(culprit)]
        if slope is None or len(rest) != 1 or not same(value, self.values[slope]):
            return None
        right = self.judged.right[rest[0]]
        for match in self._made(value):
            for operand in chain.from_iterable(self._factors(match.found)):
                number = self._named_number(operand)
                if number is not None and abs(number.data.flat[0] / match.factor - 1.0) < 1e-9:
                    odd = self.model.operation(rest[0])
                    theirs = np.full(right.shape, match.factor)
                    return match.factor * value, match, (odd, theirs, number)
        return None

    def _named_number(self, record: int) -> Found | None:
        """Return what a record reads, if it is one number that the backward phase gives a name."""
        recording = self.recording
        value = None if recording is None else recording.value(record)
        if recording is None or value is None or not value.size or np.ptp(value) > 0.0:
            return None
        rows = recording.records
        forward = max(layer.of_z.first for layer in self.model.layers)
        found = self.one.values.get(int(rows["value"][record]))
        for other in () if found is None else found.records:
            is_it = rows["place"][other] == rows["place"][record] and is_assigned(recording, other)
            if found is not None and is_it and forward < other < record:
                return replace(found, records=[other], first=other)
        return None

    def _factor_of(
        self, culprit: Operation, match: Match, *, is_slope: bool = True
    ) -> tuple[Operation, Array, Found] | None:
        """Return the slope, or the other factor, of a product where that is not the right one."""
        slope = self._slope_in(culprit)
        rest = [t.name for t in culprit.reads if t.name != slope]
        if slope is None or len(rest) != 1:
            return None
        kept, odd = (rest[0], slope) if is_slope else (slope, rest[0])
        shape = self.judged.right[culprit.name].shape
        for operands in self._factors(match.found):
            parts = [self._seen(record, shape) for record in operands]
            for (one, _), (other, found) in permutations([p for p in parts if p is not None], 2):
                if same(one, self.values[kept]) and not same(other, self.values[odd]):
                    return self.model.operation(odd), other, found
        return None

    def _slope_in(self, operation: Operation) -> str | None:
        """Return the slope that an operation reads, where it is one."""
        slopes = [t.name for t in operation.reads if self.model.around.activation_of_slope(t)]
        return slopes[0] if len(slopes) == 1 else None

    def _factors(self, found: Found) -> Iterator[list[int]]:
        """Go through the products that are an array, each as the records of its factors."""
        if self.recording is None:
            return
        for record in found.records:
            if self.recording.node_of(record).kind == _TIMES:
                yield [operand for operand in self.recording.operands(record) if operand >= 0]

    def _seen(self, record: int, shape: tuple[int, ...]) -> tuple[Array, Found] | None:
        """Return the numbers of a record as rows of observations, and where they are found."""
        assert self.recording is not None
        value = self.recording.value(record)
        if value is None or value.size != np.prod(shape):
            return None
        found = next((f for f in self.one.by_size[value.size] if record in f.records), None)
        ways = as_rows(found, (shape[0], shape[-1])) if found is not None else ()
        seen = next((data for data, _ in ways), None)
        return None if seen is None or found is None else (seen, found)


def _closest_factor(theirs: Array, right: Array) -> float:
    """Return the median of their ratios, as the factor that most cells share."""
    usable = np.abs(right) > 1e-12
    ratios = theirs[usable] / right[usable]
    ratios = ratios[np.isfinite(ratios) & (ratios != 0.0)]
    return float(np.median(ratios)) if ratios.size else 1.0

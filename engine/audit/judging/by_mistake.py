"""The mistakes of our formulas, tried where an operation was not found in a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.by_role import ByRole
from engine.audit.judging.judged import as_matrix, first_cell, values_of
from engine.audit.passes.matching import Match, factor_of, find, is_telling, same
from engine.audit.passes.one_pass import Found
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array
from engine.formula.tree import Number
from engine.maths.operations.operation import Operation
from engine.mistakes import Mistake

_NOISE = 1e-9
"""The share of a gradient below which a number is what rounding leaves of it."""


class ByMistake(ByRole):
    """The search for the mistake that made a gradient wrong."""

    def _mistaken(self, operation: Operation, parameter: str) -> bool:
        """Try the mistakes of what was not found, the earliest operation first."""
        # An operation that changes nothing is found where its operand is, even if it is wrong.
        pending = self.pending[-1:] or self.copies
        return (
            self._is_named(operation, parameter, [*pending, operation])
            or self._of_one_number(operation)
            or self._by_role(operation, parameter)
            or self._by_cells(operation, parameter)
        )

    def _is_named(
        self,
        operation: Operation,
        parameter: str,
        culprits: Sequence[Operation],
        exact: bool = False,
    ) -> bool:
        """Try the mistakes of operations, one of which made the gradient of a parameter wrong."""
        exact = exact or self._is_of_a_number(operation)
        for culprit in culprits:
            hint = self.model.hints.get(culprit.name)
            for among in ([hint] if hint else [], self.model.mistakes(culprit)):
                chosen = self._likeliest(culprit, operation, parameter, among, exact)
                if chosen is not None:
                    break
            if chosen is not None:
                self.model.hints[culprit.name] = chosen[0]
                self._found(culprit, operation, *chosen)
                return True
        return False

    def _likeliest(
        self,
        culprit: Operation,
        gradient: Operation,
        parameter: str,
        among: Sequence[Mistake],
        exact: bool,
    ) -> tuple[Mistake, Array, Match | None] | None:
        """Return the mistake that explains the gradient with the least strange factor."""
        best: tuple[float, ...] | None = None
        chosen: tuple[Mistake, Array, Match | None] | None = None
        for number, (mistake, value) in enumerate(values_of(self.judged, culprit, among)):
            right = self.judged.right[culprit.name]
            is_flat = not is_telling(as_matrix(value))
            is_right = same(value, right) if exact else factor_of(value, right) is not None
            if is_right or (is_flat and culprit is gradient):
                continue
            if not np.any(value):
                continue
            explain = self._explains_exactly if exact else self._explains
            fit = explain(culprit, gradient, parameter, value)
            if fit is None:
                continue
            match, strangeness = fit
            is_made = self._makes_wrong(culprit, mistake) is not None
            rank = (is_flat, strangeness, not is_made, mistake.kind == "wrong-operand", number)
            if best is None or rank < best:
                best, chosen = rank, (mistake, value, match)
        return chosen

    def _explains(
        self, culprit: Operation, gradient: Operation, parameter: str, value: Array
    ) -> tuple[Match | None, float] | None:
        """Say whether a wrong value accounts for what the script has made of the gradient."""
        match = min(
            self._made(value),
            key=lambda m: abs(np.log(abs(m.factor))),
            default=None,
        )
        change = self.judged.changes.get(parameter)
        if culprit is gradient:
            wrong = value
        else:
            wrong = evaluate(gradient.rule.tree, {**self.values, culprit.name: value})
        if wrong.size == 1 and (match is None or value.size == 1):
            # A single number is a multiple of any other.
            return None
        moved = change is not None and factor_of(change, wrong) is not None
        if self.one.scalars and change is not None and not moved:
            # The parts of a gradient are seen as single numbers, which others are by chance.
            return None
        made = self._made(wrong)
        if wrong.size == 1 and match is not None:
            # A single number is a multiple of any other, but not by the same factor.
            made = (one for one in made if self._is_usual(one.factor / match.factor, 1.0))
        seen = next(made, None)
        if not is_telling(as_matrix(wrong)) or not (moved or seen is not None):
            return None
        odd = 10.0 if match is None else min(abs(np.log(abs(match.factor))), 9.0)
        return match, round(odd, 6)

    def _explains_exactly(
        self, culprit: Operation, gradient: Operation, parameter: str, value: Array
    ) -> tuple[Match | None, float] | None:
        """Say whether the script has a wrong value, and what comes of it, in their own size."""
        wrong = value
        if culprit is not gradient:
            wrong = evaluate(gradient.rule.tree, {**self.values, culprit.name: value})
        for match in self._made(value):
            if not (self._is_usual(match.factor, 1.0) and self._is_assigned(match.found)):
                continue
            theirs = as_matrix(wrong) * match.factor
            seen = find(self.one, theirs, after=self.start, free=False)
            # The sum over one row is the row itself, and tells nothing more.
            if any(not o.found.is_taken and o.found is not match.found for o in seen):
                return match, 0.0
        return None

    def _of_one_number(self, operation: Operation) -> bool:
        """Find a single number in the place of the gradient of a whole layer's biases."""
        right = self.judged.right[operation.name]
        if right.ndim != 1 or right.size < 2 or self.recording is None or self.one.scalars:
            return False
        total, least = self._upstream(operation), _NOISE * float(np.max(np.abs(right)))
        for mistake, value in values_of(self.judged, operation):
            if np.ptp(value) > 0.0 or mistake.kind != "bias-reduction":
                continue
            wanted = float(value[0])
            for found in self.one.by_size.get(1, ()):
                theirs = float(found.data.item())
                if found.first <= self.start or found.is_taken:
                    continue
                if abs(wanted) <= least:
                    # What adds up to 0 is left by rounding.
                    is_it, factor = abs(theirs) <= least and self._is_sum(found), 1.0
                else:
                    factor = theirs / wanted
                    is_it = factor != 0.0 and self._is_usual(factor, total)
                if is_it:
                    match = Match(found, factor, False)
                    self._found(operation, operation, mistake, value, match)
                    return True
        return False

    def _is_sum(self, found: Found) -> bool:
        """Whether a script makes a number by adding up an array."""
        assert self.recording is not None
        numbers = (int(self.recording.records["node"][record]) for record in found.records)
        return any(self.recording.nodes[n].function.endswith(("sum", "mean")) for n in numbers)

    def _found(
        self,
        culprit: Operation,
        gradient: Operation,
        mistake: Mistake,
        value: Array,
        match: Match | None,
    ) -> None:
        told = self._constant_of(culprit, value)
        if told is not None:
            self._unnamed(culprit, gradient, *told)
            return
        factor = match.factor if match is not None else 1.0
        right = self.judged.right[culprit.name]
        if match is not None:
            self.judged.matches[culprit.name] = match
        theirs = value * factor
        if mistake.kind == "missing-slope" and match is not None:
            mistake = self._of_ones(culprit, mistake, match.found)
        operand = self._wrong_operand(culprit, mistake)
        self.judged.findings.append(
            Finding(
                operation=culprit.name if self._is_made(mistake.of) else mistake.of,
                kind=mistake.kind,
                says=mistake.says,
                repair=mistake.repair,
                iteration=self.one.number,
                found=operand.found if operand else self._place(culprit, mistake, value, match),
                cell=first_cell(theirs, right * factor),
                reads=culprit.name,
                mistake=mistake,
                values=dict(self.values),
            )
        )
        if operand is not None:
            self._judge_again(culprit)
        else:
            self.values[culprit.name] = self.judged.wrong[culprit.name] = theirs
            self.judged.totals[culprit.name] = self._upstream(culprit) * factor
        if culprit is not gradient:
            self._judge_again(gradient)

    def _is_made(self, operand: str) -> bool:
        """Whether the script gives the right value of a slope a name, and so does not read it."""
        slope = self.model.operation(operand).target
        if self.model.around.activation_of_slope(slope) is None or operand in self.judged.wrong:
            return False
        known, right = self.judged.matches.get(operand), self.judged.right[operand]
        if known is None:
            # A slope of ones tells nothing; a single 1 is found everywhere.
            return right.size > 1 and self.judged.assigned(right) is not None
        # Where one observation is above 0, relu's slope is a multiple of relu.
        return abs(known.factor - 1.0) < _NOISE and self._is_assigned(known.found)

    def _makes_wrong(self, culprit: Operation, mistake: Mistake) -> Match | None:
        """Find an operand with the mistake, if the script gives that one a name, not the right."""
        known = self.judged.matches.get(mistake.of)
        if known is not None and self._is_assigned(known.found):
            return None
        made = self._operand_with(culprit, mistake)
        return made[0] if made is not None and self._is_assigned(made[0].found) else None

    def _operand_with(self, culprit: Operation, mistake: Mistake) -> tuple[Match, Array] | None:
        """Find an operand that has the mistake, and its value."""
        reads = [tensor.name for tensor in self._derivatives(culprit)]
        if mistake.of == culprit.name or mistake.of not in reads:
            return None
        own = self.model.operation(mistake.of)
        known = (mistake.kind, mistake.says)
        for other, value in values_of(self.judged, own):
            if (other.kind, other.says) == known:
                made = self._made(value)
                match = min(made, key=lambda m: abs(np.log(abs(m.factor))), default=None)
                return None if match is None else (match, value)
        return None

    def _wrong_operand(self, culprit: Operation, mistake: Mistake) -> Match | None:
        """Go on with an operand that has the mistake, where the script makes it: others read it."""
        made = self._operand_with(culprit, mistake)
        if made is None:
            return None
        match, value = made
        own = self.model.operation(mistake.of)
        self.judged.matches[own.name] = match
        self.values[own.name] = self.judged.wrong[own.name] = value * match.factor
        self.judged.totals[own.name] = self._upstream(own) * match.factor
        return match

    def _of_ones(self, culprit: Operation, mistake: Mistake, found: Found) -> Mistake:
        """Tell a slope that is left out from one that is 1 everywhere."""
        slope = self._slope_in(culprit)
        if self.recording is None or slope is None or mistake.of == slope:
            return mistake
        for operands in self._factors(found):
            values = map(self.recording.value, operands)
            whole = [v for v in values if v is not None and v.size == found.size]
            # A number times ones is no derivative times a slope.
            if len(whole) == 2 and any(np.all(v == 1.0) for v in whole):
                own = self.model.operation(slope)
                ones = next((m for m in self.model.mistakes(own) if m.formula == Number(1.0)), None)
                return mistake if ones is None else replace(ones, formula=mistake.formula)
        return mistake

    def _place(
        self, culprit: Operation, mistake: Mistake, value: Array, match: Match | None
    ) -> Found | None:
        """Return what is wrong: the factor in which the mistake is, where it has a name."""
        part = self._part(culprit, mistake, value) if mistake.of != culprit.name else None
        if match is None or (part is not None and self._is_assigned(part)):
            return part
        return part if part is not None and self._is_returned(match.found) else match.found

    def _is_returned(self, found: Found) -> bool:
        """Whether an array gets its name at another line than where it is made."""
        if self.recording is None:
            return False
        nodes = [self.recording.nodes[n] for n in self.recording.records["node"][found.records]]
        lines = [node.line for node in nodes if "assign" in node.kind]
        return bool(lines) and lines[0] != nodes[0].line

    def _part(self, culprit: Operation, mistake: Mistake, value: Array) -> Found | None:
        """Return where a script makes the wrong factor of a product that it does not write down."""
        names = [tensor.name for tensor in culprit.reads]
        rest = [self.values[name] for name in names if name != mistake.of]
        if mistake.of not in names or len(rest) != 1 or rest[0].shape != value.shape:
            return None
        with np.errstate(all="ignore"):
            factor = as_matrix(value / rest[0])
        if not is_telling(factor):
            return None
        match = next(find(self.one, factor, after=self.start, free=False), None)
        return match.found if match else None

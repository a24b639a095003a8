"""The backward phase of one pass, judged operation by operation with the script's own operands.

So that a mistake does not colour all that follows it, each operation is computed by our formula
from what the script has made of the operations before it. What it then cannot be told from is
right; where it differs, the mistakes of the formula are tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np

from engine.audit.chain import Chain, is_again
from engine.audit.findings import Cell, Finding
from engine.audit.judged import Judged, as_matrix, first_cell, is_assigned, values_of
from engine.audit.matching import Match, as_rows, factor_of, find, is_telling, same
from engine.audit.model import Model
from engine.audit.odd_cells import with_odd_cells
from engine.audit.passes import Found, Pass
from engine.audit.penalty import may_hold_one, penalty_in
from engine.audit.recording.recording import Recording
from engine.maths.evaluate import evaluate
from engine.maths.formula import Number
from engine.maths.mistakes import Mistake
from engine.maths.operations.operation import Operation, Phase
from engine.maths.tensor import Array

_TIMES = "BinOp:Mult"
_MOST_AGAIN = 4
"""The most times that a pass is judged again, with a multiple in the place of an array."""
_LEAST_SHARE = 1e-6
"""The least share of a gradient in its sum with a penalty."""
_NOISE = 1e-9
"""The share of a gradient below which a number is what rounding leaves of it."""
_STEP = 0.5
"""The share of a parameter above which it is the parameter itself that something is taken off."""


def judge(
    one: Pass,
    model: Model,
    changes: dict[str, Array],
    scale: float = 1.0,
    named: Mapping[str, Sequence[Found]] | None = None,
    recording: Recording | None = None,
    constants: Sequence[float] = (),
    *,
    exact: bool = False,
) -> Judged:
    """Judge the backward phase of a pass.

    Args:
        one: The pass.
        model: Our program, with the script's values of the forward phase.
        changes: For each parameter what the pass changed it by, where that is known.
        scale: The script's E divided by ours.
        named: The arrays that an operation is known to be, by its name.
        recording: The recording, to tell what is made of an array.
        constants: The numbers that stand in the script.
        exact: Whether all that a single number is a factor of is to have the right size: otherwise
            it may be any multiple.
    """
    known: dict[str, Match] = {}
    for _ in range(_MOST_AGAIN):
        judge = _Judge(
            Judged(one, model, changes=changes, recording=recording),
            scale,
            named or {},
            recording,
            constants,
            known,
            exact,
        )
        judge.run()
        meant = judge.multiples_that_are_read()
        if not meant:
            break
        known = known | meant
    return judge.judged


class _Judge(Chain):
    def run(self) -> None:
        """Judge the operations in program order."""
        gradients = {f"dE_d{name}": name for name in self.model.parameters}
        for operation in self.model.operations(Phase.BACKWARD):
            if operation.target.stands_for is not None:
                source = operation.target.stands_for
                self.values[operation.name] = self.values[source.name]
                continue
            if operation.name.startswith("dE_db") and operation.name not in gradients:
                continue
            right = self._right(operation)
            self.judged.right[operation.name] = right
            self.values[operation.name] = right
            total = self._upstream(operation)
            match = (
                None if self._is_noise(operation, right) else self._best(operation, right, total)
            )
            if operation.name in gradients:
                self._parameter(operation, gradients[operation.name], right, match)
            elif match is not None:
                is_copy = any(self._is_of(tensor.name, match) for tensor in operation.reads)
                is_made = is_copy and self._is_multiplied(match.found)
                self.copies = [operation] if is_copy and not is_made else []
                self._take(operation, match, total)
                self.pending = []
            else:
                self.judged.totals[operation.name] = total
                if is_telling(as_matrix(right)):
                    self.pending.append(operation)

    def _is_multiplied(self, found: Found) -> bool:
        """Whether the script makes an array once more as a product, with a slope of ones."""
        recording = self.recording
        return recording is not None and any(
            recording.nodes[int(recording.records["node"][record])].kind == _TIMES
            and is_again(recording, record)
            for record in found.records
        )

    def multiples_that_are_read(self) -> dict[str, Match]:
        """Find a derivative of which the script goes on with a multiple, and that multiple.

        Where a slope is 1 everywhere, what is multiplied by it is found in the operand, too.
        """
        for operation in self.model.operations(Phase.BACKWARD):
            match = self.judged.matches.get(operation.name)
            if match is None or operation.name in (*self.known, *self.judged.wrong):
                continue
            readers = [
                self.judged.matches[other.name]
                for other in self.model.operations(Phase.BACKWARD)
                if operation.target in other.reads
                and other.name in self.judged.matches
                # The sum over one row is the row itself.
                and self.judged.matches[other.name].found is not match.found
                and not self._added(other)
                and other.name.removeprefix("dE_d") not in self.judged.penalties
            ]
            factors = [reader.factor for reader in readers]
            if not factors or abs(factors[0] - 1.0) < 1e-9 or np.ptp(factors) > 1e-9:
                continue
            factor = match.factor * factors[0]
            multiple = as_matrix(self.judged.right[operation.name] * factor)
            taken = [match.found, *(reader.found for reader in readers)]
            end = min(reader.found.first for reader in readers)
            for other in find(self.one, multiple, after=self.start, before=end, free=False):
                if other.found not in taken and self._is_assigned(other.found):
                    return self._with_the_slope(operation, replace(other, factor=factor))
        return {}

    def _with_the_slope(self, operation: Operation, match: Match) -> dict[str, Match]:
        """Tell a product with another constant in the place of a slope from a multiple."""
        part = self._factor_of(operation, match)
        if part is None or np.ptp(part[1]) > 0.0:
            return {operation.name: match}
        slope, constants, found = part
        size = float(constants.flat[0])
        if np.ptp(self.judged.right[slope.name]) > 0.0 or not size:
            return {operation.name: match}
        own = size / float(self.judged.right[slope.name].flat[0])
        return {
            slope.name: Match(found, own, False),
            operation.name: replace(match, factor=match.factor / own),
        }

    def _parameter(
        self, operation: Operation, parameter: str, right: Array, match: Match | None
    ) -> None:
        total = self._upstream(operation)
        change = self.judged.changes.get(parameter)
        is_noise = self._is_noise(operation, right)
        if not is_noise and self._penalised(operation, parameter, right, total):
            self.judged.plain[operation.name] = match, total * (match.factor if match else 1.0)
            self.pending = []
            return
        if match is not None:
            self._take(operation, match, total)
            self.pending = []
            return
        if is_noise or not is_telling(as_matrix(right)):
            if not self._is_moved_for_nothing(operation, parameter, right):
                self.judged.totals[operation.name] = total
                self.judged.vague.add(parameter)
            return
        is_single = self._is_of_a_number(operation)
        if change is not None and not is_single and factor_of(change, right) is not None:
            self.judged.totals[operation.name] = total
            self.pending = []
            return
        if (
            (self.one.scalars or not np.any(self.values[parameter]))
            and parameter.startswith("b")
            and (change is None or not np.any(change))
        ):
            # A bias that is meant to stay: of its gradient the script knows nothing.
            self.judged.totals[operation.name] = total
            self.judged.vague.add(parameter)
            return
        if self._mistaken(operation, parameter):
            self.pending = []
            return
        self.judged.totals[operation.name] = total
        self.judged.unmatched.append(operation.name)

    def _penalised(self, operation: Operation, parameter: str, right: Array, total: float) -> bool:
        """See whether a gradient is ours plus the slope of a penalty."""
        own = self.values[parameter]
        change = self.judged.changes.get(parameter)
        if change is None or not np.any(own) or not np.any(right):
            return False
        wanted, weights = as_matrix(right), as_matrix(own)
        rows = self.one.rows(right.size)
        for number in np.flatnonzero(may_hold_one(rows, wanted, weights)).tolist():
            found = self.one.by_size[right.size][number]
            if found.first <= self.start:
                continue
            for data, transposed in as_rows(found, (wanted.shape[0], wanted.shape[1])):
                penalty = penalty_in(data, wanted, weights, self.constants)
                if penalty is None or same(data, as_matrix(own + change), 1e-9):
                    # Otherwise that is the parameter after its step.
                    continue
                factor = penalty.factor
                if factor < 0.0 and penalty.square > _STEP:
                    # So is this, before something else is done to it.
                    continue
                if np.max(np.abs(factor * wanted)) < _LEAST_SHARE * np.max(np.abs(data)):
                    # It is the penalty alone, as what an optimiser takes off.
                    continue
                self.judged.matches[operation.name] = Match(found, factor, transposed)
                self.judged.totals[operation.name] = total * factor
                if penalty.square:
                    self.judged.penalties[parameter] = penalty.square / (total * factor)
                if penalty.size:
                    self.judged.lassos[parameter] = penalty.size / (total * factor)
                self.values[operation.name] = data.reshape(right.shape)
                return True
        return False

    def _is_moved_for_nothing(self, operation: Operation, parameter: str, right: Array) -> bool:
        """Find the mistake for which a parameter moves, though its gradient is 0."""
        change = self.judged.changes.get(parameter)
        # Of one row, what a bias adds up is found by itself: the product with the inputs tells.
        is_bias = parameter.startswith("b")
        if is_bias or np.any(right) or change is None or not np.any(change):
            return False
        reads = [self.model.program.operation(t.name) for t in self._derivatives(operation)]
        return self._is_named(operation, parameter, [*reads, operation], exact=True)

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

    def _of_one_number(self, operation: Operation) -> bool:
        """Find a single number in the place of the gradient of a whole layer's biases."""
        right = self.judged.right[operation.name]
        if right.ndim != 1 or right.size < 2 or self.recording is None:
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
                operation=mistake.of,
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
        own = self.model.program.operation(mistake.of)
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
        own = self.model.program.operation(mistake.of)
        self.judged.matches[own.name] = match
        self.values[own.name] = self.judged.wrong[own.name] = value * match.factor
        self.judged.totals[own.name] = self._upstream(own) * match.factor
        return match

    def _of_ones(self, culprit: Operation, mistake: Mistake, found: Found) -> Mistake:
        """Tell a slope that is left out from one that is 1 everywhere."""
        slopes = [t for t in culprit.reads if self.model.around.activation_of_slope(t)]
        if self.recording is None or len(slopes) != 1 or mistake.of == slopes[0].name:
            return mistake
        for record in found.records:
            if self.recording.nodes[int(self.recording.records["node"][record])].kind != _TIMES:
                continue
            operands = [self.recording.value(r) for r in self.recording.operands(record) if r >= 0]
            whole = [v for v in operands if v is not None and v.size == found.size]
            # A number times ones is no derivative times a slope.
            if len(whole) == 2 and any(np.all(v == 1.0) for v in whole):
                own = self.model.program.operation(slopes[0].name)
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
        return match.found

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
        """Find the scalars that are wrong among those of a derivative of one row."""
        if not (self.one.scalars and self.pending):
            return False
        culprit = self.pending[-1]
        told = with_odd_cells(
            self.judged.changes,
            self.judged.right,
            self.judged.matches.keys(),
            culprit,
            operation,
            parameter,
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
        match = next(find(self.one, theirs[:, [odd[0]]], after=self.start, free=False), None)
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

    def _constant_of(
        self, culprit: Operation, value: Array
    ) -> tuple[Array, Match, tuple[Operation, Array, Found]] | None:
        """Find a product of a slope with a number to which the script gives a name in this pass.

        It stands in the place of the derivative that is the same for no two observations.

        Returns:
            The product, where it is, and the derivative with the number that stands there.
        """
        slopes = [t.name for t in culprit.reads if self.model.around.activation_of_slope(t)]
        rest = [t.name for t in self._derivatives(culprit)]
        recording = self.recording
        if recording is None or len(slopes) != 1 or len(rest) != 1:
            return None
        if not same(value, self.values[slopes[0]]):
            return None
        right = self.judged.right[rest[0]]
        for match in self._made(value):
            for record in match.found.records:
                if recording.nodes[int(recording.records["node"][record])].kind != _TIMES:
                    continue
                for operand in recording.operands(record):
                    number = self._named_number(operand)
                    if number is not None and abs(number.data.flat[0] / match.factor - 1.0) < 1e-9:
                        odd = self.model.program.operation(rest[0])
                        theirs = np.full(right.shape, match.factor)
                        return match.factor * value, match, (odd, theirs, number)
        return None

    def _named_number(self, record: int) -> Found | None:
        """Return what a record reads, if it is one number that the backward phase gives a name."""
        recording = self.recording
        value = None if recording is None or record < 0 else recording.value(record)
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

    def _factor_of(
        self, culprit: Operation, match: Match, *, is_slope: bool = True
    ) -> tuple[Operation, Array, Found] | None:
        """Return the slope, or the other factor, of a product where that is not the right one."""
        slopes = [t.name for t in culprit.reads if self.model.around.activation_of_slope(t)]
        rest = [t.name for t in culprit.reads if t.name not in slopes]
        if self.recording is None or len(slopes) != 1 or len(rest) != 1:
            return None
        kept, odd = (rest[0], slopes[0]) if is_slope else (slopes[0], rest[0])
        shape = self.judged.right[culprit.name].shape
        for record in match.found.records:
            if self.recording.nodes[int(self.recording.records["node"][record])].kind != _TIMES:
                continue
            parts = [self._seen(r, shape) for r in self.recording.operands(record) if r >= 0]
            for (one, _), (other, found) in permutations([p for p in parts if p is not None], 2):
                if same(one, self.values[kept]) and not same(other, self.values[odd]):
                    return self.model.program.operation(odd), other, found
        return None

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

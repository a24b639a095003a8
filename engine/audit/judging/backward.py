"""The backward phase of one pass, judged operation by operation with the script's own operands.

So that a mistake does not colour all that follows it, each operation is computed by our formula
from what the script has made of the operations before it. What it then cannot be told from is
right; where it differs, the mistakes of the formula are tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.audit.judging.by_mistake import ByMistake
from engine.audit.judging.judged import Judged, as_matrix
from engine.audit.judging.penalty import may_hold_one, penalty_in
from engine.audit.network.dropout import is_masked
from engine.audit.network.model import Model
from engine.audit.passes.matching import Match, as_rows, factor_of, find, is_telling, same
from engine.audit.passes.one_pass import Found, Pass
from engine.audit.recording.recording import Recording
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array
from engine.maths.operations.operation import Operation, Phase

_MOST_AGAIN = 4
"""The most times that a pass is judged again, with a multiple in the place of an array."""
_LEAST_SHARE = 1e-6
"""The least share of a gradient in its sum with a penalty."""
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


class _Judge(ByMistake):
    def run(self) -> None:
        """Judge the operations in program order."""
        gradients = {f"dE_d{name}": name for name in self.model.parameters}
        for operation in self.model.operations(Phase.BACKWARD):
            if operation.target.stands_for is not None or is_masked(operation):
                self.values[operation.name] = evaluate(operation.rule.tree, self.values)
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
        numbers = () if self.recording is None else self.recording.records["value"]
        return not found.is_assembled and any(
            numbers[operand] == numbers[found.records[0]]
            for operands in self._factors(found)
            for operand in operands
        )

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
        reads = [self.model.operation(t.name) for t in self._derivatives(operation)]
        return self._is_named(operation, parameter, [*reads, operation], exact=True)

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

"""The audit of arrays: what someone computed for a network that is known, compared by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, prod
from pathlib import Path
from typing import Any

import numpy as np

from engine.audit.passes.matching import factor_of, is_telling, same
from engine.audit.report.problem import Line, Matched, Problem
from engine.audit.report.report import Report, Verdict
from engine.audit.report.working import both_ways
from engine.common.errors import InputError
from engine.common.numbers import dimensions, general, rounded
from engine.common.text import clean, counted, folded
from engine.data.dataset import Dataset
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array
from engine.maths.losses import LOSSES
from engine.maths.operations.operation import Operation, Phase
from engine.mistakes import Around, Mistake, mistakes
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Network
from engine.program.program import Program

_JUDGED = (Phase.FORWARD, Phase.LOSS, Phase.BACKWARD)
_DEPTHS = (1, 2)
"""The number of operations back to look for a mistake, where those between are not given."""
_MOST_TOLD = 8


def audit_arrays(
    arrays: Mapping[str, object],
    *,
    data: Dataset | str | Path | None = None,
    names: Mapping[str, str] | None = None,
    parameters: Mapping[str, object] | None = None,
    name: str = "arrays",
    **hyperparameters: Any,
) -> Report:
    """Say which of someone's arrays is not what it should be.

    Each operation is computed from the arrays that are given, and from our own where none is, so
    that several mistakes are found independently of each other. One factor and one sign are free
    for the whole backward phase, and rows and columns may be the other way round.

    Args:
        arrays: The arrays by name, e.g. ``{"f": …, "dE_dw": …}``; x, f0 and the parameters too.
        data: The table, where x and f0 are not among the arrays.
        names: For arrays that are called otherwise, the tensors that they are.
        parameters: The parameters, where they are not among the arrays; else they are drawn from
            the seed.
        name: What the report is headed with.
        **hyperparameters: The network, as `Hyperparameters` takes it.

    Raises:
        InputError: There is no such network, or no data, or an array does not fit.
    """
    given, called = _called(arrays, names or {})
    if isinstance(data, (str, Path)):
        from engine.data.table.read import read_dataset

        data = read_dataset(str(data))
    dataset = _dataset(given, data)
    wanted = Hyperparameters(**hyperparameters)
    network = Network(dataset, wanted)
    start = _parameters(network, wanted.seed, given, parameters)
    audit = _Audit(Program(dataset, wanted, start), given, called)
    audit.run()
    return audit.report(name, wanted)


def _called(
    arrays: Mapping[str, object], names: Mapping[str, str]
) -> tuple[dict[str, Array], dict[str, str]]:
    """Return the arrays by the names of tensors, and how each tensor is called."""
    given: dict[str, Array] = {}
    called: dict[str, str] = {}
    for own in set(names) - set(arrays):
        raise InputError(f"there is no array {clean(own, 40)!r}")
    for own, value in arrays.items():
        tensor = names.get(own, own)
        try:
            array = np.array(value, dtype=float)
        except (TypeError, ValueError):
            raise InputError(f"{clean(own, 40)}: not an array of numbers") from None
        if tensor in given:
            raise InputError(f"{clean(own, 40)} and {clean(called[tensor], 40)} are both {tensor}")
        given[tensor], called[tensor] = array, own
    return given, called


def _dataset(given: dict[str, Array], data: Dataset | None) -> Dataset:
    x, f0 = given.get("x"), given.get("f0")
    if data is not None and x is None and f0 is None:
        return data
    if data is not None:
        x, f0 = data.x if x is None else x, data.f0 if f0 is None else f0
    if x is None or f0 is None:
        raise InputError("x and f0 are needed, or the table that they come from (--data)")
    return Dataset.from_arrays(_column(x), _column(f0))


def _column(array: Array) -> Array:
    return array[:, None] if array.ndim == 1 else array


def _parameters(
    network: Network, seed: int, given: dict[str, Array], known: Mapping[str, object] | None
) -> dict[str, Array]:
    """Return the parameters that are given, or known, or drawn."""
    start: dict[str, object] = {**network.draw_parameters(seed), **(known or {})}
    for name, axes in network.parameter_axes.items():
        if name in given:
            shape = tuple(len(axis.labels) for axis in axes)
            start[name] = given[name] = _fitted(given[name], shape, name)[0][0]
    return network.check_parameters(start)


def _fitted(array: Array, shape: tuple[int, ...], name: str) -> list[tuple[Array, bool]]:
    """Return the ways to see an array in a shape, and whether rows and columns are exchanged."""
    ways: list[tuple[Array, bool]] = []
    if array.shape == shape:
        ways.append((array, False))
    if array.ndim == 2 and array.T.shape == shape:
        ways.append((array.T, True))
    flat = 1 in shape or len(shape) < 2
    if (
        not ways
        and array.size == prod(shape)
        and flat
        and max(array.shape, default=1) in (1, array.size)
    ):
        ways.append((array.reshape(shape), False))
    if not ways:
        shown = dimensions(array.shape, "a scalar")
        wanted = dimensions(shape, "a scalar")
        raise InputError(f"{clean(name, 40)}: the shape is {shown}, but {wanted} is needed")
    return ways


@dataclass(frozen=True, eq=False)
class _Explained:
    """A mistake that gives someone's numbers, up to a factor."""

    mistake: Mistake
    value: Array
    factor: float


class _Audit:
    """The operations compared, in program order."""

    def __init__(
        self, program: Program, given: Mapping[str, Array], called: Mapping[str, str]
    ) -> None:
        self.program, self.given, self.called = program, given, called
        self.around = Around(program.operations)
        self.values: dict[str, Array] = {
            name: program.tensors[name].data.copy() for name in ("x", "f0")
        }
        self.values |= {name: tensor.data.copy() for name, tensor in program.parameters.items()}
        self.ours = dict(self.values)
        self.right: dict[str, Array] = {}
        self.totals: dict[str, float] = {}
        self.matched: list[Matched] = []
        self.problems: list[Problem] = []

    def run(self) -> None:
        for operation in self.program.operations:
            if operation.phase not in _JUDGED:
                continue
            right = _right(operation, self.values)
            self.ours[operation.name] = _right(operation, self.ours)
            self.right[operation.name] = self.values[operation.name] = right
            self.totals[operation.name] = prod(
                self.totals.get(tensor.name, 1.0) for tensor in operation.reads
            )
            if operation.name in self.given:
                self._compare(operation, right)
        self._consistent()

    def _compare(self, operation: Operation, right: Array) -> None:
        name = operation.name
        ways = _fitted(self.given[name], operation.target.shape, self.called[name])
        ours = self.ours[operation.name]
        for theirs, turned in ways:
            factor = self._factor(operation, theirs, right)
            if factor is None:
                # It may have been computed from what is right, and is not among the arrays.
                factor = self._factor(operation, theirs, ours)
                if factor is not None:
                    self.totals[operation.name] = 1.0
            if factor is not None:
                self._take(operation, theirs, factor)
                line = Line(variable=clean(self.called[name], 60))
                self.matched.append(Matched(name, operation.symbol, line, factor, turned))
                return
        theirs = ways[0][0]
        explained = self._explained(operation, theirs, right)
        if explained is None and len(ways) > 1:
            explained = self._explained(operation, ways[1][0], right)
            theirs = theirs if explained is None else ways[1][0]
        self._wrong(operation, theirs, right, explained)
        self._take(operation, theirs, explained.factor if explained else 1.0)

    def _factor(self, operation: Operation, theirs: Array, right: Array) -> float | None:
        if same(theirs, right):
            return 1.0
        factor = factor_of(theirs, right)
        if factor is None or operation.phase is Phase.FORWARD:
            return None
        if is_telling(right) and right.size > 1:
            return factor
        return factor if self._is_usual(abs(factor)) else None

    def _is_usual(self, factor: float) -> bool:
        """Whether a single number may have this factor: any other would fit any number."""
        n, o = self.values["f0"].shape
        usual = [plain * size for plain in (1.0, 2.0, 0.5) for size in (1.0, n, o, n * o)]
        return any(abs(max(factor, 1.0 / factor) / one - 1.0) < 1e-9 for one in usual)

    def _take(self, operation: Operation, theirs: Array, factor: float) -> None:
        self.values[operation.name] = theirs
        if operation.phase is Phase.BACKWARD:
            self.totals[operation.name] *= factor

    def _explained(self, operation: Operation, theirs: Array, right: Array) -> _Explained | None:
        """Return the mistake that gives their numbers with the least strange factor."""
        is_free = operation.phase is Phase.BACKWARD
        for depth in _DEPTHS:
            best: tuple[float, int] | None = None
            chosen = None
            for number, mistake in enumerate(mistakes(operation, self.around, depth=depth)):
                value = _value(mistake, self.values, right.shape)
                if value is None or (value.size > 1 and not is_telling(value)):
                    continue
                factor = factor_of(theirs, value)
                if factor is None or (factor_of(value, right) is not None and right.size > 1):
                    continue
                if abs(factor - 1.0) > 1e-9 and (not is_free or right.size == 1):
                    continue
                rank = (round(abs(log(abs(factor))), 6), number)
                if best is None or rank < best:
                    best, chosen = rank, _Explained(mistake, value, factor)
            if chosen is not None:
                return chosen
        return None

    def _wrong(
        self, operation: Operation, theirs: Array, right: Array, explained: _Explained | None
    ) -> None:
        factor = explained.factor if explained else 1.0
        differs = np.argwhere(
            ~np.isclose(theirs, right * factor, rtol=1e-9, atol=1e-12 * np.max(np.abs(right)))
        )
        index = tuple(int(place) for place in differs[0]) if len(differs) else ()
        yours, wanted = float(theirs[index]), float(right[index] * factor)
        labels = operation.target.labels(index)
        own = clean(self.called[operation.name], 60)
        problem = Problem(
            operation.name,
            operation.symbol,
            "unknown",
            f"this is not {operation.right_hand_side}",
            operation.formula,
            0,
            Line(variable=own),
            f"{operation.symbol}[{', '.join(labels)}]" if labels else operation.symbol,
            yours,
            wanted,
        )
        if explained is not None:
            mistake = explained.mistake
            culprit = self.program.operation(mistake.of)
            problem = replace(
                problem,
                operation=mistake.of,
                symbol=culprit.symbol,
                kind=mistake.kind,
                says=mistake.says,
                repair=mistake.repair,
                worked=both_ways(operation, mistake, self.around, self.values, index, yours),
            )
        self.problems.append(problem)

    def _consistent(self) -> None:
        """Look for a gradient whose factor or sign is another than that of the rest."""
        gradients = [f"dE_d{name}" for name in self.program.parameters]
        known = [name for name in gradients if name in self.given]
        wrong = {problem.operation for problem in self.problems}
        totals = {name: rounded(self.totals[name], 9) for name in known if name not in wrong}
        if len(set(totals.values())) < 2:
            return
        counts = Counter(totals.values())
        most = max(counts, key=lambda total: (counts[total], -abs(log(abs(total))), total))
        told: set[str] = set()
        for name in totals:
            if totals[name] != most:
                culprit = self._first_apart(self.program.operation(name), most)
                if culprit.name not in told:
                    told.add(culprit.name)
                    self._uneven(culprit, most)

    def _first_apart(self, operation: Operation, total: float) -> Operation:
        """Return the operation at which the factor comes in that the others do not have."""
        for tensor in operation.reads:
            before = next((o for o in self.program.operations if o.target is tensor), None)
            if before is None or before.phase is not Phase.BACKWARD:
                continue
            if before.name in self.given and abs(self.totals[before.name] / total - 1.0) > 1e-6:
                return self._first_apart(before, total)
        return operation

    def _uneven(self, operation: Operation, total: float) -> None:
        ratio = self.totals[operation.name] / total
        right = self.right[operation.name]
        theirs = self.values[operation.name]
        size = float(general(abs(ratio)))
        says = f"it is {general(size)} times as large as the other gradients have it"
        if ratio < 0.0:
            says = "the sign is wrong" if size == 1.0 else f"{says}, with the wrong sign"
        kind, repair = "sign" if ratio < 0.0 else "factor", operation.formula
        for mistake in mistakes(operation, self.around, depth=1):
            value = _value(mistake, self.values, right.shape)
            if value is not None and same(value, ratio * right):
                kind, says, repair = mistake.kind, mistake.says, mistake.repair
                break
        index = tuple(int(i) for i in np.unravel_index(np.argmax(np.abs(right)), right.shape))
        labels = operation.target.labels(index)
        self.matched = [match for match in self.matched if match.operation != operation.name]
        self.problems.append(
            Problem(
                operation.name,
                operation.symbol,
                kind,
                says,
                repair,
                0,
                Line(variable=clean(self.called[operation.name], 60)),
                f"{operation.symbol}[{', '.join(labels)}]" if labels else operation.symbol,
                float(theirs[index]),
                float(theirs[index] / ratio),
            )
        )

    def report(self, name: str, wanted: Hyperparameters) -> Report:
        """Put the comparison into a report."""
        order = {operation.name: i for i, operation in enumerate(self.program.operations)}
        problems = tuple(sorted(self.problems, key=lambda p: order[p.operation]))
        verdict: Verdict = "wrong"
        summary = problems[0].says if problems else ""
        if not problems and self.matched:
            verdict = "right"
            compared = counted(len(self.matched), "array")
            summary = f"{compared} compared, each is what it should be"
        elif not problems:
            verdict = "unclear"
            known = folded(tuple(self.program.tensors), _MOST_TOLD)
            summary = f"none of the arrays is called as an operation of this network: {known}"
        layers = self.program.network.layers
        network = {
            "layers": "-".join(map(str, self.program.network.sizes)),
            "activations": [layer.activation.name for layer in layers],
            "bias": wanted.bias,
            "loss": f"E = {LOSSES[wanted.loss].formula}",
            "observations": len(self.values["x"]),
        }
        notes = tuple(self._notes())
        return Report(name, verdict, summary, network, problems, tuple(self.matched), notes)

    def _notes(self) -> Iterator[str]:
        unknown = [
            clean(self.called[name], 40)
            for name in self.given
            if name not in self.right and name not in self.values
        ]
        if unknown:
            yield (
                f"not compared, as no operation is called so: {folded(unknown, _MOST_TOLD)}; "
                f"--name {unknown[0]}=dE_dy says which it is"
            )
        shared = {m.factor for m in self.matched if abs(m.factor - 1.0) > 1e-9}
        if shared and not self.problems:
            yield "a factor that all gradients share goes into the learning rate: it is no mistake"


def _value(mistake: Mistake, values: Mapping[str, Array], shape: Sequence[int]) -> Array | None:
    """Return what a mistaken formula gives, in the shape of the right one, or None."""
    try:
        value = evaluate(mistake.formula, values)
        if value.shape != tuple(shape) and value.T.shape == tuple(shape):
            value = value.T
        return np.broadcast_to(value, tuple(shape)).astype(float)
    except (KeyError, ValueError, IndexError):
        return None


def _right(operation: Operation, values: Mapping[str, Array]) -> Array:
    value = evaluate(operation.rule.tree, values)
    return np.broadcast_to(value, operation.target.shape).astype(float)

"""The updates of a script: whether each parameter takes a step against its gradient.

All parameters must take the same positive multiple of minus the gradient of one loss, at least in
one pass; the learning rate may change. Momentum and Adam need several passes to be told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging import Judged, as_matrix
from engine.audit.matching import factor_of, is_telling, same
from engine.audit.model import Model
from engine.common.numbers import general
from engine.common.text import subscript
from engine.maths.evaluate import evaluate
from engine.maths.formula import Formula
from engine.maths.mistakes import Mistake, mistakes
from engine.maths.operations.operation import Operation, Phase
from engine.maths.tensor import Array

_LOOSE = 1e-3
"""How far Adam's steps may be off: where its ε stands is a matter of taste."""
_FEWEST = 6
"""Fewer numbers are fitted by a rate and a decay of almost any optimiser."""


@dataclass(eq=False)
class Updates:
    """What became of the gradients.

    Attributes:
        optimiser: The name of the optimiser; "" where none fits.
        rates: For each parameter, the step divided by minus our gradient, pass by pass.
        settings: What the optimiser was found to be set to.
        findings: What is wrong.
        unmatched: The parameters whose steps fit no optimiser.
        weight_decay: For each parameter, what is subtracted of itself in a step.
    """

    optimiser: str = ""
    rates: dict[str, list[float]] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    weight_decay: dict[str, float] = field(default_factory=dict)


@dataclass(eq=False)
class Steps:
    """The gradients and the changes of one parameter, in passes that follow each other."""

    name: str
    gradients: list[Array]
    totals: list[float]
    changes: list[Array]
    values: list[Array]
    passes: list[int]

    @property
    def is_still(self) -> bool:
        """Whether it never changes though its gradient is not 0."""
        moves = any(np.any(gradient) for gradient in self.gradients)
        return moves and not any(np.any(change) for change in self.changes)


def steps_of(judged: Sequence[Judged]) -> dict[str, Steps]:
    """Gather what is known of each parameter."""
    steps: dict[str, Steps] = {}
    for one in judged:
        for name in one.model.parameters:
            change = one.changes.get(name)
            gradient = one.right.get(f"dE_d{name}")
            if change is None or gradient is None or not np.isfinite(change).all():
                continue
            if name in one.vague:
                continue
            match = one.matches.get(f"dE_d{name}")
            own = gradient * (match.factor if match else 1.0)
            if name in one.penalties:
                total = one.totals.get(f"dE_d{name}", 1.0)
                own = own + one.penalties[name] * total * one.model.values[name]
            known = steps.setdefault(name, Steps(name, [], [], [], [], []))
            known.gradients.append(own)
            known.totals.append(one.totals.get(f"dE_d{name}", 1.0))
            known.changes.append(change)
            known.values.append(one.model.values[name])
            known.passes.append(one.one.number)
    return steps


def judge_updates(
    judged: Sequence[Judged], constants: Sequence[float], others: Iterator[Model] | Sequence[Model]
) -> Updates:
    """Judge the updates.

    Args:
        judged: The passes, in order.
        constants: The numbers that stand in the script.
        others: Our program with other optimisers, to try.
    """
    updates = Updates()
    steps = steps_of(judged)
    moving = {}
    for name, own in steps.items():
        if own.is_still:
            continue
        moving[name] = own
    if not moving:
        return updates
    if not fit_steps(updates, moving):
        start = {name: _from_the_start(own) for name, own in moving.items()}
        if all(len(own.passes) > 1 for own in start.values()):
            _simulated(updates, start, constants, others)
        if not updates.optimiser and not updates.findings:
            updates.unmatched = [name for name, own in moving.items() if name not in updates.rates]
    return updates


def fit_steps(updates: Updates, steps: dict[str, Steps]) -> bool:
    """See whether the steps are those of plain descent or of momentum."""
    if _plain(updates, steps):
        updates.optimiser = "sgd"
        return True
    return _with_momentum(updates, steps)


def _rate(change: Array, gradient: Array, total: float, tolerance: float = 1e-7) -> float | None:
    factor = factor_of(change, gradient, tolerance)
    return None if factor is None else -factor * total


def _plain(updates: Updates, steps: dict[str, Steps]) -> bool:
    """See whether all steps are multiples of the gradients, or of them and the parameters."""
    fits = True
    for name, own in steps.items():
        rates = []
        for gradient, total, change, value in zip(
            own.gradients, own.totals, own.changes, own.values, strict=True
        ):
            if not np.any(gradient) and not np.any(change):
                continue
            # A change is what is left of two close numbers.
            noise = 1e-7 + 4e-16 * float(np.max(np.abs(value), initial=0.0)) / max(
                float(np.max(np.abs(change))), 1e-300
            )
            rate = _rate(change, gradient, total, noise)
            if rate is None and is_telling(as_matrix(value)) and gradient.size > 2:
                pair = np.column_stack([gradient.ravel(), value.ravel()])
                solution, _, rank, _ = np.linalg.lstsq(pair, change.ravel(), rcond=None)
                if rank == 2 and same(pair @ solution, change.ravel(), noise):
                    rate = float(-solution[0] * total)
                    updates.weight_decay[name] = float(-solution[1])
            if rate is None:
                fits = False
                break
            rates.append(rate)
        else:
            updates.rates[name] = rates
    if not fits:
        updates.weight_decay.clear()
    return fits


def _with_momentum(updates: Updates, steps: dict[str, Steps]) -> bool:
    """See whether each step is a share of the last one and a multiple of the gradient."""
    shares: list[float] = []
    rates: dict[str, list[float]] = {}
    for name, own in steps.items():
        for number in range(1, len(own.passes)):
            if own.passes[number] != own.passes[number - 1] + 1:
                continue
            before, gradient = own.changes[number - 1], own.gradients[number]
            change = own.changes[number]
            pair = np.column_stack([before.ravel(), gradient.ravel()])
            if pair.shape[0] < 3:
                continue
            solution, _, rank, _ = np.linalg.lstsq(pair, change.ravel(), rcond=None)
            if rank < 2 or not same(pair @ solution, change.ravel(), 1e-6):
                return False
            shares.append(float(solution[0]))
            rates.setdefault(name, []).append(float(-solution[1] * own.totals[number]))
    if not shares or np.ptp(shares) > 1e-4 * max(abs(share) for share in shares):
        return False
    share = shares[0]
    updates.rates.update(rates)
    updates.optimiser, updates.settings = "momentum", {"momentum": round(share, 6)}
    name = next(iter(rates))
    if abs(share - 1.0) < 1e-6:
        updates.findings.append(
            Finding(
                name,
                "not-reset",
                "the gradients of all passes so far add up: the buffers they are summed in are not "
                "set to 0 at the beginning of a pass",
                "set the sums to 0 before each pass",
                1,
            )
        )
    elif share < 0.0:
        updates.findings.append(
            Finding(
                name,
                "sign",
                f"the velocity enters with the wrong sign: each step holds {general(share, 3)} "
                "times the one before",
                "m ← μ·m + g, and the step is −η·m",
                1,
            )
        )
    return True


def _from_the_start(own: Steps) -> Steps:
    """Return the passes that follow each other from the first pass of all."""
    count = 0
    while count < len(own.passes) and own.passes[count] == count:
        count += 1
    return replace(
        own,
        gradients=own.gradients[:count],
        totals=own.totals[:count],
        changes=own.changes[:count],
        values=own.values[:count],
        passes=own.passes[:count],
    )


def _simulated(
    updates: Updates,
    steps: dict[str, Steps],
    constants: Sequence[float],
    others: Iterator[Model] | Sequence[Model],
) -> None:
    """Try the optimisers that keep something, then the mistakes of their formulas."""
    models = list(others)
    for model in models:
        fits = {name: _fitted(own, _directions(model, own, {})) for name, own in steps.items()}
        known = {name: fit for name, fit in fits.items() if fit is not None}
        if len(known) == len(fits):
            updates.optimiser = model.hyperparameters.optimiser
            updates.rates = {name: [rate] for name, (rate, _) in known.items()}
            updates.weight_decay = {name: decay for name, (_, decay) in known.items() if decay}
            return
    name, own = max(steps.items(), key=lambda item: item[1].gradients[0].size)
    for model in models:
        for operation, mistake, instead in _optimiser_mistakes(model, name):
            try:
                directions = _directions(model, own, instead)
            except (KeyError, ValueError):
                continue
            if _rate_of(own, directions) is None or _is_plain(own):
                continue
            updates.optimiser = model.hyperparameters.optimiser
            beside = [key for key in instead if key != operation.name]
            also = f"; so in {', '.join(map(subscript, beside))}" if beside else ""
            updates.findings += [
                Finding(
                    each,
                    "optimiser-formula",
                    f"{model.hyperparameters.optimiser}: {mistake.says}{also}",
                    mistake.repair,
                    1,
                    reads=operation.name.replace(f"_{name}", f"_{each}"),
                )
                for each in steps
            ]
            return


def _optimiser_mistakes(
    model: Model, name: str
) -> Iterator[tuple[Operation, Mistake, dict[str, Formula]]]:
    """Go through the mistakes of an optimiser: of one operation, and of two that are alike."""
    operations = [o for o in _own_operations(model, name) if o.name != f"delta_{name}"]
    every = {
        operation.name: [
            mistake
            for mistake in mistakes(operation, model.around, depth=0)
            if mistake.kind != "no-update"
        ]
        for operation in operations
    }
    for operation in operations:
        for mistake in every[operation.name]:
            yield operation, mistake, {operation.name: mistake.formula}
    first, second = f"mhat_{name}", f"shat_{name}"
    alike = {_without_symbols(mistake): mistake for mistake in every.get(second, ())}
    for mistake in every.get(first, ()):
        twin = alike.get(_without_symbols(mistake))
        if twin is not None:
            operation = model.program.operation(first)
            yield operation, mistake, {first: mistake.formula, second: twin.formula}


def _without_symbols(mistake: Mistake) -> str:
    """Return the words of a mistake, the same for the mean and the mean of the squares."""
    return re.sub("β[₁₂]", "β", mistake.says.replace("s_", "m_").replace("ŝ", "m̂"))


def _own_operations(model: Model, name: str) -> list[Operation]:
    return [
        operation
        for operation in model.operations(Phase.UPDATE)
        if operation.name.endswith(f"_{name}")
    ]


def _directions(model: Model, own: Steps, instead: dict[str, Formula]) -> list[Array]:
    """Return what an optimiser makes of the gradients of a parameter, pass by pass."""
    operations = [o for o in model.operations(Phase.UPDATE) if o.name == "t"]
    operations += _own_operations(model, own.name)
    shape = own.gradients[0].shape
    values: dict[str, Array] = {}
    for operation in operations:
        size = shape if operation.target.axes else ()
        values[operation.name] = np.zeros(size)
    directions = []
    for gradient, total, value in zip(own.gradients, own.totals, own.values, strict=True):
        values[f"dE_d{own.name}"] = gradient * np.sign(total)
        values[own.name] = value
        for operation in operations:
            tree = instead.get(operation.name, operation.rule.tree)
            found = evaluate(tree, values)
            values[operation.name] = np.broadcast_to(found, values[operation.name].shape)
        directions.append(values[operations[-1].name])
    return directions


def _is_plain(own: Steps) -> bool:
    return (
        factor_of(
            np.concatenate([change.ravel() for change in own.changes]),
            np.concatenate([gradient.ravel() for gradient in own.gradients]),
            _LOOSE,
        )
        is not None
    )


def _fitted(own: Steps, directions: list[Array]) -> tuple[float, float] | None:
    """Return the learning rate with which these directions are the steps, and what decays.

    What decays is the share of the parameter that each step takes off, apart from the direction.
    """
    rate = _rate_of(own, directions)
    if rate is not None:
        return rate, 0.0
    theirs, ours, values = (
        np.concatenate([array.ravel() for array in arrays])
        for arrays in (own.changes, directions, own.values)
    )
    if len(theirs) < _FEWEST or not np.isfinite(ours).all():
        return None
    pair = np.column_stack([ours, values])
    solution, _, rank, _ = np.linalg.lstsq(pair, theirs, rcond=None)
    if rank < 2 or solution[0] >= 0.0 or not same(pair @ solution, theirs, _LOOSE):
        return None
    return float(-solution[0]), float(-solution[1])


def _rate_of(own: Steps, directions: list[Array]) -> float | None:
    """Return the one learning rate with which these directions are the steps."""
    theirs = np.concatenate([change.ravel() for change in own.changes])
    ours = np.concatenate([direction.ravel() for direction in directions])
    if not np.isfinite(ours).all():
        return None
    factor = factor_of(theirs, ours, _LOOSE)
    return None if factor is None or factor > 0.0 else -factor

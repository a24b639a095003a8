"""Steps of plain descent and of momentum: they are sums of gradients, parameters and steps before.

Their factors are fitted, so that nothing needs to be known of the settings.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.judged import as_matrix
from engine.audit.passes.matching import factor_of, is_telling, same
from engine.audit.updates.optimising import LOOSE
from engine.audit.updates.outcome import Updates
from engine.audit.updates.steps import Steps
from engine.common.numbers import general
from engine.formula.tensor import Array

_MOST_DECAY = 0.5
"""The largest share of a parameter that a weight decay takes off in a step."""


def fit_steps(updates: Updates, steps: Mapping[str, Steps]) -> bool:
    """See whether the steps are those of plain descent or of momentum.

    Args:
        updates: What is found is noted there.
        steps: The steps of each parameter.
    """
    if _plain(updates, steps):
        updates.optimiser = "sgd"
        return True
    return _with_momentum(updates, steps)


def _plain(updates: Updates, steps: Mapping[str, Steps]) -> bool:
    """See whether all steps are multiples of the gradients, or of them and the parameters."""
    fits = True
    for name, own in steps.items():
        rates = []
        for number, (gradient, total, change, value) in enumerate(
            zip(own.gradients, own.totals, own.changes, own.values, strict=True)
        ):
            if own.vague[number] or not np.any(change):
                # Where a mistake has made the gradient 0, nothing tells the rate.
                continue
            noise = own.noise(number)
            rate = _rate(change, gradient, total, noise)
            if rate is None and is_telling(as_matrix(value)) and gradient.size > 2:
                pair = np.column_stack([gradient.ravel(), value.ravel()])
                solution, _, rank, _ = np.linalg.lstsq(pair, change.ravel(), rcond=None)
                is_small = abs(solution[1]) < _MOST_DECAY
                if rank == 2 and is_small and same(pair @ solution, change.ravel(), noise):
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


def _with_momentum(updates: Updates, steps: Mapping[str, Steps]) -> bool:
    """See whether each step is a share of the last one and a multiple of the gradient."""
    shares: list[float] = []
    for own in steps.values():
        for number in _following(own):
            before, gradient = own.changes[number - 1], own.gradients[number]
            change = own.changes[number]
            pair = np.column_stack([before.ravel(), gradient.ravel()])
            if pair.shape[0] < 3:
                continue
            solution, _, rank, _ = np.linalg.lstsq(pair, change.ravel(), rcond=None)
            if rank < 2 or not same(pair @ solution, change.ravel(), 1e-6):
                return False
            shares.append(float(solution[0]))
    if not shares or np.ptp(shares) > 1e-4 * max(abs(share) for share in shares):
        return False
    rates: dict[str, list[float]] = {}
    for name, own in steps.items():
        for number in _following(own):
            rest = own.changes[number] - shares[0] * own.changes[number - 1]
            rate = _rate(rest, own.gradients[number], own.totals[number], 1e-5)
            if rate is None:
                return False
            rates.setdefault(name, []).append(rate)
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


def go_apart(steps: Mapping[str, Steps]) -> bool:
    """Return whether the learning rates of two parameters change, and not in step.

    Gradients of which all point in one direction are multiples of each other, and so are all steps
    that an optimiser makes of them.

    Args:
        steps: The steps of each parameter.
    """
    rates = [
        {
            number: rate
            for number, gradient, total, change, is_vague in zip(
                own.passes, own.gradients, own.totals, own.changes, own.vague, strict=True
            )
            # Of what rounding has left, each is another multiple.
            if not is_vague and (rate := _rate(change, gradient, total, 1e-6))
        }
        for own in steps.values()
        if own.is_known
    ]
    largest = max(rates, key=len, default={})
    shares = [[own[at] / largest[at] for at in own if at in largest] for own in rates]
    return any(len(own) > 2 and np.ptp(own) > LOOSE * np.max(np.abs(own)) for own in shares)


def _rate(change: Array, gradient: Array, total: float, tolerance: float = 1e-7) -> float | None:
    factor = factor_of(change, gradient, tolerance)
    return None if factor is None else -factor * total


def _following(own: Steps) -> list[int]:
    """Return the steps that follow another one, those with as many rows as the first pass first."""
    found = [
        number
        for number in range(1, len(own.passes))
        if own.passes[number] == own.passes[number - 1] + 1 and not own.vague[number]
    ]
    rows = [len(values["x"]) for values in own.around]
    return sorted(found, key=lambda number: rows[number] != rows[0])

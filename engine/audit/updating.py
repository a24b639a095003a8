"""The updates of a script: whether each parameter takes a step against its gradient.

All parameters must take the same positive multiple of minus the gradient of one loss, at least in
one pass; the learning rate may change. Momentum and Adam need several passes to be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.audit.clipping import clipped, cut
from engine.audit.findings import Finding
from engine.audit.judged import Judged, as_matrix
from engine.audit.matching import factor_of, is_telling, same
from engine.audit.model import Model
from engine.audit.odd_steps import in_words, mistakes_of_update, named_step
from engine.audit.optimising import LOOSE, Fit, changes_of, fit, is_made, is_rate
from engine.audit.other_optimisers import ADAGRAD
from engine.audit.steps import Steps, steps_of
from engine.common.numbers import general
from engine.maths.formula import Formula
from engine.maths.tensor import Array

FREE = ("adam", "adamw", "rmsprop", ADAGRAD)
"""The optimisers whose steps are as long whatever factor the gradient has."""
_LEAST_RATE = 1e-6
_APART = 1e-4
"""From which share on two learning rates are two."""
_MOST_DECAY = 0.5
"""The largest share of a parameter that a weight decay takes off in a step."""


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
        notes: What is unusual, and no mistake.
    """

    optimiser: str = ""
    rates: dict[str, list[float]] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    weight_decay: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def judge_updates(
    judged: Sequence[Judged], others: Iterable[Model], constants: Sequence[float] = ()
) -> Updates:
    """Judge the updates.

    Args:
        judged: The passes, in order.
        others: Our program with other optimisers, to try, each with its settings.
        constants: The numbers that stand in the script, of which one may be the learning rate.
    """
    updates = Updates()
    moving = {name: own for name, own in steps_of(judged).items() if not own.is_still}
    if not moving or (fit_steps(updates, moving) and not _is_free(updates, moving)):
        return updates
    start = {name: own.from_the_start() for name, own in moving.items()}
    if all(own.passes for own in start.values()):
        models = [judged[0].model, *others]
        shortened = clipped(judged, start)
        if shortened is not None and any(not fit(m, shortened, constants).odd for m in models):
            start = shortened
        for shorter in cut(judged, start, constants):
            if any(not fit(m, shorter, constants).odd for m in models):
                start = shorter
                break
        _follow(updates, start, models, constants)
    if not updates.optimiser and not updates.findings:
        updates.unmatched = [name for name in moving if name not in updates.rates]
    return updates


def fit_steps(updates: Updates, steps: dict[str, Steps]) -> bool:
    """See whether the steps are those of plain descent or of momentum."""
    if _plain(updates, steps):
        updates.optimiser = "sgd"
        return True
    return _with_momentum(updates, steps)


def _is_free(updates: Updates, steps: dict[str, Steps]) -> bool:
    """Whether a single number, a multiple of any other, makes steps at a rate of its own."""
    rates = {name: own for name, own in updates.rates.items() if own}
    if len(rates) < 2:
        return False
    usual = max(own[0] for own in rates.values())
    single = {name: own for name, own in rates.items() if steps[name].gradients[0].size == 1}
    is_steady = all(_is_steady(own) for name, own in rates.items() if name not in single)
    for name, own in single.items():
        known = steps[name]
        if known.is_known and np.ptp(known.totals) <= _APART * max(map(abs, known.totals)):
            if is_steady and len(single) < len(rates) and not _is_steady(own):
                return True
        elif not known.is_known and any(abs(rate / usual - 1.0) > _APART for rate in own):
            return True
    return False


def _rate(change: Array, gradient: Array, total: float, tolerance: float = 1e-7) -> float | None:
    factor = factor_of(change, gradient, tolerance)
    return None if factor is None else -factor * total


def _plain(updates: Updates, steps: dict[str, Steps]) -> bool:
    """See whether all steps are multiples of the gradients, or of them and the parameters."""
    fits = True
    for name, own in steps.items():
        rates = []
        for number, (gradient, total, change, value) in enumerate(
            zip(own.gradients, own.totals, own.changes, own.values, strict=True)
        ):
            if own.vague[number] or not (np.any(gradient) or np.any(change)):
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


def _with_momentum(updates: Updates, steps: dict[str, Steps]) -> bool:
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


def _following(own: Steps) -> list[int]:
    """Return the steps that follow another one, those with as many rows as the first pass first."""
    found = [
        number
        for number in range(1, len(own.passes))
        if own.passes[number] == own.passes[number - 1] + 1 and not own.vague[number]
    ]
    rows = [len(values["x"]) for values in own.around]
    return sorted(found, key=lambda number: rows[number] != rows[0])


def _follow(
    updates: Updates,
    steps: dict[str, Steps],
    models: Sequence[Model],
    constants: Sequence[float],
) -> None:
    """Try the optimisers that keep something, then the mistakes of their formulas."""
    fits = []
    for model in models:
        one = fit(model, steps, constants)
        if model.optimiser == ADAGRAD and not is_rate(one.common, constants):
            # With a rate of its own it is RMSprop that by mistake forgets nothing.
            continue
        fits.append(one)
        if not one.odd:
            break
    best = max(fits, key=lambda one: (len(one.rates), one.cells(steps)))
    if best.odd:
        loose = [
            fit(m, steps, constants, LOOSE) for m in models if m.optimiser not in ("sgd", ADAGRAD)
        ]
        best = next((one for one in loose if not one.odd), best)
    if not best.odd and best.common and not _is_steady(best.common):
        # A wrong correction of Adam looks like a schedule of the rate.
        _all_alike(updates, steps, [best.model], constants)
        if updates.findings:
            return
    if not best.rates:
        _all_alike(updates, steps, models, constants)
        return
    best, named = _best_named(best, fits, steps)
    optimiser = best.model.optimiser
    updates.findings += named.values()
    missed = [name for name in best.odd if name not in named]
    if len(missed) == len(best.odd) and best.odd and optimiser == "sgd":
        _all_alike(updates, {name: steps[name] for name in best.odd}, models, constants)
        return
    updates.optimiser = optimiser
    updates.unmatched = missed
    if optimiser in FREE and not updates.findings:
        _another_share(updates, steps, best, constants)
    for name in best.odd:
        updates.rates.pop(name, None)
    for name, rates in best.rates.items():
        own = steps[name]
        # What all gradients are multiplied by makes Adam's steps no longer.
        size = 1.0 if optimiser in FREE else own.totals[0] * own.sign
        updates.rates[name] = [rate * size for rate in rates if rate][:1]


def _another_share(
    updates: Updates, steps: dict[str, Steps], found: Fit, constants: Sequence[float]
) -> None:
    """Find 1 − β₁ for 1 − β₂: all steps are shorter then, as at a rate that nowhere stands."""
    if is_rate(found.common, constants) or not _is_steady(found.common):
        return
    name = max(found.rates, key=lambda name: steps[name].gradients[0].size)
    own = steps[name]
    for operation, mistake, instead in mistakes_of_update(found.model, name):
        if not operation.name.startswith(("m_", "s_")) or "β" not in mistake.says:
            continue
        rate = _rate_with(found.model, own, instead)
        if rate is not None and is_rate([rate], constants):
            updates.findings += [
                Finding(
                    each,
                    mistake.kind,
                    in_words(found.model, operation, mistake, instead),
                    mistake.repair,
                    1,
                    reads=operation.name.replace(f"_{name}", f"_{each}"),
                )
                for each in steps
            ]
            updates.unmatched.clear()
            return


def _best_named(
    best: Fit, fits: Sequence[Fit], steps: Mapping[str, Steps]
) -> tuple[Fit, dict[str, Finding]]:
    """Return the fit with which all steps that are odd have a name, or else the best one."""
    named = _named(best, steps)
    if len(named) < len(best.odd):
        for other in fits:
            if other is best or not other.rates or len(other.odd) != len(best.odd):
                continue
            others = _named(other, steps)
            if len(others) == len(other.odd):
                return other, others
    return best, named


def _named(fit: Fit, steps: Mapping[str, Steps]) -> dict[str, Finding]:
    """Return by its parameter the mistake in each step that is odd, where it has a name."""
    found = {name: named_step(fit, steps, name) for name in fit.odd}
    return {name: finding for name, finding in found.items() if finding is not None}


def _is_steady(rates: Sequence[float]) -> bool:
    """Whether a learning rate is the same in all passes."""
    own = [rate for rate in rates if rate]
    return not own or max(own) - min(own) <= LOOSE * max(abs(rate) for rate in own)


def _all_alike(
    updates: Updates,
    steps: dict[str, Steps],
    models: Sequence[Model],
    constants: Sequence[float],
) -> None:
    """Try one mistake in the updates of some parameters, or of all."""
    name, own = max(steps.items(), key=lambda item: item[1].gradients[0].size)
    if _is_plain(own):
        return
    for model in models:
        if model.optimiser in FREE and _rate_with(model, own, {}) is not None:
            # What is off is less than the place of ε accounts for.
            updates.optimiser = model.optimiser
            return
        for operation, mistake, instead in mistakes_of_update(model, name):
            rate = None
            if name in instead:
                # The rate is no factor of what such a step is.
                lengths = [rate for rate in constants if _LEAST_RATE < rate <= 1.0]
                is_it = any(
                    is_made(model, own, instead, [rate] * len(own.changes), steps)
                    for rate in lengths
                )
            else:
                rate = _rate_with(model, own, instead)
                is_it = rate is not None
            if not is_it:
                continue
            forgets_nothing = operation.name == f"s_{name}" and "α is missing" in mistake.says
            if forgets_nothing and not is_rate([rate or 0.0], constants):
                # Up to a factor of the rate, that is another optimiser.
                updates.optimiser = ADAGRAD
                return
            updates.optimiser = model.optimiser
            updates.findings += [
                Finding(
                    each,
                    mistake.kind,
                    in_words(model, operation, mistake, instead),
                    mistake.repair,
                    1,
                    reads=operation.name.replace(f"_{name}", f"_{each}"),
                )
                # An exchange of rows and columns shows in square weights only.
                for each in ([name] if mistake.kind == "transpose" else steps)
            ]
            return


def _rate_with(model: Model, own: Steps, instead: dict[str, Formula]) -> float | None:
    """Return the one learning rate with which a mistake makes the steps of a parameter."""
    try:
        made = list(changes_of(model, own, instead))
    except (KeyError, ValueError, IndexError):
        return None
    theirs = np.concatenate([change.ravel() for change in own.changes])
    ours = np.concatenate([change.ravel() for change in made])
    if not np.isfinite(ours).all():
        return None
    factor = factor_of(theirs, ours, LOOSE)
    return None if factor is None or factor < 0.0 else factor


def _is_plain(own: Steps) -> bool:
    return (
        factor_of(
            np.concatenate([change.ravel() for change in own.changes]),
            np.concatenate([gradient.ravel() for gradient in own.gradients]),
            LOOSE,
        )
        is not None
    )

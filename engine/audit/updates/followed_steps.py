"""Steps of optimisers that keep something: ours are run, then the mistakes of their formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from engine.audit.findings import Finding
from engine.audit.network.model import Model
from engine.audit.network.other_optimisers import ADAGRAD
from engine.audit.passes.matching import factor_of
from engine.audit.updates.odd_steps import in_words, mistakes_of_update, named_step
from engine.audit.updates.optimising import LOOSE, Fit, changes_of, fit, is_made, is_rate
from engine.audit.updates.outcome import FREE, Updates
from engine.audit.updates.steps import Steps
from engine.formula.tensor import Array
from engine.formula.tree import Formula
from engine.maths.operations.operation import Operation
from engine.mistakes import Mistake

_LEAST_RATE = 1e-6


def follow(
    updates: Updates,
    steps: dict[str, Steps],
    models: Sequence[Model],
    constants: Sequence[float],
) -> None:
    """Try optimisers, then the mistakes of their formulas.

    Args:
        updates: What is found is noted there.
        steps: The steps of each parameter, from the first pass on.
        models: Our program with each optimiser.
        constants: The numbers that stand in the script, of which one may be the learning rate.
    """
    fits = []
    for model in models:
        one = fit(model, steps, constants)
        if model.optimiser == ADAGRAD and not is_rate(one.common, constants):
            # With a rate of its own it is RMSprop that by mistake forgets nothing.
            continue
        fits.append(one)
        if not one.odd and is_steady(one.common):
            break
    best = max(fits, key=lambda one: (len(one.rates), one.cells(steps), is_steady(one.common)))
    if best.odd and not _has_minus_epsilon(best, steps):
        loose = [
            fit(m, steps, constants, LOOSE) for m in models if m.optimiser not in ("sgd", ADAGRAD)
        ]
        best = next((one for one in loose if not one.odd), best)
    if not best.odd and best.common and not is_steady(best.common):
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
        size = 1.0 if optimiser in FREE else own.total * own.sign
        updates.rates[name] = [rate * size for rate in rates if rate][:1]


def _has_minus_epsilon(best: Fit, steps: Mapping[str, Steps]) -> bool:
    """Whether ε is subtracted somewhere, which is no matter of taste as its place is."""
    named = _named(best, steps) if best.rates else {}
    return any("ε is subtracted" in finding.says for finding in named.values())


def _another_share(
    updates: Updates, steps: dict[str, Steps], found: Fit, constants: Sequence[float]
) -> None:
    """Find 1 − β₁ for 1 − β₂: all steps are shorter then, as at a rate that nowhere stands."""
    if is_rate(found.common, constants) or not is_steady(found.common):
        return
    name = max(found.rates, key=lambda name: steps[name].gradients[0].size)
    own = steps[name]
    for operation, mistake, instead in mistakes_of_update(found.model, name):
        if not operation.name.startswith(("m_", "s_")) or "β" not in mistake.says:
            continue
        rate = _rate_with(found.model, own, instead)
        if rate is not None and is_rate([rate], constants):
            says = in_words(found.model, operation, mistake, instead)
            updates.findings += _in_each(steps, name, operation, mistake, says)
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


def _all_alike(
    updates: Updates,
    steps: dict[str, Steps],
    models: Sequence[Model],
    constants: Sequence[float],
) -> None:
    """Try one mistake in the updates of some parameters, or of all."""
    name, own = max(steps.items(), key=lambda item: item[1].gradients[0].size)
    if factor_of(_in_one_row(own.changes), _in_one_row(own.gradients), LOOSE) is not None:
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
            # An exchange of rows and columns shows in square weights only.
            wrong = [name] if mistake.kind == "transpose" else steps
            says = in_words(model, operation, mistake, instead)
            updates.findings += _in_each(wrong, name, operation, mistake, says)
            return


def _in_each(
    wrong: Iterable[str], name: str, operation: Operation, mistake: Mistake, says: str
) -> list[Finding]:
    """Return a mistake in the update of one parameter as one of others, too."""
    return [
        Finding(
            each,
            mistake.kind,
            says,
            mistake.repair,
            1,
            reads=operation.name.replace(f"_{name}", f"_{each}"),
        )
        for each in wrong
    ]


def is_steady(rates: Sequence[float]) -> bool:
    """Whether a learning rate is the same in all passes."""
    own = [rate for rate in rates if rate]
    return not own or max(own) - min(own) <= LOOSE * max(abs(rate) for rate in own)


def _rate_with(model: Model, own: Steps, instead: dict[str, Formula]) -> float | None:
    """Return the one learning rate with which a mistake makes the steps of a parameter."""
    try:
        made = list(changes_of(model, own, instead))
    except (KeyError, ValueError, IndexError):
        return None
    ours = _in_one_row(made)
    if not np.isfinite(ours).all():
        return None
    factor = factor_of(_in_one_row(own.changes), ours, LOOSE)
    return None if factor is None or factor < 0.0 else factor


def _in_one_row(arrays: Sequence[Array]) -> Array:
    return np.concatenate([array.ravel() for array in arrays])

"""The updates of a script: whether each parameter takes a step against its gradient.

All parameters must take the same positive multiple of minus the gradient of one loss, at least in
one pass; the learning rate may change. Momentum and Adam need several passes to be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from engine.audit.judging.judged import Judged
from engine.audit.network.model import Model
from engine.audit.updates.clipping import clipped, cut
from engine.audit.updates.followed_steps import follow, is_steady
from engine.audit.updates.optimising import fit
from engine.audit.updates.outcome import Updates
from engine.audit.updates.plain_steps import fit_steps, go_apart
from engine.audit.updates.steps import Steps, all_begin, steps_of

_APART = 1e-4
"""From which share on two learning rates are two."""


def judge_updates(
    judged: Sequence[Judged], others: Iterable[Model], constants: Sequence[float]
) -> Updates:
    """Judge the updates.

    Args:
        judged: The passes, in order.
        others: Our program with other optimisers, to try, each with its settings.
        constants: The numbers that stand in the script, of which one may be the learning rate.
    """
    updates = Updates()
    moving = {name: own for name, own in steps_of(judged).items() if not own.is_still}
    if not moving:
        return updates
    is_fit = fit_steps(updates, moving)
    is_apart = is_fit and updates.optimiser == "sgd" and go_apart(moving)
    if is_fit and not is_apart and not _is_free(updates, moving):
        return updates
    shared = [name for name, own in moving.items() if own.is_shared]
    if shared and not (is_fit and _are_even(updates)):
        # Any step of one number is a multiple of its gradient, so that no mistake is sure.
        return Updates(unmatched=shared)
    plain = updates
    updates = Updates() if is_apart else plain
    start = {name: own.from_the_start() for name, own in moving.items()}
    if all_begin(start):
        models = [judged[0].model, *others]
        shortened = clipped(judged, start)
        if (
            shortened is not None
            and any(not fit(m, shortened, constants).odd for m in models)
            # A mean of gradients that are the same in each pass is a part of them, too.
            and not _is_made_evenly(models, start, constants)
        ):
            start = shortened
        for shorter in cut(judged, start, constants):
            if any(not fit(m, shorter, constants).odd for m in models):
                start = shorter
                break
        follow(updates, start, models, constants)
    if is_apart and not updates.findings and (updates.unmatched or not updates.optimiser):
        return plain
    if not updates.optimiser and not updates.findings:
        updates.unmatched = [name for name in moving if name not in updates.rates]
    return updates


def _are_even(updates: Updates) -> bool:
    """Whether all parameters have one learning rate in each pass."""
    rates = [own for own in updates.rates.values() if own]
    return all(
        len(own) == len(rates[0]) and np.allclose(own, rates[0], rtol=_APART, atol=0.0)
        for own in rates
    )


def _is_made_evenly(
    models: Sequence[Model], steps: Mapping[str, Steps], constants: Sequence[float]
) -> bool:
    """Whether an optimiser makes all steps with one learning rate."""
    fits = (fit(model, steps, constants) for model in models)
    return any(one.common and not one.odd and is_steady(one.common) for one in fits)


def _is_free(updates: Updates, steps: Mapping[str, Steps]) -> bool:
    """Whether a single number, a multiple of any other, makes steps at a rate of its own."""
    rates = {name: own for name, own in updates.rates.items() if own}
    if len(rates) < 2:
        return False
    usual = max(own[0] for own in rates.values())
    single = {name: own for name, own in rates.items() if steps[name].gradients[0].size == 1}
    are_steady = all(is_steady(own) for name, own in rates.items() if name not in single)
    for name, own in single.items():
        known = steps[name]
        if known.is_known and np.ptp(known.totals) <= _APART * max(map(abs, known.totals)):
            if are_steady and len(single) < len(rates) and not is_steady(own):
                return True
        elif not known.is_known and any(abs(rate / usual - 1.0) > _APART for rate in own):
            return True
    return False

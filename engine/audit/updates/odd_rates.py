"""Learning rates that are other ones from parameter to parameter, or grow with the gradient.

Each step goes down the gradient then, so that no comparison within one pass tells anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged, as_matrix
from engine.audit.passes.matching import factor_of, find
from engine.audit.passes.one_pass import Found
from engine.audit.updates.optimising import is_rate
from engine.audit.updates.steps import Steps
from engine.common.numbers import general

_SAME = 1e-5
_APART = 1e-4
_FEWEST = 3
"""So many passes are needed to tell."""
_SPREAD = 1.01
"""By which factor the lengths of gradients must differ to tell anything."""

Rates = dict[int, dict[str, float]]


def odd_rates(
    judged: Sequence[Judged],
    steps: Mapping[str, Steps],
    constants: Sequence[float],
) -> Iterator[Finding]:
    """Find rates that change within an update, and clipping that makes long gradients longer.

    Args:
        judged: The passes, in order.
        steps: The steps of all parameters, those of plain descent.
        constants: The numbers in the script, of which one may be the learning rate.
    """
    rates = _rates(steps)
    yield from _changed_within(rates)
    yield from _longer_if_long(judged, rates, steps, constants)


def _rates(steps: Mapping[str, Steps]) -> Rates:
    """Return the rate of each parameter with the script's own gradient, by the pass.

    Passes in which one of them is not known are left out.
    """
    rates: Rates = {}
    for name, own in steps.items():
        for number, passed in enumerate(own.passes):
            noise = own.noise(number)
            factor = factor_of(own.changes[number], own.gradients[number], noise)
            if factor is not None and not own.vague[number]:
                rates.setdefault(passed, {})[name] = -factor * own.sign
    return {number: own for number, own in sorted(rates.items()) if len(own) == len(steps)}


def _changed_within(rates: Rates) -> Iterator[Finding]:
    """Find a decay of the rate that goes on from parameter to parameter, and from pass to pass."""
    run = [number for number in rates if number - next(iter(rates)) < len(rates)]
    if len(run) < _FEWEST or len(rates[run[0]]) < 2 or run[-1] - run[0] != len(run) - 1:
        return
    # In which order they are updated, the rates tell.
    falling = sorted(rates[run[0]], key=lambda name: -rates[run[0]][name])
    for names in (falling, falling[::-1]):
        found = _one_after_the_other(names, [rates[number] for number in run])
        if found:
            yield found
            return


def _one_after_the_other(
    names: Sequence[str], rates: Sequence[Mapping[str, float]]
) -> Finding | None:
    """Say where rates, in the order of the updates, change by one and the same step each time."""
    row = np.array([own[name] for own in rates for name in names])
    if np.min(row) <= 0.0:
        return None
    width = len(names)
    for steps in (np.diff(np.log(row)), np.diff(1.0 / row) * row[0]):
        # Either it stays, or it changes by one and the same step, also from pass to pass.
        moved = steps[np.abs(steps) > _APART]
        within = [at for at in range(width - 1) if abs(steps[at]) > _APART]
        if not within or np.ptp(moved) > _APART * abs(float(moved[0])):
            continue
        pattern = np.abs(steps) > _APART
        if any(not np.array_equal(a, b) for a, b in pairwise(_parts(pattern, width))):
            continue
        first, second = names[within[0]], names[within[0] + 1]
        sizes = [general(rates[0][name]) for name in (first, second)]
        return Finding(
            second,
            "learning-rate",
            f"the learning rate changes within one update, from parameter to parameter: the step "
            f"of {first} has {sizes[0]}, that of {second} {sizes[1]}, and so on in each pass",
            "change the rate once in each pass, behind the loop over the parameters",
        )
    return None


def _parts(row: np.ndarray, width: int) -> list[np.ndarray]:
    """Return the whole passes of a row of steps from parameter to parameter."""
    return [row[at : at + width] for at in range(0, len(row) - width + 1, width)]


def _longer_if_long(
    judged: Sequence[Judged],
    rates: Rates,
    steps: Mapping[str, Steps],
    constants: Sequence[float],
) -> Iterator[Finding]:
    """Find gradients that are multiplied by their length, where they should be divided by it."""
    usual = min((rate for own in rates.values() for rate in own.values()), default=0.0)
    for is_common in (True, False):
        lengths = _lengths(steps, is_common)
        # Where a gradient is short it is left as it is.
        long = [
            (number, name)
            for number, own in rates.items()
            for name, rate in own.items()
            if rate > (1.0 + _APART) * usual > 0.0
        ]
        sizes = [lengths[number, name] for number, name in long]
        passes = list(dict.fromkeys(number for number, _ in long))
        if len(passes) < _FEWEST or max(sizes) < _SPREAD * min(sizes):
            continue
        shares = [rates[at][name] / size for (at, name), size in zip(long, sizes, strict=True)]
        if max(shares) > (1.0 + _SAME) * min(shares):
            continue
        number, name = long[0]
        own = steps[name]
        one = next(one for one in judged if one.one.number == number)
        yield Finding(
            name,
            "clipping",
            "the longer the gradient, the more it is lengthened: clipping multiplies "
            f"{'all gradients' if is_common else 'each gradient'} by ‖g‖/c, here by ‖g‖ = "
            f"{general(sizes[0])} times a number, where c/‖g‖ belongs",
            "g ← g·c/‖g‖ where ‖g‖ is above c",
            number,
            found=_clipped(one, own, own.passes.index(number), constants),
        )
        return


def _lengths(steps: Mapping[str, Steps], is_common: bool) -> dict[tuple[int, str], float]:
    """Return by pass and parameter the length of the gradient, of its own or of all together."""
    squares = {
        (number, name): float(np.sum(np.square(gradient)))
        for name, own in steps.items()
        for number, gradient in zip(own.passes, own.gradients, strict=True)
    }
    if is_common:
        whole = {n: sum(v for (m, _), v in squares.items() if m == n) for n, _ in squares}
        squares = {key: whole[key[0]] for key in squares}
    return {key: float(np.sqrt(square)) for key, square in squares.items()}


def _clipped(one: Judged, own: Steps, at: int, constants: Sequence[float]) -> Found | None:
    """Return the array that the step is the rate times."""
    change = as_matrix(own.changes[at])
    for match in find(one.one, as_matrix(own.gradients[at])):
        rate = factor_of(change, match.factor * as_matrix(own.gradients[at]), own.noise(at))
        if rate is not None and is_rate([abs(rate)], constants):
            return match.found
    return None

"""Learning rates that are other ones from parameter to parameter, or grow with the gradient.

Each step goes down the gradient then, so that no comparison within one pass tells anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judged import Judged, as_matrix
from engine.audit.matching import factor_of, find
from engine.audit.optimising import is_rate
from engine.audit.parameter_places import time_of_update
from engine.audit.passes import Found
from engine.audit.recording.recording import Recording
from engine.audit.steps import Steps
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
    recording: Recording,
    constants: Sequence[float],
) -> Iterator[Finding]:
    """Find rates that change within an update, and clipping that makes long gradients longer.

    Args:
        judged: The passes, in order.
        steps: The steps of all parameters, those of plain descent.
        recording: The recording.
        constants: The numbers in the script, of which one may be the learning rate.
    """
    rates = _rates(steps)
    yield from _changed_within(judged, rates, recording)
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


def _changed_within(
    judged: Sequence[Judged], rates: Rates, recording: Recording
) -> Iterator[Finding]:
    """Find a decay of the rate that goes on from parameter to parameter, and from pass to pass."""
    run = [number for number in rates if number - next(iter(rates)) < len(rates)]
    if len(run) < _FEWEST or len(rates[run[0]]) < 2 or run[-1] - run[0] != len(run) - 1:
        return
    names = sorted(rates[run[0]], key=lambda name: time_of_update(judged, recording, name))
    row = np.array([rates[number][name] for number in run for name in names])
    if np.min(row) <= 0.0:
        return
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
        sizes = [general(rates[run[0]][name]) for name in (first, second)]
        yield Finding(
            second,
            "learning-rate",
            f"the learning rate changes within one update, from parameter to parameter: the step "
            f"of {first} has {sizes[0]}, that of {second} {sizes[1]}, and so on in each pass",
            "change the rate once in each pass, behind the loop over the parameters",
        )
        return


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
    squares: dict[int, float] = {}
    for own in steps.values():
        for number, gradient in zip(own.passes, own.gradients, strict=True):
            squares[number] = squares.get(number, 0.0) + float(np.sum(np.square(gradient)))
    each = {number: list(own.values()) for number, own in rates.items()}
    if any(max(own) - min(own) > _APART * max(map(abs, own)) for own in each.values()):
        return
    usual = min((own[0] for own in each.values()), default=0.0)
    # Where a gradient is short it is left as it is.
    long = [number for number, own in each.items() if own[0] > (1.0 + _APART) * usual > 0.0]
    lengths = [float(np.sqrt(squares[number])) for number in long]
    if len(long) < _FEWEST or max(lengths) < _SPREAD * min(lengths):
        return
    shares = [each[number][0] / length for number, length in zip(long, lengths, strict=True)]
    if max(shares) > (1.0 + _SAME) * min(shares):
        return
    for name, own in steps.items():
        at = own.passes.index(long[0])
        one = next(one for one in judged if one.one.number == long[0])
        yield Finding(
            name,
            "clipping",
            "the longer the gradient, the more it is lengthened: clipping multiplies all gradients "
            f"by ‖g‖/c, here by ‖g‖ = {general(lengths[0])} times a number, where c/‖g‖ belongs",
            "g ← g·c/‖g‖ where ‖g‖ is above c",
            long[0],
            found=_clipped(one, own, at, constants),
        )
        return


def _clipped(one: Judged, own: Steps, at: int, constants: Sequence[float]) -> Found | None:
    """Return the array that the step is the rate times."""
    change = as_matrix(own.changes[at])
    for match in find(one.one, as_matrix(own.gradients[at])):
        rate = factor_of(change, match.factor * as_matrix(own.gradients[at]), own.noise(at))
        if rate is not None and is_rate([abs(rate)], constants):
            return match.found
    return None

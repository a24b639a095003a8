"""Gradients that are clipped before they are used: shortened by one factor, or cut cell by cell.

Shortened, each parameter takes a step along its own gradient, too; but what momentum and Adam keep
is made of the shortened ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.audit.judging.judged import Judged, as_matrix
from engine.audit.passes.matching import find, is_telling
from engine.audit.updates.steps import Steps
from engine.common.numbers import rounded


def clipped(judged: Sequence[Judged], steps: Mapping[str, Steps]) -> dict[str, Steps] | None:
    """Return the steps with the gradients as they were shortened; None where none was.

    A factor that comes again is another thing, such as 1 − β₁; a later one may be of a velocity.
    """
    passes = {one.one.number: one for one in judged}
    numbers = sorted({number for own in steps.values() for number in own.passes})
    common = {number: _common(passes[number], number, steps) for number in numbers}
    again = [factor for factors in common.values() for factor in factors]
    chosen = {
        number: next((f for f in factors if again.count(f) == 1), 1.0)
        for number, factors in common.items()
    }
    if all(factor == 1.0 for factor in chosen.values()):
        return None
    return {
        name: replace(
            own,
            gradients=[
                gradient * chosen[number]
                for number, gradient in zip(own.passes, own.gradients, strict=True)
            ],
        )
        for name, own in steps.items()
    }


def cut(
    judged: Sequence[Judged], steps: Mapping[str, Steps], constants: Sequence[float]
) -> Iterator[dict[str, Steps]]:
    """Go through the steps with the gradients cut at a number of the script, where it does so.

    Args:
        judged: The passes.
        steps: The steps of the parameters.
        constants: The numbers that stand in the script.
    """
    passes = {one.one.number: one for one in judged}
    for limit in (constant for constant in constants if constant > 0.0):
        if any(_is_cut(passes, own, limit) for own in steps.values()):
            yield {
                name: replace(own, gradients=[np.clip(g, -limit, limit) for g in own.gradients])
                for name, own in steps.items()
            }


def _is_cut(passes: Mapping[int, Judged], own: Steps, limit: float) -> bool:
    """Whether a pass has a gradient with the cells beyond a limit set to it, and others left."""
    for number, gradient in zip(own.passes, own.gradients, strict=True):
        shorter, judged = np.clip(gradient, -limit, limit), passes[number]
        is_beyond = np.abs(gradient) > limit
        if is_beyond.all() or not is_beyond.any():
            continue
        match = judged.matches.get(f"dE_d{own.name}")
        begin = match.found.first if match else judged.model.layers[-1].of_z.first
        if next(find(judged.one, as_matrix(shorter), after=begin, free=False), None) is not None:
            return True
    return False


def _common(judged: Judged, number: int, steps: Mapping[str, Steps]) -> list[float]:
    """Return by which factors below 1 the pass has all gradients of more than one number.

    They come in the order of the script.
    """
    common: dict[float, int] | None = None
    for name, own in steps.items():
        gradient = own.gradients[own.passes.index(number)] if number in own.passes else None
        if gradient is None or gradient.size < 2 or not is_telling(as_matrix(gradient)):
            continue
        match = judged.matches.get(f"dE_d{name}")
        begin = match.found.first if match else judged.model.layers[-1].of_z.first
        factors: dict[float, int] = {}
        for found in find(judged.one, as_matrix(gradient), after=begin):
            factor = rounded(found.factor, 9)
            if 0.0 < factor < 1.0 - 1e-9:
                factors[factor] = min(found.found.first, factors.get(factor, found.found.first))
        common = factors if common is None else {f: common[f] for f in common if f in factors}
    return sorted(common or {}, key=(common or {}).__getitem__)

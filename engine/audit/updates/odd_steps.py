"""The mistake in the update of one parameter, where the others follow one of our optimisers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.judged import first_cell
from engine.audit.network.model import Model
from engine.audit.passes.matching import same
from engine.audit.updates.memory_mistakes import memory_mistakes
from engine.audit.updates.odd_sums import odd_sum
from engine.audit.updates.optimising import Fit, changes_of, is_made, own_operations
from engine.audit.updates.steps import Steps
from engine.common.text import subscript
from engine.formula.evaluate import evaluate
from engine.formula.tree import Formula
from engine.maths.operations.operation import Operation
from engine.mistakes import Mistake, mistakes

_LOOSE = 1e-7
"""The share by which a step may be off: a change is what is left of two close numbers."""


def named_step(fit: Fit, steps: Mapping[str, Steps], name: str) -> Finding | None:
    """Name the mistake that makes the steps of a parameter, where one does.

    Args:
        fit: The optimiser that the other parameters follow, with its learning rate.
        steps: The steps of all parameters.
        name: The parameter.
    """
    own = steps[name]
    rates = fit.common
    if len(rates) < len(own.changes):
        return None
    held = odd_sum(fit, own)
    if held is not None:
        return held
    if not own.is_known:
        return _of_gradient(fit, steps, own)
    for operation, mistake, instead in mistakes_of_update(fit.model, name):
        if is_made(fit.model, own, instead, rates, steps):
            return _finding(fit, own, operation, mistake, instead)
    # A mean is another multiple of the sum in each batch of another size: otherwise Adam's steps
    # do not show how large the gradient is.
    sizes = {len(values["x"]) for values in own.around}
    return _of_gradient(fit, steps, own) if len(sizes) > 1 else None


def _of_gradient(fit: Fit, steps: Mapping[str, Steps], own: Steps) -> Finding | None:
    """Name the mistake in a gradient by the steps that are made of it."""
    gradient = fit.model.operation(f"dE_d{own.name}")
    for mistake in mistakes(gradient, fit.model.around, depth=1):
        try:
            wrong = [np.asarray(evaluate(mistake.formula, around)) for around in own.around]
        except (KeyError, ValueError, IndexError):
            continue
        if any(value.shape != own.gradients[0].shape for value in wrong):
            continue
        if is_made(fit.model, replace(own, gradients=wrong), {}, fit.common, steps):
            return Finding(
                mistake.of,
                mistake.kind,
                mistake.says,
                mistake.repair,
                own.passes[0],
                cell=first_cell(wrong[0], own.gradients[0], _LOOSE),
                reads=gradient.name,
                mistake=mistake,
                values=own.around[0],
            )
    return None


def _finding(
    fit: Fit,
    own: Steps,
    operation: Operation,
    mistake: Mistake,
    instead: Mapping[str, Formula],
) -> Finding:
    right = list(changes_of(fit.model, own, rates=fit.common))
    pairs = enumerate(zip(own.changes, right, strict=False))
    number = next((n for n, (a, b) in pairs if not same(a, b, 10 * own.noise(n))), 0)
    return Finding(
        own.name,
        mistake.kind,
        in_words(fit.model, operation, mistake, instead),
        mistake.repair,
        own.passes[number],
        reads=f"delta_{own.name}",
        cell=first_cell(own.changes[number], right[number], _LOOSE),
    )


def in_words(
    model: Model, operation: Operation, mistake: Mistake, instead: Mapping[str, Formula]
) -> str:
    """Say what is wrong in an optimiser, and where in it."""
    optimiser = model.optimiser
    beside = [key for key in instead if key != operation.name]
    also = f"; so in {', '.join(map(subscript, beside))}" if beside else ""
    if operation.name in model.parameters:
        return f"{mistake.says}{also}"
    return f"{optimiser}, {operation.symbol}: {mistake.says}{also}"


def mistakes_of_update(
    model: Model, name: str
) -> Iterator[tuple[Operation, Mistake, dict[str, Formula]]]:
    """Go through the mistakes of an update: of one operation, and of two that are alike."""
    operations = own_operations(model, name)
    every = {
        operation.name: [
            mistake
            for mistake in mistakes(operation, model.around, depth=0)
            if mistake.kind != "no-update"
        ]
        for operation in operations
    }
    for operation in reversed(operations):
        for mistake in every[operation.name]:
            yield operation, mistake, {operation.name: mistake.formula}
    first, second = f"mhat_{name}", f"shat_{name}"
    alike = {_without_symbols(mistake): mistake for mistake in every.get(second, ())}
    for mistake in every.get(first, ()):
        twin = alike.get(_without_symbols(mistake))
        if twin is not None:
            operation = model.operation(first)
            yield operation, mistake, {first: mistake.formula, second: twin.formula}
    yield from memory_mistakes(model, {one.name: one for one in operations}, name)


def _without_symbols(mistake: Mistake) -> str:
    """Return the words of a mistake, the same for the mean and the mean of the squares."""
    return re.sub("β[₁₂]", "β", mistake.says.replace("s_", "m_").replace("ŝ", "m̂"))

"""The largest curvature of a loss in its parameters: gradient descent diverges above 2/λ."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.audit.network.model import Model
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array
from engine.maths.operations.operation import Phase

_ROUNDS = 30
_MOST_WORK = 20_000_000
"""Larger networks, in multiplications of one pass, are not measured."""


def largest_curvature(model: Model) -> float | None:
    """Measure the largest eigenvalue of the Hessian by power iteration.

    Its product with a direction is a difference of two gradients.

    Args:
        model: Our program with the script's values.

    Returns:
        λ; None where the network is too large, or where the largest eigenvalue is no maximum.
    """
    start = {name: model.values[name] for name in model.parameters}
    rows = len(model.values["x"])
    if rows * sum(value.size for value in start.values()) * _ROUNDS > _MOST_WORK:
        return None
    generator = np.random.default_rng(0)
    direction = {name: generator.normal(size=value.shape) for name, value in start.items()}
    largest = max(float(np.max(np.abs(value), initial=0.0)) for value in start.values())
    step = 1e-5 * max(1.0, largest)
    found: float | None = None
    for _ in range(_ROUNDS):
        length = np.sqrt(_dot(direction, direction))
        if not np.isfinite(length) or length == 0.0:
            return None
        direction = {name: value / length for name, value in direction.items()}
        ahead = _gradient(model, {n: v + step * direction[n] for n, v in start.items()})
        behind = _gradient(model, {n: v - step * direction[n] for n, v in start.items()})
        product = {name: (ahead[name] - behind[name]) / (2.0 * step) for name in start}
        found, direction = _dot(direction, product), product
    return found if found is not None and np.isfinite(found) and found > 0.0 else None


def _dot(one: Mapping[str, Array], other: Mapping[str, Array]) -> float:
    return float(sum(np.sum(one[name] * other[name]) for name in one))


def _gradient(model: Model, parameters: Mapping[str, Array]) -> dict[str, Array]:
    values = {"x": model.values["x"], "f0": model.values["f0"], **parameters}
    for operation in model.operations(Phase.FORWARD, Phase.BACKWARD):
        value = evaluate(operation.rule.tree, values)
        shape = tuple(len(axis.labels) for axis in operation.target.axes)
        values[operation.name] = np.broadcast_to(value, shape)
    return {name: values[f"dE_d{name}"] for name in model.parameters}

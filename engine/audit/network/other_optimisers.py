"""Optimisers that a script writes otherwise than ours: ε under the root, and AdaGrad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.audit.network.model import Model
from engine.formula.primitives import sqrt, square
from engine.formula.tree import Apply, Formula, Leaf, Number, rebuilt
from engine.maths.operations.operation import Operation, Phase

ADAGRAD = "AdaGrad"


def with_epsilon_inside(model: Model) -> Model:
    """Return an optimiser that divides by √(s + ε) where ours divides by √s + ε."""
    return _written(
        model,
        model.optimiser,
        lambda o: _rooted(o.rule.tree) if o.name.startswith("d_") else None,
    )


def adagrad(rmsprop: Model) -> Model:
    """Return AdaGrad: RMSprop that adds its squares up and forgets none."""
    return _written(rmsprop, ADAGRAD, lambda o: _summed(o) if o.name.startswith("s_") else None)


def _written(model: Model, optimiser: str, how: Callable[[Operation], Formula | None]) -> Model:
    written = dict(model.written)
    for operation in model.operations(Phase.UPDATE):
        tree = how(operation)
        if tree is not None:
            written[operation.name] = replace(operation, rule=replace(operation.rule, tree=tree))
    return replace(model, written=written, optimiser=optimiser)


def _summed(operation: Operation) -> Formula:
    (gradient,) = (tensor for tensor in operation.reads if tensor is not operation.target)
    return Leaf(operation.target) + square(Leaf(gradient))


def _rooted(tree: Formula) -> Formula:
    match tree:
        case Apply(
            primitive="add",
            arguments=(Apply(primitive="sqrt", arguments=(squares,)), Number() as epsilon),
        ):
            return sqrt(squares + epsilon)
    return rebuilt(tree, [_rooted(part) for part in tree.parts])

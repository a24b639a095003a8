"""Mistakes in what an optimiser keeps from step to step, which no edit of one formula makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.audit.network.model import Model
from engine.formula.tensor import Tensor
from engine.formula.tree import Formula, Leaf, substitute
from engine.maths.operations.operation import Operation
from engine.mistakes import Mistake

Instead = dict[str, Formula]
"""Formulas in the place of those of the operations of that name."""


def memory_mistakes(
    model: Model, operations: Mapping[str, Operation], name: str
) -> Iterator[tuple[Operation, Mistake, Instead]]:
    """Go through the mistakes in what an optimiser keeps for a parameter.

    Args:
        model: Our program with the optimiser.
        operations: What it does for the parameter, by name.
        name: The parameter.
    """
    stored: Instead = {}
    for kept, hat in ((f"m_{name}", f"mhat_{name}"), (f"s_{name}", f"shat_{name}")):
        if kept in operations and hat in operations:
            mistake, own = _stored_back(operations[kept], operations[hat])
            yield operations[hat], mistake, own
            stored |= own
            if len(stored) > len(own):
                yield operations[hat], mistake, stored
    ahead = operations.get(f"d_{name}")
    if model.hyperparameters.optimiser == "nesterov" and ahead is not None:
        yield from _old_velocity(model, operations[f"m_{name}"], ahead, name)


def _stored_back(kept: Operation, hat: Operation) -> tuple[Mistake, Instead]:
    """Put the corrected mean in the place of the mean, where the next step corrects it again."""
    m, corrected = kept.target, hat.rule.tree
    stored = substitute(corrected, {Leaf(m): kept.rule.tree})
    says = (
        f"the corrected mean {hat.right_hand_side} is put back into {m.symbol}, so that each step "
        "corrects again what was corrected before"
    )
    repair = f"keep {m.symbol} as it is, and give the corrected one a name of its own"
    mistake = Mistake(stored, "optimiser-formula", says, repair, hat.name)
    return mistake, {kept.name: stored, hat.name: Leaf(m)}


def _old_velocity(
    model: Model, velocity: Operation, ahead: Operation, name: str
) -> Iterator[tuple[Operation, Mistake, Instead]]:
    """Write the step as −μ·m₀ + (1 + μ)·m, with the velocity m₀ of before, and get that wrong."""
    m, share = Leaf(velocity.target), next(iter(model.around.shares), None)
    gradient = next((t for t in velocity.reads if t.name == f"dE_d{name}"), None)
    if share is None or not isinstance(gradient, Tensor):
        return
    # μ·m₀ is what the velocity was before the gradient was added.
    before = m - Leaf(gradient)
    tree = (1.0 + share) * m + before
    mistake = Mistake(
        tree,
        "sign",
        "the old velocity is added, where it is to be taken away",
        "with the velocity m₀ of before, the step is −η·((1 + μ)·m − μ·m₀)",
        ahead.name,
    )
    yield ahead, mistake, {ahead.name: tree}

"""The steps that our optimisers take with a script's gradients, rightly or with a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.audit.network.model import Model
from engine.audit.passes.matching import factor_of, same
from engine.audit.updates.steps import Steps
from engine.formula.evaluate import evaluate
from engine.formula.evaluate import names as names_in
from engine.formula.tensor import Array, Tensor
from engine.formula.tree import Apply, Formula, Kept, Leaf
from engine.maths.operations.operation import Operation, Phase

LOOSE = 1e-3
"""The share by which Adam's steps may be off: where its ε stands is a matter of taste."""
_ALIKE = 1e-5
"""Up to which share two learning rates are one."""


def own_operations(model: Model, name: str) -> list[Operation]:
    """Return what an optimiser does for one parameter, its step last."""
    return [
        operation
        for operation in model.operations(Phase.UPDATE)
        if operation.name == name or operation.name.endswith(f"_{name}")
    ]


def changes_of(
    model: Model,
    own: Steps,
    instead: Mapping[str, Formula] | None = None,
    rates: list[float] | None = None,
    every: Mapping[str, Steps] | None = None,
) -> Iterator[Array]:
    """Go through what an optimiser changes a parameter by, pass by pass.

    Args:
        model: Our program, with the optimiser.
        own: The gradients, from the first pass on.
        instead: Formulas in the place of those of the operations of that name.
        rates: The learning rate in each pass; 1 where nothing is said.
        every: The steps of all parameters, where a formula reads what is kept for another one.

    Raises:
        KeyError: A formula reads what the script has no value of.
        ValueError: Its arrays do not fit together.
    """
    instead, every = instead or {}, {**(every or {}), own.name: own}
    update = model.operations(Phase.UPDATE)
    mine = {operation.name for operation in own_operations(model, own.name)} | {"t"}
    others = {operation.name for operation in update} - mine
    is_alone = not any(names_in(tree) & others for tree in instead.values())
    operations = [o for o in update if not is_alone or o.name in mine]
    values: dict[str, Array] = {
        operation.name: np.zeros(tuple(len(axis.labels) for axis in operation.target.axes))
        for operation in operations
    }
    for number, around in enumerate(own.around):
        values |= around
        for name, steps in every.items():
            if number < len(steps.gradients):
                values |= {f"dE_d{name}": steps.gradients[number] * steps.sign}
                values |= {name: steps.values[number]}
        values["eta"] = np.array(1.0 if rates is None else rates[number])
        made = np.zeros(())
        for operation in operations:
            value = values[operation.name]
            tree = instead.get(operation.name, operation.rule.tree)
            if operation.name == own.name:
                made = np.broadcast_to(_step(tree, own.name, values), value.shape)
            values[operation.name] = np.broadcast_to(evaluate(tree, values), value.shape)
        yield made


def _step(tree: Formula, name: str, values: Mapping[str, Array]) -> Array:
    """Compute what a formula adds to a parameter, to the last digit where that is written."""
    match tree:
        case Apply(primitive="add", arguments=(Leaf(of=Tensor(name=n)), Kept(argument=step))):
            if n == name:
                return evaluate(step, values)
    return evaluate(tree, values) - values[name]


@dataclass(eq=False)
class Fit:
    """The fit of an optimiser to the steps of the parameters.

    Attributes:
        model: Our program with the optimiser.
        rates: The learning rate of each parameter whose steps it makes, pass by pass, with the
            script's own gradient; the same in all of them.
        odd: The parameters whose steps it does not make.
        common: The learning rate that is meant, pass by pass.
    """

    model: Model
    rates: dict[str, list[float]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    common: list[float] = field(default_factory=list)

    def cells(self, steps: Mapping[str, Steps]) -> int:
        """Return how many numbers of the parameters it makes."""
        return sum(steps[name].gradients[0].size for name in self.rates)


def fit(
    model: Model,
    steps: Mapping[str, Steps],
    constants: Sequence[float] = (),
    tolerance: float = 0.0,
) -> Fit:
    """See which steps an optimiser makes, all with one learning rate in each pass.

    Args:
        model: Our program, with the optimiser.
        steps: The steps of the parameters, from the first pass on.
        constants: The numbers in the script, of which one may be the learning rate.
        tolerance: How far a step may be off; 0 for rounding only.
    """
    found = Fit(model)
    known: dict[str, list[float]] = {}
    for name, own in steps.items():
        rates = list(_rates(model, own, tolerance))
        if len(rates) == len(own.changes) and any(rates):
            known[name] = rates

    def followers(leader: str) -> list[str]:
        return [name for name in known if _are_alike(known[name], known[leader], tolerance)]

    def rank(name: str) -> tuple[int, bool, int]:
        return len(followers(name)), is_rate(known[name], constants), steps[name].gradients[0].size

    # A single number is a multiple of any other.
    leaders = [
        name
        for name in known
        if steps[name].gradients[0].size > 1 or is_rate(known[name], constants)
    ]
    leader = max(leaders or known, key=rank, default=None)
    if leader is not None:
        found.common = known[leader]
        found.rates = {name: known[name] for name in followers(leader)}
    found.odd = [name for name in steps if name not in found.rates]
    return found


def is_rate(rates: Sequence[float], constants: Sequence[float]) -> bool:
    """Whether the steps have the same learning rate in each pass, and it stands in the script."""
    own = [rate for rate in rates if rate]
    # A step as long as the gradient is one without a rate.
    return any(
        c != 1.0 and all(abs(rate - c) <= _ALIKE * abs(c) for rate in own) for c in constants
    )


def _are_alike(one: list[float], other: list[float], tolerance: float) -> bool:
    pairs = zip(one, other, strict=False)
    limit = max(_ALIKE, tolerance)
    return all(not a or not b or abs(a - b) <= limit * abs(b) for a, b in pairs)


def _rates(model: Model, own: Steps, tolerance: float) -> Iterator[float]:
    """Go through the learning rate of each pass, 0 where nothing moves, as long as one fits."""
    for number, direction in enumerate(changes_of(model, own)):
        change = own.changes[number]
        if own.vague[number] or not (np.any(direction) or np.any(change)):
            yield 0.0
            continue
        if not np.isfinite(direction).all():
            return
        noise = own.noise(number)
        rate = factor_of(change, direction, tolerance or 10 * noise)
        if rate is None:
            return
        # A step of which rounding leaves only a few digits fits, but tells no rate.
        yield rate if noise <= _ALIKE else 0.0


def is_made(
    model: Model,
    own: Steps,
    instead: Mapping[str, Formula],
    rates: list[float],
    every: Mapping[str, Steps],
) -> bool:
    """Whether formulas with a mistake make the steps of a parameter, where the rate is known."""
    if not any(rates):
        return False
    try:
        for number, change in enumerate(changes_of(model, own, instead, rates, every)):
            if rates[number] and not same(own.changes[number], change, 10 * own.noise(number)):
                return False
    except (KeyError, ValueError, IndexError):
        return False
    return True

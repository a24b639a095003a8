"""The steps of the parameters of a script, pass by pass, beside the gradients that it has made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.audit.judging.judged import Judged
from engine.common.numbers import rounded
from engine.formula.tensor import Array


@dataclass(eq=False)
class Steps:
    """The gradients and the changes of one parameter, in passes that follow each other.

    Attributes:
        name: The parameter.
        gradients: Its gradient in each pass, as the script has it.
        totals: The script's gradient divided by ours, from the loss on.
        changes: What each pass changed the parameter by.
        values: The parameter before each step.
        passes: The numbers of the passes.
        around: All that is known of the script's values in each pass, by the names of the tensors.
        vague: Whether the gradient of a pass tells nothing: it is 0, rounding, or the same
            everywhere.
        is_known: Whether the script has the gradient as an array, so that its size is known.
        sign: -1 where the script has minus the gradients of most parameters, else 1.
        is_shared: Whether one number is the bias of all neurons of a layer.
    """

    name: str
    gradients: list[Array] = field(default_factory=list)
    totals: list[float] = field(default_factory=list)
    changes: list[Array] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)
    passes: list[int] = field(default_factory=list)
    around: list[Mapping[str, Array]] = field(default_factory=list)
    vague: list[bool] = field(default_factory=list)
    is_known: bool = True
    sign: float = 1.0
    is_shared: bool = False

    @property
    def is_still(self) -> bool:
        """Whether it never changes though its gradient is not 0."""
        known = zip(self.gradients, self.vague, strict=True)
        moves = any(np.any(gradient) for gradient, is_vague in known if not is_vague)
        return moves and not any(np.any(change) for change in self.changes)

    @property
    def total(self) -> float:
        """The gradient divided by ours, in the first pass in which it tells something."""
        known = zip(self.totals, self.vague, strict=True)
        return next((total for total, is_vague in known if not is_vague), self.totals[0])

    def noise(self, number: int) -> float:
        """Return which share of a change is rounding: it is what is left of two close numbers."""
        value, change = self.values[number], self.changes[number]
        largest = max(float(np.max(np.abs(change), initial=0.0)), 1e-300)
        return 1e-7 + 4e-16 * float(np.max(np.abs(value), initial=0.0)) / largest

    def from_the_start(self) -> Steps:
        """Return the passes that follow each other from the first pass of all."""
        count = 0
        while count < len(self.passes) and self.passes[count] == count:
            count += 1
        return replace(
            self,
            gradients=self.gradients[:count],
            totals=self.totals[:count],
            changes=self.changes[:count],
            values=self.values[:count],
            passes=self.passes[:count],
            around=self.around[:count],
            vague=self.vague[:count],
        )


def steps_of(judged: Sequence[Judged]) -> dict[str, Steps]:
    """Gather what is known of each parameter."""
    steps: dict[str, Steps] = {}
    for one in judged:
        for name in one.model.parameters:
            gradient_name = f"dE_d{name}"
            change = one.changes.get(name)
            gradient = one.right.get(gradient_name)
            if change is None or gradient is None or not np.isfinite(change).all():
                continue
            match = one.matches.get(gradient_name)
            own = gradient * (match.factor if match else 1.0)
            alone = one.wrong.get(gradient_name, own)
            own = one.as_held(name, alone)
            is_shared = own is not alone
            value = one.model.values[name]
            penalty = one.penalties.get(name, 0.0) * value
            penalty = penalty + one.lassos.get(name, 0.0) * np.sign(value)
            own = own + one.totals.get(gradient_name, 1.0) * penalty
            known = steps.setdefault(name, Steps(name, is_shared=is_shared))
            known.gradients.append(own)
            known.totals.append(one.totals.get(gradient_name, 1.0))
            known.changes.append(change)
            known.values.append(value)
            known.passes.append(one.one.number)
            known.around.append(one.values)
            known.vague.append(name in one.vague)
            if name not in one.vague:
                known.is_known &= match is not None or gradient_name in one.wrong
    _pause(list(steps.values()))
    _level(steps, judged)
    steps = {name: own for name, own in steps.items() if not all(own.vague)}
    signs = sum(
        np.sign(total)
        for known in steps.values()
        for total, is_vague in zip(known.totals, known.vague, strict=True)
        if not is_vague
    )
    for known in steps.values():
        known.sign = -1.0 if signs < 0.0 else 1.0
    return steps


def all_begin(steps: Mapping[str, Steps]) -> bool:
    """Whether all steps are known from the first pass on."""
    return all(own.passes for own in steps.values())


def _level(steps: Mapping[str, Steps], judged: Sequence[Judged]) -> None:
    """Give a single number, a multiple of any other, the factor that it has in most passes."""
    largest = max(steps.values(), key=lambda own: own.gradients[0].size, default=None)
    for name, own in steps.items():
        if largest is None or own.gradients[0].size > 1 or own.passes != largest.passes:
            continue
        pairs = zip(own.totals, largest.totals, strict=True)
        shares = [rounded(total / other, 6) for total, other in pairs]
        usual, times = Counter(shares).most_common(1)[0]
        if not len(shares) > times > len(shares) / 2:
            continue
        known = {one.one.number: one for one in judged}
        for at, share in enumerate(shares):
            if share != usual and f"dE_d{name}" not in known[own.passes[at]].wrong:
                own.gradients[at] = own.gradients[at] * (usual / share)
                own.totals[at] *= usual / share


def _pause(steps: Sequence[Steps]) -> None:
    """Mark the passes in which nothing moves, as with a learning rate of 0 at a schedule's end."""
    moved = {
        number
        for own in steps
        for number, change in zip(own.passes, own.changes, strict=True)
        if np.any(change)
    }
    if not moved:
        return
    for own in steps:
        own.vague = [
            is_vague or number not in moved
            for number, is_vague in zip(own.passes, own.vague, strict=True)
        ]

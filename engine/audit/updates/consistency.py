"""Whether the updates of all parameters are one positive multiple of minus one gradient.

One sign and one factor for the whole backward pass are a matter of taste: they go into the
learning rate. What differs between parameters, or makes all of them go uphill, is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.judged import TASTE, Judged
from engine.audit.network.losses import Computed
from engine.audit.passes.matching import factor_of
from engine.audit.recording.recording import Recording
from engine.audit.updates.outcome import Updates
from engine.audit.updates.steps import Steps
from engine.common.numbers import general
from engine.formula.evaluate import evaluate
from engine.formula.tensor import Array
from engine.maths.operations.operation import Phase

_LARGEST_RATIO = 1e5
_UNSTEADY = 1e-3
"""From which share on the sizes of gradients are not the same."""
_FROZEN = re.compile(r"\b(frozen|freeze)\b", re.IGNORECASE)


def true_gradients(judged: Judged) -> dict[str, Array]:
    """Compute the gradients from the script's forward phase alone."""
    values = dict(judged.model.values)
    for operation in judged.model.operations(Phase.BACKWARD):
        value = evaluate(operation.rule.tree, values)
        values[operation.name] = np.broadcast_to(
            value, tuple(len(axis.labels) for axis in operation.target.axes)
        )
    return {name: judged.as_held(name, values[f"dE_d{name}"]) for name in judged.model.parameters}


def descends(judged: Sequence[Judged]) -> bool:
    """Whether each pass that is known changes all parameters against the true gradient, alike."""
    known = 0
    for one in judged:
        rates = []
        for name, gradient in true_gradients(one).items():
            change = one.changes.get(name)
            if name.startswith("b") and _stays(one, name):
                continue
            if change is None or not np.any(gradient):
                if change is None or np.any(change):
                    break
                continue
            factor = factor_of(change, gradient, 1e-6)
            if factor is None or factor >= 0.0:
                return False
            rates.append(-factor)
        else:
            if rates and max(rates) > (1.0 + 1e-6) * min(rates):
                return False
            known += bool(rates)
    return known > 0


def unsteady(judged: Sequence[Judged]) -> bool:
    """Whether gradients of passes with as many rows are other multiples of ours each time.

    With one output for one observation every mistake in ∂E/∂y gives a multiple.
    """
    first = judged[0]
    if first.one.scalars:
        # Single numbers are others by chance.
        return False
    rows = len(first.model.values["x"])
    alike = [one for one in judged if len(one.model.values["x"]) == rows]
    for weights, _, _ in first.model.names:
        name = f"dE_d{weights}"
        totals = [one.totals[name] for one in alike if name in one.matches]
        if totals and np.ptp(totals) > _UNSTEADY * np.max(np.abs(totals)):
            return True
    return False


def goes_down(steps: Steps) -> bool:
    """Whether each cell of each step has the sign of minus the gradient."""
    for gradient, total, change in zip(steps.gradients, steps.totals, steps.changes, strict=True):
        if np.any(gradient * np.sign(total) * change > 0.0):
            return False
    return True


def frozen(
    steps: dict[str, Steps], judged: Sequence[Judged], recording: Recording
) -> Iterator[str]:
    """Go through the parameters that are left alone on purpose.

    The line of their gradient says that they are frozen; weights may have no gradient, too.
    """
    for name, own in steps.items():
        if not own.is_still:
            continue
        found = [m.found for one in judged if (m := one.matches.get(f"dE_d{name}")) is not None]
        nodes = [recording.node_of(record) for each in found for record in each.records]
        lines = {line for node in nodes for line in range(node.line - 1, node.end_line)}
        # A comment that stands by itself may be about any of them.
        lines |= {n for n, line in enumerate(recording.source) if line.lstrip().startswith("#")}
        is_given_none = not found and not name.startswith("b")
        if is_given_none or any(_FROZEN.search(recording.source[line]) for line in lines):
            yield name


def still(
    steps: dict[str, Steps], judged: Sequence[Judged], meant: Collection[str] = ()
) -> Iterator[Finding]:
    """Find parameters that never change, but for biases that are meant to stay.

    Those have places of their own, and no gradient.

    Args:
        steps: The steps of the parameters.
        judged: The passes, in order.
        meant: The parameters that are left alone on purpose.
    """
    for name, own in steps.items():
        if name in meant:
            continue
        if name.startswith("b") and not _is_meant_to_learn(judged, name):
            continue
        if own.is_still and len(own.changes) > 1:
            yield Finding(
                name,
                "no-update",
                f"{name} never changes, though its gradient is not 0",
                f"{name} ← {name} − η·∂E/∂{name}",
            )


def _is_meant_to_learn(judged: Sequence[Judged], bias: str) -> bool:
    """Whether a bias that never changes has a gradient, or is held with weights that do."""
    is_among_weights = bool(judged[0].model.parameters[bias].ones)
    return is_among_weights or any(_has_gradient(one, bias) for one in judged)


def _stays(judged: Judged, bias: str) -> bool:
    """Whether a bias is meant to stay: it does not change, and no gradient of it is computed."""
    change = judged.changes.get(bias)
    return (change is None or not np.any(change)) and not _has_gradient(judged, bias)


def _has_gradient(judged: Judged, bias: str) -> bool:
    """Whether the gradient of a bias stands there, as more than what it is the sum of."""
    match = judged.matches.get(f"dE_d{bias}")
    if match is None:
        return False
    z = next(z for weights, z, _ in judged.model.names if "b" + weights == bias or bias == "b")
    summed = judged.matches.get(f"dE_d{z}")
    if summed is None or summed.found.flat.tobytes() != match.found.flat.tobytes():
        return True
    return judged.is_summed(match.found)


def reduced_otherwise(
    judged: Sequence[Judged], computed: Computed | None, constants: Sequence[float]
) -> Iterator[Finding]:
    """Find gradients that are all N times those of the loss that the script computes.

    Args:
        judged: The passes, in order.
        computed: The loss of the script.
        constants: The numbers that stand in the script, of which one may be the learning rate.
    """
    if computed is None or not computed.is_named or not judged:
        return
    first = judged[0]
    rows = first.model.values["x"].shape[0]
    if rows < 2:
        return
    totals = [
        abs(first.totals[f"dE_d{name}"] / computed.factor)
        for name in first.model.parameters
        if f"dE_d{name}" in first.totals
    ]
    if not totals or max(totals) > 1.0001 * min(totals):
        return
    if any(abs(totals[0] / taste - 1.0) < 1e-6 for taste in TASTE):
        return
    for taste in TASTE:
        for size, words, repair in (
            (float(rows), "larger", "divide it by N"),
            (1.0 / rows, "smaller", "do not divide it by N"),
        ):
            if _is_made_up_for(first, size, constants):
                continue
            if size < 1.0 and _in_batches(judged):
                # The sums of the batches are added up and divided by all observations at the end.
                continue
            if abs(totals[0] / (taste * size) - 1.0) > 1e-6:
                continue
            output = first.model.names[-1][1]
            name = "dE_df" if "dE_df" in first.matches else f"dE_d{output}"
            match = first.matches.get(name)
            loss = "a mean over the observations" if size > 1.0 else "a sum over the observations"
            grads = "sums" if size > 1.0 else "means"
            yield Finding(
                name,
                "reduction",
                f"E is {loss}, but the gradients are {grads}: N = {rows} times {words}, in the "
                "right direction (the learning rate makes up for it)",
                f"{repair}, or take E for the {'sum' if size > 1.0 else 'mean'}",
                found=match.found if match else None,
            )
            return


def _is_made_up_for(judged: Judged, size: float, constants: Sequence[float]) -> bool:
    """Whether the steps divide the gradients by their size, beside a learning rate."""
    for name in judged.model.parameters:
        change, own = judged.changes.get(name), judged.right.get(f"dE_d{name}")
        factor = None if change is None or own is None else factor_of(change, own, 1e-6)
        if factor is None:
            continue
        match = judged.matches.get(f"dE_d{name}")
        rate = abs(factor / (match.factor if match else 1.0))
        is_rate, is_share = (
            any(abs(wanted - constant) <= 1e-6 * wanted for constant in constants)
            for wanted in (rate, rate * size)
        )
        return is_share and not is_rate
    return False


def _in_batches(judged: Sequence[Judged]) -> bool:
    """Whether the passes see different observations."""
    x = judged[0].model.values["x"]
    return any(not np.array_equal(one.model.values["x"], x) for one in judged)


def penalties(
    judged: Sequence[Judged], updates: Updates, computed: Computed | None
) -> Iterator[Finding]:
    """Find penalties that enter the gradient with the wrong sign or size, or not at all."""
    if not judged:
        return
    first = judged[0]
    for name, weight in first.penalties.items():
        if weight < 0.0:
            yield Finding(
                f"dE_d{name}",
                "penalty",
                f"the penalty enters the gradient with the wrong sign: {general(abs(weight))} "
                f"times {name} is subtracted, so that large weights grow; E adds the penalty",
                f"add λ·{name} to ∂E/∂{name}",
                found=first.matches[f"dE_d{name}"].found,
            )
    for name, decay in updates.weight_decay.items():
        if decay < -1e-12 and not any(weight < 0.0 for weight in first.penalties.values()):
            yield Finding(
                name,
                "penalty",
                f"the penalty enters the step of {name} with the wrong sign: it makes large "
                "weights grow",
                f"subtract η·λ·{name}",
            )
    if computed is None or not computed.penalty or not computed.is_named:
        return
    shares = list(_shares_in_loss(first, computed))
    for name, weight in first.penalties.items():
        if weight <= 0.0:
            continue
        total = abs(first.totals[f"dE_d{name}"] / computed.factor)
        ratio = min((weight / s for s in shares if s), key=lambda r: abs(r - 1.0), default=1.0)
        if _is_whole(ratio) and not (abs(ratio * total - 1.0) < 1e-4 or abs(ratio - 1.0) < 1e-4):
            yield Finding(
                f"dE_d{name}",
                "penalty",
                f"the penalty in the gradient is {general(ratio)} times the slope of the one in E",
                f"∂R/∂{name} of R = ½·λ·Σ{name}² is λ·{name}; of λ·Σ{name}² it is 2λ·{name}",
                found=first.matches[f"dE_d{name}"].found,
            )


def _is_whole(ratio: float) -> bool:
    """Whether a ratio is that of small whole numbers, as a slip makes it.

    A loss that is computed after the step has the penalty of other weights.
    """
    ways = (ratio, 1.0 / ratio, 2.0 * ratio, 2.0 / ratio)
    return any(abs(one - round(one)) < 1e-6 * one for one in ways if one < _LARGEST_RATIO)


def _shares_in_loss(judged: Judged, computed: Computed) -> Iterator[float]:
    """Go through λ₂ as E may hold it: of the weights alone, or of all parameters."""
    values = judged.model.values
    sizes = sum(
        share * float(np.sum(np.abs(values[name]))) for name, share in judged.lassos.items()
    )
    weights = [name for name, _, _ in judged.model.names]
    for names in (weights, list(judged.model.parameters)):
        squares = sum(float(np.sum(np.square(values[name]))) for name in names)
        if squares:
            yield 2.0 * (computed.penalty / computed.factor - sizes) / squares

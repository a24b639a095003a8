"""Gradients and steps that have another factor or sign than those of the other parameters.

One sign and one factor for the whole backward pass are a matter of taste: they go into the
learning rate. Where parameters differ, the factor came in at one operation, which is looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from engine.audit.findings import Finding
from engine.audit.judging.judged import TASTE, Judged
from engine.audit.network.losses import Computed
from engine.audit.updates.odd_gradients import (
    SAME,
    in_words,
    is_in_gradient,
    multiple_of,
    odd_one,
    of_factor,
    rate_twice,
    sources,
)
from engine.audit.updates.odd_steps import named_step
from engine.audit.updates.optimising import fit, is_rate
from engine.audit.updates.outcome import FREE, Updates
from engine.audit.updates.steps import Steps, all_begin
from engine.common.numbers import general, rounded
from engine.maths.operations.operation import Phase


def uphill_or_uneven(
    judged: Sequence[Judged],
    updates: Updates,
    computed: Computed | None,
    steps: Mapping[str, Steps],
    constants: Sequence[float],
) -> Iterator[Finding]:
    """Find parameters whose step is no common positive multiple of minus the gradient.

    Args:
        judged: The passes, in order.
        updates: What became of the gradients.
        computed: Where the script computes its loss.
        steps: The steps of each parameter.
        constants: The numbers that stand in the script, of which one may be the learning rate.
    """
    rates = {name: own[0] for name, own in updates.rates.items() if own}
    if not rates or not judged:
        return
    # A dead neuron, or a dead output, tells nothing.
    first = min(judged, key=lambda one: len(one.vague))
    if all(rate < 0.0 for rate in rates.values()):
        # A single number goes either way with a velocity that is not understood.
        if all(rate <= 0.0 for own in updates.rates.values() for rate in own):
            yield from _all_uphill(first, rates, updates.optimiser)
        return
    scale = computed.factor if computed else 1.0
    totals = {name: first.totals.get(f"dE_d{name}", 1.0) / scale for name in rates}
    is_free = updates.optimiser in FREE
    raw = rates if is_free else {n: rate / totals[n] / scale for n, rate in rates.items()}
    usual = {name for name, rate in raw.items() if is_rate([rate], constants)}
    lengths = next(_shares(raw, totals, usual))
    ways = _shares(totals, totals, set()) if is_free else _shares(rates, totals, usual)
    is_told = not is_free and computed is not None and computed.is_named
    # What is a gradient of the very loss that the script computes is right.
    known = {name for name, total in totals.items() if is_told and abs(total - 1.0) < SAME}
    left = min(
        ways,
        key=lambda shares: (
            sum(abs(shares[name] - 1.0) >= SAME for name in known),
            *_faults(first, shares),
        ),
    )
    if is_free:
        left = {name: size * (1.0 if lengths[name] > 0.0 else -1.0) for name, size in left.items()}
    faster = _faster_biases(lengths, totals)
    rows = first.model.values["x"].shape[0]
    if faster is not None and not (in_words(faster, rows) or "").startswith("N"):
        # A rate of their own for all biases is a choice.
        updates.notes.append(
            f"the biases take steps {general(faster)} times as long as the weights"
        )
        return

    def _is_rate_of(size: float, parameter: str) -> bool:
        return any(abs(size / raw[name] - 1.0) < SAME for name in usual - {parameter})

    for operation, factor in sources(first, left):
        parameter = operation.name.removeprefix("dE_d")
        if parameter in left and in_words(factor, first.model.values["x"].shape[0]):
            yield from odd_one(first, parameter, factor)
        elif parameter in left and _is_rate_of(factor, parameter):
            yield rate_twice(first, operation.name, factor)
        else:
            yield of_factor(first, operation, factor)
    own = {name: one.from_the_start() for name, one in steps.items() if name in rates}
    plain = (
        fit(first.model, own, constants) if updates.optimiser == "sgd" and all_begin(own) else None
    )
    for name, ratio in left.items():
        ratio *= abs(lengths[name]) if is_free else 1.0
        if abs(ratio - 1.0) < SAME:
            continue
        if usual - {name} and name not in usual and abs(raw[name] - 1.0) < SAME:
            yield Finding(
                name,
                "left-out",
                f"the factor η is missing: the step of {name} is not multiplied by the learning "
                "rate, those of the others are",
                f"{name} ← {name} − η·∂E/∂{name}",
            )
            continue
        if _is_rate_of(ratio, name) and is_in_gradient(first, name, ratio):
            yield rate_twice(first, f"dE_d{name}", ratio)
            continue
        if _is_squared(first, raw[name], raw[name] / lengths[name], constants):
            yield Finding(
                name,
                "factor",
                f"the learning rate is in the step of {name} twice: it is η² times the gradient, "
                "those of the others are η times",
                f"multiply by η once: {name} ← {name} − η·∂E/∂{name}",
            )
            continue
        is_step = plain is not None and name in plain.odd and abs(lengths[name] - 1.0) >= SAME
        is_step = is_step and multiple_of(first, f"dE_d{name}", ratio) is None
        named = named_step(plain, own, name) if plain is not None and is_step else None
        yield from [named] if named is not None else odd_one(first, name, ratio)


def _faster_biases(lengths: Mapping[str, float], totals: Mapping[str, float]) -> float | None:
    """Return how many times as long the steps of several biases are, all alike, or None.

    The gradients are those of one loss then, and the steps of all weights have one rate.
    """
    own = [length for name, length in lengths.items() if name.startswith("b")]
    others = [length for name, length in lengths.items() if not name.startswith("b")]
    sizes = list(totals.values())
    if len(own) < 2 or not others or abs(own[0] - 1.0) < SAME or own[0] <= 0.0:
        return None
    is_one = max(sizes) - min(sizes) <= SAME * max(map(abs, sizes))
    is_like = all(abs(length - 1.0) < SAME for length in others)
    return own[0] if is_one and is_like and max(own) - min(own) < SAME * own[0] else None


def _is_squared(judged: Judged, rate: float, usual: float, constants: Sequence[float]) -> bool:
    """Whether a rate is the square of the usual one, which stands in the script once."""
    if abs(rate - usual * usual) > SAME * abs(rate) or judged.recording is None:
        return False
    if not is_rate([usual], constants) or is_rate([rate], constants):
        return False
    written = [node.constant for node in judged.recording.nodes if node.constant is not None]
    return sum(abs(float(value) - usual) < SAME * usual for value in written) == 1


def _all_uphill(first: Judged, rates: Mapping[str, float], optimiser: str) -> Iterator[Finding]:
    """Say which operation turns all steps round: one within the chain, or the updates."""
    begin = first.model.operations(Phase.BACKWARD)[0].name
    turned = [
        (operation, factor)
        for operation, factor in sources(first, dict.fromkeys(rates, -1.0))
        if operation.name != begin and "f0" not in {tensor.name for tensor in operation.reads}
    ]
    if turned:
        yield of_factor(first, *turned[0])
        return
    for name in rates:
        repair = f"subtract: {name} ← {name} − η·∂E/∂{name}, or turn the error round (f₀ − f)"
        if optimiser in ("momentum", "nesterov"):
            repair = (
                f"one minus sign in all: m ← μ·m − η·∂E/∂{name} is added, {name} ← {name} + m; "
                f"m ← μ·m + η·∂E/∂{name} is subtracted"
            )
        yield Finding(
            name,
            "sign",
            f"{name} goes uphill: its step has the sign of the gradient, so the loss rises",
            repair,
        )


def _shares(
    sizes: Mapping[str, float], totals: Mapping[str, float], usual: set[str]
) -> Iterator[dict[str, float]]:
    """Go through what is meant to be equal, divided by what it may be meant to be.

    What it is for the most parameters comes first.

    Args:
        sizes: The sizes of the parameters' gradients or steps.
        totals: Their gradients, divided by ours.
        usual: The parameters with a step of a length that stands in the script.
    """
    weight: Counter[float] = Counter()
    values: dict[float, float] = {}
    for name, size in reversed(list(sizes.items())):
        key = rounded(size, 4)
        values.setdefault(key, size)
        weight[key] += 3 if name.startswith("b") else 4
        weight[key] += 2 * (name in usual)
        if size > 0.0:
            weight[key] += any(abs(abs(totals[name]) - taste) < 1e-6 for taste in TASTE)
            weight[key] += abs(abs(totals[name]) - 1.0) < 1e-6
    for key in sorted(weight, key=lambda key: (-weight[key], key <= 0.0)):
        if values[key] > 0.0:
            yield {name: size / values[key] for name, size in sizes.items()}
    if all(size <= 0.0 for size in sizes.values()):
        usual_size = values[max(weight, key=lambda key: weight[key])]
        yield {name: size / usual_size for name, size in sizes.items()}


def _faults(first: Judged, shares: Mapping[str, float]) -> tuple[int, int]:
    """Return how many mistakes explain what is odd, and how many of them no operation shows."""
    left = dict(shares)
    shown = sum(1 for _ in sources(first, left))
    hidden = sum(abs(ratio - 1.0) >= SAME for ratio in left.values())
    return shown + hidden, hidden

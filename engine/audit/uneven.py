"""Gradients and steps that have another factor or sign than those of the other parameters.

One sign and one factor for the whole backward pass are a matter of taste: they go into the
learning rate. Where parameters differ, the factor came in at one operation, which is looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from engine.audit.findings import Finding
from engine.audit.judged import Judged, first_cell, values_of
from engine.audit.losses import Computed
from engine.audit.matching import same
from engine.audit.odd_steps import named_step
from engine.audit.optimising import fit, is_rate
from engine.audit.passes import Found
from engine.audit.steps import Steps
from engine.audit.updating import FREE, Updates
from engine.common.numbers import general, rounded, true_minus
from engine.maths.operations.operation import Operation, Phase

_TASTE = (1.0, 2.0, 0.5)
_SAME = 1e-4


def uphill_or_uneven(
    judged: Sequence[Judged],
    updates: Updates,
    computed: Computed | None,
    steps: Mapping[str, Steps],
    constants: Sequence[float] = (),
) -> Iterator[Finding]:
    """Find parameters whose step is no common positive multiple of minus the gradient."""
    rates = {name: own[0] for name, own in updates.rates.items() if own}
    if not rates or not judged:
        return
    # A dead neuron, or a dead output, tells nothing.
    first = min(judged, key=lambda one: len(one.vague))
    if all(rate < 0.0 for rate in rates.values()):
        yield from _all_uphill(first, rates, updates.optimiser)
        return
    scale = computed.factor if computed else 1.0
    totals = {name: first.totals.get(f"dE_d{name}", 1.0) / scale for name in rates}
    is_free = updates.optimiser in FREE
    raw = rates if is_free else {n: rate / totals[n] / scale for n, rate in rates.items()}
    usual = {name for name, rate in raw.items() if is_rate([rate], constants)}
    lengths = next(_shares(raw, totals, usual))
    ways = _shares(totals, totals, set()) if is_free else _shares(rates, totals, usual)
    left = min(ways, key=lambda shares: _faults(first, shares))
    if is_free:
        left = {name: size * (1.0 if lengths[name] > 0.0 else -1.0) for name, size in left.items()}
    faster = _faster_biases(lengths, totals)
    rows = first.model.values["x"].shape[0]
    if faster is not None and not (_in_words(faster, rows) or "").startswith("N"):
        # A rate of their own for all biases is a choice.
        updates.notes.append(
            f"the biases take steps {general(faster)} times as long as the weights"
        )
        return

    def _is_rate_of(size: float, parameter: str) -> bool:
        return any(abs(size / raw[name] - 1.0) < _SAME for name in usual - {parameter})

    for operation, factor in _sources(first, left):
        parameter = operation.name.removeprefix("dE_d")
        if parameter in left and _in_words(factor, first.model.values["x"].shape[0]):
            yield from _odd_one(first, parameter, factor)
        elif parameter in left and _is_rate_of(factor, parameter):
            yield _rate_twice(first, operation.name, factor)
        else:
            yield _of_factor(first, operation, factor)
    own = {name: one.from_the_start() for name, one in steps.items() if name in rates}
    plain = (
        fit(first.model, own, constants) if updates.optimiser == "sgd" and all_begin(own) else None
    )
    for name, ratio in left.items():
        ratio *= abs(lengths[name]) if is_free else 1.0
        if abs(ratio - 1.0) < _SAME:
            continue
        if usual - {name} and name not in usual and abs(raw[name] - 1.0) < _SAME:
            yield Finding(
                name,
                "left-out",
                f"the factor η is missing: the step of {name} is not multiplied by the learning "
                "rate, those of the others are",
                f"{name} ← {name} − η·∂E/∂{name}",
            )
            continue
        if _is_rate_of(ratio, name) and _is_in_gradient(first, name, ratio):
            yield _rate_twice(first, f"dE_d{name}", ratio)
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
        is_step = plain is not None and name in plain.odd and abs(lengths[name] - 1.0) >= _SAME
        is_step = is_step and multiple_of(first, f"dE_d{name}", ratio) is None
        named = named_step(plain, own, name) if plain is not None and is_step else None
        yield from [named] if named is not None else _odd_one(first, name, ratio)


def _faster_biases(lengths: Mapping[str, float], totals: Mapping[str, float]) -> float | None:
    """Return how many times as long the steps of several biases are, all alike, or None.

    The gradients are those of one loss then, and the steps of all weights have one rate.
    """
    own = [length for name, length in lengths.items() if name.startswith("b")]
    others = [length for name, length in lengths.items() if not name.startswith("b")]
    sizes = list(totals.values())
    if len(own) < 2 or not others or abs(own[0] - 1.0) < _SAME or own[0] <= 0.0:
        return None
    is_one = max(sizes) - min(sizes) <= _SAME * max(map(abs, sizes))
    is_like = all(abs(length - 1.0) < _SAME for length in others)
    return own[0] if is_one and is_like and max(own) - min(own) < _SAME * own[0] else None


def _is_squared(judged: Judged, rate: float, usual: float, constants: Sequence[float]) -> bool:
    """Whether a rate is the square of the usual one, which stands in the script once."""
    if abs(rate - usual * usual) > _SAME * abs(rate) or judged.recording is None:
        return False
    if not is_rate([usual], constants) or is_rate([rate], constants):
        return False
    written = [node.constant for node in judged.recording.nodes if node.constant is not None]
    return sum(abs(float(value) - usual) < _SAME * usual for value in written) == 1


def all_begin(steps: Mapping[str, Steps]) -> bool:
    """Whether all steps are known from the first pass on."""
    return all(own.passes for own in steps.values())


def _all_uphill(first: Judged, rates: Mapping[str, float], optimiser: str) -> Iterator[Finding]:
    """Say which operation turns all steps round: one within the chain, or the updates."""
    begin = first.model.operations(Phase.BACKWARD)[0].name
    turned = [
        (operation, factor)
        for operation, factor in _sources(first, dict.fromkeys(rates, -1.0))
        if operation.name != begin and "f0" not in {tensor.name for tensor in operation.reads}
    ]
    if turned:
        yield _of_factor(first, *turned[0])
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
            weight[key] += any(abs(abs(totals[name]) - taste) < 1e-6 for taste in _TASTE)
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
    shown = sum(1 for _ in _sources(first, left))
    hidden = sum(abs(ratio - 1.0) >= _SAME for ratio in left.values())
    return shown + hidden, hidden


def _sources(first: Judged, left: dict[str, float]) -> Iterator[tuple[Operation, float]]:
    """Go through the operations at which odd factors come in, which then are taken out of them.

    Args:
        first: The pass.
        left: For each parameter, what its gradient is multiplied by beside that of the others.
    """
    operations = first.model.operations(Phase.BACKWARD)
    after: dict[str, set[str]] = {}
    for operation in reversed(operations):
        own = after.setdefault(operation.name, set())
        if operation.name.removeprefix("dE_d") in left:
            own.add(operation.name.removeprefix("dE_d"))
        added = [tensor for tensor in operation.reads if tensor.name.startswith("dE_d")]
        for tensor in operation.reads:
            # A factor of a part is none of the sum.
            after.setdefault(tensor.name, set()).update(own if len(added) < 2 else ())
    for operation in operations:
        match, names = first.matches.get(operation.name), after[operation.name]
        if match is None or operation.name in first.wrong or abs(match.factor - 1.0) < _SAME:
            continue
        if not names or any(abs(left[name] - 1.0) < _SAME for name in names):
            continue
        mended = [name for name in names if abs(left[name] / match.factor - 1.0) < _SAME]
        if 2 * len(mended) > len(names):
            for name in names:
                left[name] /= match.factor
            yield operation, match.factor


def _of_factor(judged: Judged, operation: Operation, factor: float) -> Finding:
    """Name an operation that is a multiple of what it is to be."""
    right = judged.right[operation.name]
    theirs = right * factor
    named = next(
        (
            mistake
            for mistake, value in values_of(judged, operation)
            if mistake.of == operation.name and same(value, theirs, 1e-7)
        ),
        None,
    )
    times = true_minus(general(factor))
    return Finding(
        operation.name,
        named.kind if named else "factor",
        named.says if named else f"{times} times as large as it should be",
        named.repair if named else f"{operation.symbol} = {operation.right_hand_side}",
        judged.one.number,
        found=judged.matches[operation.name].found,
        cell=first_cell(theirs, right),
        mistake=named,
        values=judged.values,
    )


def _rate_twice(judged: Judged, gradient: str, rate: float) -> Finding:
    """Name a gradient that has the learning rate in it, with which the step multiplies again."""
    operation = judged.model.program.operation(gradient)
    return Finding(
        gradient,
        "learning-rate",
        f"{general(rate)} times as large as it should be: the learning rate is in it already, and "
        "the step multiplies by it again",
        f"multiply by η once, in the step: {operation.symbol} = {operation.right_hand_side}",
        found=judged.matches[gradient].found,
    )


def _odd_one(judged: Judged, name: str, ratio: float) -> Iterator[Finding]:
    gradient = f"dE_d{name}"
    rows = judged.model.values["x"].shape[0]
    match = judged.matches.get(gradient)
    found = match.found if match is not None else None
    is_in_gradient = _is_in_gradient(judged, name, ratio)
    multiple = None if is_in_gradient else multiple_of(judged, gradient, ratio)
    if multiple is not None:
        found, is_in_gradient = multiple, True
    symbol = f"∂E/∂{name}"
    if ratio < 0.0:
        says = f"{name} goes uphill while the others go downhill: its sign is wrong"
        if abs(ratio + 1.0) > 1e-4:
            says += f", and its step is {general(abs(ratio))} times as long"
        yield Finding(
            gradient if is_in_gradient else name,
            "sign",
            says,
            f"{name} ← {name} − η·{symbol}",
            found=found if is_in_gradient else None,
        )
        return
    times = _in_words(ratio, rows)
    if times is None:
        if is_in_gradient:
            yield from _other_count(judged, gradient, ratio)
        return
    if name.startswith("b") and abs(ratio - 2.0) > _SAME < abs(ratio - 0.5):
        kind = "bias-reduction"
        says = (
            f"the gradient of {name} is {times} the others: a mean over the observations where the "
            "gradients of the weights are sums"
            if ratio < 1.0
            else f"the gradient of {name} is {times} the others: a sum over the observations where "
            "the gradients of the weights are means"
        )
        repair = f"{symbol} = Σₙ, as the weights have it" if ratio < 1.0 else "divide it by N, too"
    else:
        kind = "reduction" if times.startswith("N") else "factor"
        says = f"the gradient of {name} is {times} the others"
        repair = "divide all gradients by N, or none"
        if kind == "factor":
            repair = f"multiply the gradient of {name} by what the others are multiplied by"
    yield Finding(
        gradient if is_in_gradient or match is None else name,
        kind,
        says,
        repair,
        found=found,
    )


def _is_in_gradient(judged: Judged, name: str, ratio: float) -> bool:
    """Whether a gradient is, in its array, so much larger than the others in theirs."""
    match = judged.matches.get(f"dE_d{name}")
    if match is None:
        return False
    others = [
        judged.matches[f"dE_d{other}"].factor
        for other in judged.model.parameters
        if other != name and f"dE_d{other}" in judged.matches
    ]
    usual = Counter(rounded(factor, 6) for factor in others).most_common(1)
    own = match.factor / usual[0][0] if usual else match.factor
    return abs(own / ratio - 1.0) < _SAME


def _other_count(judged: Judged, gradient: str, ratio: float) -> Iterator[Finding]:
    """Name a gradient that is divided by another number than that of the observations."""
    operation = judged.model.program.operation(gradient)
    rows = judged.model.values["x"].shape[0]
    nouns = {"I": "inputs", "H": "hidden neurons", "O": "outputs"}
    for axis in operation.target.axes:
        count = len(axis.labels)
        if count < 2 or abs(ratio * count / rows - 1.0) > _SAME:
            continue
        counted = nouns.get(axis.symbol[:1], "neurons")
        yield Finding(
            gradient,
            "reduction",
            f"{operation.symbol} is divided by {count}, the number of {counted}, where the other "
            f"gradients are divided by N = {rows}: it is {general(ratio)} times as large as they",
            f"divide it by N, the number of observations: {rows}",
            found=judged.matches[gradient].found,
        )
        return


def multiple_of(judged: Judged, name: str, ratio: float) -> Found | None:
    """Return the multiple of an operation that is found in the array of what it reads.

    The sum over one row is found where the row is.
    """
    match = judged.matches.get(name)
    reads = judged.model.program.operation(name).reads
    held = [judged.matches[t.name].found for t in reads if t.name in judged.matches]
    if match is None or match.found not in held:
        return None
    return judged.assigned(judged.right[name] * match.factor * ratio)


def _in_words(ratio: float, rows: int) -> str | None:
    """Say how much larger or smaller a gradient is, where that is no free choice of two rates."""
    if rows > 1 and abs(ratio * rows - 1.0) < 1e-4:
        return f"N = {rows} times smaller than"
    if rows > 1 and abs(ratio / rows - 1.0) < 1e-4:
        return f"N = {rows} times larger than"
    for factor in (2.0, 0.5):
        if abs(ratio - factor) < 1e-4:
            return "twice" if factor == 2.0 else "half"
    return None

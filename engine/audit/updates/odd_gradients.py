"""Where an odd factor or sign of a gradient comes in, and what is to be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged, first_cell, values_of
from engine.audit.passes.matching import same
from engine.audit.passes.one_pass import Found
from engine.common.numbers import general, rounded, true_minus
from engine.maths.operations.operation import Operation, Phase

SAME = 1e-4
"""The share by which equal factors may differ."""


def sources(first: Judged, left: dict[str, float]) -> Iterator[tuple[Operation, float]]:
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
        if match is None or operation.name in first.wrong or abs(match.factor - 1.0) < SAME:
            continue
        if not names or any(abs(left[name] - 1.0) < SAME for name in names):
            continue
        mended = [name for name in names if abs(left[name] / match.factor - 1.0) < SAME]
        if 2 * len(mended) > len(names):
            for name in names:
                left[name] /= match.factor
            yield operation, match.factor


def of_factor(judged: Judged, operation: Operation, factor: float) -> Finding:
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


def rate_twice(judged: Judged, gradient: str, rate: float) -> Finding:
    """Name a gradient that has the learning rate in it, with which the step multiplies again."""
    operation = judged.model.operation(gradient)
    return Finding(
        gradient,
        "learning-rate",
        f"{general(rate)} times as large as it should be: the learning rate is in it already, and "
        "the step multiplies by it again",
        f"multiply by η once, in the step: {operation.symbol} = {operation.right_hand_side}",
        found=judged.matches[gradient].found,
    )


def odd_one(judged: Judged, name: str, ratio: float) -> Iterator[Finding]:
    """Say what is wrong with a parameter whose gradient or step has another factor or sign.

    Args:
        judged: The pass.
        name: The parameter.
        ratio: How many times as large as the others it is.
    """
    gradient = f"dE_d{name}"
    rows = judged.model.values["x"].shape[0]
    match = judged.matches.get(gradient)
    found = match.found if match is not None else None
    is_inside = is_in_gradient(judged, name, ratio)
    multiple = None if is_inside else multiple_of(judged, gradient, ratio)
    if multiple is not None:
        found, is_inside = multiple, True
    symbol = f"∂E/∂{name}"
    if ratio < 0.0:
        says = f"{name} goes uphill while the others go downhill: its sign is wrong"
        if abs(ratio + 1.0) > 1e-4:
            says += f", and its step is {general(abs(ratio))} times as long"
        yield Finding(
            gradient if is_inside else name,
            "sign",
            says,
            f"{name} ← {name} − η·{symbol}",
            found=found if is_inside else None,
        )
        return
    times = in_words(ratio, rows)
    if times is None:
        if is_inside:
            yield from _other_count(judged, gradient, ratio)
        return
    if name.startswith("b") and abs(ratio - 2.0) > SAME < abs(ratio - 0.5):
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
        gradient if is_inside or match is None else name,
        kind,
        says,
        repair,
        found=found,
    )


def is_in_gradient(judged: Judged, name: str, ratio: float) -> bool:
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
    return abs(own / ratio - 1.0) < SAME


def _other_count(judged: Judged, gradient: str, ratio: float) -> Iterator[Finding]:
    """Name a gradient that is divided by another number than that of the observations."""
    operation = judged.model.operation(gradient)
    rows = judged.model.values["x"].shape[0]
    nouns = {"I": "inputs", "H": "hidden neurons", "O": "outputs"}
    for axis in operation.target.axes:
        count = len(axis.labels)
        if count < 2 or abs(ratio * count / rows - 1.0) > SAME:
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
    reads = judged.model.operation(name).reads
    held = [judged.matches[t.name].found for t in reads if t.name in judged.matches]
    if match is None or match.found not in held:
        return None
    return judged.assigned(judged.right[name] * match.factor * ratio)


def in_words(ratio: float, rows: int) -> str | None:
    """Say how much larger or smaller a gradient is, where that is no free choice of two rates."""
    if rows > 1 and abs(ratio * rows - 1.0) < 1e-4:
        return f"N = {rows} times smaller than"
    if rows > 1 and abs(ratio / rows - 1.0) < 1e-4:
        return f"N = {rows} times larger than"
    for factor in (2.0, 0.5):
        if abs(ratio - factor) < 1e-4:
            return "twice" if factor == 2.0 else "half"
    return None

"""The targets of a script: what the predictions are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.audit.network.linear import Linear
from engine.audit.network.losses import slope_of
from engine.audit.passes.matching import as_rows, factor_of, find, is_telling, same
from engine.audit.passes.one_pass import Found, Pass, Site
from engine.formula.tensor import Array
from engine.maths.losses import LOSSES

_MOST_ALIKE = 2
"""So many predictions are exactly their targets by no chance."""


@dataclass(frozen=True, eq=False)
class Targets:
    """What the predictions are compared with.

    Attributes:
        data: f₀, N × O.
        found: The array of the script that holds them.
        are_classes: Whether that holds the numbers of classes.
        is_compared: Whether the script makes something of them and the predictions.
    """

    data: Array
    found: Found
    are_classes: bool
    is_compared: bool = False


def targets_of(one: Pass, output: Linear) -> Targets | None:
    """Find the targets: what the predictions are compared with, the likeliest."""
    return next(iter(every_targets(one, output)), None)


def every_targets(one: Pass, output: Linear) -> list[Targets]:
    """Return what may be the targets, the likeliest first."""
    assert output.a is not None
    assert output.of_a is not None
    known = _compared_by_difference(one, output)
    if known or (one.scalars and one.differences and output.a.size == 1):
        return [*_given_instead(one, output, known), *known]
    candidates = sorted(targets_among(one, output), key=lambda t: not t.found.is_taken)
    found = [
        replace(targets, is_compared=True)
        for targets in candidates
        if _is_compared_otherwise(one, output, targets)
    ]
    if found:
        return found
    taken = [t for t in candidates if t.found.is_taken and not t.are_classes]
    return taken if len(taken) == 1 else []


def _compared_by_difference(one: Pass, output: Linear) -> list[Targets]:
    """Return what may be the targets since it, or an N-th of it, is subtracted, best first."""
    return [_undivided(one, output, targets) for targets in _subtracted(one, output)]


def _given_instead(one: Pass, output: Linear, known: list[Targets]) -> list[Targets]:
    """Return what is given and compared otherwise, where only what the pass makes is subtracted.

    In the loss the targets may be right, and in the error another array stand for them.
    """
    if one.scalars or any(targets.found.is_taken for targets in known):
        return []
    # What was put together from the turns of a loop may be a setting, again and again.
    given = (
        targets
        for targets in targets_among(one, output)
        if targets.found.is_taken and not targets.found.is_assembled and targets.data.size > 1
    )
    return [
        replace(targets, is_compared=True)
        for targets in given
        if not any(same(targets.data, other.data) for other in known)
        and _is_compared_otherwise(one, output, targets)
    ]


def _undivided(one: Pass, output: Linear, targets: Targets) -> Targets:
    """Return what is divided by N before it is subtracted, as with parentheses forgotten."""
    rows = len(targets.data)
    if rows < 2 or targets.found.is_taken:
        return targets
    whole = (other for other in targets_among(one, output) if other.found.is_taken)
    meant = next((other for other in whole if same(targets.data * rows, other.data)), None)
    return targets if meant is None else replace(meant, is_compared=True)


def again(one: Pass, output: Linear, like: Targets) -> Targets | None:
    """Return the targets in another pass, from the place where they are known to be."""
    found = one.twin(like.found)
    if found is None:
        return None
    # The array may have been read elsewhere before, e.g. as the table that a batch is taken from.
    found = replace(found, site=like.found.site, loose=like.found.loose)
    for targets in targets_among(one, output, [found], is_known=True):
        if targets.are_classes == like.are_classes:
            return replace(targets, is_compared=_is_compared(one, output, targets))
    return None


def _is_compared(one: Pass, output: Linear, targets: Targets) -> bool:
    """Whether the pass makes something of the predictions and these targets."""
    known = _compared_by_difference(one, output)
    if known:
        known += _given_instead(one, output, known)
        return any(same(other.data, targets.data) for other in known)
    return _is_compared_otherwise(one, output, targets)


def _is_compared_otherwise(one: Pass, output: Linear, targets: Targets) -> bool:
    """Whether the pass makes something else than a difference of the predictions and targets."""
    f = output.a
    assert f is not None
    if f.size > 1 and not np.any(targets.data):
        # What is made of f and zeros is made of f alone.
        return False
    if one.differences.has_step(targets.data, f):
        return False
    # What targets are made of, as a mask that a layer is multiplied by, is no comparison with them.
    start = max(output.of_z.begins, targets.found.first)
    picked = [np.sum(f * targets.data, axis=1, keepdims=True)] if targets.are_classes else []
    for compared in (*(one for one in picked if one.size > 1), *_comparisons(f, targets.data)):
        if compared.size > 1 and not is_telling(compared):
            continue
        if same(compared, f) or (compared.size > 1 and factor_of(compared, f) is not None):
            continue
        # A single number is a multiple of any other.
        ways = (compared,) if compared.size > 1 else (compared, -compared)
        for way in ways:
            match = next(find(one, way, after=start, free=compared.size > 1), None)
            if match is not None and not match.found.is_taken:
                return True
    return False


def _subtracted(one: Pass, output: Linear) -> list[Targets]:
    """Return what may be the targets since it and the predictions are subtracted, best first."""
    found: list[Targets] = []
    assert output.a is not None
    for f in _as_held(output):
        whole: dict[Site, Found] = {}
        for way in (f, f.T):
            for other in one.differences.others(way):
                if not same(other.data.ravel(), np.square(way).ravel()):
                    # A slope may be written f − f².
                    known = one.values[other.value]
                    whole[other.site] = replace(known, site=other.site, loose=other.loose)
        found += targets_among(one, output, list(whole.values()))
        if not found and f.size > 1 and one.differences:
            found += [t for t in targets_among(one, output) if one.differences.has(f, t.data)]
    if not found and one.scalars:
        return _by_cells(one, output)
    # A counter may have the same numbers by chance, and old predictions be subtracted, too.
    read = one.differences.records
    found = [t for t in found if not t.are_classes]
    found = [t for t in found if not read.isdisjoint(t.found.records)] or found
    found.sort(key=lambda t: not t.found.is_taken)
    if output.a.size == 1 and len({t.data.item() for t in found}) > 1:
        # A single number is subtracted from many others.
        return []
    return [replace(targets, is_compared=True) for targets in found]


def _by_cells(one: Pass, output: Linear) -> list[Targets]:
    """Return the targets of a row of scalar outputs: from each of them one number is subtracted."""
    assert output.a is not None
    rows, columns = output.a.shape
    if rows != 1 or columns < 2:
        return []
    parts: list[Found] = []
    for f in output.a.reshape(-1, 1):
        at_hand = one.differences.others(f)
        others = [o for o in at_hand if not same(o.data.ravel(), np.square(f))]
        if len({float(other.data.item()) for other in others}) != 1:
            return []
        parts.append(one.values[others[0].value])
    made = Found(
        np.array([[part.data.item() for part in parts]]),
        max(part.first for part in parts),
        [record for part in parts for record in part.records],
        ("cells", *(part.site for part in parts)),
        all(part.is_taken for part in parts),
        True,
    )
    return [Targets(made.data, made, False, is_compared=True)]


def _as_held(output: Linear) -> Iterator[Array]:
    """Go through the predictions as the script holds them, N × O, to the last bit."""
    assert output.a is not None
    assert output.of_a is not None
    for data, _ in as_rows(output.of_a, (output.a.shape[0], output.a.shape[1])):
        yield data


def _comparisons(f: Array, f0: Array) -> Iterator[Array]:
    """Go through what losses make of predictions and targets, cell by cell."""
    with np.errstate(all="ignore"):
        made = [f - f0, np.square(f - f0), f0 * np.log(f)]
        # With the parentheses forgotten.
        made += [f / len(f) - f0, f - f0 / len(f)] if len(f) > 1 else []
        made += [slope_of(name, f, f0) for name in ("bce", "cross-entropy", "log-cosh")]
        if not LOSSES["hinge"].problem(f0):
            margin = LOSSES["hinge"].aim(f0) * f
            # 1 − f is a part of the slope of a sigmoid, too.
            made += [one for one in (margin, 1.0 - margin) if not same(margin, f)]
    yield from (one for one in made if np.isfinite(one).all())


def targets_among(
    one: Pass, output: Linear, among: list[Found] | None = None, *, is_known: bool = False
) -> Iterator[Targets]:
    """Go through the ways to see arrays as targets.

    Args:
        one: The pass.
        output: The output layer.
        among: The arrays; by default all of the pass.
        is_known: Whether they stand where another pass has its targets.
    """
    f = output.a
    assert f is not None
    rows, columns = f.shape
    parts = [output.of_weights, output.of_z, output.of_a]
    if not is_known:
        # A place that is known may hold the number of an input by chance.
        parts.append(output.of_inputs)
    used = {part.first for part in parts if part is not None}
    for found in among if among is not None else one.by_size.get(f.size, ()):
        if found.size != f.size:
            continue
        if found.first in used or not np.isfinite(found.data).all():
            continue
        data = np.squeeze(found.data)
        if data.ndim == 2 and data.shape == (columns, rows) != (rows, columns):
            data = data.T
        elif data.ndim < 2 and (rows == 1 or columns == 1):
            data = found.data.reshape(rows, columns)
        # What agrees with the predictions in some cells is a bent form of them, as leaky relu.
        if data.shape == (rows, columns) and np.sum((data == f) & (f != 0.0)) < _MOST_ALIKE:
            yield Targets(data, found, False)
    if columns < 2:
        return
    for found in among if among is not None else one.by_size.get(rows, ()):
        if found.size != rows:
            continue
        data = np.squeeze(found.data).reshape(-1)
        whole = data == np.floor(data)
        if np.all(whole) and data.min() >= 0 and data.max() < columns and found.is_taken:
            one_hot = np.zeros(f.shape)
            one_hot[np.arange(rows), data.astype(int)] = 1.0
            if not same(one_hot, f):
                yield Targets(one_hot, found, True)

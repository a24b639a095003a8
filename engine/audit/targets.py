"""The targets of a script: what the predictions are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.audit.forward import Linear
from engine.audit.matching import factor_of, find, is_telling, same
from engine.audit.passes import Found, Pass
from engine.maths.tensor import Array


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
    """Find the targets: what the predictions are compared with."""
    f = output.a
    assert f is not None and output.of_a is not None
    candidates = sorted(_target_candidates(one, output), key=lambda t: not t.found.is_taken)
    for targets in candidates:
        for compared in _comparisons(f, targets.data):
            if not is_telling(compared) and compared.size > 1:
                continue
            if factor_of(compared, f) is not None:
                continue
            match = next(find(one, compared, after=output.of_z.first), None)
            if match is not None and match.found is not targets.found and not match.found.is_taken:
                return replace(targets, is_compared=True)
    taken = [t for t in candidates if t.found.is_taken and not t.are_classes]
    return taken[0] if len(taken) == 1 else None


def _comparisons(f: Array, f0: Array) -> Iterator[Array]:
    with np.errstate(all="ignore"):
        yield f - f0
        yield np.square(f - f0)
        slope = (1.0 - f0) / (1.0 - f) - f0 / f
        if np.isfinite(slope).all():
            yield slope
        logs = f0 * np.log(f)
        if np.isfinite(logs).all():
            yield logs


def _target_candidates(one: Pass, output: Linear) -> Iterator[Targets]:
    f = output.a
    assert f is not None
    rows, columns = f.shape
    used = {id(output.of_weights), id(output.of_inputs), id(output.of_z), id(output.of_a)}
    for found in one.by_size.get(f.size, ()):
        if id(found) in used or not np.isfinite(found.data).all():
            continue
        data = np.squeeze(found.data)
        if data.ndim == 2:
            if data.shape == (rows, columns):
                yield Targets(data, found, False)
            elif data.shape == (columns, rows):
                yield Targets(data.T, found, False)
        elif rows == 1 or columns == 1:
            yield Targets(found.data.reshape(rows, columns), found, False)
    if columns < 2:
        return
    for found in one.by_size.get(rows, ()):
        data = np.squeeze(found.data).reshape(-1)
        whole = data == np.floor(data)
        if np.all(whole) and data.min() >= 0 and data.max() < columns and found.is_taken:
            one_hot = np.zeros(f.shape)
            one_hot[np.arange(rows), data.astype(int)] = 1.0
            if not same(one_hot, f):
                yield Targets(one_hot, found, True)

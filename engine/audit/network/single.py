"""Scripts of one pass only, in which nothing is seen to change: one step, or a failed first.

What comes in is then an array from outside that is no weight: it is the one with which the most
layers are found, and which leaves the fewest weights that are whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.audit.network.forward import layers_of
from engine.audit.network.linear import Linear
from engine.audit.network.roles import is_product, turns_of
from engine.audit.network.targets import Targets, targets_of
from engine.audit.network.understand import Understood
from engine.audit.passes.loops import loops, passes_from
from engine.audit.passes.one_pass import Pass
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

_MOST_TAKEN = 30
_MOST_RECORDS = 3000
_MOST_CUTS = 12
_MOST_FOUND = 150
"""A step that has more arrays is no single one, but a loop that was not understood."""


def understand_partial(recording: Recording) -> Understood | None:
    """Understand a script that ended in its first pass."""
    if recording.ending.kind != "failed" or len(turns_of(recording)) > 1:
        return None
    best: Understood | None = None
    rank: tuple[object, ...] = ()
    for loop in loops(recording, 1):
        one = loop.passes[-1]
        if one.bounds[1] != len(recording.records):
            continue
        found = _best(one, recording)
        if found is not None and (best is None or (*found[0], loop.node >= 0) > rank):
            rank = (*found[0], loop.node >= 0)
            best = Understood(recording, loop.passes, tuple(found[1]), found[2], one.number)
    return best


def understand_single(recording: Recording) -> Understood | None:
    """Understand a script that makes one step, in a loop of one turn or in none.

    Without a loop the step begins at one of the script's own statements: the last one that leaves
    the whole network behind it, so that table and parameters come from outside.
    """
    best: Understood | None = None
    rank = (0,) * 4
    for passes in _singles(recording):
        one = passes[0]
        found = _best(one, recording) if len(one.found) <= _MOST_FOUND else None
        if found is None or not found[2].is_compared:
            continue
        own = (*found[0], one.bounds[0])
        if best is None or own > rank:
            rank = own
            best = Understood(recording, passes, tuple(found[1]), found[2], 0)
        elif found[0][0] < rank[0]:
            break
    return best


def _singles(recording: Recording) -> Iterator[list[Pass]]:
    if len(recording.records) > _MOST_RECORDS:
        return
    for loop in loops(recording, 1):
        if loop.node >= 0 and len(loop.passes) == 1:
            yield [loop.passes[0]]
    for cut in _cuts(recording):
        yield [passes_from(recording, cut)]


def _cuts(recording: Recording) -> list[int]:
    """Return where statements with products begin: matrix products where there are any."""
    paths = recording.records["path"].tolist()
    outer = [recording.paths[path][:1] for path in paths]
    nodes = [recording.nodes[number] for number in recording.records["node"].tolist()]
    starts = [0]
    cuts: dict[bool, dict[int, None]] = {True: {}, False: {}}
    for record, node in enumerate(nodes):
        if record and outer[record] != outer[record - 1]:
            starts.append(record)
        if is_product(node):
            if outer[record] and outer[record][0][1] > 0:
                # A loop that goes on is no single step, and what follows it is none of its parts.
                break
            cuts[True].setdefault(starts[-1])
        elif node.kind == "BinOp:Mult":
            cuts[False].setdefault(starts[-1])
        if not outer[record] and "assign" in node.kind:
            starts.append(record + 1)
    return list(cuts[True] or cuts[False])[:_MOST_CUTS]


def _best(
    one: Pass, recording: Recording
) -> tuple[tuple[int, int, int], list[Linear], Targets] | None:
    """Return the likeliest network of a pass, with its rank and its targets."""
    best: tuple[tuple[int, int, int], list[Linear], Targets] | None = None
    for layers in _networks(one, recording):
        targets = targets_of(one, layers[-1])
        if targets is None or not targets.is_compared:
            continue
        whole = sum(_is_whole(layer.weights) for layer in layers)
        rank = (len(layers), -whole, -sum(layer.weights.size for layer in layers))
        if best is None or rank > best[0]:
            best = rank, layers, targets
    return best


def _networks(one: Pass, recording: Recording) -> Iterator[list[Linear]]:
    taken = [found for found in one.taken.values() if found.size > 1]
    if len(taken) > _MOST_TAKEN:
        return
    if one.scalars:
        yield from layers_of(one, recording, None)
    tried: set[bytes] = set()
    for inputs in taken:
        text = inputs.flat.tobytes()
        if text in tried or inputs.data.ndim > 2:
            continue
        tried.add(text)
        others = {found.site for found in one.taken.values() if found.flat.tobytes() != text}
        layers = next(iter(layers_of(one, recording, others)), [])
        if layers and layers[0].of_inputs.flat.tobytes() == text:
            yield layers


def _is_whole(values: Array) -> bool:
    return bool(np.any(values) and np.all(values == np.floor(values)))

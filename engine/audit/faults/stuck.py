"""Networks that never move, so that nothing is left to understand them by: zeros everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.faults.design import DEAD_REPAIR, dead_words
from engine.audit.findings import Finding
from engine.audit.network.roles import Roles, found_at, is_product, roles_in, turns_of, weight_names
from engine.audit.passes.made import is_assigned, made_of
from engine.audit.passes.one_pass import READS
from engine.audit.recording.recording import Place, Recording

_EACH_END = 3
"""How many turns are looked at, at the beginning and at the end."""


def stuck(recording: Recording) -> list[Finding]:
    """Look for weights that are all 0 for ever, for layers and for errors that are nothing but 0.

    Args:
        recording: The recording of a script in which no network was understood.
    """
    turns = turns_of(recording)
    if len(turns) < 2 * _EACH_END or recording.ending.kind == "failed":
        return []
    # The last turn may have been cut off.
    looked_at = [*turns[:_EACH_END], *turns[-_EACH_END - 1 : -1]]
    roles = [roles_in(recording, turn) for turn in looked_at]
    layers = len(roles[0].weights)
    if not layers or any(len(one.weights) != layers for one in roles):
        return []
    vanishing = [*_from_itself(recording, roles, looked_at)]
    if vanishing or layers < 2:
        return vanishing
    return [*_at_zero(recording, roles, looked_at)] or [*_dead(recording, roles)]


def _from_itself(
    recording: Recording, roles: Sequence[Roles], turns: Sequence[Sequence[int]]
) -> Iterator[Finding]:
    """Find an error that is always 0, since an array is subtracted from itself."""
    if any(_change(recording, place, turns) for place in roles[0].weights):
        return
    for record in turns[0]:
        node, value = (
            recording.node_of(record),
            recording.value(record),
        )
        if node.kind != "BinOp:Sub" or value is None or np.any(value):
            continue
        parts = [recording.nodes[child] for child in node.children if child >= 0]
        if len(parts) == 2 and parts[0].kind in READS and parts[0].source == parts[1].source:
            yield Finding(
                _error_at(recording, record, turns[0]),
                "wrong-operand",
                f"{parts[0].source} is subtracted from itself: that is 0 whatever the network "
                "predicts, so that nothing ever changes",
                "subtract the targets from the predictions: f − f₀",
                found=found_at(recording, record),
            )
            return


def _change(recording: Recording, place: Place, turns: Sequence[Sequence[int]]) -> bool:
    """Whether the numbers in a place change."""
    rows, owners = recording.records, recording.places
    values = {
        int(rows["value"][record])
        for turn in turns
        for record in turn
        if rows["place"][record] >= 0 and owners[rows["place"][record]].owner == place.owner
    }
    return len(values) > 1


def _error_at(recording: Recording, record: int, turn: Sequence[int]) -> str:
    """Return the operation that an error is: what is multiplied with the inputs is ∂E/∂y."""
    rows, made = recording.records, record
    while made >= 0 and not is_assigned(recording, made):
        made = made_of(recording, made)
    place = int(rows["place"][made]) if made >= 0 else -1
    readers = (made_of(recording, r) for r in turn if r > made and rows["place"][r] == place >= 0)
    reader = next((r for r in readers if r >= 0), -1)
    is_last = reader >= 0 and is_product(recording.node_of(reader))
    return "dE_dy" if is_last else "dE_df"


def _at_zero(
    recording: Recording, roles: Sequence[Roles], turns: Sequence[Sequence[int]]
) -> Iterator[Finding]:
    texts = [place.text for place in roles[0].weights]
    owners = {place.owner for place in roles[0].weights}
    first = -1
    for turn in turns:
        for record in turn:
            number = int(recording.records["place"][record])
            if number < 0 or recording.places[number].owner not in owners:
                continue
            value = recording.value(record)
            if value is None or np.any(value):
                return
            first = record if first < 0 else first
    if first < 0:
        return
    yield Finding(
        "",
        "zero-start",
        f"{', '.join(texts)} start at zero and stay there for ever: the gradient of each of them "
        "is a product with another one, which is 0; no learning rate helps",
        "start the weights with random numbers",
        found=found_at(recording, first),
    )


def _dead(recording: Recording, roles: Sequence[Roles]) -> Iterator[Finding]:
    names = weight_names(len(roles[0].weights))
    for layer in range(1, len(names)):
        values = [recording.value(record) for one in roles for record in one.inputs[layer]]
        if not values or any(value is None or np.any(value) for value in values):
            continue
        record = roles[0].inputs[layer][0]
        if not _comes_from_negative(recording, record):
            continue
        a = "g" if len(names) == 2 else f"g{layer}"
        yield Finding(
            "",
            "dead",
            dead_words(a, names[layer - 1]),
            DEAD_REPAIR,
            found=found_at(recording, record),
        )
        return


def _comes_from_negative(recording: Recording, record: int) -> bool:
    """Whether an array of zeros stands for one of the same shape that is nowhere above 0."""
    zeros = recording.value(record)
    assert zeros is not None
    shapes = {zeros.shape, zeros.T.shape}
    start = max(record - 200, 0)
    for number in np.unique(recording.records["value"][start:record]).tolist():
        value = recording.values[number] if number >= 0 else None
        if value is not None and value.shape in shapes and np.all(value < 0.0):
            return True
    return False

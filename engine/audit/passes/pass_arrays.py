"""The arrays of one pass, gathered from its records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.audit.passes.assembled import assembled
from engine.audit.passes.differences import Differences, Operand
from engine.audit.passes.made import is_assigned, made_of
from engine.audit.passes.one_pass import Found, Pass, Site
from engine.audit.passes.scalars import ScalarLayer, Scalars
from engine.audit.passes.taken import is_taken_from_outside
from engine.audit.recording.recording import Recording

Records = NDArray[np.intp]
"""The numbers of records."""

_SUBTRACTIONS = ("BinOp:Sub", "augassign:Sub")


def pass_of(recording: Recording, number: int, records: Records, length: int) -> Pass:
    """Return one turn of a loop as a pass.

    Args:
        recording: The recording.
        number: Which pass it is, from 0.
        records: The records of the turn, in order.
        length: How long the common beginning of their paths is.
    """
    rows, begin = recording.records, int(records[0])
    nodes, paths = recording.nodes, recording.paths
    by_value: dict[int, Found] = {}
    singles: set[float] = set()
    turns: dict[Site, list[tuple[tuple[int, ...], int]]] = {}
    where: dict[int, tuple[Site, Site]] = {}
    first_there: dict[Site, Found] = {}
    for record in records.tolist():
        value = int(rows["value"][record])
        if value < 0:
            continue
        node, path = int(rows["node"][record]), paths[rows["path"][record]][length:]
        place = int(rows["place"][record])
        if place >= 0 and recording.places[place].owner in recording.counters:
            continue
        inner = tuple(at for at, _ in path)
        kind = nodes[node].kind
        text = recording.places[place].text if place >= 0 else ""
        # An element of a list is read by its name too; a[i] is the same place whatever i is.
        loose: Site = (node, inner) if kind == "Subscript" else (node, inner, text)
        owner = recording.places[place].owner if place >= 0 else ()
        indices = tuple(index for _, index in path if index >= 0)
        site = (*loose, owner) if owner and owner[0] in ("attribute", "item") else loose
        if site is loose and kind == "for" and indices:
            # A loop over the layers hands out other weights in each turn.
            site = (*loose, ("turn", indices))
        known = by_value.get(value)
        if known is None:
            is_taken = is_taken_from_outside(recording, record, by_value, singles, begin)
            known = by_value[value] = Found(
                recording.values[value], record, [record], site, is_taken, loose=loose
            )
            if known.size == 1 and not is_taken:
                singles.add(float(known.flat[0]))
        else:
            known.records.append(record)
        where[record] = site, loose
        first_there.setdefault(site, known)
        first_there.setdefault(loose, known)
        if indices:
            turns.setdefault(loose, []).append((indices, record))
    found = list(by_value.values())
    for site, made in turns.items():
        found.extend(assembled(recording, site, made, by_value))
    scalars = Scalars(recording, records.tolist())
    layers = [_layer_of_scalars(layer, recording, by_value) for layer in scalars.layers]
    found.extend(part for layer in layers for part in layer.values())
    found.sort(key=lambda one: one.first)
    one = Pass(
        number,
        found,
        (begin, int(records[-1]) + 1),
        places=first_there,
        scalars=layers,
        differences=Differences(_subtractions(recording, where)),
        values=by_value,
    )
    for known in found:
        if known.is_taken:
            one.taken.setdefault(known.site, known)
            if known.loose:
                one.taken.setdefault(known.loose, known)
    return one


def _subtractions(
    recording: Recording, where: dict[int, tuple[Site, Site]]
) -> Iterator[tuple[Operand, Operand, bool]]:
    """Go through the operands of each subtraction of a pass, and say whether it is a step."""
    for record in where:
        node = recording.node_of(record)
        if not (node.kind in _SUBTRACTIONS or node.function.endswith("subtract")):
            continue
        pair = [operand for operand in recording.operands(record)[-2:] if operand in where]
        values = [int(recording.records["value"][operand]) for operand in pair]
        if len(pair) == 2 and min(values) >= 0:
            one, other = (
                Operand(recording.values[value], value, operand, *where[operand])
                for value, operand in zip(values, pair, strict=True)
            )
            yield one, other, _is_step(recording, record, pair[0])


def _is_step(recording: Recording, record: int, reduced: int) -> bool:
    """Whether a difference takes the place of what it was subtracted from, as in a step."""
    place = int(recording.records["place"][reduced])
    if recording.node_of(record).kind.startswith("augassign"):
        return True
    above = made_of(recording, record)
    if place < 0 or not is_assigned(recording, above):
        return False
    target = int(recording.records["place"][above])
    return target >= 0 and recording.places[target].owner == recording.places[place].owner


def _layer_of_scalars(
    layer: ScalarLayer, recording: Recording, by_value: dict[int, Found]
) -> dict[str, Found]:
    """Put the parts of a layer together as the arrays that they would be."""
    parts: dict[str, Found] = {}
    for name, data in (
        ("inputs", layer.inputs),
        ("weights", layer.weights),
        ("bias", layer.bias),
        ("z", layer.z),
    ):
        if data is None:
            continue
        records = layer.records[name]
        values = recording.records["value"][records].tolist()
        owners = layer.owners.get(name, ())
        # A single number is there as it is, but a parameter is told by its place.
        if name in ("inputs", "z") and len(records) == 1:
            parts[name] = by_value[values[0]]
            continue
        is_taken = bool(owners) or all(by_value[value].is_taken for value in values)
        site = ("scalars", name, *(owners or records))
        loose = ("scalars", name, *(owner[-1] for owner in owners)) if owners else ()
        parts[name] = Found(data, max(records), records, site, is_taken, True, loose)
    return parts

"""Which parameter a variable of a script is, where the network was not understood.

Seen from what is multiplied with what: the weights are what a pass multiplies matrices with and
changes before its end, in the order of the layers; a bias is added to such a product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.audit.passes.one_pass import READS, Found
from engine.audit.recording.recording import Node, Place, Recording

_PRODUCTS = ("dot", "matmul", "inner", "outer", "einsum", "tensordot")


@dataclass
class Roles:
    """The parameters of a script.

    Attributes:
        weights: The places that are weights, from the input side.
        biases: For each of them the place that is added, or None.
        inputs: For each of them the records of what it is multiplied with.
    """

    weights: list[Place] = field(default_factory=list)
    biases: list[Place | None] = field(default_factory=list)
    inputs: list[list[int]] = field(default_factory=list)

    def name(self, place: Place) -> str:
        """Return how our program names the parameter in a place; "" where that is not known."""
        names = weight_names(len(self.weights))
        known = [*zip(self.weights, names, strict=True)]
        known += [(b, f"b{n}") for b, n in zip(self.biases, names, strict=True) if b is not None]
        for key in (_owner, _text, _base, _item):
            found = {name for one, name in known if key(one) and key(one) == key(place)}
            if len(found) == 1:
                return found.pop()
        return ""


def _owner(place: Place) -> object:
    return place.owner


def _text(place: Place) -> object:
    return place.text


def _base(place: Place) -> object:
    return place.text.partition("[")[0]


def _item(place: Place) -> object:
    return place.text[place.text.index("[") :] if "['" in place.text else None


def weight_names(layers: int) -> list[str]:
    """Return how our program names the weights of so many layers."""
    if layers < 3:
        return ["v", "w"][2 - layers :]
    return [f"v{number}" for number in range(1, layers)] + ["w"]


def roles_in(recording: Recording, turn: Sequence[int]) -> Roles:
    """Find the parameters in one turn of the training loop, by its records."""
    roles = Roles()
    changed = changed_in(recording, turn)
    products: dict[int, int] = {}
    for record in turn:
        node = recording.node_of(record)
        value = int(recording.records["value"][record])
        if is_product(node):
            for place, other in _factors(recording, record):
                if place.owner not in changed and (place.text,) not in changed:
                    continue
                at = _index(roles.weights, place)
                if at == len(roles.weights):
                    roles.weights.append(place)
                    roles.biases.append(None)
                    roles.inputs.append([])
                    products[value] = at
                if products.get(value) == at or _same_node(recording, record, roles.inputs[at]):
                    roles.inputs[at].append(other)
                    products[value] = at
                break
        elif node.kind in ("BinOp:Add", "augassign:Add"):
            operands = recording.operands(record)
            at, added = _added(recording, operands, products)
            if added is None or roles.biases[at] is not None:
                continue
            is_changed = added.owner in changed or (added.text,) in changed
            if is_changed and _index(roles.weights, added) == len(roles.weights):
                roles.biases[at] = added
    return roles


def is_product(node: Node) -> bool:
    """Whether a script multiplies matrices there."""
    return node.kind == "BinOp:MatMult" or node.function.rpartition(".")[2] in _PRODUCTS


def _index(places: Sequence[Place], place: Place) -> int:
    """Return which of some places this is; how many there are where it is none."""
    for at, one in enumerate(places):
        if one.owner == place.owner or (
            one.text == place.text and "local" in (one.owner[0], place.owner[0])
        ):
            return at
    return len(places)


def _same_node(recording: Recording, record: int, inputs: Sequence[int]) -> bool:
    """Whether a product is the one of a layer again, in another turn of an inner loop."""
    above = recording.parents.get(int(recording.records["node"][inputs[0]])) if inputs else None
    return above == int(recording.records["node"][record])


def _added(
    recording: Recording, operands: Sequence[int], products: dict[int, int]
) -> tuple[int, Place | None]:
    if len(operands) != 2 or min(operands) < 0:
        return 0, None
    for one, other in (operands, operands[::-1]):
        at = products.get(int(recording.records["value"][one]))
        number = int(recording.records["place"][other])
        if at is not None and number >= 0:
            return at, recording.places[number]
    return 0, None


def changed_in(recording: Recording, turn: Sequence[int]) -> dict[tuple[object, ...], str]:
    """Return what a turn reads first and gives a new value then, by place and by variable."""
    read: dict[tuple[object, ...], str] = {}
    written: set[tuple[object, ...]] = set()
    changed: dict[tuple[object, ...], str] = {}
    for record in turn:
        number = int(recording.records["place"][record])
        if number < 0:
            continue
        place = recording.places[number]
        kind = recording.node_of(record).kind.split(":")[0]
        keys = (place.owner, (place.text,))
        if kind in READS:
            for key in keys:
                if key not in written:
                    read.setdefault(key, place.text)
        elif kind in ("assign", "augassign", "annassign"):
            for key in keys:
                written.add(key)
                if key in read:
                    changed[key] = read[key]
    return changed


def _factors(recording: Recording, record: int) -> Iterator[tuple[Place, int]]:
    """Go through the variables that a product takes, turned or not, each with the other factor."""
    operands = [o for o in recording.operands(record) if o >= 0]
    if len(operands) != 2:
        return
    for operand, other in (operands, operands[::-1]):
        at = operand
        for _ in range(3):
            node = recording.node_of(at)
            is_turned = node.source.endswith((".T", ".transpose()")) or node.function.endswith(
                "transpose"
            )
            if not is_turned:
                break
            at = next((o for o in recording.operands(at) if o >= 0), -1)
            if at < 0:
                break
        number = int(recording.records["place"][at]) if at >= 0 else -1
        if number >= 0:
            yield recording.places[number], other


def turns_of(recording: Recording) -> list[list[int]]:
    """Return the records of each turn of the outermost loop that has the most records."""
    sizes: dict[int, int] = {}
    outermost = np.full(len(recording.paths), -1)
    index = np.full(len(recording.paths), -1)
    for number, path in enumerate(recording.paths):
        for node, turn in path:
            if turn >= 0:
                outermost[number], index[number] = node, turn
                break
    of_record = outermost[recording.records["path"]]
    nodes, counts = np.unique(of_record[of_record >= 0], return_counts=True)
    sizes = dict(zip(nodes.tolist(), counts.tolist(), strict=True))
    if not sizes:
        return []
    loop = max(sizes, key=lambda node: sizes[node])
    records = np.flatnonzero(of_record == loop)
    turns = index[recording.records["path"][records]]
    cuts = np.flatnonzero(np.diff(turns)) + 1
    return [part.tolist() for part in np.split(records, cuts)]


def found_at(recording: Recording, record: int) -> Found:
    """Return what a record has, to tell its line and variable."""
    number = int(recording.records["value"][record])
    data = recording.values[number] if number >= 0 else np.zeros(())
    return Found(data, record, [record], ("record", record), False)

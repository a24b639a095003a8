"""Networks of which every weight is a scalar: their neurons, found by how their sums are written.

A single number equals a multiple of any other, so values alone say little here. A neuron is a sum
of products of one parameter with something else each, and perhaps one parameter alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

READS = ("Name", "Attribute", "Subscript", "param")
Owner = tuple[str | int, ...]


@dataclass(frozen=True)
class Neuron:
    """One sum, by the records of its parts.

    Attributes:
        z: The sum.
        weights: The reading of each weight.
        inputs: What each weight is multiplied with.
        bias: The reading of the bias, or -1.
    """

    z: int
    weights: tuple[int, ...]
    inputs: tuple[int, ...]
    bias: int


@dataclass(frozen=True)
class ScalarLayer:
    """The neurons that take the same inputs.

    Attributes:
        inputs, weights, bias, z: N × I, I × H, H and N × H; the bias is None where there is none.
        records: For each of them the records of its parts.
        owners: For weights and bias the places that hold their parts.
    """

    inputs: Array
    weights: Array
    bias: Array | None
    z: Array
    records: dict[str, list[int]]
    owners: dict[str, tuple[Owner, ...]]


class Scalars:
    """What a pass makes with scalar parameters.

    Attributes:
        layers: The layers of neurons, by time.
    """

    def __init__(self, recording: Recording, records: Sequence[int]) -> None:
        self._recording = recording
        self._values = recording.records["value"]
        self._nodes = [recording.nodes[n] for n in recording.records["node"][list(records)]]
        self._kinds = dict(zip(records, (node.kind for node in self._nodes), strict=True))
        self._makers = {int(self._values[record]): record for record in reversed(records)}
        self._changed: set[Owner] = set()
        self._parameters = self._moving(records)
        neurons = self._neurons(records) if self._parameters else []
        self.layers = self._layers(neurons)

    def _owner(self, record: int) -> Owner:
        place = int(self._recording.records["place"][record])
        return self._recording.places[place].owner if place >= 0 else ()

    def _number(self, record: int) -> Array | None:
        return self._recording.value(record) if record >= 0 else None

    def _moving(self, records: Sequence[int]) -> set[Owner]:
        """Return the places of single numbers that are read before they are changed, just once."""
        read: dict[Owner, int] = {}
        changed: dict[Owner, int] = {}
        for record in records:
            owner, value = self._owner(record), self._number(record)
            if not owner or value is None or value.size != 1:
                continue
            if "assign" in self._kinds[record]:
                changed[owner] = changed.get(owner, 0) + 1
            elif self._kinds[record] in READS and owner not in changed:
                read.setdefault(owner, record)
        self._changed = set(changed)
        return {owner for owner in read if changed.get(owner) == 1} or self._renamed(records)

    def _renamed(self, records: Sequence[int]) -> set[Owner]:
        """Return the places from whose numbers something is subtracted under another name."""
        nodes = self._recording.nodes
        assigned = {
            int(self._recording.records["value"][r]) for r in records if "assign" in self._kinds[r]
        }
        owners = set()
        for record in records:
            node = nodes[int(self._recording.records["node"][record])]
            if node.kind != "BinOp:Sub" or int(self._values[record]) not in assigned:
                continue
            first = self._recording.operands(record)[0]
            if first >= 0 and self._kinds.get(first) in READS:
                owners.add(self._owner(first))
        return owners - {()} - self._changed

    def _neurons(self, records: Sequence[int]) -> list[Neuron]:
        changed: set[Owner] = set()
        made: dict[int, int] = {}
        neurons: dict[int, Neuron] = {}
        for record in records:
            kind = self._kinds[record]
            if "assign" in kind:
                changed.add(self._owner(record))
            if kind != "BinOp:Add":
                continue
            terms = self._terms(record, made)
            made[int(self._values[record])] = record
            neuron = self._neuron(record, terms)
            if neuron is None:
                continue
            parts = {self._owner(part) for part in (*neuron.weights, neuron.bias) if part >= 0}
            if not parts & changed:
                for other in [n for n in neurons if set(neurons[n].weights) <= set(neuron.weights)]:
                    del neurons[other]
                neurons[record] = neuron
        return list(neurons.values())

    def _terms(self, record: int, made: dict[int, int]) -> list[int]:
        """Return the terms of a sum, through the names that parts of it have."""
        if self._kinds.get(record) in READS and self._owner(record) not in self._parameters:
            # A sum with 0 has the value of its own term.
            record = min(record, made.get(int(self._values[record]), record))
        if self._kinds.get(record) != "BinOp:Add":
            return [record]
        return [
            term
            for operand in self._recording.operands(record)
            for term in (self._terms(operand, made) if operand >= 0 else [-1])
        ]

    def _neuron(self, record: int, terms: list[int]) -> Neuron | None:
        weights, inputs, bias = [], [], -1
        for term in terms:
            if self._is_parameter(term) or self._is_from_outside(term):
                if bias >= 0:
                    return None
                bias = term
                continue
            if self._kinds.get(term) != "BinOp:Mult":
                return None
            operands = self._recording.operands(term)
            own = [operand for operand in operands if self._is_parameter(operand)]
            rest = [operand for operand in operands if operand not in own]
            if len(own) != 1 or len(rest) != 1 or self._number(rest[0]) is None:
                return None
            weights.append(own[0])
            inputs.append(rest[0])
        owners = {self._owner(weight) for weight in weights}
        if not weights or len(owners) != len(weights):
            return None
        return Neuron(record, tuple(weights), tuple(inputs), bias)

    def _is_parameter(self, record: int) -> bool:
        return (
            record >= 0
            and self._kinds.get(record) in READS
            and self._owner(record) in self._parameters
        )

    def _is_from_outside(self, record: int) -> bool:
        """Whether a single number is read that the pass has not put there: a bias that stays."""
        return (
            record >= 0
            and self._kinds.get(record) in READS
            and bool(owner := self._owner(record))
            and owner not in self._changed
        )

    def _layers(self, neurons: list[Neuron]) -> list[ScalarLayer]:
        rows: dict[tuple[Owner, ...], list[Neuron]] = {}
        for neuron in neurons:
            known = rows.setdefault(self._owners(neuron), [])
            # A sum of the backward phase is over the weights of a neuron instead of over the
            # weights that its output meets.
            is_same = any(self._values[neuron.z] == self._values[other.z] for other in known[:1])
            if not is_same and not any(self._comes_of(neuron, other) for other in known):
                known.append(neuron)
        if len({len(known) for known in rows.values()}) > 1:
            # Of a neuron that is computed for some rows only nothing can be put together.
            return []
        alike: dict[tuple[object, ...], list[list[Neuron]]] = {}
        for known in rows.values():
            given = sorted(self._input(part) for part in known[0].inputs)
            alike.setdefault((*given, known[0].bias >= 0), []).append(known)
        return [layer for group in alike.values() if (layer := self._layer(group)) is not None]

    def _owners(self, neuron: Neuron) -> tuple[Owner, ...]:
        return tuple(self._owner(weight) for weight in neuron.weights)

    def _comes_of(self, later: Neuron, earlier: Neuron) -> bool:
        """Whether the inputs of a sum are made of what another sum gives."""
        wanted = int(self._values[earlier.z])
        open_, seen = list(later.inputs), set()
        while open_:
            record = open_.pop()
            value = int(self._values[record])
            if record < 0 or value in seen:
                continue
            if value == wanted:
                return True
            seen.add(value)
            maker = min(record, self._makers.get(value, record))
            open_ += self._recording.operands(maker)
        return False

    def _input(self, record: int) -> tuple[int, str]:
        """Tell an input from others: by its text too, where two have the same value."""
        node = self._recording.node_of(record)
        return int(self._values[record]), node.source

    def _layer(self, group: list[list[Neuron]]) -> ScalarLayer | None:
        """Put neurons together that take the same inputs, each of them once for every row."""
        first = [rows[0] for rows in group]
        given = [self._input(part) for part in first[0].inputs]
        if len(set(given)) != len(given):
            return None
        ordered = [
            {self._input(i): w for i, w in zip(n.inputs, n.weights, strict=True)} for n in first
        ]
        weights = [neuron[key] for key in given for neuron in ordered]
        biases = [neuron.bias for neuron in first if neuron.bias >= 0]
        inputs = [[row.inputs[at] for row in group[0]] for at in range(len(given))]
        sums = [[row.z for row in rows] for rows in group]
        parts = [
            [
                np.concatenate([np.ravel(self._recording.values[self._values[r]]) for r in column])
                for column in columns
            ]
            for columns in (inputs, sums)
        ]
        if len({len(column) for columns in parts for column in columns}) != 1:
            return None
        numbers = {
            part: np.array([self._recording.values[self._values[r]].item() for r in parts])
            for part, parts in (("weights", weights), ("bias", biases))
        }
        return ScalarLayer(
            np.column_stack(parts[0]),
            numbers["weights"].reshape(len(given), len(group)),
            numbers["bias"] if biases else None,
            np.column_stack(parts[1]),
            {
                "inputs": [record for column in inputs for record in column],
                "weights": weights,
                "bias": biases,
                "z": [record for column in sums for record in column],
            },
            {
                part: tuple(self._owner(record) for record in parts)
                for part, parts in (("weights", weights), ("bias", biases))
            },
        )

"""Tables that change from pass to pass, since a script scales them in place again and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged
from engine.audit.network.roles import found_at
from engine.audit.passes.one_pass import Found
from engine.audit.recording.recording import Recording

_OPERATORS = {"Add": "+=", "Sub": "-=", "Mult": "*=", "Div": "/="}


def drifting_table(judged: Sequence[Judged], recording: Recording) -> Iterator[Finding]:
    """Find inputs that a pass changes in place, and the next pass changes in the same way again.

    Args:
        judged: The passes, in order.
        recording: The recording.
    """
    for name in ("x", "f0"):
        done: set[tuple[int, int, int]] = set()
        for one in judged:
            for record in _in_place(one, name, recording):
                node = int(recording.records["node"][record])
                old, other = (_value_of(recording, o) for o in recording.operands(record)[-2:])
                is_changed = int(recording.records["value"][record]) != old
                if is_changed and (node, old, other) in done:
                    yield _finding(name, record, one.one.number, recording)
                    return
                done.add((node, _last_of(one, record, recording), other))


def _in_place(judged: Judged, name: str, recording: Recording) -> Iterator[int]:
    """Go through the assignments ``x -= …`` that change the memory of what comes in."""
    held = _held(judged, name)
    if held is None:
        return
    rows = recording.records
    bases = {int(rows["base"][record]) for record in held.records} - {0}
    begin, end = judged.one.bounds
    for record in np.flatnonzero(np.isin(rows["base"][begin:end], list(bases))) + begin:
        kind, _, operator = recording.node_of(int(record)).kind.partition(":")
        if kind == "augassign" and operator in _OPERATORS and rows["place"][record] >= 0:
            yield int(record)


def _held(judged: Judged, name: str) -> Found | None:
    """Return the array of the script that holds the inputs, or the targets, of a pass."""
    if name == "x":
        return judged.model.layers[0].of_inputs
    data = judged.model.values[name]
    alike = (found for found in judged.one.by_size.get(data.size, ()) if found.is_taken)
    return next((f for f in alike if np.array_equal(f.flat, data.ravel())), None)


def _value_of(recording: Recording, record: int) -> int:
    """Return the number of a value; -1 for a constant, which is the same each time."""
    return int(recording.records["value"][record]) if record >= 0 else -1


def _last_of(judged: Judged, record: int, recording: Recording) -> int:
    """Return the number of the value that the pass leaves in the memory of a record."""
    rows = recording.records
    begin, end = record, judged.one.bounds[1]
    same = np.flatnonzero(rows["identity"][begin:end] == rows["identity"][record]) + begin
    return int(rows["value"][same[-1]])


def _finding(name: str, record: int, number: int, recording: Recording) -> Finding:
    node = recording.node_of(record)
    text = recording.places[int(recording.records["place"][record])].text
    operator = _OPERATORS[node.kind.partition(":")[2]]
    what = "inputs" if name == "x" else "targets"
    return Finding(
        name,
        "in-place",
        f"{operator} changes {text} in place, and with it the table itself: the next pass does the "
        f"same to what is changed already, so that the {what} are others in each pass",
        f"make a new array: {text} = {text} {operator[0]} …, or scale it once, before the loop",
        number,
        found=found_at(recording, record),
    )

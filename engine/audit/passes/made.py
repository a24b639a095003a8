"""The expression around a value in a script, and the name that it gets."""

from __future__ import annotations

from engine.audit.recording.recording import Recording


def made_of(recording: Recording, record: int) -> int:
    """Return the record of the expression that has this one as an operand, or -1."""
    row = recording.records[record]
    parent = recording.parents.get(int(row["node"]))
    return -1 if parent is None else recording.following(parent, int(row["path"]), record)


def is_assigned(recording: Recording, record: int) -> bool:
    """Whether a record gives a place its value."""
    return record >= 0 and recording.node_of(record).kind == "assign"

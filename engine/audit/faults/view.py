"""The first turns of the training loop, seen record by record."""

from __future__ import annotations

from collections.abc import Sequence

from engine.audit.network.roles import Roles, changed_in, roles_in
from engine.audit.recording.recording import Recording

ASSIGN = ("assign", "augassign", "annassign")


class View:
    """Some turns of the training loop, and what their records are.

    Attributes:
        recording: The recording.
        turns: For each turn its records.
        rows: The table of the records.
        roles: The parameters.
        changed: What a turn reads first and gives a new value then.
    """

    def __init__(self, recording: Recording, turns: Sequence[Sequence[int]]) -> None:
        self.recording, self.turns = recording, turns
        self.rows = recording.records
        self.roles: Roles = roles_in(recording, turns[0])
        self.changed = changed_in(recording, turns[0])

    def kind(self, record: int) -> str:
        """Return the kind of node that made a record."""
        return self.recording.node_of(record).kind

    def text(self, record: int) -> str:
        """Return the variable that a record is of; "" where it is none."""
        place = int(self.rows["place"][record])
        return self.recording.places[place].text if place >= 0 else ""

    def owner(self, record: int) -> tuple[object, ...]:
        """Return the place in memory that a record is of."""
        place = int(self.rows["place"][record])
        return self.recording.places[place].owner if place >= 0 else ()

    def role(self, record: int) -> str:
        """Return the parameter that a record is of, as our program names it."""
        place = int(self.rows["place"][record])
        return self.roles.name(self.recording.places[place]) if place >= 0 else ""

    def source(self, record: int) -> str:
        """Return the text that made a record."""
        return self.recording.node_of(record).source

    def kind_of_numbers(self, record: int) -> str:
        """Return whether a record has floats, whole numbers or truth values: "f", "i" or "b"."""
        number = int(self.rows["value"][record])
        return self.recording.kinds[number] if number >= 0 else ""

    def shape(self, record: int) -> tuple[int, ...]:
        """Return the shape of what a record has."""
        value = self.recording.value(record)
        return () if value is None else value.shape

    def depth(self, record: int) -> int:
        """Return in how many loops a record was made."""
        path = self.recording.paths[int(self.rows["path"][record])]
        return sum(1 for _, turn in path if turn >= 0)

    def reads(self, record: int, text: str) -> bool:
        """Whether what a record has was computed from a variable in the same statement."""
        pending = [o for o in self.recording.operands(record) if o >= 0]
        for _ in range(64):
            if not pending:
                return False
            at = pending.pop()
            if self.text(at) == text:
                return True
            pending += [o for o in self.recording.operands(at) if o >= 0]
        return False

"""What is added up over the passes, or done twice in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.faults.view import ASSIGN, View
from engine.audit.findings import Finding
from engine.audit.network.roles import found_at
from engine.audit.passes.matching import same


class Repeated:
    """Looks for sums that are not reset, and for steps that are taken twice."""

    def __init__(self, view: View) -> None:
        self.view = view

    def never_reset(self) -> Iterator[Finding]:
        """Find sums over the rows of the table that go on from pass to pass."""
        if len(self.view.turns) < 2:
            return
        depth = self.view.depth(self.view.turns[1][0])
        sums: dict[str, list[int]] = {}
        others: set[str] = set()
        for record in self.view.turns[1]:
            kind, text = self.view.kind(record), self.view.text(record)
            if kind == "augassign:Add" and self.view.depth(record) >= depth:
                sums.setdefault(text, []).append(record)
            elif kind.split(":")[0] in ASSIGN:
                others.add(text)
        for text, added in sums.items():
            if text in others or not self._goes_on(text, added[0]):
                continue
            yield from self._not_reset(text, added)

    def _goes_on(self, text: str, record: int) -> bool:
        """Whether the first sum of the second turn goes on where the first turn ended."""
        ends = [one for one in self.view.turns[0] if self.view.text(one) == text]
        step = self.view.recording.operands(record)[-1:]
        if not ends or not step or step[0] < 0:
            return False
        old, new = self.view.recording.value(ends[-1]), self.view.recording.value(record)
        added = self.view.recording.value(step[0])
        if old is None or new is None or added is None or not np.any(old):
            return False
        return old.shape == new.shape == added.shape and same(new, old + added)

    def _not_reset(self, text: str, added: Sequence[int]) -> Iterator[Finding]:
        steps = [self.view.recording.operands(record)[-1:] for record in added]
        # Sums of squares are kept on purpose, as AdaGrad does, and so are moving means.
        if any(
            not step or step[0] < 0 or self._is_a_square(step[0]) or self.view.reads(step[0], text)
            for step in steps
        ):
            return
        for record in self.view.turns[1]:
            node = self.view.recording.node_of(record)
            target = self.view.text(record)
            if target == text or not (
                node.kind == "augassign:Sub" or self._subtracts_from(record, target)
            ):
                continue
            if record < added[-1] or not self.view.reads(record, text):
                continue
            name = self.view.role(record)
            yield Finding(
                f"dE_d{name}" if name else "",
                "not-reset",
                f"{text} is summed up over the rows, but is never set to 0 again: from the second "
                "pass on it holds the gradients of all passes before, too",
                f"set {text} to 0 at the beginning of each pass",
                1,
                found=found_at(self.view.recording, added[0]),
            )
            return

    def changed_twice(self) -> Iterator[Finding]:
        """Find parameters that take the same step twice in one turn."""
        steps: dict[tuple[object, ...], list[int]] = {}
        for record in self.view.turns[0]:
            if self.view.kind(record) not in ("augassign:Sub", "augassign:Add"):
                continue
            name, operand = self.view.role(record), self.view.recording.operands(record)[-1:]
            if not name or not operand or operand[0] < 0:
                continue
            step = self.view.recording.value(operand[0])
            if step is None or not np.any(step):
                continue
            before = steps.setdefault((name, int(self.view.rows["value"][operand[0]])), [])
            if any(
                self._is_same_turn(record, other) and not self._is_one_step(record, other)
                for other in before
            ):
                yield Finding(
                    name,
                    "changed-twice",
                    f"{self.view.text(record)} takes the same step twice in one pass",
                    "update it once",
                    found=found_at(self.view.recording, record),
                )
                return
            before.append(record)

    def _is_one_step(self, record: int, other: int) -> bool:
        """Whether a step was recorded for several elements of the list that it changed."""
        operands = self.view.recording.operands
        return operands(record) == operands(other)

    def _is_same_turn(self, record: int, other: int) -> bool:
        """Whether two records are in the same turn of all the loops that are around both."""
        paths = [
            self.view.recording.paths[int(self.view.rows["path"][one])] for one in (record, other)
        ]
        first, second = ({node: turn for node, turn in path if turn >= 0} for path in paths)
        return all(first[node] == second[node] for node in first.keys() & second.keys())

    def _is_a_square(self, record: int) -> bool:
        node = self.view.recording.node_of(record)
        if node.kind == "BinOp:Pow" or "square" in node.function:
            return True
        values = [
            int(self.view.rows["value"][o]) for o in self.view.recording.operands(record) if o >= 0
        ]
        return node.kind == "BinOp:Mult" and len(values) == 2 and values[0] == values[1]

    def _subtracts_from(self, record: int, target: str) -> bool:
        if self.view.kind(record) != "assign" or not target:
            return False
        made = self.view.recording.operands(record)[-1:]
        if not made or made[0] < 0 or self.view.kind(made[0]) != "BinOp:Sub":
            return False
        first = self.view.recording.operands(made[0])[0]
        return first >= 0 and self.view.text(first) == target

"""Sums that lack terms: a loop that returns in its first turn, an index that comes twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.faults.view import View
from engine.audit.findings import Finding
from engine.audit.network.roles import found_at, weight_names
from engine.audit.passes.matching import same
from engine.audit.recording.recording import Recording

_Loop = ast.For | ast.While


class LostTerms:
    """Looks for terms that are lost on the way into a sum."""

    def __init__(self, view: View) -> None:
        self.view = view

    def ended_at_once(self) -> Iterator[Finding]:
        """Find loops over rows that add something up, and return in their first turn."""
        recording = self.view.recording
        for loop, end in _returning(recording.source):
            added = self._added_in(loop)
            if not added:
                continue
            rows = _rows_of(recording, loop)
            if rows == 1:
                continue
            whole = f"all {rows} rows" if rows else "all rows"
            names = weight_names(len(self.view.roles.weights))
            # A loss is added up, too; what the parameters take steps along tells more.
            text = self.view.text(max(added, key=lambda one: bool(self.view.shape(one))))
            yield Finding(
                f"dE_d{names[-1]}" if names else "",
                "early-return",
                f"the return stands inside the loop: it ends in its first turn, so that {text} has "
                f"the term of the first row alone where the sum over {whole} belongs",
                "move the return out of the loop, behind its last line (four columns to the left)",
                line=end,
                variable=text,
            )
            return

    def _added_in(self, loop: _Loop) -> list[int]:
        """Return what a loop adds up, as far as it is recorded; nothing where it goes on."""
        recording = self.view.recording
        nodes = {
            number
            for number, node in enumerate(recording.nodes)
            if node.kind.startswith("loop:") and node.line == loop.lineno
        }
        turns = [turn for path in recording.paths for node, turn in path if node in nodes]
        if not turns or max(turns) > 0:
            return []
        return [
            record
            for record in self.view.turns[0]
            if self.view.kind(record) == "augassign:Add"
            and nodes & {node for node, _ in recording.paths[int(self.view.rows["path"][record])]}
        ]

    def same_row_twice(self) -> Iterator[Finding]:
        """Find sums into rows of an array of which an index comes twice: only the last counts."""
        recording = self.view.recording
        for record in (record for turn in self.view.turns for record in turn):
            if self.view.kind(record) not in ("augassign:Add", "augassign:Sub"):
                continue
            operands = recording.operands(record)
            if not self.view.text(record) or len(operands) < 2 or min(operands) < 0:
                continue
            parts = recording.operands(operands[0])
            if self.view.kind(operands[0]) != "Subscript" or len(parts) < 2 or min(parts) < 0:
                continue
            old, index = recording.value(parts[0]), recording.value(parts[1])
            new, added = recording.value(record), recording.value(operands[1])
            if old is None or index is None or new is None or added is None:
                continue
            if self.view.kind_of_numbers(parts[1]) != "i" or index.ndim != 1 or not added.ndim:
                continue
            if new.shape != old.shape or len(np.unique(index)) == len(index):
                continue
            sign = 1.0 if self.view.kind(record).endswith("Add") else -1.0
            whole = old.copy()
            np.add.at(whole, index.astype(int), sign * added)
            if same(new, whole):
                continue
            text, name = self.view.text(record), _index_in(self.view, parts[1])
            often = int(np.bincount(index.astype(int) - int(index.min())).max())
            yield Finding(
                "",
                "repeated-index",
                f"{text}[{name}] += … adds only the last of the rows with the same index: an index "
                f"comes up to {often} times in {name}, and the other terms of the sum are lost",
                f"np.add.at({text}, {name}, …), or the product with a one-hot matrix",
                found=found_at(recording, record),
            )
            return


def _index_in(view: View, record: int) -> str:
    return view.text(record) or view.source(record)


def _returning(source: Sequence[str]) -> Iterator[tuple[_Loop, int]]:
    """Go through the loops that end in their first turn whatever happens, with the line of that."""
    try:
        tree = ast.parse("\n".join(source))
    except (SyntaxError, ValueError, RecursionError):
        return
    for loop in ast.walk(tree):
        if not isinstance(loop, _Loop):
            continue
        if any(isinstance(part, ast.Continue) for part in ast.walk(loop)):
            continue
        end = next((part for part in loop.body if isinstance(part, ast.Return)), None)
        if end is not None:
            yield loop, end.lineno


def _rows_of(recording: Recording, loop: _Loop) -> int:
    """Return how many turns a loop over a range or an array is meant to have; 0 if not known."""
    if not isinstance(loop, ast.For):
        return 0
    line = range(loop.iter.lineno, (loop.iter.end_lineno or loop.iter.lineno) + 1)
    sizes = [
        int(value) if value.ndim == 0 else len(value)
        for record, node in enumerate(recording.records["node"].tolist())
        if recording.nodes[node].line in line
        and recording.nodes[node].column >= loop.iter.col_offset
        and recording.nodes[node].kind in ("Name", "Attribute", "Subscript", "Call")
        and (value := recording.value(record)) is not None
        and value.ndim < 3
    ]
    return max(sizes, default=0)

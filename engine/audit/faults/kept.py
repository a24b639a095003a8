"""Where the parameters are kept: in whole numbers, or in one array under two names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from engine.audit.faults.view import ASSIGN, View
from engine.audit.findings import Finding
from engine.audit.network.roles import found_at, weight_names
from engine.audit.recording.recording import Recording
from engine.common.numbers import general
from engine.formula.tensor import Array


class Kept:
    """Looks at what holds the parameters and the buffers."""

    def __init__(self, view: View) -> None:
        self.view = view

    def whole_numbers(self) -> Iterator[Finding]:
        """Find steps that are cut off since the array can only hold whole numbers."""
        known: set[str] = set()
        for record in (record for turn in self.view.turns for record in turn):
            text = _base(self.view.text(record))
            if (
                self.view.kind(record).split(":")[0] not in ASSIGN
                or self.view.kind_of_numbers(record) != "i"
            ):
                continue
            given, kept = self._given(record), self.view.recording.value(record)
            if text in known or given is None or kept is None:
                continue
            if not self._is_changed(record) and not self._is_lost(text):
                continue
            if np.all(given == np.floor(given)) or not np.isfinite(given).all():
                continue
            if not np.isin(np.trunc(given), kept).all():
                continue
            known.add(text)
            example = float(given[given != np.floor(given)].ravel()[0])
            alone = "w" if not self.view.roles.weights else ""
            yield Finding(
                self.view.role(record) or alone,
                "whole-number",
                f"{text} holds whole numbers (its type is an integer), so what is assigned to it "
                f"is cut off: {general(example)} becomes {int(example)}, and the steps are lost",
                f"make {text} of floats: np.array([...], dtype=float), "
                "np.zeros_like(..., dtype=float), or .astype(float)",
                found=found_at(self.view.recording, record),
            )

    def _given(self, record: int) -> Array | None:
        """Return the floats that were assigned, or cut off to be assigned."""
        operand = self.view.recording.operands(record)[-1:]
        if operand and operand[0] >= 0 and self.view.kind_of_numbers(operand[0]) == "i":
            node = self.view.recording.node_of(operand[0])
            if node.function.endswith(".astype") or node.function == "int":
                operand = self.view.recording.operands(operand[0])[-2:][:1]
        if not operand or operand[0] < 0 or self.view.kind_of_numbers(operand[0]) != "f":
            return None
        return self.view.recording.value(operand[0])

    def _is_lost(self, text: str) -> bool:
        """Whether all that is put into the cells of an array is cut off to 0, of either sign.

        Who rounds on purpose keeps something, and cuts off nothing that is below 0.
        """
        given = [
            self._given(record)
            for turn in self.view.turns
            for record in turn
            if self.view.kind(record) == "assign"
            and self.view.text(record) == text
            and self.view.kind_of_numbers(record) == "i"
        ]
        cells = [cell.ravel() for cell in given if cell is not None]
        if not cells:
            return False
        numbers = np.concatenate(cells)
        return bool(np.all(np.abs(numbers) < 1.0) and np.min(numbers) < 0.0 < np.max(numbers))

    def _is_changed(self, record: int) -> bool:
        return (
            self.view.owner(record) in self.view.changed
            or (self.view.text(record),) in self.view.changed
        )

    def one_for_two(self) -> Iterator[Finding]:
        """Find two names of one array, or one container, that both get numbers of their own."""
        links = _links(self.view.recording)
        if not links:
            return
        seen: dict[tuple[object, ...], dict[str, int]] = {}
        done: set[frozenset[str]] = set()
        for record in self.view.turns[0]:
            kind = self.view.kind(record)
            identity, owner, text = (
                int(self.view.rows["identity"][record]),
                self.view.owner(record),
                self.view.text(record),
            )
            if not text:
                continue
            if kind.startswith("augassign") and identity and owner[0] != "item":
                key: tuple[object, ...] = ("array", identity)
            elif kind.split(":")[0] in ASSIGN and owner[0] == "item":
                key = owner
            else:
                continue
            names = seen.setdefault(key, {})
            for other, earlier in names.items():
                pair = frozenset((_base(other), _base(text)))
                if len(pair) < 2 or pair in done or not any(pair <= link for link in links):
                    continue
                done.add(pair)
                yield from self._aliased(earlier, record, *sorted(pair))
            names.setdefault(text, record)

    def _aliased(self, earlier: int, record: int, one: str, other: str) -> Iterator[Finding]:
        order = weight_names(len(self.view.roles.weights))
        roles = [name for name in (self.view.role(earlier), self.view.role(record)) if name]
        if len(roles) == 2 and order and roles[0] != roles[1]:
            earlier = min(
                (earlier, record), key=lambda at: order.index(self.view.role(at).removeprefix("b"))
            )
        first = min(roles, key=[*order, *(f"b{n}" for n in order)].index, default="")
        yield Finding(
            first or (order[0] if self.view.roles.weights else ""),
            "aliased",
            f"{one} and {other} are one and the same object: what is written into one of them is "
            "in the other, too, and is overwritten or changed twice in each pass",
            f"make two of them: {one} = …; {other} = … (or .copy())",
            found=found_at(self.view.recording, earlier),
        )


def _base(text: str) -> str:
    return text.partition("[")[0]


def _links(recording: Recording) -> list[frozenset[str]]:
    """Return which names the script gives to one object, as ``a = b = []`` does."""
    try:
        tree = ast.parse("\n".join(recording.source))
    except (SyntaxError, ValueError, RecursionError):
        return []
    links = []
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Assign):
            # Only so: ``a = b`` may be a shorter name that is meant.
            names = [
                ast.unparse(part)
                for part in statement.targets
                if isinstance(part, (ast.Name, ast.Attribute))
            ]
            if len(names) > 1:
                links.append(frozenset(names))
    return links

"""The recording of a script: each number that was computed, where, when, and under which name."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

_COUNTING = re.compile(r"\s*in\s+(reversed\(|list\()?\s*((np|numpy)\.a|x)?range\(")

RECORD = np.dtype(
    [
        ("node", np.int64),
        ("path", np.int64),
        ("place", np.int64),
        ("value", np.int64),
        ("identity", np.int64),
        ("base", np.int64),
        ("window", np.int64),
    ]
)
"""The columns of the table of records; a record's number is its row, and rows are in time."""


@dataclass(frozen=True)
class Node:
    """A part of the script: an expression, or a part of a statement that gives a place a value.

    Attributes:
        kind: The kind of expression ("BinOp:Mult", "UnaryOp:USub", "Compare:Gt", "BoolOp:And",
            "Call", "Name", "Attribute", "Subscript", "IfExp", "NamedExpr", "Constant", "ListComp",
            "List", "Lambda" …) or of what assigns ("assign", "augassign:Add", "annassign", "for",
            "with", "param", "setattr"); for a loop "loop:For", "loop:While", "loop:comprehension";
            for a function "def".
        line: The line in `Recording.source`, from 1.
        column: The column of the first character, from 0.
        end_line: The line of the last character.
        end_column: The column after the last character.
        source: The text of the script.
        children: The nodes of the operands, in order. A call's: the function (-1 where it is a
            name that holds no number; of `a.dot(b)` the receiver), then its arguments. What assigns
            has the node of the value, and for an augmented one the target's node first.
        function: The function of a call as it is written, e.g. "np.dot"; "" elsewhere.
        scope: The qualified name of the function around it; "" in the module.
        loops: The nodes of the loops around it in the same function, outermost first.
        constant: The number of a "Constant" that is one, which is not recorded; None elsewhere.
        where: The line in words: "line 30", or "cell 4, line 7" of a notebook.
    """

    kind: str
    line: int
    column: int
    end_line: int
    end_column: int
    source: str
    children: tuple[int, ...]
    function: str
    scope: str
    loops: tuple[int, ...]
    constant: float | None
    where: str


@dataclass(frozen=True)
class Place:
    """A place in memory that holds a number.

    Attributes:
        text: The place as it is written, e.g. "d_output", "self.W1", "params[0]".
        owner: What tells it from other places: ("global", name), ("local", frame, name),
            ("attribute", id of the object, name) or ("item", id of the container, index).
    """

    text: str
    owner: tuple[str | int, ...]


@dataclass(frozen=True)
class Operand:
    """What an operation that failed was given.

    Attributes:
        source: The text of the script.
        shape: Its shape.
        value: Its number in `Recording.values`, or -1.
    """

    source: str
    shape: tuple[int, ...]
    value: int


@dataclass(frozen=True)
class Ending:
    """How the script ended.

    Attributes:
        kind: "finished" by itself, "stopped" by us (enough was recorded, or the time was over),
            or "failed" by an exception.
        reason: Why it was stopped: "enough" or "seconds"; "" otherwise.
        error: The type of the exception, e.g. "ValueError"; of a script that finished before its
            last line "SystemExit" or "os._exit".
        message: Its message, safe to show; the seconds after which a script was stopped.
        line: The line at which it failed, in `Recording.source`; 0 where there is none.
        where: The line in words.
        node: The innermost expression that was being evaluated, or -1.
        operands: The operands of that expression.
    """

    kind: Literal["finished", "stopped", "failed"]
    reason: str = ""
    error: str = ""
    message: str = ""
    line: int = 0
    where: str = ""
    node: int = -1
    operands: tuple[Operand, ...] = ()


@dataclass(frozen=True, eq=False)
class Recording:
    """Everything that was recorded while a script ran.

    Attributes:
        source: The lines of the script; of a notebook those of its code cells, joined.
        nodes: The parts of the script.
        paths: Where in its execution a record was made: (loop node, number of the turn) and
            (call node, -1), innermost last.
        places: The places that hold numbers.
        records: The records in the order of time, as `RECORD`. `place` is -1 where there is none,
            `value` -1 where the array was too large to keep. `identity` tells objects apart: an
            array has a number that no other one gets, a list its id, a plain number 0. `base` is
            the identity of the array whose memory a view shows, and its own where it is no view.
            `window` numbers the stretches of uninterrupted recording.
        values: The numbers, in the array's own shape; equal ones are kept once.
        kinds: For each value "f", "i" or "b": floats, whole numbers, truth values.
        shapes: For each record whose value was not kept, its shape.
        ending: How the script ended.
        printed: What it printed, safe to show, and cut in the middle where it is long.
    """

    source: tuple[str, ...]
    nodes: tuple[Node, ...]
    paths: tuple[tuple[tuple[int, int], ...], ...]
    places: tuple[Place, ...]
    records: NDArray[Any]
    values: Sequence[NDArray[np.float64]]
    kinds: Sequence[str]
    shapes: dict[int, tuple[int, ...]]
    ending: Ending
    printed: str

    @cached_property
    def _rows(self) -> dict[int, frozenset[bytes]]:
        return {}

    @cached_property
    def _cells(self) -> dict[int, NDArray[np.float64]]:
        return {}

    @cached_property
    def _times(self) -> dict[tuple[int, int], list[int]]:
        """The records of each node on each path, in the order of time."""
        times: dict[tuple[int, int], list[int]] = {}
        nodes, paths = self.records["node"].tolist(), self.records["path"].tolist()
        for record, key in enumerate(zip(paths, nodes, strict=True)):
            times.setdefault(key, []).append(record)
        return times

    def value(self, record: int) -> NDArray[np.float64] | None:
        """Return the numbers of a record; None where they were too many to keep."""
        number = int(self.records["value"][record])
        return self.values[number] if number >= 0 else None

    def node_of(self, record: int) -> Node:
        """Return the part of the script that a record is of."""
        return self.nodes[int(self.records["node"][record])]

    def latest(self, node: int, path: int, before: int) -> int:
        """Return the last record of a node on a path before a time, or -1.

        Of a list of which the elements were recorded one by one, that is its last element.
        """
        times = self._times.get((path, node), [])
        at = bisect_left(times, before) - 1
        return times[at] if at >= 0 else -1

    def following(self, node: int, path: int, after: int) -> int:
        """Return the first record of a node on a path after a time, or -1."""
        times = self._times.get((path, node), [])
        at = bisect_right(times, after)
        return times[at] if at < len(times) else -1

    def was_there(self, record: int, before: int) -> bool:
        """Whether the object of a record was there before a time, with the same numbers.

        The identity alone does not tell: a new object may have that of one which has gone.
        """
        identity, value = self.records["identity"][record], self.records["value"][record]
        seen = self._seen.get(int(identity), [])
        at = bisect_left(seen, before) - 1
        return bool(identity) and at >= 0 and bool(self.records["value"][seen[at]] == value)

    @cached_property
    def _seen(self) -> dict[int, list[int]]:
        """The records of each object's identity, in the order of time."""
        seen: dict[int, list[int]] = {}
        for record, identity in enumerate(self.records["identity"].tolist()):
            seen.setdefault(identity, []).append(record)
        return seen

    @cached_property
    def parents(self) -> dict[int, int]:
        """For each node that is an operand, the node that it is one of."""
        return {
            child: number
            for number, node in enumerate(self.nodes)
            for child in node.children
            if child >= 0
        }

    def rows_before(self, record: int) -> frozenset[bytes]:
        """Return the rows and columns of the arrays that were there before a record."""
        if record not in self._rows:
            rows: set[bytes] = set()
            for number in np.unique(self.records["value"][:record]).tolist():
                value = np.squeeze(self.values[number]) if number >= 0 else np.zeros(())
                if value.ndim == 2:
                    rows.update(row.tobytes() for row in value)
                    rows.update(column.tobytes() for column in np.ascontiguousarray(value.T))
            self._rows[record] = frozenset(rows)
        return self._rows[record]

    @cached_property
    def counters(self) -> frozenset[tuple[str | int, ...]]:
        """The owners of the places that count the turns of a loop, as ``for i in range(n)``."""
        counting = {
            number
            for number, node in enumerate(self.nodes)
            if node.kind == "for" and _COUNTING.match(self._header(node))
        }
        places = self.records["place"][np.isin(self.records["node"], list(counting))]
        return frozenset(self.places[place].owner for place in np.unique(places) if place >= 0)

    def _header(self, node: Node) -> str:
        """Return what follows the target of a loop in its first line."""
        line = self.source[node.end_line - 1] if node.end_line <= len(self.source) else ""
        return line[node.end_column :]

    def cells_before(self, record: int) -> NDArray[np.float64]:
        """Return the numbers in all that was there before a record, each once, sorted."""
        if record not in self._cells:
            numbers = np.unique(self.records["value"][:record])
            cells = [self.values[number].ravel() for number in numbers.tolist() if number >= 0]
            self._cells[record] = np.unique(np.concatenate([*cells, np.zeros(0)]))
        return self._cells[record]

    def operands(self, record: int) -> tuple[int, ...]:
        """Return the records of what an operation was computed from, one for each child node.

        An operand that is no number, as a function or a constant's name, is -1.
        """
        row = self.records[record]
        children = self.nodes[int(row["node"])].children
        return tuple(
            self.latest(child, int(row["path"]), record) if child >= 0 else -1 for child in children
        )

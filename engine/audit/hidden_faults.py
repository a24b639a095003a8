"""Faults that no comparison of one array shows: which kind of numbers, and where they are kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.findings import Finding
from engine.audit.matching import same
from engine.audit.recording.recording import Recording
from engine.audit.roles import (
    Roles,
    changed_in,
    found_at,
    roles_in,
    turns_of,
    weight_names,
)
from engine.maths.tensor import Array

_ASSIGN = ("assign", "augassign", "annassign")
_EXPLICIT = ("None", "newaxis", "reshape", "expand_dims", "keepdims", ".T")
_SPOILING = {"whole-number", "broadcasting", "bias-grows"}
_CONSEQUENCES = {"unknown", "penalty", "sign", "reduction", "bias-reduction"}
"""What the steps or the sums look like in which a hidden fault shows."""
_LOOKED_AT = 4
"""How many turns of the training loop are looked at."""
_MOST_RECORDS = 60_000


def hidden_faults(recording: Recording) -> list[Finding]:
    """Look for whole numbers, arrays that grow, aliases, and sums that are not reset.

    Args:
        recording: The recording.
    """
    turns = turns_of(recording)[:_LOOKED_AT]
    if len(turns) < 2 or sum(map(len, turns)) > _MOST_RECORDS:
        turns = turns[:2]
    if not turns:
        return []
    look = _Look(recording, turns)
    return [
        *look.whole_numbers(),
        *look.one_for_two(),
        *look.too_many_errors(),
        *look.growing_biases(),
        *look.never_reset(),
        *look.changed_twice(),
    ]


def beside(hidden: Sequence[Finding], judged: Sequence[Finding]) -> list[Finding]:
    """Put the faults that were hidden before what was judged, without what they explain.

    Args:
        hidden: What `hidden_faults` found.
        judged: What the comparison of the numbers found.
    """
    if not hidden:
        return list(judged)
    own = {finding.operation for finding in hidden}
    if {finding.kind for finding in hidden} & _SPOILING:
        # No number is what it should be then.
        return list(hidden)
    kept = [
        finding
        for finding in judged
        if finding.operation.startswith("dE_")
        and finding.operation not in own
        and finding.kind not in _CONSEQUENCES
    ]
    return [*hidden, *kept]


class _Look:
    def __init__(self, recording: Recording, turns: Sequence[Sequence[int]]) -> None:
        self.recording, self.turns = recording, turns
        self.rows = recording.records
        self.roles: Roles = roles_in(recording, turns[0])
        self.changed = changed_in(recording, turns[0])

    def _kind(self, record: int) -> str:
        return self.recording.nodes[int(self.rows["node"][record])].kind

    def _text(self, record: int) -> str:
        place = int(self.rows["place"][record])
        return self.recording.places[place].text if place >= 0 else ""

    def _owner(self, record: int) -> tuple[object, ...]:
        place = int(self.rows["place"][record])
        return self.recording.places[place].owner if place >= 0 else ()

    def _role(self, record: int) -> str:
        place = int(self.rows["place"][record])
        return self.roles.name(self.recording.places[place]) if place >= 0 else ""

    def _source(self, record: int) -> str:
        return self.recording.nodes[int(self.rows["node"][record])].source

    def whole_numbers(self) -> Iterator[Finding]:
        """Find steps that are cut off since the array can only hold whole numbers."""
        known: set[str] = set()
        for record in (record for turn in self.turns for record in turn):
            text = _base(self._text(record))
            if self._kind(record).split(":")[0] not in _ASSIGN or self._is(record) != "i":
                continue
            given = self._given(record)
            if text in known or given is None or not self._is_changed(record):
                continue
            if np.all(given == np.floor(given)) or not np.isfinite(given).all():
                continue
            known.add(text)
            example = float(given[given != np.floor(given)].ravel()[0])
            alone = "w" if not self.roles.weights else ""
            yield Finding(
                self._role(record) or alone,
                "whole-number",
                f"{text} holds whole numbers (its type is an integer), so what is assigned to it "
                f"is cut off: {example:.6g} becomes {int(example)}, and the steps are lost",
                f"make {text} of floats: np.array([...], dtype=float), or .astype(float)",
                found=found_at(self.recording, record),
            )

    def _given(self, record: int) -> Array | None:
        """Return the floats that were assigned, or cut off to be assigned."""
        operand = self.recording.operands(record)[-1:]
        if operand and operand[0] >= 0 and self._is(operand[0]) == "i":
            node = self.recording.nodes[int(self.rows["node"][operand[0]])]
            if node.function.endswith(".astype") or node.function == "int":
                operand = self.recording.operands(operand[0])[-2:][:1]
        if not operand or operand[0] < 0 or self._is(operand[0]) != "f":
            return None
        return self.recording.value(operand[0])

    def _is_changed(self, record: int) -> bool:
        return self._owner(record) in self.changed or (self._text(record),) in self.changed

    def _is(self, record: int) -> str:
        number = int(self.rows["value"][record])
        return self.recording.kinds[number] if number >= 0 else ""

    def one_for_two(self) -> Iterator[Finding]:
        """Find two names of one array, or one container, that both get numbers of their own."""
        links = _links(self.recording)
        if not links:
            return
        seen: dict[tuple[object, ...], dict[str, int]] = {}
        done: set[frozenset[str]] = set()
        for record in self.turns[0]:
            kind = self._kind(record)
            identity, owner, text = (
                int(self.rows["identity"][record]),
                self._owner(record),
                self._text(record),
            )
            if not text:
                continue
            if kind.startswith("augassign") and identity and owner[0] != "item":
                key: tuple[object, ...] = ("array", identity)
            elif kind.split(":")[0] in _ASSIGN and owner[0] == "item":
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
        order = weight_names(len(self.roles.weights))
        roles = [name for name in (self._role(earlier), self._role(record)) if name]
        if len(roles) == 2 and order and roles[0] != roles[1]:
            earlier = min(
                (earlier, record), key=lambda at: order.index(self._role(at).removeprefix("b"))
            )
        first = min(roles, key=[*order, *(f"b{n}" for n in order)].index, default="")
        yield Finding(
            first or (order[0] if self.roles.weights else ""),
            "aliased",
            f"{one} and {other} are one and the same object: what is written into one of them is "
            "in the other, too, and is overwritten or changed twice in each pass",
            f"make two of them: {one} = …; {other} = … (or .copy())",
            found=found_at(self.recording, earlier),
        )

    def too_many_errors(self) -> Iterator[Finding]:
        """Find differences of a column of predictions and a row of targets, which are n × n."""
        records = [record for record in self.turns[0] if self._is_square(record)]
        spread = [record for record in records if not self._is_only_summed(record)]
        if not records:
            return
        record = (spread or records)[0]
        one, other = self.recording.operands(record)
        first, second = self._source(one), self._source(other)
        shapes = [self._shape(operand) for operand in (one, other)]
        n = max(shapes[0])
        yield Finding(
            "dE_df" if spread else "E",
            "broadcasting",
            f"{self._source(record)} is {n}×{n}, not {n}×1: {first} has the shape "
            f"{_shape(shapes[0])} and {second} {_shape(shapes[1])}, so that every prediction is "
            "compared with every target",
            f"{first if shapes[0] != (n, 1) else second}.reshape(-1, 1), so that both are columns",
            found=found_at(self.recording, record),
        )

    def _is_square(self, record: int) -> bool:
        """Whether a record is a difference of two rows of n numbers that is n × n by accident."""
        if self._kind(record) != "BinOp:Sub":
            return False
        operands = self.recording.operands(record)
        value = self.recording.value(record)
        if value is None or value.ndim != 2 or len(operands) != 2 or min(operands) < 0:
            return False
        n = value.shape[0]
        shapes = sorted(self._shape(operand) for operand in operands)
        ways = [sorted([(n,), (n, 1)]), sorted([(1, n), (n, 1)])]
        if n < 2 or value.shape != (n, n) or shapes not in ways:
            return False
        if any(word in self._source(operand) for word in _EXPLICIT for operand in operands):
            return False
        # Predictions change from turn to turn; what stays was meant so.
        return len(self.turns) < 2 or any(self._is_new(operand) for operand in operands)

    def _shape(self, record: int) -> tuple[int, ...]:
        value = self.recording.value(record)
        return () if value is None else value.shape

    def _is_new(self, record: int) -> bool:
        """Whether the first two turns have different numbers in a place of the script."""
        node = self.rows["node"][record]
        seen = [
            {int(self.rows["value"][one]) for one in turn if self.rows["node"][one] == node}
            for turn in self.turns[:2]
        ]
        return seen[0] != seen[1]

    def _is_only_summed(self, record: int) -> bool:
        """Whether a difference is summed up where it is made, as a printed loss does."""
        node = self.recording.parents.get(int(self.rows["node"][record]))
        while node is not None:
            above = self.recording.nodes[node]
            if above.function.rpartition(".")[2] in ("mean", "sum", "average"):
                return True
            node = self.recording.parents.get(node)
        return False

    def growing_biases(self) -> Iterator[Finding]:
        """Find biases that become a matrix with a row for each observation."""
        if len(self.turns) < 2:
            return
        later = self._first_shapes(self.turns[1])
        for record in self.turns[0]:
            if self._kind(record).split(":")[0] != "assign":
                continue
            value, text, owner = (
                self.recording.value(record),
                self._text(record),
                self._owner(record),
            )
            old = self._old(record, owner)
            if value is None or old is None or old.ndim < 1 or value.size <= old.size:
                continue
            if later.get(owner, later.get((text,))) != value.shape:
                continue
            role = self._role(record)
            if not role.startswith("b"):
                continue
            yield Finding(
                f"dE_d{role}",
                "bias-grows",
                f"{text} grows from {_shape(old.shape)} to {_shape(value.shape)}: the step is not "
                "summed over the observations, so that every observation gets a bias of its own, "
                "and the table is learned by heart",
                "sum the step over the observations: "
                f"np.sum(…, axis={_axis(old, value)}, keepdims=True)",
                found=found_at(self.recording, record),
            )

    def _old(self, record: int, owner: tuple[object, ...]) -> Array | None:
        """Return what a place held that is assigned its old numbers plus something."""
        made = self.recording.operands(record)[-1:]
        if not made or made[0] < 0 or self._kind(made[0]) not in ("BinOp:Sub", "BinOp:Add"):
            return None
        for operand in self.recording.operands(made[0]):
            if operand >= 0 and (
                self._owner(operand) == owner or self._text(operand) == self._text(record)
            ):
                return self.recording.value(operand)
        return None

    def _first_shapes(self, turn: Sequence[int]) -> dict[tuple[object, ...], tuple[int, ...]]:
        shapes: dict[tuple[object, ...], tuple[int, ...]] = {}
        for record in turn:
            value = self.recording.value(record)
            if value is not None and int(self.rows["place"][record]) >= 0:
                shapes.setdefault(self._owner(record), value.shape)
                shapes.setdefault((self._text(record),), value.shape)
        return shapes

    def never_reset(self) -> Iterator[Finding]:
        """Find sums over the rows of the table that go on from pass to pass."""
        if len(self.turns) < 2:
            return
        depth = self._depth(self.turns[1][0])
        sums: dict[str, list[int]] = {}
        others: set[str] = set()
        for record in self.turns[1]:
            kind, text = self._kind(record), self._text(record)
            if kind == "augassign:Add" and self._depth(record) >= depth:
                sums.setdefault(text, []).append(record)
            elif kind.split(":")[0] in _ASSIGN:
                others.add(text)
        for text, added in sums.items():
            if text in others or not self._goes_on(text, added[0]):
                continue
            yield from self._not_reset(text, added)

    def _goes_on(self, text: str, record: int) -> bool:
        """Whether the first sum of the second turn goes on where the first turn ended."""
        ends = [one for one in self.turns[0] if self._text(one) == text]
        step = self.recording.operands(record)[-1:]
        if not ends or not step or step[0] < 0:
            return False
        old, new = self.recording.value(ends[-1]), self.recording.value(record)
        added = self.recording.value(step[0])
        if old is None or new is None or added is None or not np.any(old):
            return False
        return old.shape == new.shape and same(new, np.broadcast_to(old + added, new.shape))

    def _depth(self, record: int) -> int:
        path = self.recording.paths[int(self.rows["path"][record])]
        return sum(1 for _, turn in path if turn >= 0)

    def _not_reset(self, text: str, added: Sequence[int]) -> Iterator[Finding]:
        steps = [self.recording.operands(record)[-1:] for record in added]
        # Sums of squares are kept on purpose, as AdaGrad does.
        if any(not step or step[0] < 0 or self._is_a_square(step[0]) for step in steps):
            return
        for record in self.turns[1]:
            node = self.recording.nodes[int(self.rows["node"][record])]
            target = self._text(record)
            if target == text or not (
                node.kind == "augassign:Sub" or self._subtracts_from(record, target)
            ):
                continue
            if record < added[-1] or not self._reads(record, text):
                continue
            name = self._role(record)
            yield Finding(
                f"dE_d{name}" if name else "",
                "not-reset",
                f"{text} is summed up over the rows, but is never set to 0 again: from the second "
                "pass on it holds the gradients of all passes before, too",
                f"set {text} to 0 at the beginning of each pass",
                1,
                found=found_at(self.recording, added[0]),
            )
            return

    def changed_twice(self) -> Iterator[Finding]:
        """Find parameters that take the same step twice in one turn."""
        steps: dict[tuple[object, ...], list[int]] = {}
        for record in self.turns[0]:
            if self._kind(record) not in ("augassign:Sub", "augassign:Add"):
                continue
            name, operand = self._role(record), self.recording.operands(record)[-1:]
            if not name or not operand or operand[0] < 0:
                continue
            step = self.recording.value(operand[0])
            if step is None or not np.any(step):
                continue
            before = steps.setdefault((name, int(self.rows["value"][operand[0]])), [])
            if any(self._is_same_turn(record, other) for other in before):
                yield Finding(
                    name,
                    "changed-twice",
                    f"{self._text(record)} takes the same step twice in one pass",
                    "update it once",
                    found=found_at(self.recording, record),
                )
                return
            before.append(record)

    def _is_same_turn(self, record: int, other: int) -> bool:
        """Whether two records are in the same turn of all the loops that are around both."""
        paths = [self.recording.paths[int(self.rows["path"][one])] for one in (record, other)]
        first, second = ({node: turn for node, turn in path if turn >= 0} for path in paths)
        return all(first[node] == second[node] for node in first.keys() & second.keys())

    def _is_a_square(self, record: int) -> bool:
        node = self.recording.nodes[int(self.rows["node"][record])]
        if node.kind == "BinOp:Pow" or "square" in node.function:
            return True
        values = [int(self.rows["value"][o]) for o in self.recording.operands(record) if o >= 0]
        return node.kind == "BinOp:Mult" and len(values) == 2 and values[0] == values[1]

    def _subtracts_from(self, record: int, target: str) -> bool:
        if self._kind(record) != "assign" or not target:
            return False
        made = self.recording.operands(record)[-1:]
        if not made or made[0] < 0 or self._kind(made[0]) != "BinOp:Sub":
            return False
        first = self.recording.operands(made[0])[0]
        return first >= 0 and self._text(first) == target

    def _reads(self, record: int, text: str) -> bool:
        """Whether what a record has was computed from a variable in the same statement."""
        pending = [o for o in self.recording.operands(record) if o >= 0]
        for _ in range(64):
            if not pending:
                return False
            at = pending.pop()
            if self._text(at) == text:
                return True
            pending += [o for o in self.recording.operands(at) if o >= 0]
        return False


def _base(text: str) -> str:
    return text.partition("[")[0]


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) if len(shape) > 1 else f"({', '.join(map(str, shape))},)"


def _axis(old: Array, new: Array) -> int:
    padded = (1,) * (new.ndim - old.ndim) + old.shape
    return next(i for i, (a, b) in enumerate(zip(padded, new.shape, strict=True)) if a != b)


def _links(recording: Recording) -> list[frozenset[str]]:
    """Return which names the script gives to one object, as ``a = b = []`` does."""
    try:
        tree = ast.parse("\n".join(recording.source))
    except (SyntaxError, ValueError, RecursionError):
        return []
    links = []
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Assign):
            names = [
                ast.unparse(part)
                for part in (*statement.targets, statement.value)
                if isinstance(part, (ast.Name, ast.Attribute))
            ]
            if len(names) > 1:
                links.append(frozenset(names))
    return links

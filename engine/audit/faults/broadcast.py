"""Arrays that are larger than they should be, since NumPy fits shapes together by repeating."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.audit.faults.view import View
from engine.audit.findings import Finding
from engine.audit.network.roles import found_at
from engine.formula.tensor import Array

_EXPLICIT = ("None", "newaxis", "reshape", "expand_dims", "keepdims", ".T")


class Broadcast:
    """Looks for arrays that grew by accident."""

    def __init__(self, view: View) -> None:
        self.view = view

    def too_many_errors(self) -> Iterator[Finding]:
        """Find differences of a column of predictions and a row of targets, which are n × n."""
        records = [record for record in self.view.turns[0] if self._is_square(record)]
        spread = [record for record in records if not self._is_only_summed(record)]
        if not records:
            return
        record = (spread or records)[0]
        one, other = self.view.recording.operands(record)
        first, second = self.view.source(one), self.view.source(other)
        shapes = [self.view.shape(operand) for operand in (one, other)]
        n = max(shapes[0])
        yield Finding(
            "dE_df" if spread else "E",
            "broadcasting",
            f"{self.view.source(record)} is {n}×{n}, not {n}×1: {first} has the shape "
            f"{_shape(shapes[0])} and {second} {_shape(shapes[1])}, so that every prediction is "
            "compared with every target",
            f"{first if shapes[0] != (n, 1) else second}.reshape(-1, 1), so that both are columns",
            found=found_at(self.view.recording, record),
        )

    def _is_square(self, record: int) -> bool:
        """Whether a record is a difference of two rows of n numbers that is n × n by accident."""
        if self.view.kind(record) != "BinOp:Sub":
            return False
        operands = self.view.recording.operands(record)
        value = self.view.recording.value(record)
        if value is None or value.ndim != 2 or len(operands) != 2 or min(operands) < 0:
            return False
        n = value.shape[0]
        shapes = sorted(self.view.shape(operand) for operand in operands)
        ways = [sorted([(n,), (n, 1)]), sorted([(1, n), (n, 1)])]
        if n < 2 or value.shape != (n, n) or shapes not in ways:
            return False
        if any(word in self.view.source(operand) for word in _EXPLICIT for operand in operands):
            return False
        # Predictions change from turn to turn; what stays was meant so.
        return len(self.view.turns) < 2 or any(self._is_new(operand) for operand in operands)

    def _is_new(self, record: int) -> bool:
        """Whether the first two turns have different numbers in a place of the script."""
        node = self.view.rows["node"][record]
        seen = [
            {
                int(self.view.rows["value"][one])
                for one in turn
                if self.view.rows["node"][one] == node
            }
            for turn in self.view.turns[:2]
        ]
        return seen[0] != seen[1]

    def _is_only_summed(self, record: int) -> bool:
        """Whether a difference is summed up where it is made, as a printed loss does."""
        node = self.view.recording.parents.get(int(self.view.rows["node"][record]))
        while node is not None:
            above = self.view.recording.nodes[node]
            if above.function.rpartition(".")[2] in ("mean", "sum", "average"):
                return True
            node = self.view.recording.parents.get(node)
        return False

    def growing_biases(self) -> Iterator[Finding]:
        """Find biases that become a matrix with a row for each observation."""
        if len(self.view.turns) < 2:
            return
        later = self._first_shapes(self.view.turns[1])
        for record in self.view.turns[0]:
            if self.view.kind(record).split(":")[0] != "assign":
                continue
            value, text, owner = (
                self.view.recording.value(record),
                self.view.text(record),
                self.view.owner(record),
            )
            old = self._old(record, owner)
            if value is None or old is None or old.ndim < 1 or value.size <= old.size:
                continue
            if later.get(owner, later.get((text,))) != value.shape:
                continue
            role = self.view.role(record)
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
                found=found_at(self.view.recording, record),
            )

    def _old(self, record: int, owner: tuple[object, ...]) -> Array | None:
        """Return what a place held that is assigned its old numbers plus something."""
        made = self.view.recording.operands(record)[-1:]
        if not made or made[0] < 0 or self.view.kind(made[0]) not in ("BinOp:Sub", "BinOp:Add"):
            return None
        if self.view.rows["value"][made[0]] != self.view.rows["value"][record]:
            return None
        for operand in self.view.recording.operands(made[0]):
            if operand >= 0 and (
                self.view.owner(operand) == owner
                or self.view.text(operand) == self.view.text(record)
            ):
                return self.view.recording.value(operand)
        return None

    def _first_shapes(self, turn: Sequence[int]) -> dict[tuple[object, ...], tuple[int, ...]]:
        shapes: dict[tuple[object, ...], tuple[int, ...]] = {}
        for record in turn:
            value = self.view.recording.value(record)
            if value is not None and int(self.view.rows["place"][record]) >= 0:
                shapes.setdefault(self.view.owner(record), value.shape)
                shapes.setdefault((self.view.text(record),), value.shape)
        return shapes


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) if len(shape) > 1 else f"({', '.join(map(str, shape))},)"


def _axis(old: Array, new: Array) -> int:
    padded = (1,) * (new.ndim - old.ndim) + old.shape
    return next(i for i, (a, b) in enumerate(zip(padded, new.shape, strict=True)) if a != b)

"""The lines of one iteration, from the operations of a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.formula.chains import constant
from engine.formula.tensor import Tensor
from engine.maths.operations.batch import PickBatch
from engine.maths.operations.held_out import OnceAnEpoch
from engine.maths.operations.operation import Operation, Phase
from engine.reports.standalone.layout import Line
from engine.reports.standalone.vocabulary import Vocabulary
from engine.run.changes import Change, Edit


def operation_lines(
    operation: Operation, vocabulary: Vocabulary, like: Tensor | None = None, *, blank: bool = False
) -> list[Line]:
    """Write an operation, as a rule in one line.

    Args:
        operation: Which.
        vocabulary: The names that it is written with.
        like: A tensor of the shape of its target, which is needed where its formula is a number.
        blank: Whether to leave the right-hand side out.
    """
    if blank:
        return [Line(f"{operation.name} = ...", operation.symbol)]
    *before, text = vocabulary.lines(f"{operation.name} = ", operation.rule.tree)
    if like is not None and constant(operation.rule.tree) == 1.0:
        text = f"{operation.name} = {vocabulary.library}.ones_like({like.name})"
    note = f"; {operation.note}" if operation.note else ""
    return [*map(Line, before), Line(text, operation.formula + note)]


def likes(operations: Sequence[Operation]) -> dict[str, Tensor]:
    """Return, by the name of an operation, a tensor before it with the axes of its target."""
    found: dict[str, Tensor] = {}
    for place, operation in enumerate(operations):
        for before in reversed(operations[:place]):
            if before.target.axes == operation.target.axes and operation.target.axes:
                found[operation.name] = before.target
                break
    return found


def heading_of(operation: Operation) -> str:
    """Write the phase and the layer that an operation belongs to."""
    layer = f", {operation.layer} layer" if operation.layer else ""
    if isinstance(operation, PickBatch):
        return "batch"
    return "held-out loss" if isinstance(operation, OnceAnEpoch) else f"{operation.phase}{layer}"


def change_lines(changes: Iterable[Change], rate: str, *, in_place: bool = False) -> list[str]:
    """Write what was changed by hand.

    Args:
        changes: Of one clock time.
        rate: The name of the learning rate that is set.
        in_place: Whether a scalar is an array too, which is to stay the same.
    """
    lines = []
    for change in changes:
        what = change.what
        if not isinstance(what, Edit):
            lines.append(f"{rate} = {what.value!r}")
            continue
        if what.index and change.position:
            # Earlier copies of the array keep the old values.
            lines.append(f"{what.name} = {what.name}.copy()")
        scalar = "[()]" if in_place else ""
        index = f"[{', '.join(map(str, what.index))}]" if what.index else scalar
        lines.append(f"{what.name}{index} = {what.value!r}")
    return lines


def is_plain(operation: Operation) -> bool:
    """Return whether the formula of an operation is its whole source."""
    return not isinstance(operation, PickBatch | OnceAnEpoch)


def of_phase(operations: Iterable[Operation], *phases: Phase) -> list[Operation]:
    """Return the plain operations of some phases."""
    return [o for o in operations if o.phase in phases and is_plain(o)]

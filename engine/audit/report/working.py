"""One cell of a finding worked out both ways: by our rule, and by the rule the script follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.formula.arithmetic import evaluate, render
from engine.formula.tensor import Array, Cell, Index, Tensor
from engine.formula.tree import Formula, Leaf, substitute
from engine.maths.operations.operation import Operation
from engine.mistakes import Around, Mistake

_SAME = 1e-6


@dataclass(frozen=True)
class Working:
    """A cell worked out one way.

    Attributes:
        rule: The right-hand side in symbols.
        numbers: The same with its numbers.
        value: What it comes to.
        factor: What the script multiplies it by on the way; 1 where it does not.
    """

    rule: str
    numbers: str
    value: float
    factor: float = 1.0


@dataclass(frozen=True)
class BothWays:
    """A cell worked out by our rule and by the script's."""

    right: Working
    yours: Working


def both_ways(
    operation: Operation,
    mistake: Mistake,
    around: Around,
    values: Mapping[str, Array],
    index: Index,
    yours: float,
) -> BothWays | None:
    """Work a cell out both ways, or return None where the mistake does not give the script's value.

    Args:
        operation: The operation whose value was compared.
        mistake: The formula that the script follows instead of its own.
        around: The operations around it.
        values: The script's values by the names of the tensors.
        index: The cell.
        yours: The script's number there.
    """

    def read(tensor: Tensor, at: Index) -> Cell:
        name = tensor.name
        if name not in values and tensor.stands_for is not None:
            name = tensor.stands_for.name
        return tensor.cell_of(values[name], at)

    def worked(tree: Formula) -> Working:
        rule = replace(operation.rule, tree=tree, shown=None)
        text, expression = replace(operation, rule=rule).arithmetic(index, read)
        return Working(text, render(expression), evaluate(expression))

    try:
        right = worked(_with_the_part(operation, mistake, around))
        wrong = worked(mistake.formula)
    except (KeyError, IndexError, ValueError, StopIteration):
        # The script has no value that one of the rules reads, or its axes are others.
        return None
    if not wrong.value:
        return BothWays(right, wrong) if not yours else None
    factor = yours / wrong.value
    if abs(factor - 1.0) <= _SAME:
        return BothWays(right, wrong)
    return BothWays(
        *(replace(way, factor=factor, value=way.value * factor) for way in (right, wrong))
    )


def _with_the_part(operation: Operation, mistake: Mistake, around: Around) -> Formula:
    """Return our formula, with the part that is mistaken written out where it is another's."""
    tree = operation.rule.tree
    if mistake.of == operation.name:
        return tree
    parts: Iterator[tuple[Formula, Formula]] = (
        (Leaf(tensor), formula)
        for tensor, formula in around.formulas.items()
        if tensor.name == mistake.of
    )
    return substitute(tree, dict(parts))

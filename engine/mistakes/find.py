"""Goes through the mistakes of one operation, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.formula.tensor import Tensor
from engine.formula.tree import (
    Apply,
    Contract,
    Formula,
    Kept,
    Leaf,
    Reduce,
    Variable,
    rebuilt,
    substitute,
)
from engine.formula.writing import in_symbols
from engine.maths.operations.operation import Operation, Phase
from engine.mistakes import operands, slopes, sums, terms
from engine.mistakes.around import Around, tensors_in
from engine.mistakes.edits import Edit, everywhere
from engine.mistakes.scaling import factors
from engine.mistakes.terms import is_penalty

_PLAIN = (
    sums.normalisation,
    terms.sign,
    sums.reduction,
    terms.parentheses,
    sums.products,
    terms.operation_taken_for_another,
    sums.transposed,
    terms.constants,
)


@dataclass(frozen=True)
class Mistake:
    """A formula with one thing wrong in it.

    Attributes:
        formula: The wrong right-hand side. Its axes may be others than those of the target.
        kind: What sort of mistake it is: a short name such as ``missing-slope``.
        says: What is wrong, in words.
        repair: What to do.
        of: The name of the operation whose formula is wrong; another than the one asked for
            where a part that it reads was computed wrongly on the way.
    """

    formula: Formula
    kind: str
    says: str
    repair: str
    of: str


def mistakes(
    operation: Operation, around: Around, tree: Formula | None = None, *, depth: int = 1
) -> Iterator[Mistake]:
    """Go through the formulas that are one edit away from an operation's.

    No two are the same formula, but two may have the same value for some numbers, and be right
    for some.

    Args:
        operation: The operation.
        around: What stands around it.
        tree: Its formula, where it is another than the one that is computed.
        depth: How many operations back what it reads may have been computed wrongly in place.
    """
    tree = operation.rule.tree if tree is None else tree
    known = {tree}
    for mistake in _all(operation, tree, around, depth):
        if mistake.formula not in known and _fits(mistake.formula):
            known.add(mistake.formula)
            yield mistake


def opened(tree: Formula, around: Around, depth: int = 1) -> Formula:
    """Return a formula with those of the operations before it in the place of what it reads."""
    for _ in range(depth):
        values: dict[Formula, Formula] = {
            Leaf(tensor): around.formulas[tensor]
            for tensor in tensors_in(tree)
            if tensor in around.formulas and tensor not in tensors_in(around.formulas[tensor])
        }
        tree = substitute(tree, values)
    return tree


def _all(operation: Operation, tree: Formula, around: Around, depth: int) -> Iterator[Mistake]:
    def named(found: Iterable[Edit]) -> Iterator[Mistake]:
        return (_named(edit, operation, tree, around) for edit in found)

    yield from named(slopes.of_a_slope(operation, tree, around))
    yield from named(everywhere(tree, terms.left_out))
    yield from named(slopes.through_a_slope(operation, tree, around))
    for source in _PLAIN:
        yield from named(everywhere(tree, source))
    yield from named(terms.complements(tree))
    yield from named(_scaled(operation, tree, around))
    yield from named([Edit(-tree, "sign", "the sign is wrong")])
    yield from named(operands.updated(operation, tree, around))
    yield from named(operands.another_tensor(operation, tree, around))
    yield from named(operands.another_share(operation, tree, around))
    yield from _further(operation, tree, around, depth)
    yield from named(operands.an_error(operation, tree, around))


def _scaled(operation: Operation, tree: Formula, around: Around) -> Iterator[Edit]:
    """Scale the whole, or of an update its step."""
    sizes = (around.axis("N"), around.axis("O"))
    if not _is_step(tree, operation.target):
        yield from factors(tree, *sizes)
        return
    v, step = tree.parts
    for edit in factors(step.parts[0], *sizes):
        yield replace(edit, tree=v + rebuilt(step, [edit.tree]), says=f"the step is {edit.says}")


def _fits(tree: Formula) -> bool:
    """Whether all axes are where the parts want them."""
    if not all(map(_fits, tree.parts)):
        return False
    match tree:
        case Leaf(of=of):
            return not isinstance(of, Variable)
        case Apply():
            try:
                axes = tree.axes
            except ValueError:
                return False
            # What is transposed is not repeated along the axes of what is not.
            owns = [argument.axes for argument in tree.parts]
            return all(own == tuple(axis for axis in axes if axis in own) for own in owns)
        case Reduce(argument=argument, over=over):
            return all(axis in argument.axes for axis in over)
        case Contract(left=left, right=right, over=over):
            return over in left.axes and over in right.axes
    return True


def _further(operation: Operation, tree: Formula, around: Around, depth: int) -> Iterator[Mistake]:
    """Go through the mistakes of what the formula reads, in its place."""
    if not depth:
        return
    for tensor in tensors_in(tree):
        before = next((o for o in around.operations if o.target is tensor), None)
        if before is None or tensor in before.reads or before.phase is not operation.phase:
            continue
        if isinstance(before.rule.tree, Leaf):
            continue
        leaf = Leaf(tensor)
        for mistake in mistakes(before, around, depth=depth - 1):
            if mistake.formula.axes == leaf.axes:
                yield replace(mistake, formula=substitute(tree, {leaf: mistake.formula}))


def _named(edit: Edit, operation: Operation, tree: Formula, around: Around) -> Mistake:
    """Return an edit as a mistake of an operation, by what that is for."""
    kind, says, target = edit.kind, edit.says, operation.target
    is_step = _is_step(tree, target)
    repair = f"{operation.symbol} {operation.sign} {in_symbols(tree)}"
    if edit.repair:
        repair = f"{edit.repair}: {repair}"
    if edit.gone is not None and edit.gone in around.slopes:
        slope = around.slopes[edit.gone]
        kind, says = (
            "missing-slope",
            f"the slope {slope.symbol} is missing, {in_symbols(edit.gone)}",
        )
    if target.name.startswith("dR_d") or target.name == "R":
        kind, says = "penalty", f"the penalty: {says}"
    elif is_step and edit.tree == Leaf(target):
        kind, says = "no-update", f"{target.symbol} is never changed: its step is missing"
    elif is_step and kind == "sign":
        says = f"the step is added where it is to be subtracted: {target.symbol} goes uphill"
    elif operation.phase is Phase.UPDATE and not is_step:
        kind = "optimiser-formula"
    elif kind in ("left-out", "sign", "factor") and around.activation_of_slope(target):
        kind = "wrong-slope-formula"
    elif kind == "sign" and _turns_a_penalty(tree, edit.tree):
        kind = "penalty"
    return Mistake(edit.tree, kind, says, repair, operation.name)


def _is_step(tree: Formula, target: Tensor) -> bool:
    """Whether a formula is v ← v − η·∂E/∂v."""
    match tree:
        case Apply(primitive="add", arguments=(Leaf(of=of), Kept())):
            return of is target
    return False


def _turns_a_penalty(tree: Formula, wrong: Formula) -> bool:
    match tree, wrong:
        case Apply(primitive="add", arguments=(_, last)), Apply(primitive="subtract"):
            return is_penalty(last)
    return False

"""Mistakes in what a formula reads: another tensor, or the slope of something else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from engine.formula.tensor import Tensor
from engine.formula.tree import Formula, Leaf, Seen, Together, leaves, substitute
from engine.formula.writing import in_symbols
from engine.maths.operations.operation import Operation, Phase
from engine.mistakes.around import Around, all_parts, tensors_in
from engine.mistakes.edits import Edit, everywhere


def another_tensor(operation: Operation, tree: Formula, around: Around) -> Iterator[Edit]:
    """Take another tensor of the same axes, or at least of the same sizes, for one that is read."""
    kind, at_hand = _kind(operation, around), around.at_hand(operation)
    for right in tensors_in(tree):
        for other in at_hand:
            if other.axes == right.axes and other not in (around.root(right), right):
                edit = Edit(Leaf(other), kind, _says(other, right, around))
                yield from _put(tree, Leaf(right), edit)
        for other in at_hand:
            if other.axes != right.axes and _is_alike(other, right, around):
                edit = Edit(Leaf(Seen(other, right.axes)), kind, _says(other, right, around))
                yield from _put(tree, Leaf(right), edit)


def another_share(operation: Operation, tree: Formula, around: Around) -> Iterator[Edit]:
    """Take another share of the optimiser, such as β₁ for β₂, for one that is read."""
    if operation.phase is not Phase.UPDATE:
        return
    read = set(all_parts(tree))
    for right, other in permutations(around.shares, 2):
        if right in read:
            says = f"{in_symbols(other)} stands where {in_symbols(right)} belongs"
            yield Edit(substitute(tree, {right: other}), "wrong-operand", says)
            rest, others = 1.0 - right, 1.0 - other
            if rest in read:
                says = f"{in_symbols(others)} stands where {in_symbols(rest)} belongs"
                yield Edit(substitute(tree, {rest: others}), "wrong-operand", says)


def _is_alike(other: Tensor, right: Tensor, around: Around) -> bool:
    """Whether two tensors have the same sizes, for any number of observations or for this one."""
    rows = [[axis.symbol == "N" for axis in tensor.axes] for tensor in (other, right)]
    is_meant = around.of_one_table or rows[0] == rows[1]
    return bool(other.axes) and other.shape == right.shape and is_meant


def an_error(operation: Operation, tree: Formula, around: Around) -> Iterator[Edit]:
    """Take the error f − f₀, or f₀ − f, for a tensor that is read."""
    if operation.phase is Phase.LOSS:
        return
    kind = _kind(operation, around)
    for right in tensors_in(tree):
        for error in around.errors(operation):
            if error.axes == right.axes:
                says = f"the error {in_symbols(error)} stands where {right.symbol} belongs"
                yield from _put(tree, Leaf(right), Edit(error, kind, says))


def _kind(operation: Operation, around: Around) -> str:
    is_slope = around.activation_of_slope(operation.target) is not None
    return "slope-argument" if is_slope else "wrong-operand"


def updated(operation: Operation, tree: Formula, around: Around) -> Iterator[Edit]:
    """Read a parameter after its update."""
    if operation.phase is Phase.UPDATE:
        return
    for right in tensors_in(tree):
        parameter = around.root(right)
        change = around.change(parameter)
        if change is not None:
            w = parameter.symbol
            says = f"{w} is read after its update: {w} + Δ{w}, where {w} as it was belongs"
            fix = f"compute {operation.symbol} before {w} is updated"
            edit = Edit(Leaf(parameter) + Leaf(change), "updated-weights", says, fix)
            yield from _put(tree, Leaf(right), edit)


def _put(tree: Formula, leaf: Leaf, edit: Edit) -> Iterator[Edit]:
    """Put something in the place of a leaf: of each, and of all where there are several."""
    if not isinstance(edit.tree, Leaf) and any(isinstance(p, Together) for p in all_parts(tree)):
        return
    many = sum(1 for one in leaves(tree) if one == leaf)
    whole = substitute(tree, {leaf: edit.tree})
    yield Edit(whole, edit.kind, edit.says, edit.repair)
    if many > 1:
        yield from everywhere(tree, lambda node: iter([edit] if node == leaf else []))


def _says(other: Tensor, right: Tensor, around: Around) -> str:
    own, its = around.activation_giving(right), around.activation_giving(other)
    what = belongs = ""
    if own is not None and other is own.z:
        what, belongs = "the pre-activation ", "the activation "
    elif its is not None and its.z is right:
        what, belongs = "the activation ", "the pre-activation "
    return f"{what}{other.symbol} stands where {belongs}{right.symbol} belongs"

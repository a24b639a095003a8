"""Dropout: a mask, drawn anew in each pass, by which a layer multiplies what it hands on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.audit.passes.matching import as_rows, same
from engine.audit.passes.one_pass import Found, Pass
from engine.audit.recording.recording import Recording
from engine.common.numbers import general
from engine.formula.tensor import Array, Tensor
from engine.formula.tree import Formula, Leaf, substitute
from engine.maths.operations.operation import Operation
from engine.mistakes import Mistake

_KIND = "dropout"
_DRAWING = re.compile("rand|binomial|bernoulli|choice|uniform")


@dataclass(frozen=True, eq=False)
class Mask:
    """The mask by which the activations of a layer are multiplied.

    Attributes:
        data: 0 where a neuron is dropped, the same number where it is kept, N × H.
        found: The array of the script that tells which are kept.
        size: What that array is multiplied by to have the numbers of `data`.
    """

    data: Array
    found: Found
    size: float

    @property
    def kept(self) -> float:
        """The number by which what is kept is multiplied, 1/keep_prob of inverted dropout."""
        return float(self.data.max())


def mask_between(recording: Recording, one: Pass, a: Array, inputs: Array) -> Mask | None:
    """Return the mask by which activations become the inputs of the next layer, if there is one.

    Args:
        recording: The recording.
        one: The pass.
        a: The activations, N × H.
        inputs: What the next layer takes.
    """
    if a.shape != inputs.shape:
        return None
    alive = a != 0.0
    shares = inputs[alive] / a[alive]
    kept = shares[shares != 0.0]
    if not 0 < kept.size < shares.size or kept[0] <= 0.0:
        return None
    if not same(kept, np.full_like(kept, kept[0])):
        return None
    for found in one.by_size.get(a.size, ()):
        mask = _masks(found, a.shape, float(kept[0]))
        if mask is None or not np.array_equal(mask.data[alive] != 0.0, shares != 0.0):
            continue
        if _is_drawn(recording, one, found):
            return mask
    return None


def mask_again(one: Pass, like: Mask, z: Array) -> Mask | None:
    """Return the mask in another pass, from the place where it is known to be."""
    found = one.twin(like.found)
    return None if found is None else _masks(found, z.shape, like.kept)


def _masks(found: Found, shape: tuple[int, ...], kept: float) -> Mask | None:
    """Return an array as a mask, if it has no other numbers than 0 and one that is positive."""
    for data, _ in as_rows(found, (shape[0], shape[1])):
        top = float(data.max())
        if top > 0.0 and np.isin(data, (0.0, top)).all():
            return Mask(data * (kept / top), found, kept / top)
    return None


def _is_drawn(recording: Recording, one: Pass, found: Found) -> bool:
    """Whether an array is made of random numbers: relu's slope has two numbers, too."""
    pending, seen = [found.first], set()
    while pending:
        record = pending.pop()
        if _DRAWING.search(recording.node_of(record).function):
            return True
        read = [operand for operand in recording.operands(record) if operand >= 0]
        for value in recording.records["value"][read].tolist():
            made = one.values.get(value)
            if made is not None and made.size == found.size and made.first not in seen:
                seen.add(made.first)
                pending.append(made.first)
    return False


Names = Sequence[tuple[str, str, str]]


def with_masks(
    operations: Sequence[Operation], names: Names, masks: Sequence[Mask | None]
) -> Iterator[Operation]:
    """Go through the operations that a mask changes, as they are with it.

    Args:
        operations: The operations of our program, which knows no dropout.
        names: For each layer the names of its weights, pre-activation and activation.
        masks: For each layer its mask, if it has one.
    """
    known = {operation.name: operation for operation in operations}
    for (_, _, a), mask, (weights, z, _) in zip(names, masks, names[1:], strict=False):
        if mask is None:
            continue
        target = known[a].target
        tensor = Tensor(f"mask_{a}", f"mask_{target.symbol}", target.axes, mask.data)
        forward, taken, gradient, back = (
            known[name] for name in (z, f"d{z}_d{weights}", f"dE_d{weights}", f"dE_d{a}")
        )
        masked = Leaf(target) * Leaf(tensor)
        yield _written(forward, substitute(forward.rule.tree, {Leaf(target): masked}))
        # It stands for no other tensor then.
        own = replace(taken.target, stands_for=None)
        yield _written(replace(taken, target=own), masked)
        yield _written(gradient, substitute(gradient.rule.tree, {Leaf(taken.target): Leaf(own)}))
        yield _written(back, back.rule.tree * Leaf(tensor))


def is_masked(operation: Operation) -> bool:
    """Whether an operation is what a layer hands on behind its mask."""
    read = (tensor.name for tensor in operation.reads)
    return not operation.name.startswith("dE_d") and any(n.startswith("mask_") for n in read)


def _written(operation: Operation, tree: Formula) -> Operation:
    return replace(operation, rule=replace(operation.rule, tree=tree, shown=None))


def mistakes_of_masks(operation: Operation, kept: Mapping[str, float]) -> Iterator[Mistake]:
    """Go through the formulas that do not multiply by what a mask multiplies by.

    Args:
        operation: An operation of the backward phase.
        kept: For each activation that has a mask, the number by which it multiplies.
    """
    tree = operation.rule.tree
    for a, size in kept.items():
        through = {f"mask_{a}", f"dE_d{a}"} & {tensor.name for tensor in operation.reads}
        is_like = tree.axes == operation.target.axes
        if size == 1.0 or not through or not is_like or not operation.name.startswith("dE_d"):
            continue
        yield Mistake(
            tree * (1.0 / size),
            _KIND,
            "dropout not scaled back: the forward phase multiplies what it keeps by "
            f"{general(size, 4)}, the backward phase does not",
            f"divide by keep_prob = {general(1.0 / size, 4)} here, too: "
            f"{operation.symbol} = {operation.right_hand_side}",
            operation.name,
        )


def in_words(mistake: Mistake, masked: Iterable[tuple[Tensor, Tensor]]) -> Mistake:
    """Say of a mistake with a mask what it means.

    Args:
        mistake: The mistake.
        masked: Each activation that has a mask, and what equals it behind the mask.
    """
    for a, behind in masked:
        if mistake.says == f"the factor mask_{a.symbol} is missing":
            says = (
                "the mask of the dropout is missing: neurons that the forward phase has dropped "
                "get a derivative, too"
            )
            return replace(mistake, kind=_KIND, says=says)
        if mistake.says == f"{behind.symbol} stands where {a.symbol} belongs":
            says = f"{a.symbol} behind the dropout stands where {a.symbol} before it belongs"
            return replace(mistake, says=says)
        if mistake.says == f"{a.symbol} stands where {behind.symbol} belongs":
            says = f"{a.symbol} stands where {a.symbol} behind the dropout belongs"
            return replace(mistake, says=says)
    return mistake

"""From a formula to the calls that compute it in place, with temporaries allocated once.

The order of additions and products that is chosen here is part of what a formula means: the same
tree gives the same bits wherever it is run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np

from engine.formula.chains import Chain, chain_of, constant
from engine.formula.primitives import PRIMITIVES
from engine.formula.scratch import Scratch
from engine.formula.tensor import Axis, along
from engine.formula.tree import (
    Apply,
    Contract,
    Formula,
    Function,
    Kept,
    Leaf,
    Reduce,
    Together,
    leaves,
)
from engine.loop.calls import Apply as Elementwise
from engine.loop.calls import Copy, Erf, Matmul, Where
from engine.loop.layout import Buffer
from engine.loop.reduction import Reduce as Sum
from engine.loop.row import Call

_FLOAT, _TRUTH = np.dtype(np.float64), np.dtype(np.bool_)


def lower(tree: Formula, out: Buffer, scratch: Scratch) -> list[Call]:
    """Return the calls that compute a formula.

    Args:
        tree: The formula.
        out: Where its value is to be; it may be among what the formula reads.
        scratch: Where to take temporaries from; of a `Ledger` no calls come, and the buffers may
            be blank.
    """
    return _Lowering(tree, out, scratch).calls


@dataclass(frozen=True, eq=False)
class _Value:
    """The place of a value, its axes, and whether its reader may write over it."""

    buffer: Buffer
    axes: tuple[Axis, ...]
    is_temporary: bool = False

    def along(self, axes: tuple[Axis, ...]) -> Buffer:
        """Return a view to be repeated along the axes that it has not."""
        view: Buffer = along(self.buffer, self.axes, axes)
        return view


class _Lowering:
    def __init__(self, tree: Formula, out: Buffer, scratch: Scratch) -> None:
        self.calls: list[Call] = []
        self._scratch = scratch
        self._occurrences: Counter[Formula] = Counter()
        self._count(tree)
        self._known: dict[Formula, _Value] = {}
        # What the formula reads stays as it is until its last call.
        is_read = any(np.may_share_memory(_data(leaf), out) for leaf in leaves(tree))
        self._spare = None if is_read else out
        self._write(tree, out)
        for value in self._known.values():
            self._scratch.give_back(value.buffer)

    def _count(self, tree: Formula) -> None:
        self._occurrences[tree] += 1
        if self._occurrences[tree] == 1:
            for part in tree.parts:
                self._count(part)

    def _value(self, tree: Formula) -> _Value:
        """Return where the value of a part is, computed before if it must be."""
        number = constant(tree)
        if number is not None:
            return _Value(self._scratch.constant(number), ())
        match tree:
            case Leaf():
                return _Value(_data(tree), tree.axes)
            case Function():
                return self._value(tree.body)
            case Kept():
                kept = Leaf(tree.target)
                self._write_within(tree.argument, _data(kept), None)
                return _Value(_data(kept), kept.axes)
        if tree in self._known:
            return self._known[tree]
        spare, shape, dtype = self._spare, _shape(tree.axes), _dtype(tree)
        is_shared = self._occurrences[tree] > 1
        if spare is not None and not is_shared and (spare.shape, spare.dtype) == (shape, dtype):
            self._write_within(tree, spare, spare)
            self._spare = None
            return _Value(spare, tree.axes)
        out = self._scratch.take(shape, dtype)
        self._write_within(tree, out, out)
        value = _Value(out, tree.axes, is_temporary=not is_shared)
        if is_shared:
            self._known[tree] = value
        return value

    def _write_within(self, tree: Formula, out: Buffer, spare: Buffer | None) -> None:
        """Compute a part, its own parts having another buffer to spare meanwhile."""
        outer, self._spare = self._spare, spare
        self._write(tree, out)
        self._spare = outer

    def _values(self, trees: Iterable[Formula]) -> list[_Value]:
        return [self._value(tree) for tree in trees]

    def _emit(self, call: Callable[[], Call], *read: _Value) -> None:
        if not self._scratch.is_blank:
            self.calls.append(call())
        for value in read:
            if value.is_temporary:
                self._scratch.give_back(value.buffer)

    def _write(self, tree: Formula, out: Buffer) -> None:
        """Compute a formula into a buffer of its shape."""
        if constant(tree) is not None or isinstance(tree, Leaf | Kept):
            self._emit(partial(Copy, self._value(tree).buffer, out))
            return
        match tree:
            case Apply(primitive="multiply" | "hadamard" | "divide" | "negative"):
                self._write_chain(chain_of(tree), tree.axes, out)
            case Apply(primitive="where"):
                self._spare = None
                values = self._values(tree.arguments)
                condition, yes, no = (value.along(tree.axes) for value in values)
                self._emit(partial(Where, condition, yes, no, out), *values)
            case Apply(primitive="truth", arguments=(condition,)):
                value = self._value(condition)
                self._emit(partial(Copy, value.buffer, out), value)
            case Apply(primitive="erf", arguments=(argument,)):
                value = self._value(argument)
                self._emit(partial(Erf, value.buffer, out), value)
            case Apply():
                values = self._values(tree.arguments)
                self._apply(PRIMITIVES[tree.primitive].call, values, tree.axes, out)
            case Function():
                self._write(tree.body, out)
            case Reduce():
                self._write_reduction(tree, out)
            case Together():
                self._write_together(tree, out)
            case Contract():
                self._spare = None
                a, b = self._value(tree.left), self._value(tree.right)
                factors = zip((a.buffer, b.buffer), tree.is_turned, strict=True)
                left, right = (buffer.T if turned else buffer for buffer, turned in factors)
                self._emit(partial(Matmul, left, right, out), a, b)
            case _:
                raise TypeError(f"{tree!r} cannot be computed")

    def _apply(
        self, ufunc: np.ufunc, values: Sequence[_Value], axes: tuple[Axis, ...], out: Buffer
    ) -> None:
        self._emit(partial(Elementwise, ufunc, [v.along(axes) for v in values], out), *values)

    def _write_chain(self, chain: Chain, axes: tuple[Axis, ...], out: Buffer) -> None:
        """Multiply what has axes, then with the scalars; divide at the end."""
        above = self._values(factor for factor in chain.above if factor.axes)
        scalars = self._values(factor for factor in chain.above if not factor.axes)
        is_negated = chain.coefficient == -1.0 and bool(scalars or above)
        if chain.coefficient != 1.0 and not is_negated:
            scalars.insert(0, _Value(self._scratch.constant(chain.coefficient), ()))
        if is_negated:
            if len(scalars) + len(above) == 1 and not chain.below:
                self._apply(np.negative, scalars or above, axes, out)
                return
            (scalars or above)[:1] = [self._combined(np.negative, (scalars or above)[:1])]
        if not chain.below:
            self._product(
                [*above, self._product(scalars)] if above and scalars else above or scalars, out
            )
            return
        if scalars:
            above.append(self._product(scalars))
        below = self._product(self._values(chain.below))
        if above:
            self._apply(np.divide, [self._product(above), below], axes, out)
        else:
            self._apply(np.reciprocal, [below], axes, out)

    def _product(self, values: Sequence[_Value], out: Buffer | None = None) -> _Value:
        first, *rest = values
        if not rest and out is not None:
            if first.buffer is not out:
                self._emit(partial(Copy, first.buffer, out), first)
            return _Value(out, first.axes)
        for number, value in enumerate(rest):
            is_last = number == len(rest) - 1
            first = self._combined(np.multiply, [first, value], out if is_last else None)
        return first

    def _combined(
        self, ufunc: np.ufunc, values: Sequence[_Value], out: Buffer | None = None
    ) -> _Value:
        """Apply a ufunc; without an output into a temporary, if possible one that it reads."""
        axes = max((value.axes for value in values), key=len)
        if out is not None:
            self._apply(ufunc, values, axes, out)
            return _Value(out, axes)
        for value in values:
            if value.is_temporary and value.axes == axes:
                rest = [v for v in values if v is not value]
                target, views = value.buffer, [v.along(axes) for v in values]
                self._emit(partial(Elementwise, ufunc, views, target), *rest)
                return value
        buffer = self._scratch.take(_shape(axes), _FLOAT)
        self._apply(ufunc, values, axes, buffer)
        return _Value(buffer, axes, is_temporary=True)

    def _write_reduction(self, tree: Reduce, out: Buffer) -> None:
        value = self._value(tree.argument)
        axis = None if len(tree.over) == len(value.axes) else value.axes.index(tree.over[0])
        whole = self._scratch.take(out.shape, _FLOAT) if tree.is_mean else out
        self._emit(partial(Sum, PRIMITIVES[tree.primitive].call, value.buffer, whole, axis), value)
        if tree.is_mean:
            size = prod(len(axis.labels) for axis in tree.over)
            share = self._scratch.constant(1.0 / size)
            # NumPy takes three times as long where one number replaces itself.
            self._emit(partial(Elementwise, np.multiply, [whole, share], out))
            self._scratch.give_back(whole)

    def _write_together(self, tree: Together, out: Buffer) -> None:
        # The sum grows in the output.
        self._spare = None
        part = self._scratch.take((), _FLOAT)
        for number, member in enumerate(tree.parts):
            value = self._value(member)
            self._emit(partial(Sum, np.add, value.buffer, part if number else out), value)
            if number:
                self._emit(partial(Elementwise, np.add, [out, part], out))
        self._scratch.give_back(part)


def _data(leaf: Leaf) -> Buffer:
    data: Buffer = leaf.of.data  # type: ignore[attr-defined]
    return data


def _shape(axes: tuple[Axis, ...]) -> tuple[int, ...]:
    return tuple(len(axis.labels) for axis in axes)


def _dtype(tree: Formula) -> np.dtype[Any]:
    is_truth = isinstance(tree, Apply) and PRIMITIVES[tree.primitive].gives_truth
    return _TRUTH if is_truth else _FLOAT

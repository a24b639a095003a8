"""The calls of a formula: what each does to its buffers, as data.

A call can be bound to a callable without arguments that runs it through NumPy, and described
as a row for the loop in C. Both make the same bits: they see the same views of the buffers
and come to the same inner loops of NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import setitem
from typing import TYPE_CHECKING

import numpy as np

from engine.loop.layout import (
    Buffer,
    Indices,
    address,
    index_of_loop,
    require_apart,
    require_indices,
    require_output,
    require_plain,
    together,
)
from engine.loop.row import Bound, LoopClock, Row

if TYPE_CHECKING:
    from types import ModuleType


@dataclass(frozen=True, eq=False)
class Apply:
    """A ufunc, element by element.

    Args:
        ufunc: Any with one output and a loop for these types, which are not converted.
        inputs: Arrays of float64 or bool that can be repeated to the shape of `out`.
        out: The output; may be one of the inputs.
    """

    ufunc: np.ufunc
    inputs: Sequence[Buffer]
    out: Buffer
    views: tuple[Buffer, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "views", together(self.inputs, self.out))
        index_of_loop(self.ufunc, self.inputs, self.out)
        if self.ufunc.signature is not None:
            raise ValueError(f"{self.ufunc.__name__} does not go element by element")
        second, out = self.views[1], self.views[-1]
        if self.ufunc is np.power and second.strides[1:] == (0,) != second.strides[:1]:
            # Two ways to square a whole row, of which NumPy takes one and the loop the other.
            raise ValueError("an exponent is one number, or one for each column or cell")
        if out.dtype == np.bool_ and out.ndim and out.size > 1 and out.strides[-1] > 1:
            # NumPy 2.4's isnan, isfinite and signbit write nonsense there.
            raise ValueError("an output of bool has its cells side by side")

    def bind(self, clock: LoopClock) -> Bound:
        *inputs, out = self.views
        if self.ufunc in (np.maximum, np.minimum):
            # These two want a keyword, which is slower.
            return partial(self.ufunc, *inputs, out=out)
        return partial(self.ufunc, *inputs, out)

    def row(self, loop: ModuleType) -> Row:
        index = index_of_loop(self.ufunc, self.inputs, self.out)
        return _sweep(loop.APPLY, loop.inner_loop(self.ufunc, index), self.views)


@dataclass(frozen=True, eq=False)
class Erf:
    """The error function, which NumPy has not: that of the C library, as in `math.erf`.

    Args:
        x: Of float64.
        out: Of its shape.
    """

    x: Buffer
    out: Buffer

    def bind(self, clock: LoopClock) -> Bound:
        x, out, erf = self.x, self.out, math.erf

        def run() -> None:
            out[...] = np.reshape([erf(value) for value in x.flat], out.shape)

        return run

    def row(self, loop: ModuleType) -> Row:
        return _sweep(loop.APPLY, loop.own_loop("erf d to d"), together([self.x], self.out))


@dataclass(frozen=True, eq=False)
class Copy:
    """A copy of float64 or bool numbers; bool to float64 makes 0 and 1.

    Args:
        source: What to copy; can be repeated to the shape of `out`.
        out: The output.
    """

    source: Buffer
    out: Buffer
    views: tuple[Buffer, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "views", together([self.source], self.out))
        if (self.source.dtype.char, self.out.dtype.char) == ("d", "?"):
            raise ValueError("float64 is not copied to bool; compare instead")

    def bind(self, clock: LoopClock) -> Bound:
        source, out = self.views
        # This takes half the time of `np.copyto`.
        return partial(setitem, out, ..., source)

    def row(self, loop: ModuleType) -> Row:
        name = f"copy {self.source.dtype.char} to {self.out.dtype.char}"
        return _sweep(loop.APPLY, loop.own_loop(name), self.views)


@dataclass(frozen=True, eq=False)
class Where:
    """A choice, element by element: `a` where the condition holds, else `b`.

    Args:
        condition: Of bool.
        a: Of the type of `out`; not `out` itself.
        b: The same; may be `out`, which stays then where the condition does not hold.
        out: The output.
    """

    condition: Buffer
    a: Buffer
    b: Buffer
    out: Buffer
    views: tuple[Buffer, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        views = together([self.condition, self.a, self.b], self.out)
        object.__setattr__(self, "views", views)
        if self.condition.dtype != np.bool_ or {self.a.dtype, self.b.dtype} != {self.out.dtype}:
            raise ValueError("a choice takes a condition of bool and two of the output's type")
        require_apart(self.condition, self.out)
        require_apart(self.a, self.out)

    def bind(self, clock: LoopClock) -> Bound:
        condition, a, b, out = self.views
        choose = partial(np.copyto, out, a, "same_kind", condition)
        if address(b) == address(out):
            return choose
        copyto = np.copyto

        def run() -> None:
            copyto(out, b)
            choose()

        return run

    def row(self, loop: ModuleType) -> Row:
        return _sweep(loop.APPLY, loop.own_loop(f"where {self.out.dtype.char}"), self.views)


@dataclass(frozen=True, eq=False)
class Matmul:
    """The product of two matrices of float64, which may be transposed views.

    Args:
        a: m × k.
        b: k × p.
        out: m × p, contiguous.
    """

    a: Buffer
    b: Buffer
    out: Buffer

    def __post_init__(self) -> None:
        a, b, out = self.a, self.b, self.out
        require_plain(a, b, out)
        require_output(out)
        if not (a.ndim == b.ndim == 2 and out.shape == (len(a), b.shape[1])):
            raise ValueError(f"{a.shape} times {b.shape} does not fit {out.shape}")
        if a.shape[1] != len(b) or not out.flags.c_contiguous:
            raise ValueError("a product of matrices fits and goes into a contiguous output")
        require_apart(a, out)
        require_apart(b, out)
        index_of_loop(np.matmul, (a, b), out)

    def bind(self, clock: LoopClock) -> Bound:
        return partial(np.matmul, self.a, self.b, self.out)

    def row(self, loop: ModuleType) -> Row:
        a, b, out = arrays = (self.a, self.b, self.out)
        return Row(
            loop.APPLY,
            loop=loop.inner_loop(np.matmul, index_of_loop(np.matmul, (a, b), out)),
            at=tuple(map(address, arrays)),
            dims=(1, len(a), len(b), b.shape[1]),
            steps=(0, 0, 0, *a.strides, *b.strides, *out.strides),
        )


@dataclass(frozen=True, eq=False)
class Take:
    """Rows of a table.

    Args:
        table: Contiguous, with two axes.
        indices: Which rows; the nearest where there is none.
        out: The output, contiguous.
    """

    table: Buffer
    indices: Indices
    out: Buffer

    def __post_init__(self) -> None:
        table, out = self.table, self.out
        require_plain(table, out)
        require_output(out)
        require_apart(table, out)
        require_indices(self.indices, 1)
        if table.ndim != 2 or not len(table) or table.dtype != out.dtype:
            raise ValueError("a table has two axes, a row at least, and the output's type")
        if out.shape != (len(self.indices), table.shape[1]):
            raise ValueError(f"rows of {table.shape} do not fit {out.shape}")
        if not (table.flags.c_contiguous and out.flags.c_contiguous):
            raise ValueError("rows are taken from and into contiguous arrays")

    def bind(self, clock: LoopClock) -> Bound:
        # Only with a mode other than "raise" does NumPy write directly into `out`.
        return partial(np.take, self.table, self.indices, 0, self.out, "clip")

    def row(self, loop: ModuleType) -> Row:
        rows, columns = self.table.shape
        return Row(
            loop.TAKE,
            at=(address(self.table), address(self.indices), address(self.out)),
            dims=(len(self.indices),),
            extra=(rows, columns * self.table.itemsize),
        )


def _sweep(kind: int, loop: tuple[int, int], views: Sequence[Buffer]) -> Row:
    """Describe an inner loop over views of one shape."""
    out = views[-1]
    inner = tuple(view.strides[-1] if view.ndim else 0 for view in views)
    outer = tuple(view.strides[0] if view.ndim == 2 else 0 for view in views)
    return Row(
        kind,
        loop=loop,
        at=tuple(map(address, views)),
        dims=(out.shape[-1] if out.ndim else 1,),
        steps=inner,
        outer=out.shape[0] if out.ndim == 2 else 1,
        outer_steps=outer,
    )

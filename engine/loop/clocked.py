"""The calls that depend on the iteration, or on those before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from engine.loop.layout import (
    Buffer,
    Indices,
    address,
    require_indices,
    require_output,
    require_plain,
)
from engine.loop.row import Bound, Call, LoopClock, Row

if TYPE_CHECKING:
    from types import ModuleType


@dataclass(frozen=True, eq=False)
class Every:
    """A call that runs only in the iterations divisible by a period.

    Args:
        period: At least 1.
        call: Any call but another of these.
    """

    period: int
    call: Call

    def __post_init__(self) -> None:
        if self.period < 1 or isinstance(self.call, Every):
            raise ValueError("a period is at least 1, and there is one of them")

    def bind(self, clock: LoopClock) -> Bound:
        period, run_call = self.period, self.call.bind(clock)

        def run() -> object:
            return run_call() if clock.iteration % period == 0 else None

        return run

    def row(self, loop: ModuleType) -> Row:
        return replace(self.call.row(loop), period=self.period)


def without_period(call: Call) -> Call:
    """Return the call itself, whether or not it has a period."""
    return call.call if isinstance(call, Every) else call


@dataclass(frozen=True, eq=False)
class Pick:
    """The observations of an iteration's batch.

    Args:
        orders: One row for each epoch of a stretch, the order of all observations in it; the
            row of an epoch is its number modulo how many rows there are. Whoever runs the
            stretch fills the rows before. One row that never changes is no shuffling.
        indices: Where the observations of the batch go, as many as it has.
        size: The observations of a whole batch.
        an_epoch: How many batches an epoch has.
    """

    orders: Indices
    indices: Indices
    size: int
    an_epoch: int

    def __post_init__(self) -> None:
        require_indices(self.orders, 2)
        require_indices(self.indices, 1)
        if not len(self.orders) or not 1 <= len(self.indices) <= self.size or self.an_epoch < 1:
            raise ValueError("a batch has an observation at least, an epoch a batch")

    def require_place(self, place: int) -> None:
        """Refuse a batch that does not lie in the epoch's order.

        Raises:
            ValueError: The batch of this number in an epoch has too few observations.
        """
        if place * self.size + len(self.indices) > self.orders.shape[1]:
            raise ValueError(f"batch {place} of an epoch has not {len(self.indices)} observations")

    def bind(self, clock: LoopClock) -> Bound:
        orders, indices, size, an_epoch = self.orders, self.indices, self.size, self.an_epoch
        epochs, rows = len(orders), len(indices)

        def run() -> None:
            epoch, place = divmod(clock.iteration, an_epoch)
            start = place * size
            indices[:] = orders[epoch % epochs, start : start + rows]

        return run

    def row(self, loop: ModuleType) -> Row:
        return Row(
            loop.PICK,
            at=(address(self.orders), address(self.indices)),
            dims=(len(self.indices),),
            extra=(*self.orders.shape, self.size, self.an_epoch),
        )


@dataclass(frozen=True, eq=False)
class Append:
    """Writes a number to its iteration's place in a ring, to be read after a stretch.

    Args:
        value: The number, without axes.
        ring: The place of iteration i is i modulo its length; see `unroll`.
    """

    value: Buffer
    ring: Buffer

    def __post_init__(self) -> None:
        require_plain(self.value, self.ring)
        require_output(self.ring)
        if self.value.ndim or self.value.dtype != self.ring.dtype:
            raise ValueError("a number of the ring's type is appended")
        if self.ring.ndim != 1 or not self.ring.size or not self.ring.flags.c_contiguous:
            raise ValueError("a ring is contiguous, with one axis and a place at least")

    def bind(self, clock: LoopClock) -> Bound:
        value, ring, size = self.value, self.ring, len(self.ring)

        def run() -> None:
            ring[clock.iteration % size] = value

        return run

    def row(self, loop: ModuleType) -> Row:
        at = (address(self.value), address(self.ring))
        return Row(loop.APPEND, at=at, dims=(len(self.ring),), extra=(self.ring.itemsize,))


@dataclass(frozen=True, eq=False)
class Count:
    """Writes the number of the iteration.

    Args:
        out: Of float64, without axes.
    """

    out: Buffer

    def __post_init__(self) -> None:
        require_plain(self.out)
        require_output(self.out)
        if self.out.ndim or self.out.dtype != np.float64:
            raise ValueError("an iteration's number goes into a float64 without axes")

    def bind(self, clock: LoopClock) -> Bound:
        out = self.out

        def run() -> None:
            out[()] = clock.iteration

        return run

    def row(self, loop: ModuleType) -> Row:
        return Row(loop.COUNT, at=(address(self.out),))


@dataclass(frozen=True, eq=False)
class Halt:
    """Leaves the loop where a condition holds.

    Args:
        condition: Of bool, without axes.
    """

    condition: Buffer

    def __post_init__(self) -> None:
        require_plain(self.condition)
        if self.condition.ndim or self.condition.dtype != np.bool_:
            raise ValueError("a halt takes a bool without axes")

    def bind(self, clock: LoopClock) -> Bound:
        return partial(bool, self.condition)

    def row(self, loop: ModuleType) -> Row:
        return Row(loop.LEAVE, at=(address(self.condition),))


def unroll(ring: Buffer, first: int, end: int) -> Buffer:
    """Return what was appended to a ring from iteration `first` up to `end`, in that order.

    Args:
        ring: Longer than `end - first`, or as long; nothing later was appended.
        first: The first iteration.
        end: The first one that is not wanted.
    """
    size, start = len(ring), first % len(ring)
    if end - first > size:
        raise ValueError(f"a ring of {size} does not hold {end - first} iterations")
    stop = start + end - first
    values: Buffer = np.concatenate([ring[start:stop], ring[: max(stop - size, 0)]])
    return values

"""The calls of a program's iterations, made ready to run many of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.loop.clocked import Append, Pick, unroll
from engine.loop.plan import Plan
from engine.model.batches import Batches, Orders

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.loop.layout import Indices
    from engine.loop.row import Call

END = -1
"""The place after the last operation of an iteration."""
_MOST_AT_ONCE = 16_384
"""Iterations of which what is kept is there until it is asked for."""


class Reached(NamedTuple):
    """The place to which some iterations have run.

    Attributes:
        complete: How many iterations are complete.
        place: Where an inserted halt has left them: before an operation, or END; None where they
            have run as far as they could.
        resume: The call to go on with, for the iteration that is not complete.
    """

    complete: int
    place: int | None = None
    resume: int = 0


class Iterations:
    """Runs iterations, many at once, or single operations.

    Args:
        batches: Which observations an iteration sees.
        indices: Where the observations of the present batch are told, by number.
        operations: The calls of each operation, for whole batches and for the last one of an
            epoch where that has fewer observations.
        kept: What to keep of every iteration: E, and the held-out loss if there is one.
    """

    def __init__(
        self,
        batches: Batches,
        indices: Indices,
        operations: Sequence[Sequence[Sequence[Call]]],
        kept: Sequence[Array],
    ) -> None:
        self._batches, self._indices, self._operations = batches, indices, operations
        self._values = tuple(kept)
        self._orders = Orders(batches)
        self._make({}, ())

    def with_calls(
        self, inserted: Mapping[int, Sequence[Call]], kept: Sequence[Array] = ()
    ) -> Iterations:
        """Return the same iterations with more calls in them.

        Args:
            inserted: Calls for places: before an operation, or END; a halt is the last of its
                place.
            kept: What to keep of every iteration beside.
        """
        other = object.__new__(Iterations)
        other.__dict__.update(self.__dict__)
        other._make(inserted, tuple(kept))
        return other

    def _make(self, inserted: Mapping[int, Sequence[Call]], more: tuple[Array, ...]) -> None:
        values = (*self._values, *more)
        self._rings = [np.empty(_MOST_AT_ONCE) for _ in values]
        appends = [Append(value, ring) for value, ring in zip(values, self._rings, strict=True)]
        own, others = appends[: len(self._values)], appends[len(self._values) :]
        self._starts: list[list[int]] = []
        self._places: list[dict[int, int]] = []
        lists: list[list[Call]] = []
        sizes = (self._batches.size, self._batches.rest)
        for rows, operations in zip(sizes, self._operations, strict=False):
            calls: list[Call] = []
            if not self._batches.is_whole:
                indices = self._indices[:rows]
                size, an_epoch = self._batches.size, self._batches.an_epoch
                calls.append(Pick(self._orders.rows, indices, size, an_epoch))
            starts, places = [], {}
            for place, operation in enumerate(operations):
                if place in inserted:
                    calls += inserted[place]
                    places[len(calls)] = place
                starts.append(len(calls))
                calls += operation
            calls += own
            calls += inserted.get(END, ())
            calls += others
            places[len(calls)] = END
            self._starts.append(starts)
            self._places.append(places)
            lists.append(calls)
        self._plan = Plan(lists[0], lists[1] if len(lists) > 1 else None, self._batches.an_epoch)

    def run(self, first: int, end: int, resume: int = 0) -> Reached:
        """Run whole iterations, from the first one on, as many as can be run at once.

        Args:
            first: The first iteration.
            end: The first one that is not to be run.
            resume: The call of the first iteration to begin with.
        """
        end = self._orders.draw(first, min(end, first + _MOST_AT_ONCE))
        left = self._plan.run(first, end, resume)
        if not left.is_halted:
            return Reached(left.iteration)
        place = self._places[self._plan.list_of(left.iteration)].get(left.position, END)
        if place == END:
            return Reached(left.iteration + 1, END)
        return Reached(left.iteration, place, left.position)

    def kept(self, first: int, end: int) -> list[Array]:
        """Return what the iterations that were just run have left to be kept."""
        return [unroll(ring, first, end) for ring in self._rings]

    def step(self, iteration: int, position: int) -> None:
        """Run one operation."""
        self._orders.draw(iteration, iteration + 1)
        starts = self._starts[self._plan.list_of(iteration)]
        start = starts[position] if position else 0
        if position + 1 < len(starts):
            self._plan.run(iteration, iteration, start, starts[position + 1])
        else:
            self._plan.run(iteration, iteration + 1, start)

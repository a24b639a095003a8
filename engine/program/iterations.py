"""The calls of a program's iterations, made ready to run many of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.maths.clocked import Append, Pick, unroll
from engine.maths.plan import Plan
from engine.model.batches import Batches

if TYPE_CHECKING:
    from engine.maths.layout import Indices
    from engine.maths.row import Call
    from engine.maths.tensor import Array

_MOST_AT_ONCE = 16_384
"""Iterations whose losses are kept until they are asked for."""
_ORDERED_AT_ONCE = 1 << 18
"""Observations whose order is drawn ahead, in whole epochs."""


class Iterations:
    """Runs iterations, many at once, or single operations.

    Args:
        batches: Which observations an iteration sees.
        indices: Where the observations of the batch at hand are told, by number.
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
        self._batches = batches
        epochs = 1
        if batches.is_shuffled:
            epochs = max(_ORDERED_AT_ONCE // len(batches.order(0)), 2)
        self._orders = np.tile(batches.order(0), (epochs, 1))
        self._drawn = [0 if batches.is_shuffled else -1] * epochs
        self._rings = [np.empty(_MOST_AT_ONCE) for _ in kept]
        appends = [Append(value, ring) for value, ring in zip(kept, self._rings, strict=True)]
        self._starts: list[list[int]] = []
        lists: list[list[Call]] = []
        for rows, of_operations in zip((batches.size, batches.rest), operations, strict=False):
            calls: list[Call] = []
            if not batches.is_whole:
                chosen = indices[:rows]
                calls.append(Pick(self._orders, chosen, batches.size, batches.an_epoch))
            self._starts.append([])
            for operation in of_operations:
                self._starts[-1].append(len(calls))
                calls += operation
            self._starts[-1][0] = 0
            lists.append([*calls, *appends])
        self._plan = Plan(lists[0], lists[1] if len(lists) > 1 else None, batches.an_epoch)

    def run(self, first: int, end: int) -> int:
        """Run whole iterations, from the first one on, as many as can be run at once.

        Returns:
            The first iteration that was not run: `end`, or one before.
        """
        end = min(end, first + _MOST_AT_ONCE)
        if self._batches.is_shuffled:
            epochs = first // self._batches.an_epoch + len(self._orders)
            end = min(end, epochs * self._batches.an_epoch)
            self._draw(first, end)
        self._plan.run(first, end)
        return end

    def kept(self, first: int, end: int) -> list[Array]:
        """Return what the iterations that were just run have left to be kept."""
        return [unroll(ring, first, end) for ring in self._rings]

    def step(self, iteration: int, position: int) -> None:
        """Run one operation."""
        if position == 0:
            self._draw(iteration, iteration + 1)
        is_last_batch = iteration % self._batches.an_epoch == self._batches.an_epoch - 1
        starts = self._starts[-1 if is_last_batch else 0]
        if position + 1 < len(starts):
            self._plan.run(iteration, iteration, starts[position], starts[position + 1])
        else:
            self._plan.run(iteration, iteration + 1, starts[position])

    def _draw(self, first: int, end: int) -> None:
        """Draw the orders of the epochs that these iterations belong to."""
        if not self._batches.is_shuffled:
            return
        an_epoch, rows = self._batches.an_epoch, len(self._orders)
        for epoch in range(first // an_epoch, (end - 1) // an_epoch + 1):
            if self._drawn[epoch % rows] != epoch:
                self._orders[epoch % rows] = self._batches.order(epoch)
                self._drawn[epoch % rows] = epoch

"""The batches: the observations that each iteration sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.model.hyperparameters import Hyperparameters
from engine.model.shuffling import Shuffling

_KEPT = 1 << 18
"""Observations whose order is kept, in whole epochs."""
_AHEAD, _NUMBERS_AHEAD = 4096, 1 << 16
"""Epochs, and observations in them, whose order is drawn before it is asked for."""


class Batches:
    """The observations cut into batches, epoch by epoch.

    The batch of an iteration follows from the seed and the iteration alone, so going back
    needs no state of a generator.

    Args:
        observations: N, how many there are.
        hyperparameters: The batch size, whether to shuffle, and the seed.

    Attributes:
        size: The observations of a whole batch.
        rest: The observations of the last batch of an epoch, where they are fewer; else 0.
        an_epoch: How many batches an epoch has.
    """

    def __init__(self, observations: int, hyperparameters: Hyperparameters) -> None:
        wanted = hyperparameters.batch_size
        self.size = observations if wanted == "full" else min(int(wanted), observations)
        self.rest = observations % self.size
        self.an_epoch = -(-observations // self.size)
        self._observations = observations
        self._shuffling = None
        if hyperparameters.shuffle == "yes":
            self._shuffling = Shuffling(observations, hyperparameters.seed)
        self._epoch = -1
        self._order: NDArray[np.intp] = np.arange(observations)

    @property
    def is_whole(self) -> bool:
        """Whether every iteration sees all observations in their order."""
        return self.an_epoch == 1 and self._shuffling is None

    def epoch(self, iteration: int) -> int:
        """Return the epoch that an iteration belongs to, from 0 on."""
        return iteration // self.an_epoch

    @property
    def is_shuffled(self) -> bool:
        """Whether each epoch has an order of its own."""
        return self._shuffling is not None

    def rows(self, iteration: int) -> int:
        """Return the number of observations that an iteration sees."""
        is_last = iteration % self.an_epoch == self.an_epoch - 1
        return self.rest if self.rest and is_last else self.size

    def of(self, iteration: int) -> NDArray[np.intp]:
        """Return the observations of an iteration, as numbers from 0."""
        epoch, place = divmod(iteration, self.an_epoch)
        if epoch != self._epoch:
            self._order, self._epoch = self.order(epoch), epoch
        return self._order[place * self.size : (place + 1) * self.size]

    def order(self, epoch: int) -> NDArray[np.intp]:
        """Return the order of the observations in an epoch, as numbers from 0."""
        order: NDArray[np.intp] = self.orders(epoch, epoch + 1)[0]
        return order

    def orders(self, first: int, end: int) -> NDArray[np.intp]:
        """Return the orders in the epochs from one up to another, a row each."""
        if self._shuffling is None:
            return np.tile(np.arange(self._observations), (end - first, 1))
        return self._shuffling.orders(first, end)


class Orders:
    """The order of the observations in each of some epochs, drawn before it is needed.

    Attributes:
        rows: One row an epoch, the number of the epoch modulo how many rows there are.
    """

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        first = batches.order(0)
        epochs = max(_KEPT // len(first), 2) if batches.is_shuffled else 1
        self.rows = np.tile(first, (epochs, 1))
        self._first, self._end = 0, 1

    def draw(self, first: int, end: int) -> int:
        """Draw the orders from iteration `first` up to `end`; return how far there is room."""
        if not self._batches.is_shuffled:
            return end
        an_epoch, rows = self._batches.an_epoch, len(self.rows)
        begin = first // an_epoch
        end = min(end, (begin + rows) * an_epoch)
        wanted = -(-end // an_epoch)
        if not self._first <= begin <= self._end:
            self._first = self._end = begin
        if wanted > self._end:
            # As many again as were drawn in a row: the more at once, the quicker it is.
            more = min(self._end - self._first, _AHEAD, _NUMBERS_AHEAD // self.rows.shape[1])
            ahead = min(max(wanted, self._end + more), begin + rows)
            drawn = np.arange(self._end, ahead)
            self.rows[drawn % rows] = self._batches.orders(self._end, ahead)
            self._first, self._end = max(self._first, ahead - rows), ahead
        return end

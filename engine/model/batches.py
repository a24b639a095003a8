"""The batches: the observations that each iteration sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.model.hyperparameters import Hyperparameters


class Batches:
    """The observations cut into batches, epoch by epoch.

    The batch of an iteration follows from the seed and the iteration alone, so going back
    needs no state of a generator.

    Args:
        observations: N, how many there are.
        hyperparameters: The batch size, whether to shuffle, and the seed.

    Attributes:
        size: The observations of a whole batch.
        rest: Those of the last batch of an epoch, where they are fewer; else 0.
        an_epoch: How many batches an epoch has.
    """

    def __init__(self, observations: int, hyperparameters: Hyperparameters) -> None:
        wanted = hyperparameters.batch_size
        self.size = observations if wanted == "full" else min(int(wanted), observations)
        self.rest = observations % self.size
        self.an_epoch = -(-observations // self.size)
        self._observations = observations
        self._seed = hyperparameters.seed if hyperparameters.shuffle == "yes" else None
        self._generator = np.random.RandomState()
        self._epoch = -1
        self._order: NDArray[np.intp] = np.arange(observations)

    @property
    def is_whole(self) -> bool:
        """Whether every iteration sees all observations in their order."""
        return self.an_epoch == 1 and self._seed is None

    def epoch(self, iteration: int) -> int:
        """Return the epoch that an iteration belongs to, from 0 on."""
        return iteration // self.an_epoch

    @property
    def is_shuffled(self) -> bool:
        """Whether each epoch has an order of its own."""
        return self._seed is not None

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
        if self._seed is None:
            return np.arange(self._observations)
        self._generator.seed([self._seed, epoch % 2**32])
        return self._generator.permutation(self._observations)

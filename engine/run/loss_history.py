"""Every loss of a run, 8 bytes each, and a quick outline of them for drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.formula.tensor import Array

_BLOCK = 256
_FIRST_CAPACITY = 4096


_MOST_AVERAGED = 1_000_000
_DOWN = 2.0**-32


@dataclass(frozen=True)
class Outline:
    """The losses thinned to a few points a column.

    Attributes:
        positions: The iteration that each bucket starts with.
        lows: The smallest finite loss in each bucket; NaN where there is none.
        highs: The largest finite loss in each bucket; NaN where there is none.
        first_nonfinite: The first iteration whose loss is no finite number, or None.
        last_finite: The last one whose loss is, if another is not; or None.
    """

    positions: Array
    lows: Array
    highs: Array
    first_nonfinite: int | None
    last_finite: int | None = None

    @property
    def is_lost(self) -> bool:
        """Whether no loss is finite any more from the first one on that is not."""
        first, last = self.first_nonfinite, self.last_finite
        return first is not None and (last is None or last < first)


def outline_between(losses: Array, first: int, last: int, buckets: int) -> Outline:
    """Thin the losses from iteration `first` to `last` to at most `buckets` minima and maxima."""
    values = losses[first : last + 1]
    values = np.where(np.isfinite(values), values, np.nan)
    starts = np.arange(0, values.size, max(1, -(-values.size // buckets)))
    lows, highs = values, values
    if starts.size < values.size:
        lows, highs = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    return Outline((starts + first).astype(np.float64), lows, highs, None)


def means_between(losses: Array, first: int, last: int, buckets: int) -> Outline:
    """Smooth the losses from iteration `first` to `last`: at most `buckets` means.

    Of more than a million iterations only each second, third … is looked at.

    Returns:
        An outline whose lows and highs are the means, at the middle of their stretches; what
        is not finite is left out.
    """
    values = losses[first : last + 1]
    stride = max(1, -(-values.size // _MOST_AVERAGED))
    values = values[::stride]
    step = max(1, -(-values.size // buckets))
    starts = np.arange(0, values.size, step)
    finite = np.isfinite(values)
    if not starts.size:
        return Outline(starts.astype(np.float64), np.empty(0), np.empty(0), None)
    with np.errstate(all="ignore"):
        sums = np.add.reduceat(np.where(finite, values, 0.0), starts)
        counts = np.add.reduceat(finite, starts, dtype=np.float64)
        means = sums / counts
        if not np.isfinite(sums).all():
            # So far down no sum of a million losses leaves the finite numbers.
            small = np.add.reduceat(np.where(finite, values * _DOWN, 0.0), starts)
            means = np.where(np.isfinite(sums), means, small / counts / _DOWN)
    middles = (starts + np.append(starts[1:], values.size) - 1) / 2
    return Outline(middles * stride + first, means, means, None)


class LossHistory:
    """A growing array of losses with the minimum and maximum of each full block."""

    def __init__(self) -> None:
        self._values: Array = np.empty(_FIRST_CAPACITY)
        self._larger: Array | None = None
        """The array to replace `_values` once that is full, with the first ones in it."""
        self._moved = 0
        """Their number."""
        self._count = 0
        self._lows: list[Array] = []
        self._highs: list[Array] = []
        self._summarised = 0
        self._first_nonfinite: int | None = None
        self._last_finite: int | None = None
        self._inspected = 0
        self._best = (0, math.nan)
        self.forgotten = 0
        """The number of times that losses were forgotten and others may have taken their places."""

    @classmethod
    def of(cls, values: Array) -> LossHistory:
        """Make one that has these losses."""
        history = cls()
        history._count = values.size
        history._values = np.array(values) if values.size else history._values
        return history

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Array:
        """A read-only view of the losses so far; later losses do not change it."""
        view = self._values[: self._count]
        view.flags.writeable = False
        return view

    def append(self, loss: Array) -> None:
        """Add the loss of one more iteration."""
        self.extend(loss.reshape(1))

    def extend(self, losses: Array) -> None:
        """Add the losses of some more iterations."""
        count = self._count + losses.size
        self._make_room(count)
        self._values[self._count : count] = losses
        self._count = count

    def _make_room(self, count: int) -> None:
        """Make room for so many, moving a few at a time: all at once would keep a pause waiting."""
        room = self._values.size
        if 2 * count <= room:
            return
        if self._larger is None or self._larger.size < count:
            self._larger, self._moved = np.empty(max(2 * room, count)), 0
        moved = self._moved + 2 * (count - self._count)
        end = self._count if count > room else min(moved, self._count)
        self._larger[self._moved : end] = self._values[self._moved : end]
        self._moved = end
        if count > room:
            self._values, self._larger = self._larger, None

    def best(self, count: int) -> float:
        """Return the smallest of the first `count` losses, NaN if there is none.

        Quick where `count` is that of the last call or a little more.
        """
        seen, best = self._best
        if count < seen:
            seen, best = 0, math.nan
        if count > seen:
            best = float(np.fmin(best, np.fmin.reduce(self._values[seen:count])))
            self._best = (count, best)
        return best

    def forget(self, count: int) -> None:
        """Keep only the first `count` losses."""
        forgotten = self.forgotten + 1
        self.__dict__.update(self.until(count).__dict__)
        self.forgotten = forgotten

    def until(self, count: int) -> LossHistory:
        """Return a copy of the first `count` losses."""
        return LossHistory.of(self._values[:count])

    def outline(self, buckets: int) -> Outline:
        """Thin all losses to at most about `buckets` minima and maxima.

        The cost grows with the losses that came since the last call and with the
        number of blocks, not with the number of losses.
        """
        self._inspect()
        count = self._count
        if count <= buckets * _BLOCK:
            lows = highs = np.where(np.isfinite(self.values), self.values, np.nan)
            unit = 1
        else:
            self._summarise()
            lows, highs = np.concatenate(self._lows), np.concatenate(self._highs)
            tail = self._values[self._summarised : count]
            if tail.size:
                lows = np.append(lows, _least(tail[None, :]))
                highs = np.append(highs, -_least(-tail[None, :]))
            unit = _BLOCK
        step = max(1, -(-lows.size // buckets))
        starts = np.arange(0, lows.size, step)
        if step > 1:
            lows = np.fmin.reduceat(lows, starts)
            highs = np.fmax.reduceat(highs, starts)
        positions = starts.astype(np.float64) * unit
        return Outline(positions, lows, highs, self._first_nonfinite, self._last_finite)

    def _inspect(self) -> None:
        finite = np.isfinite(self._values[self._inspected : self._count])
        if self._first_nonfinite is None and not finite.all():
            self._first_nonfinite = self._inspected + int(finite.argmin())
        if self._first_nonfinite is not None and finite.any():
            self._last_finite = self._count - 1 - int(finite[::-1].argmax())
        self._inspected = self._count

    def _summarise(self) -> None:
        full = self._count - self._count % _BLOCK
        if full > self._summarised:
            blocks = self._values[self._summarised : full].reshape(-1, _BLOCK)
            self._lows.append(_least(blocks))
            self._highs.append(-_least(-blocks))
            self._summarised = full
        if len(self._lows) > 64:
            self._lows, self._highs = [np.concatenate(self._lows)], [np.concatenate(self._highs)]


def _least(blocks: Array) -> Array:
    """Return the smallest finite value of each row, NaN where there is none."""
    finite = np.where(np.isfinite(blocks), blocks, np.nan)
    least: Array = np.fmin.reduce(finite, axis=1)
    return least

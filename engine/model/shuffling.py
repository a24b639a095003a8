"""The orders of many epochs at once, as `RandomState` draws them, in a fraction of the time.

For a few observations almost all of that time is the seeding of a Mersenne Twister (Matsumoto
and Nishimura 1998). Here it is done for all epochs side by side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

_FEW_EPOCHS, _MANY_EPOCHS = 512, 4096
"""From how many on this is quicker, and for how many at once it is done."""
_MANY_OBSERVATIONS = 64
"""From how many on it is no quicker."""
_WORDS, _MIDDLE = 624, 397


class Shuffling:
    """Another order of the observations for each epoch.

    Args:
        observations: How many there are.
        seed: With the number of the epoch it seeds a `RandomState` that permutes them.
    """

    def __init__(self, observations: int, seed: int) -> None:
        self._observations, self._seed = observations, seed
        self._generator = np.random.RandomState(seed)

    def orders(self, first: int, end: int) -> NDArray[np.intp]:
        """Return the orders in the epochs from one up to another, a row each."""
        orders = np.empty((end - first, self._observations), np.intp)
        for begin in range(first, end, _MANY_EPOCHS):
            epochs = np.arange(begin, min(begin + _MANY_EPOCHS, end)) % 2**32
            rows = orders[begin - first : begin - first + len(epochs)]
            lacking = np.arange(len(epochs))
            if len(epochs) >= _FEW_EPOCHS and self._observations < _MANY_OBSERVATIONS:
                lacking = _shuffle(rows, self._seed, epochs.astype(np.uint32))
            for row in lacking:
                self._generator.seed([self._seed, int(epochs[row])])
                rows[row] = self._generator.permutation(self._observations)
        return orders


def _shuffle(orders: NDArray[np.intp], seed: int, epochs: Words) -> NDArray[np.intp]:
    """Fill the rows with their orders; return those that would have needed more words."""
    every, observations = np.arange(len(orders)), orders.shape[1]
    words = _first_words(3 * observations // 2 + 8, seed, epochs)
    drawn = np.zeros(len(orders), np.intp)
    orders[:] = np.arange(observations)
    for last in range(observations - 1, 0, -1):
        # As many bits as the largest has, again and again until they are not above it.
        bits = (1 << last.bit_length()) - 1
        other = np.full(len(orders), last + 1)
        while len(again := np.flatnonzero((other > last) & (drawn < len(words)))):
            other[again] = words[drawn[again], again] & bits
            drawn[again] += 1
        other = np.minimum(other, last)
        orders[every, last], orders[every, other] = orders[every, other], orders[:, last].copy()
    return np.flatnonzero(drawn == len(words))


def _first_words(count: int, seed: int, epochs: Words) -> Words:
    """Return the first words of generators seeded by [seed, epoch], a column each."""
    state = _seeded(seed, epochs)
    joined = state[:count] & 0x80000000 | state[1 : count + 1] & 0x7FFFFFFF
    words: Words = np.bitwise_xor(state[_MIDDLE : _MIDDLE + count], joined >> 1)
    words ^= (joined & 1) * np.uint32(0x9908B0DF)
    words ^= words >> 11
    words ^= words << 7 & 0x9D2C5680
    words ^= words << 15 & 0xEFC60000
    words ^= words >> 18
    return words


def _seeded(seed: int, epochs: Words) -> Words:
    """Return the states of generators seeded by [seed, epoch], a column each."""
    start = np.random.RandomState(19650218).get_state(legacy=False)["state"]["key"]
    state: Words = np.repeat(start[:, None], len(epochs), axis=1)
    mixed = np.empty_like(epochs)
    thirty, first_factor, second_factor, *numbers = (
        np.array(number, np.uint32) for number in (30, 1664525, 1566083941, *range(_WORDS))
    )
    keys = (np.array(seed, np.uint32), epochs + np.uint32(1))

    def mix(number: int, factor: Words) -> Words:
        before, word = state[number - 1], state[number]
        np.right_shift(before, thirty, mixed)
        np.bitwise_xor(before, mixed, mixed)
        np.multiply(mixed, factor, mixed)
        np.bitwise_xor(word, mixed, word)
        return word  # type: ignore[no-any-return]

    # Word 0 is set, and the others go round twice, beginning with the first and the second.
    around = range(1, _WORDS)
    for turn, number in enumerate((*around, 1)):
        if turn == len(around):
            state[0] = state[-1]
        word = mix(number, first_factor)
        np.add(word, keys[turn % 2], word)
    for number in (*around[1:], 1):
        if number == 1:
            state[0] = state[-1]
        word = mix(number, second_factor)
        np.subtract(word, numbers[number], word)
    state[0] = 0x80000000
    return state

"""What a script trains, understood from its numbers: the loop, the network, data and targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.audit.network.descended import have_gradients
from engine.audit.network.forward import layers_of, rank_of
from engine.audit.network.linear import Linear
from engine.audit.network.recurring import layers_again
from engine.audit.network.settled import Settled
from engine.audit.network.targets import Targets
from engine.audit.network.training_loop import UNSURE, Option, best_of
from engine.audit.passes.changing import changing, is_picked
from engine.audit.passes.loops import follows, loops
from engine.audit.passes.one_pass import Found, Pass
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

_MANY_FOUND, _MOST_FOUND = 600, 3000
"""Passes with more arrays are not looked at, where layers upon layers, and where none are found."""
_SURE = 0.9
_PROBES = 8
"""How many passes are looked at to see whether the weights change."""
_GOLDEN = 0.618034
"""The golden section, whose multiples are nowhere in step with the rows of a table."""


@dataclass(frozen=True, eq=False)
class Understood:
    """The network of a script.

    Attributes:
        recording: The recording.
        passes: The passes of its training loop.
        layers: The layers in the pass that was understood best.
        targets: The targets in that pass; None where they were not found.
        probe: The number of that pass.
        rests: Whether its weights stay as they are in most passes.
    """

    recording: Recording
    passes: Sequence[Pass]
    layers: tuple[Linear, ...]
    targets: Targets | None
    probe: int
    rests: bool = False

    def after(self, one: Pass, found: Found, like: Found) -> Array | None:
        """Return what a parameter is when the next pass takes it; None where that is not known.

        Args:
            one: The pass.
            found: The parameter in it.
            like: The same parameter in the pass that was understood best.
        """
        if len(self.passes) == 1:
            return one.last_of(found, self.recording)
        if not follows(self.passes, one.number, self.recording):
            return None
        following = self.passes[one.number + 1].twin(like)
        if following is None or following.data.shape != found.data.shape:
            return None
        return following.data


def understand(
    recording: Recording,
    settled: Settled,
    tick: Callable[[], None],
    *,
    still: bool = False,
) -> Understood | None:
    """Understand a script; None where no network is found in it.

    Args:
        recording: The recording.
        settled: What is known about it.
        tick: Called again and again on the way; it may raise to give up.
        still: Whether weights may be among what never changes, though others change.
    """
    found = _understood(recording, settled, tick, still=still)
    if found is None or found.targets is None or not found.targets.is_compared:
        resting = _understood(recording, settled, tick, still=still, rests=True)
        if resting is not None and resting.targets is not None and resting.targets.is_compared:
            return replace(resting, rests=True)
    return found


def _understood(
    recording: Recording,
    settled: Settled,
    tick: Callable[[], None],
    *,
    still: bool,
    rests: bool = False,
) -> Understood | None:
    """Understand a script whose weights may rest in some passes, as where an output is dead."""
    options: list[Option] = []
    first_seen = _first_seen(recording)

    def most() -> int:
        best = best_of(options)
        is_likely = best is not None and best.targets is not None and len(best.layers) > 1
        return _MANY_FOUND if is_likely else _MOST_FOUND

    for loop in loops(recording):
        tick()
        passes = loop.passes
        if options and loop.node < 0:
            break
        found = _best_probe(passes, recording, first_seen, most, settled, still, rests)
        if found is not None:
            options.append(Option(recording, settled, passes, *found))
    best = best_of(options)
    if best is None:
        return None
    return Understood(recording, best.passes, tuple(best.layers), best.targets, best.probe)


def _best_probe(
    passes: Sequence[Pass],
    recording: Recording,
    first_seen: Array,
    most: Callable[[], int],
    settled: Settled,
    still: bool,
    rests: bool,
) -> tuple[int, list[Linear], float] | None:
    """Return the pass whose layers are found in the most others, to rule coincidences out."""
    count = len(passes)
    probes = dict.fromkeys((min(1, count - 1), 0, min(2, count - 1), count // 2))
    # Evenly spaced, they might all see the same row of a table.
    others = sorted({int(count * (n * _GOLDEN % 1.0)) for n in range(_PROBES)})
    best: tuple[int, list[Linear], float] | None = None
    rank: tuple[object, ...] = ()
    for turn, probe in enumerate(probes):
        one = passes[probe]
        if len(one.found) > _MANY_FOUND and len(one.found) > most():
            continue
        moving = None if still else changing(passes, probe, recording)

        def fits(layers: Sequence[Linear], one: Pass = one) -> bool:
            is_meant = not settled.tells_layers or settled.fits(layers)
            return is_meant and (not still or have_gradients(layers, one, recording))

        is_told = still or settled.tells_layers
        for layers in layers_of(one, recording, moving, fits if is_told else None):
            if rank and (True, *rank_of(layers)[:-1]) < rank[: len(rank_of(layers))]:
                # In however many passes they are found, others are larger.
                continue
            if count > 1:
                changes = _changes(recording, passes, layers, first_seen, biases=still)
                if not (_rests(changes) if rests else 2 * sum(changes) > len(changes)):
                    continue
            there = [layers_again(passes[n], recording, layers) for n in others]
            same = [again for again in there if _shapes(again) == _shapes(layers)]
            support = len(same) / len(others)
            alike = sum(_have_bias(again) == _have_bias(layers) for again in same) / len(others)
            # Of networks as large, the one with more inputs is matched less easily by chance.
            # A bias that starts at 0 does not show at once.
            size = (*rank_of(layers)[:-1], round(4 * alike), len(layers[0].weights))
            own = (support > UNSURE, *size, support)
            if best is None or own > rank:
                best, rank = (probe, layers, support), own
        # A first layer is missed where the row is one of zeros.
        if turn and best is not None and best[2] >= _SURE and best[1][0].of_inputs.is_taken:
            break
    return best


def _shapes(layers: Sequence[Linear]) -> list[tuple[int, ...]]:
    return [layer.weights.shape for layer in layers]


def _have_bias(layers: Sequence[Linear]) -> list[bool]:
    return [layer.bias is not None for layer in layers]


def _first_seen(recording: Recording) -> Array:
    """Return for each value the first record that has it."""
    seen = np.full(len(recording.values), len(recording.records))
    numbers = recording.records["value"]
    kept = np.flatnonzero(numbers >= 0)
    np.minimum.at(seen, numbers[kept], kept)
    return seen


def _rests(changes: Sequence[bool]) -> bool:
    """Whether weights change at first and soon no more, or again and again with rests between."""
    count = sum(changes)
    return count > 1 or (count == 1 and changes[0])


def _changes(
    recording: Recording,
    passes: Sequence[Pass],
    layers: list[Linear],
    first_seen: Array,
    *,
    biases: bool = False,
) -> list[bool]:
    """Say for the first passes whether each ends with weights that were never there before it.

    Args:
        recording: The recording.
        passes: The passes.
        layers: The layers of one of them.
        first_seen: For each value the first record that has it.
        biases: Whether new biases will do, too.
    """
    places = [layer.of_weights for layer in layers]
    if biases:
        places += [layer.of_bias for layer in layers if layer.of_bias is not None]
    changes: list[bool] = []
    values = recording.records["value"]
    known = recording.rows_before(passes[0].bounds[0])
    for number in range(min(len(passes) - 1, _PROBES)):
        if not follows(passes, number, recording):
            continue
        one, following = passes[number], passes[number + 1]
        is_new = False
        for place in places:
            before, after = one.twin(place) or place, following.twin(place)
            if after is None or before.data.shape != after.data.shape:
                continue
            seen = min(int(first_seen[values[record]]) for record in after.records)
            # New weights that are there between two turns are made by another loop.
            is_between = one.bounds[1] <= seen < following.bounds[0]
            is_made = (after.is_assembled or seen >= one.bounds[0]) and not is_between
            if np.array_equal(before.data, after.data) or not is_made:
                continue
            if not is_picked(after, known):
                is_new = True
                break
        changes.append(is_new)
    return changes

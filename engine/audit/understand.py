"""What a script trains, understood from its numbers: the loop, the network, data and targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from engine.audit.forward import as_it_is, layers_of, rank_of
from engine.audit.linear import Linear
from engine.audit.outputs import output_of
from engine.audit.passes import Found, Pass, Site, changing, follows, is_picked, loops
from engine.audit.recording.recording import Recording
from engine.audit.recurring import layers_again
from engine.audit.settled import NOTHING, Settled
from engine.audit.targets import Targets, again, every_targets
from engine.maths.tensor import Array

_MANY_FOUND, _MOST_FOUND = 600, 3000
"""Passes with more arrays are not looked at, where layers upon layers, and where none are found."""
_MOST_OPTIONS = 16
_UNSURE, _SURE = 0.5, 0.9
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
    settled: Settled = NOTHING,
    tick: Callable[[], None] = lambda: None,
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
    options: list[_Option] = []
    first_seen = _first_seen(recording)

    def most() -> int:
        best = _best(options)
        is_likely = best is not None and best.targets is not None and len(best.layers) > 1
        return _MANY_FOUND if is_likely else _MOST_FOUND

    for loop in loops(recording):
        tick()
        passes = loop.passes
        if options and loop.node < 0:
            break
        found = _best_probe(passes, recording, first_seen, most, settled, still, rests)
        if found is not None:
            options.append(_Option(recording, settled, passes, *found))
    best = _best(options)
    if best is None:
        return None
    return Understood(recording, best.passes, tuple(best.layers), best.targets, best.probe)


class _Option:
    """A loop that may be the training loop, with the layers in one of its passes.

    Args:
        recording: The recording.
        settled: What is known about the script.
        passes: The passes of the loop.
        probe: The number of the pass.
        layers: The layers in it.
        support: In which share of the passes they are.
    """

    def __init__(
        self,
        recording: Recording,
        settled: Settled,
        passes: Sequence[Pass],
        probe: int,
        layers: list[Linear],
        support: float,
    ) -> None:
        self._recording, self._settled, self._found = recording, settled, layers
        self.passes, self.probe = passes, probe
        self._is_found = support > _UNSURE

    def rank_with(self, layers: Sequence[Linear]) -> tuple[object, ...]:
        """Rank it by the layers: the largest network that is found in most passes."""
        return self._is_found, *rank_of(layers)[:-1], len(self.passes) > 1

    @property
    def most(self) -> tuple[object, ...]:
        """Its rank at best: the layers are no more than those of the pass."""
        return self.rank_with(self._found)

    @property
    def rank(self) -> tuple[object, ...]:
        """Its rank."""
        return self.rank_with(self.layers)

    @property
    def layers(self) -> list[Linear]:
        """The layers, as far as the targets tell."""
        return self._compared[0]

    @property
    def targets(self) -> Targets | None:
        """The targets; None where they are not found."""
        return self._compared[1]

    @cached_property
    def _compared(self) -> tuple[list[Linear], Targets | None]:
        known = self._settled.targets_of(self.passes[self.probe], self._found)
        if known is not None:
            return self._found, known
        return _compared(self.passes, self._recording, self.probe, self._found)


def _best(options: Sequence[_Option]) -> _Option | None:
    """Return the largest network that is compared with targets, or else the largest."""
    best: _Option | None = None
    # To find targets takes long: what cannot be the largest is not asked for any.
    for option in sorted(options, key=lambda option: option.most, reverse=True):
        if best is not None and option.most <= best.rank:
            break
        if option.targets is not None and (best is None or option.rank > best.rank):
            best = option
    return best or max(options, key=lambda option: option.rank, default=None)


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
        fits = settled.fits if settled.tells_layers else None
        moving = None if still else changing(passes, probe, recording)
        for layers in layers_of(one, recording, moving, fits):
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
            own = (support > _UNSURE, *size, support)
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


def _compared(
    passes: Sequence[Pass], recording: Recording, probe: int, layers: list[Linear]
) -> tuple[list[Linear], Targets | None]:
    """Return the layers and the targets, those that are given where some are.

    A script may compute a function of the output for another purpose, e.g. for a wrong slope, or
    multiply it by the weights of an earlier layer.
    """
    targets = _targets(passes, recording, probe, layers)
    if targets is None or targets.found.is_taken:
        return layers, targets
    *before, last = layers
    others = [[*before, as_it_is(last)]] if last.of_a is not last.of_z else []
    if any(np.array_equal(last.weights.T, layer.weights) for layer in before):
        others.append(before)
    for other in others:
        given = _targets(passes, recording, probe, other)
        if given is None or not given.is_compared or not given.found.is_taken:
            continue
        # Of many single numbers some are the difference of two others by chance.
        if given.found.data.ndim:
            return other, given
    return layers, targets


def _targets(
    passes: Sequence[Pass], recording: Recording, probe: int, layers: list[Linear]
) -> Targets | None:
    """Return the targets that are compared with the predictions in the most passes."""
    others = [(passes[probe], layers[-1])]
    for number in sorted({len(passes) * n // _PROBES for n in range(_PROBES)}):
        there = layers_again(passes[number], recording, layers)
        if number != probe and [a.z.shape for a in there] == [a.z.shape for a in layers]:
            others.append((passes[number], there[-1]))
    options: dict[tuple[Site, bool], Targets] = {}
    for one, last in others:
        # Where a target is 0, the error is the prediction itself and tells nothing.
        for targets in every_targets(one, last)[:_MOST_OPTIONS]:
            if targets.is_compared:
                options.setdefault((targets.found.site, targets.are_classes), targets)
        if len(options) >= _MOST_OPTIONS:
            break
    if not options:
        return output_of(passes[probe], layers).targets

    def support(targets: Targets) -> float:
        found = [twin for one, last in others if (twin := again(one, last, targets))]
        # A target of 0 speaks neither for nor against.
        return sum(
            1.0 if twin.is_compared else 0.5 if not np.any(twin.data) else 0.0 for twin in found
        )

    best = max(options.values(), key=lambda targets: (support(targets), targets.found.is_taken))
    return again(passes[probe], layers[-1], best) or best


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

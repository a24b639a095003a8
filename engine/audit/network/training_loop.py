"""The training loop of a script: that of the largest network that has targets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from engine.audit.network.forward import as_it_is, rank_of
from engine.audit.network.linear import Linear
from engine.audit.network.outputs import output_of
from engine.audit.network.recurring import layers_again
from engine.audit.network.settled import Settled
from engine.audit.network.targets import Targets, again, every_targets
from engine.audit.passes.one_pass import Pass, Site
from engine.audit.recording.recording import Recording

UNSURE = 0.5
"""The share of the passes up to which layers may be there by chance."""
_MOST_OPTIONS = 16
_LOOKED_AT = 8
"""In how many passes targets are looked for."""


class Option:
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
        self._is_found = support > UNSURE

    def rank_with(self, layers: Sequence[Linear], is_compared: bool) -> tuple[object, ...]:
        """Return its rank with some layers: the largest network in the most passes comes first."""
        return self._is_found, is_compared, *rank_of(layers)[:-1], len(self.passes) > 1

    @property
    def most(self) -> tuple[object, ...]:
        """Its rank at best: the layers are no more than those of the pass."""
        return self.rank_with(self._found, is_compared=True)

    @property
    def rank(self) -> tuple[object, ...]:
        """Its rank, with the layers as far as the targets tell."""
        is_compared = self.targets is not None and self.targets.is_compared
        return self.rank_with(self.layers, is_compared)

    def is_better_than(self, other: Option) -> bool:
        """Whether its network is rather the one that is trained: another has no errors."""
        (found, *size), (its_found, *its_size) = self.rank, other.rank
        own = (found, self.is_compared, *size)
        return own > (its_found, other.is_compared, *its_size)

    @property
    def is_compared(self) -> bool:
        """Whether the script makes something of the predictions and the targets."""
        return self.targets is not None and self.targets.is_compared

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


def best_of(options: Sequence[Option]) -> Option | None:
    """Return the largest network that is compared with targets, or else the largest."""
    best: Option | None = None
    # To find targets takes long: what cannot be the largest is not asked for any.
    for option in sorted(options, key=lambda option: option.most, reverse=True):
        if best is not None and best.is_compared and option.most <= best.rank:
            break
        if option.targets is not None and (best is None or option.is_better_than(best)):
            best = option
    return best or max(options, key=lambda option: option.rank, default=None)


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
    for number in sorted({len(passes) * n // _LOOKED_AT for n in range(_LOOKED_AT)}):
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

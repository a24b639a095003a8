"""The losses that a script may descend on: what it computes, and what goes with its output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.findings import Finding
from engine.audit.network.candidates import constants_of
from engine.audit.network.in_pass import NetworkInPass
from engine.audit.network.linear import slope
from engine.audit.network.losses import Computed, losses_in
from engine.audit.network.settled import Settled
from engine.audit.network.understand import Understood
from engine.audit.network.wrong_losses import wrong_loss
from engine.audit.recording.recording import Recording
from engine.common.numbers import rounded
from engine.maths.activations import ACTIVATIONS

_MORE_THAN_ONCE = 2
_USUAL = {"softmax": ["cross-entropy", "mse"], "sigmoid": ["mse", "bce"]}
"""The losses that go with an activation of the output, the likeliest first."""


class LikelyLosses:
    """The losses that may be meant.

    Args:
        recording: The recording.
        understood: The network of the script.
        networks: The network in the passes to judge.
        output: The name of the activation of the output layer.
        settled: What is known about the script.

    Attributes:
        mistake: What is wrong with the loss that is computed, if anything.
    """

    def __init__(
        self,
        recording: Recording,
        understood: Understood,
        networks: Sequence[NetworkInPass],
        output: str,
        settled: Settled,
    ) -> None:
        self._recording, self._output, self._settled = recording, output, settled
        self.mistake: Finding | None = None
        self._meant = ""
        constants = constants_of(recording)
        self._computed_in: dict[int, list[Computed]] = {}
        for network in networks:
            a, number = network.layers[-1].a, network.one.number
            assert a is not None
            span = _with_next(understood, number)
            self._computed_in[number] = losses_in(recording, span, a, network.f0, constants)
        self._found = [c for there in self._computed_in.values() for c in there]
        if networks[0].f0.size == 1:
            # A single number is a multiple of any other: only what comes again is no chance.
            times = Counter((c.name, rounded(c.factor, 6)) for c in self._found)
            self._found = [c for c in self._found if times[c.name, rounded(c.factor, 6)] > 1]
        named = sum(any(c.is_named for c in there) for there in self._computed_in.values())
        if named < min(len(networks), _MORE_THAN_ONCE):
            # With all weights 0 a wrong loss is the right one.
            self._look_for_mistake(networks[-1], _with_next(understood, networks[-1].one.number))

    def __iter__(self) -> Iterator[tuple[str, Computed | None]]:
        """Go through the names of the losses, the likeliest first, each with where it is found."""
        found = self._found
        if self._meant:
            found = [c for c in found if c.is_named]
            yield self._meant, None
        if "loss" in self._settled.hyperparameters:
            loss = str(self._settled.hyperparameters["loss"])
            yield loss, next((c for c in found if c.name == loss), None)
            return
        seen = set()
        covered = self._covered()
        for computed in sorted(found, key=lambda c: (not c.is_named, -covered[c.name, c.delta])):
            if (computed.name, computed.delta) not in seen:
                seen.add((computed.name, computed.delta))
                yield computed.name, computed
        for name in _USUAL.get(self._output, ["mse"]):
            if (name, 1.0) not in seen:
                yield name, None

    def factor_in(self, number: int, computed: Computed | None) -> float:
        """Return a loss of the script divided by ours in a pass: a batch may have fewer rows."""
        if computed is None:
            return 1.0
        node = self._recording.records["node"]
        for there in self._computed_in.get(number, ()):
            is_alike = (there.name, there.delta) == (computed.name, computed.delta)
            if is_alike and node[there.record] == node[computed.record]:
                return there.factor
        return computed.factor

    def _covered(self) -> dict[tuple[str, float], int]:
        """Return for each loss in how many passes it is computed."""
        named = [
            {(c.name, c.delta) for c in there if c.is_named} for there in self._computed_in.values()
        ]
        return {
            loss: sum(not there.isdisjoint({loss, _within(loss)}) for there in named)
            for loss in {(c.name, c.delta) for c in self._found}
        }

    def _look_for_mistake(self, network: NetworkInPass, span: tuple[int, int]) -> None:
        """Find a loss with a mistake in it, and the name of the one that is meant."""
        last = network.layers[-1]
        assert last.a is not None
        is_joint = ACTIVATIONS[self._output].joint
        own = np.ones_like(last.a) if is_joint else slope(self._output, last.z, last.a)
        found = wrong_loss(self._recording, span, last.a, network.f0, own)
        if found is None:
            return
        record, wrong = found
        rows = self._recording.records
        self.mistake = Finding(
            "E",
            "loss-formula",
            wrong.says,
            wrong.repair,
            network.one.number,
            line=self._recording.node_of(record).line,
            variable=self._recording.places[int(rows["place"][record])].text,
        )
        self._meant = wrong.name


def _within(loss: tuple[str, float]) -> tuple[str, float]:
    """Return what a loss may be in a pass: with no error beyond δ, Huber's is half the square."""
    return ("mse", 1.0) if loss[0] == "huber" else loss


def _with_next(understood: Understood, number: int) -> tuple[int, int]:
    """Return the bounds of a pass and the next one, in which its loss may be computed late."""
    begin, end = understood.passes[number].bounds
    if number + 1 < len(understood.passes):
        end = understood.passes[number + 1].bounds[1]
    return begin, end

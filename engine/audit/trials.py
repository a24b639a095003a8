"""The passes of a script judged under each loss that may be meant, and the loss that fits best."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from engine.audit.judging.backward import judge
from engine.audit.judging.judged import Judged
from engine.audit.network.candidates import constants_of
from engine.audit.network.in_pass import NetworkInPass
from engine.audit.network.likely_losses import LikelyLosses
from engine.audit.network.losses import Computed
from engine.audit.network.model import Model, model_of
from engine.audit.network.settled import Settled
from engine.audit.network.understand import Understood
from engine.audit.updates.changes import changes_in
from engine.audit.updates.consistency import unsteady
from engine.common.errors import InputError


@dataclass(frozen=True, eq=False)
class Trial:
    """The passes judged under one loss.

    Attributes:
        loss: The name of the loss.
        computed: Where the script computes it; None where it does not.
        judged: The judged passes, in order.
        is_exact: Whether a gradient has to have the right size where any multiple of it would fit.
    """

    loss: str
    computed: Computed | None
    judged: list[Judged]
    is_exact: bool


@dataclass(frozen=True, eq=False)
class Trials:
    """The trials of the losses.

    Attributes:
        understood: The network of the script.
        networks: The network in the passes to judge.
        activations: The name of the activation of each layer.
        losses: The losses that may be meant.
        settled: What is known about the script.
        tick: Called for each pass; it may raise to give up.
    """

    understood: Understood
    networks: Sequence[NetworkInPass]
    activations: Sequence[str]
    losses: LikelyLosses
    settled: Settled
    tick: Callable[[], None]

    def best(self) -> Trial | None:
        """Return the trial in which the least is wrong; None where no pass can be judged."""
        best: Trial | None = None
        least: tuple[bool, int] | None = None
        for loss, computed in self.losses:
            is_told = best is not None and best.computed is not None and _is_named(best.judged)
            if computed is None and is_told:
                # A mistake under the loss that the script computes, not a right descent on another.
                break
            judged = list(self._judged(loss, computed))
            if not judged:
                continue
            is_exact, is_unsteady = False, unsteady(judged)
            if is_unsteady and not any(one.findings for one in judged):
                exact = list(self._judged(loss, computed, exact=True))
                is_exact = any(one.findings for one in exact)
                judged = exact if is_exact else judged
            bad = sum(len(one.findings) + len(one.unmatched) for one in judged)
            rank = (is_unsteady and not is_exact, bad)
            if least is None or rank < least:
                best, least = Trial(loss, computed, judged, is_exact), rank
            if not bad:
                break
        return best

    def _judged(
        self, loss: str, computed: Computed | None, *, exact: bool = False
    ) -> Iterator[Judged]:
        models: dict[int, Model] = {}
        names: Collection[str] = ()
        recording = self.understood.recording
        constants = constants_of(recording)
        # A batch may have only one of the targets −1 and 1.
        is_signed = loss == "hinge" and any(np.any(network.f0 < 0.0) for network in self.networks)
        for network in self.networks:
            self.tick()
            one, layers, f0 = network.one, network.layers, network.f0
            rows = len(f0)
            try:
                if rows not in models:
                    shown = -np.ones_like(f0) if is_signed else f0
                    settings = computed.settings if computed else {}
                    models[rows] = model_of(layers, self.activations, shown, loss, **settings)
            except InputError:
                return
            try:
                model = models[rows].of_pass(layers, f0)
            except InputError:
                # Its biases were taken for others.
                continue
            names = names or model.parameters.keys()
            if model.parameters.keys() != names:
                continue
            changes = dict(changes_in(self.understood, one.number, layers, model))
            named = self.settled.named_in(one, recording)
            scale = self.losses.factor_in(one.number, computed)
            yield judge(one, model, changes, scale, named, recording, constants, exact=exact)


def living(judged: Sequence[Judged]) -> list[Judged]:
    """Return the passes up to the last that changes anything."""
    known = [one for one in judged if one.changes]
    still = takewhile(lambda one: not any(map(np.any, one.changes.values())), reversed(known))
    count = sum(1 for _ in still)
    return known[:-count] if count else list(judged)


def _is_named(judged: Sequence[Judged]) -> bool:
    """Whether all that is wrong with the passes has a name."""
    return all(
        finding.kind != "unknown" and not one.unmatched
        for one in judged
        for finding in one.findings
    )

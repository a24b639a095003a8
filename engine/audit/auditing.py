"""An audit of a recording: understand it, judge its passes and updates, and put it in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from engine.audit.collecting import collected
from engine.audit.faults.design import design_faults
from engine.audit.faults.drifting_table import drifting_table
from engine.audit.faults.failures import explain_failure, words_of
from engine.audit.faults.hidden import beside, hidden_faults
from engine.audit.faults.other_rows import targets_of_other_rows
from engine.audit.faults.stuck import stuck
from engine.audit.faults.tape import words_of_tape
from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged
from engine.audit.judging.penalty import penalties_in_words
from engine.audit.network.candidates import constants_of, optimisers
from engine.audit.network.chosen_activations import chosen_activations
from engine.audit.network.in_pass import networks_in
from engine.audit.network.likely_losses import LikelyLosses
from engine.audit.network.losses import Computed, in_words
from engine.audit.network.settled import NOTHING, Settled
from engine.audit.network.single import understand_partial, understand_single
from engine.audit.network.understand import Understood, understand
from engine.audit.recording.child.precision import is_computed_in_full
from engine.audit.recording.recording import Recording
from engine.audit.trials import Trials, living
from engine.audit.updates.optimising import is_rate
from engine.audit.updates.outcome import Updates
from engine.audit.updates.updating import judge_updates

_ALIKE = 1e-6
"""The largest relative difference of numbers that are meant to be the same."""


class Audit:
    """The audit of a recording: its network, its judged passes and its findings.

    Args:
        recording: The recording.
        settled: What is known about the script.
        tick: Called again and again on the way; it may raise to give up.
    """

    def __init__(
        self,
        recording: Recording,
        settled: Settled = NOTHING,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self.recording = recording
        self._tick = tick
        self.settled = settled
        tape = words_of_tape(recording)
        self.understood = None if tape else self._understand()
        self._begin()
        if self.understood is not None:
            self._run(self.understood)
        elif settled.tells_layers:
            self.unsure.append(f"no network {settled.in_words} was found in it")
        if tape:
            self.unsure.append(tape)
        elif self.unsure or not self.judged or self._is_doubtful():
            self._look_for_still_weights()
        self._add_failure()
        self._add_hidden()

    def _understand(self) -> Understood | None:
        recording, settled = self.recording, self.settled
        found = understand_partial(recording) or understand(recording, settled, self._tick)
        if found is None and settled.table is None and settled.widths is None:
            return understand_single(recording)
        return found

    def _begin(self) -> None:
        self.findings: list[Finding] = []
        self.notes: list[str] = []
        self.judged: list[Judged] = []
        self.updates = Updates()
        self.computed: Computed | None = None
        self.loss = ""
        self.activations: list[str] = []
        self.unsure: list[str] = []

    def _is_doubtful(self) -> bool:
        """Whether neither a loss nor a learning rate of the script shows that it is understood."""
        if self.judged and len(self.judged[0].model.layers) > 1 and self._has_all_gradients():
            # So many arrays of several layers do not fit by chance.
            return False
        if self.computed is not None or self.findings or not self.updates.rates:
            # A mistake may be one of what was taken for a network.
            return self.computed is None and bool(self.findings)
        totals = self.judged[0].totals
        constants = constants_of(self.recording)
        return not any(
            is_rate([own[0] / totals.get(f"dE_d{name}", 1.0)], constants)
            for name, own in self.updates.rates.items()
            if own
        )

    def _has_all_gradients(self) -> bool:
        """Whether the script has the gradient of each parameter, and takes steps with all."""
        first = self.judged[0]
        names = first.model.parameters
        return all(f"dE_d{name}" in first.matches and name in first.changes for name in names)

    def _look_for_still_weights(self) -> None:
        """Take weights that never change for weights, if it is then clear what is wrong."""
        kept = dict(self.__dict__)
        self.understood = understand(self.recording, self.settled, self._tick, still=True)
        self._begin()
        if self.understood is not None:
            self._run(self.understood)
        known = {f"dE_d{f.operation}" for f in self.findings if f.kind == "no-update"}
        # What is meant to stay has no gradient.
        is_clear = len(known) == len(self.findings) and self.computed is not None
        if not known or not is_clear or any(known - one.matches.keys() for one in self.judged[:1]):
            self.__dict__.update(kept)

    def _add_hidden(self) -> None:
        hidden = hidden_faults(self.recording)
        if self.judged and not (self.findings or self.unsure or self.updates.unmatched):
            # The gradients are right: what is compared so is something else.
            self.notes += [f.says for f in hidden if f.kind == "broadcasting"]
            hidden = [f for f in hidden if f.kind != "broadcasting"]
        self.findings = beside(hidden, self.findings)
        if not self.findings:
            self.findings += stuck(self.recording)
        if is_computed_in_full("\n".join(self.recording.source)):
            self.notes.append("float32 was computed as float64, to compare to the last digits")

    def _add_failure(self) -> None:
        if self.recording.ending.kind != "failed":
            return
        failed = explain_failure(self.recording, self.understood, self.judged)
        is_partial = self.understood is None or len(self.understood.passes) < 2
        if is_partial:
            # What was not reached is no mistake.
            self.findings.clear()
        if failed is not None:
            self.findings.append(failed)
        elif is_partial:
            self.unsure.insert(0, words_of(self.recording.ending))
        else:
            self.notes.append(words_of(self.recording.ending))

    def _run(self, understood: Understood) -> None:
        networks = list(networks_in(understood, self.recording, self.settled, self._tick))
        compared = [n.is_compared for n in networks if n.is_compared is not None]
        if not networks or understood.targets is None or 2 * sum(compared) < len(compared):
            self.unsure.append("what the predictions are compared with, the targets")
            return
        self.activations = chosen_activations(networks, self.settled, self.recording)
        losses = LikelyLosses(
            self.recording, understood, networks, self.activations[-1], self.settled
        )
        trials = Trials(understood, networks, self.activations, losses, self.settled, self._tick)
        trial = trials.best()
        if trial is None:
            return
        self.loss, self.computed = trial.loss, trial.computed
        if understood.rests and not (self.computed is not None and self.computed.is_named):
            # So few passes show anything that the loss must be known.
            self.unsure.append("the loss that it descends on")
            return
        alive = living(trial.judged)
        if any(one.findings for one in alive):
            # A mistake has made the gradient 0, of which the passes after that tell nothing.
            trial = replace(trial, judged=alive)
        self.judged = trial.judged
        _keep_steady_penalties(self.judged)
        layers, f0 = networks[0].layers, networks[0].f0
        others = optimisers(self.recording, layers, self.activations, f0, self.loss)
        self.updates = judge_updates(self.judged, others, constants_of(self.recording))
        outputs = [n.mistake for n in networks if n.mistake is not None]
        forward = [*outputs[:1], *([losses.mistake] if losses.mistake is not None else [])]
        said = collected(trial, self.updates, forward, self.recording)
        self.findings, self.notes, self.unsure = said.findings, said.notes, said.unsure
        if not self.findings:
            self.findings += drifting_table(self.judged, self.recording)
        if not self.findings:
            self.findings += targets_of_other_rows(
                self.judged, self.recording, understood.targets.found
            )
        if not self.findings:
            faults = design_faults(
                understood, self.judged, self.activations, self.loss, self.computed, self.updates
            )
            self.findings += faults.findings
            self.notes += faults.notes

    @property
    def loss_in_words(self) -> str:
        """The loss that the script descends on, with its reduction where that is known."""
        factor = self.scale
        says = in_words(self.loss, factor, *self.judged[0].model.values["f0"].shape)
        squares = {n: own * factor for one in self.judged for n, own in one.penalties.items()}
        sizes = {n: own * factor for one in self.judged for n, own in one.lassos.items()}
        return says + penalties_in_words(squares, sizes)

    @property
    def scale(self) -> float:
        """The script's loss over ours; where it computes none, its gradients over ours."""
        if self.computed is not None:
            return self.computed.factor
        totals = self.judged[0].totals
        own = {n: abs(totals.get(f"dE_d{n}", 0.0)) for n in self.judged[0].model.parameters}
        scale = max(own.values())
        if not scale or min(own.values()) < (1.0 - _ALIKE) * scale:
            return 1.0
        rates = [abs(own[0]) for own in self.updates.rates.values() if own]
        constants = constants_of(self.recording)
        # The mean may be taken late, as the step is made.
        scales = [scale / share for share in (1, len(self.judged[0].model.values["x"]))]
        return next((s for s in scales if is_rate([r / s for r in rates], constants)), scale)

    @property
    def moves(self) -> bool:
        """Whether the script is seen to change its parameters."""
        return any(one.changes for one in self.judged)


def _keep_steady_penalties(judged: Sequence[Judged]) -> None:
    """Forget penalties that are not the same in every pass: those are velocities, or chance."""
    for name in {name for one in judged for name in (*one.penalties, *one.lassos)}:
        # A pass whose step is not known tells no penalty.
        known = [one for one in judged if name not in one.vague and name in one.changes]
        known = [one for one in known if np.any(one.model.values[name])]
        shares = [(one.penalties.get(name, 0.0), one.lassos.get(name, 0.0)) for one in known]
        if any(not np.allclose(share, shares[0], rtol=1e-5, atol=0.0) for share in shares):
            for one in judged:
                one.forget_penalty(name)
            continue
        totals = [one.totals[f"dE_d{name}"] for one in known]
        if np.allclose(totals, totals[0], rtol=1e-6, atol=0.0):
            for one in judged:
                if name in one.vague and not np.any(one.right[f"dE_d{name}"]):
                    # Where nothing comes from the loss, the penalty is all of the gradient.
                    one.totals[f"dE_d{name}"] = totals[0]
                    one.penalties[name], one.lassos[name] = shares[0]

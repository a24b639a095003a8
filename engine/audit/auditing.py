"""An audit of a recording: understand it, judge its passes and updates, and put it in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from engine.audit.candidates import constants_of, optimisers
from engine.audit.changes import changes_in
from engine.audit.consistency import (
    descends,
    frozen,
    goes_down,
    penalties,
    reduced_otherwise,
    still,
    true_gradients,
    turned_round,
    unsteady,
)
from engine.audit.failures import explain_failure, words_of
from engine.audit.faults import Faults, design_faults
from engine.audit.findings import Finding
from engine.audit.hidden_faults import beside, hidden_faults
from engine.audit.judged import Judged
from engine.audit.judging import judge
from engine.audit.linear import Linear, gives, is_compared_with_zero, slope
from engine.audit.losses import Computed, in_words, losses_in
from engine.audit.matching import first, is_telling
from engine.audit.model import Model, model_of
from engine.audit.optimising import is_rate
from engine.audit.other_rows import targets_of_other_rows
from engine.audit.outputs import Output, output_of
from engine.audit.passes import Found, Pass, is_called
from engine.audit.penalty import penalties_in_words
from engine.audit.recording.child.precision import is_computed_in_full
from engine.audit.recording.recording import Recording
from engine.audit.recurring import layers_again
from engine.audit.settled import NOTHING, Settled
from engine.audit.single import understand_partial, understand_single
from engine.audit.stacked import take_apart
from engine.audit.steps import steps_of
from engine.audit.stuck import stuck
from engine.audit.targets import Targets, targets_among
from engine.audit.understand import Understood, understand
from engine.audit.uneven import multiple_of, uphill_or_uneven
from engine.audit.updating import Updates, fit_steps, judge_updates
from engine.audit.wrong_losses import wrong_loss
from engine.audit.zero_bias import give_zero_biases
from engine.common.errors import InputError
from engine.common.numbers import rounded
from engine.maths.activations import ACTIVATIONS
from engine.maths.tensor import Array

_SEVERAL = 3
_MORE_THAN_ONCE = 2
_JUDGED = 8
"""The number of passes judged from the start."""
_LATE = (50, 300)
"""Later ones, where what was a coincidence at first no longer is."""


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
        self._variables = {tensor: variable for variable, tensor in settled.names.items()}
        self.understood = understand_partial(recording) or understand(recording, settled, tick)
        if self.understood is None and settled.table is None and settled.widths is None:
            self.understood = understand_single(recording)
        self._begin()
        if self.understood is not None:
            self._run(self.understood)
        elif settled.tells_layers:
            self.unsure.append(f"no network {settled.in_words} was found in it")
        if self.unsure or not self.judged or self._is_doubtful():
            self._look_for_still_weights()
        self._add_failure()
        self._add_hidden()

    def _begin(self) -> None:
        self.findings: list[Finding] = []
        self.notes: list[str] = []
        self.judged: list[Judged] = []
        self.updates = Updates()
        self.computed: Computed | None = None
        self._computed_in: dict[int, list[Computed]] = {}
        self.loss = ""
        self.activations: list[str] = []
        self.unsure: list[str] = []
        self.forward: list[Finding] = []
        self.compared: list[bool] = []
        self.is_exact = False

    def _is_doubtful(self) -> bool:
        """Whether neither a loss nor a learning rate of the script shows that it is understood."""
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
        passes = list(self._layers(understood))
        if not passes or understood.targets is None or 2 * sum(self.compared) < len(self.compared):
            self.unsure.append("what the predictions are compared with, the targets")
            return
        self.activations = self._activations(understood, passes)
        best: tuple[bool, int] | None = None
        for loss, computed in self._losses(understood, passes):
            if computed is None and self.computed is not None and _is_named(self.judged):
                # A mistake under the loss that the script computes, not a right descent on another.
                break
            judged = list(self._judged(understood, passes, loss, computed))
            if not judged:
                continue
            is_exact, is_unsteady = False, unsteady(judged)
            if is_unsteady and not any(one.findings for one in judged):
                exact = list(self._judged(understood, passes, loss, computed, exact=True))
                is_exact = any(one.findings for one in exact)
                judged = exact if is_exact else judged
            bad = sum(len(one.findings) + len(one.unmatched) for one in judged)
            rank = (is_unsteady and not is_exact, bad)
            if best is None or rank < best:
                best = rank
                self.judged, self.loss, self.computed = judged, loss, computed
                self.is_exact = is_exact
            if not bad:
                break
        if not self.judged:
            return
        if understood.rests and not (self.computed is not None and self.computed.is_named):
            # So few passes show anything that the loss must be known.
            self.judged = []
            self.unsure.append("the loss that it descends on")
            return
        living = _living(self.judged)
        if any(one.findings for one in living):
            # A mistake has made the gradient 0, of which the passes after that tell nothing.
            self.judged = living
        _keep_steady_penalties(self.judged)
        _, layers, f0 = passes[0]
        others = optimisers(self.recording, layers, self.activations, f0, self.loss)
        self.updates = judge_updates(self.judged, others, constants_of(self.recording))
        self._collect()
        if not self.findings:
            self.findings += targets_of_other_rows(
                self.judged,
                self.recording,
                understood.targets.found if understood.targets else None,
            )
        if not self.findings:
            self._add(
                design_faults(
                    understood,
                    self.judged,
                    self.activations,
                    self.loss,
                    self.computed,
                    self.updates,
                )
            )

    def _add(self, faults: Faults) -> None:
        self.findings += faults.findings
        self.notes += faults.notes

    def _layers(self, understood: Understood) -> Iterator[tuple[int, list[Linear], Array]]:
        """Go through the passes to judge, each with its layers and targets."""
        passes = understood.passes
        windows = self.recording.records["window"]
        last_window = -1
        for number in range(len(passes)):
            window = int(windows[passes[number].bounds[0]])
            if number >= _JUDGED and window == last_window and number not in _LATE:
                continue
            last_window = window
            self._tick()
            one = passes[number]
            layers = layers_again(one, self.recording, understood.layers)
            if [layer.weights.shape for layer in layers] != [
                layer.weights.shape for layer in understood.layers
            ]:
                continue
            output = output_of(one, layers, understood.targets)
            named = self._named_targets(one, layers[-1]) or self.settled.targets_of(one, layers)
            if named is not None:
                output = Output(named)
            if output.targets is None:
                continue
            is_compared = output.targets.is_compared or not np.any(output.targets.data)
            if is_compared or np.any(layers[-1].a):
                # A dead output tells nothing of what it is compared with.
                self.compared.append(is_compared)
            if output.mistake is not None and not self.forward:
                self.forward.append(output.mistake)
            take_apart(one, layers)
            give_zero_biases(layers, one, self.recording)
            yield number, layers, output.targets.data

    def _named_targets(self, one: Pass, last: Linear) -> Targets | None:
        """Return the targets in a pass, if the user says which variable they are."""
        variable = self._variables.get("f0")
        if variable is None:
            return None
        held = [found for found in one.found if is_called(self.recording, found, variable)]
        known = next(iter(targets_among(one, last, held)), None)
        return None if known is None else replace(known, is_compared=True)

    def _activations(
        self, understood: Understood, passes: Sequence[tuple[int, list[Linear], Array]]
    ) -> list[str]:
        chosen = []
        for position in range(len(understood.layers)):
            seen = [(understood.passes[n], layers[position]) for n, layers, _ in passes]
            names = seen[0][1].activation
            # Where nothing is negative, a constant of the script's own does not show.
            bent = {n for _, layer in seen for n in layer.activation if ":" in n} - {*names}
            common = [
                n for n in (*names, *sorted(bent)) if all(gives(n, layer) for _, layer in seen)
            ]
            is_last = position == len(understood.layers) - 1
            if is_last and "identity" in common:
                # Where every prediction is positive, nothing tells it from relu but its slope at 0.
                common.sort(key=lambda name: name != "identity")
            sloped = [n for n in common[1:] if any(self._has_slope(o, own, n) for o, own in seen)]
            chosen.append((sloped or common or names or ["identity"])[0])
        known = self.settled.hyperparameters
        if "output_activation" in known:
            chosen[-1] = str(known["output_activation"])
        if "activation" in known and len(chosen) > 1:
            wanted = str(known["activation"]).split(",")
            chosen[:-1] = (
                wanted if len(wanted) == len(chosen) - 1 else wanted[:1] * (len(chosen) - 1)
            )
        return chosen

    def _has_slope(self, one: Pass, layer: Linear, name: str) -> bool:
        """Whether a pass computes the slope of an activation."""
        assert layer.a is not None
        if ACTIVATIONS[name].joint:
            return False
        wanted = slope(name, layer.z, layer.a)
        if wanted.size == 1:
            # A single 1 is found everywhere, a comparison with 0 is not.
            return ACTIVATIONS[name].dies and is_compared_with_zero(self.recording, one, layer)
        return (
            is_telling(wanted)
            and first(one, wanted, free=False, after=layer.of_z.begins) is not None
        )

    def _losses(
        self, understood: Understood, passes: list[tuple[int, list[Linear], Array]]
    ) -> Iterator[tuple[str, Computed | None]]:
        """Go through the losses that may be meant, the likeliest first."""
        found: list[Computed] = []
        constants = constants_of(self.recording)
        for number, layers, f0 in passes:
            a = layers[-1].a
            assert a is not None
            there = losses_in(self.recording, _with_next(understood, number), a, f0, constants)
            self._computed_in[number] = there
            found += there
        if passes[0][2].size == 1:
            # A single number is a multiple of any other: only what comes again is no chance.
            times = Counter((c.name, rounded(c.factor, 6)) for c in found)
            found = [c for c in found if times[c.name, rounded(c.factor, 6)] > 1]
        named = [n for n, there in self._computed_in.items() if any(c.is_named for c in there)]
        if len(named) < min(len(passes), _MORE_THAN_ONCE):
            # With all weights 0 a wrong loss is the right one.
            meant = self._wrong_loss(understood, passes)
            if meant:
                found = [c for c in found if c.is_named]
                yield meant, None
        if "loss" in self.settled.hyperparameters:
            loss = str(self.settled.hyperparameters["loss"])
            yield loss, next((c for c in found if c.name == loss), None)
            return
        seen = set()
        covered = self._covered(found)
        for computed in sorted(found, key=lambda c: (not c.is_named, -covered[c.name, c.delta])):
            if (computed.name, computed.delta) not in seen:
                seen.add((computed.name, computed.delta))
                yield computed.name, computed
        output = self.activations[-1]
        likely = {
            "softmax": ["cross-entropy", "mse"],
            "sigmoid": ["mse", "bce"],
        }.get(output, ["mse"])
        for name in likely:
            if (name, 1.0) not in seen:
                yield name, None

    def _covered(self, found: Sequence[Computed]) -> dict[tuple[str, float], int]:
        """Return for each loss in how many passes it is computed."""
        named = [
            {(c.name, c.delta) for c in there if c.is_named} for there in self._computed_in.values()
        ]
        return {
            loss: sum(not there.isdisjoint({loss, _within(loss)}) for there in named)
            for loss in {(c.name, c.delta) for c in found}
        }

    def _wrong_loss(
        self, understood: Understood, passes: list[tuple[int, list[Linear], Array]]
    ) -> str:
        """Find a loss with a mistake in it, and return the name of the one that is meant, or ""."""
        number, layers, f0 = passes[-1]
        last = layers[-1]
        assert last.a is not None
        name = self.activations[-1]
        own = np.ones_like(last.a) if ACTIVATIONS[name].joint else slope(name, last.z, last.a)
        found = wrong_loss(self.recording, _with_next(understood, number), last.a, f0, own)
        if found is None:
            return ""
        record, wrong = found
        rows = self.recording.records
        self.forward.append(
            Finding(
                "E",
                "loss-formula",
                wrong.says,
                wrong.repair,
                number,
                line=self.recording.nodes[int(rows["node"][record])].line,
                variable=self.recording.places[int(rows["place"][record])].text,
            )
        )
        return wrong.name

    def _judged(
        self,
        understood: Understood,
        passes: list[tuple[int, list[Linear], Array]],
        loss: str,
        computed: Computed | None,
        *,
        exact: bool = False,
    ) -> Iterator[Judged]:
        models: dict[int, Model] = {}
        names: Collection[str] = ()
        constants = constants_of(self.recording)
        # A batch may have only one of the targets −1 and 1.
        is_signed = loss == "hinge" and any(np.any(f0 < 0.0) for _, _, f0 in passes)
        for number, layers, f0 in passes:
            self._tick()
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
            one = understood.passes[number]
            changes = dict(changes_in(understood, number, layers, model))
            named = {
                tensor: [f for f in one.found if is_called(self.recording, f, variable)]
                for tensor, variable in self._variables.items()
            }
            scale = self._factor_in(number, computed)
            yield judge(one, model, changes, scale, named, self.recording, constants, exact=exact)

    def _factor_in(self, number: int, computed: Computed | None) -> float:
        """Return a loss of the script divided by ours in a pass: a batch may have fewer rows."""
        if computed is None:
            return 1.0
        node = self.recording.records["node"]
        for there in self._computed_in.get(number, ()):
            is_alike = (there.name, there.delta) == (computed.name, computed.delta)
            if is_alike and node[there.record] == node[computed.record]:
                return there.factor
        return computed.factor

    def _collect(self) -> None:
        steps = steps_of(self.judged)
        backward: list[Finding] = []
        seen: dict[tuple[str, str], list[Finding]] = {}
        for one in self.judged:
            for finding in one.findings:
                seen.setdefault((finding.operation, finding.kind), []).append(finding)
        for again in seen.values():
            # What shows once among several passes may be chance, but where no other tells of it.
            if len(again) > 1 or len(self.judged) < _SEVERAL or self._is_only_there(again[0]):
                if again[0].kind == "unknown" and self.computed is None:
                    # Of a loss that is not ours it may be right.
                    self.unsure.append(f"what takes the part of {again[0].operation}")
                else:
                    backward.append(again[0])
        uneven: list[Finding] = []
        constants = constants_of(self.recording)
        # Any multiple of a number may be a step down, of another length each time.
        if not self.is_exact and (descends(self.judged) or self._steps_are_right()):
            backward = []
        else:
            uneven = list(
                uphill_or_uneven(self.judged, self.updates, self.computed, steps, constants)
            )
            free = [f.operation for f in uneven if self._is_any_number(f.operation)]
            if free and len(free) == len(uneven):
                uneven = []
                self.unsure.append(f"the steps of {', '.join(free)}")
        output = {"dE_df", f"dE_d{self.judged[0].model.names[-1][1]}"}
        # The factor of what is wrong itself says nothing.
        is_known = not uneven and output.isdisjoint(f.operation for f in backward)
        reduced = reduced_otherwise(self.judged, self.computed, constants) if is_known else ()
        order = {o.name: n for n, o in enumerate(self.judged[0].model.program.operations)}
        gradients = [f for f in uneven if f.operation not in self.judged[0].model.parameters]
        calculus = sorted(
            [*backward, *reduced, *gradients], key=lambda f: order.get(f.operation, 0)
        )
        if not calculus and not uneven:
            calculus = list(turned_round(self.judged, self.computed))
        updates = [f for f in uneven if f not in gradients]
        fixed = list(frozen(steps, self.judged, self.recording))
        self.notes += [f"{name} stays fixed: it is given no update" for name in fixed]
        self.notes += self.updates.notes
        named = {f.operation for f in backward}
        updates += [
            f for f in still(steps, self.judged, fixed) if f"dE_d{f.operation}" not in named
        ]
        updates += map(self._in_the_gradient, self.updates.findings)
        updates.sort(key=lambda f: self.time_of_update(f.operation))
        penalised = list(penalties(self.judged, self.updates, self.computed))
        for finding in (*self.forward, *calculus, *penalised, *updates):
            told = [(other.operation, other.kind) for other in self.findings]
            if (finding.operation, finding.kind) not in told:
                self.findings.append(finding)
        still_weights = [f for f in updates if f.kind == "no-update" and f.operation[0] != "b"]
        is_doubtful = bool(fixed and self.findings) and self.computed is None
        if is_doubtful or (still_weights and len(still_weights) < len(self.findings)):
            # What never changes and does not fit otherwise is hardly a weight.
            self.findings.clear()
            self.unsure.append("which of its numbers are the weights")
        rates = {name: own[0] for name, own in self.updates.rates.items() if own}
        for name in rates:
            single = self.judged[0].model.values[name].size == 1
            usual = max(rates.values())
            is_odd = abs(rates[name] / usual - 1.0) > 1e-4 and len(rates) > 1
            if single and is_odd and f"dE_d{name}" not in self.judged[0].matches:
                self.updates.unmatched.append(name)
        if self.updates.unmatched and not self.findings:
            names = ", ".join(self.updates.unmatched)
            down = all(goes_down(steps[name]) for name in self.updates.unmatched)
            self.unsure.append(
                f"the steps of {names} fit none of our optimisers"
                + (", though they go downhill everywhere" if down else "")
            )
        if not steps and self.moves and not self.findings:
            self.unsure.append("whether the gradients are right: all are 0, or tell nothing")
        loose = {name for one in self.judged for name in one.unmatched}
        is_scalar = bool(self.judged[0].one.scalars) and self.updates.optimiser == "sgd"
        if is_scalar and not self.findings and not descends(self.judged):
            # Any step of a single number is a multiple of its gradient.
            self.unsure.append("the steps are no common multiple of the gradient")
        if loose and not self.findings and not descends(self.judged):
            self.unsure.append(f"what becomes {', '.join(sorted(loose))}")

    def _is_only_there(self, finding: Finding) -> bool:
        """Whether a mistake has a name, and its operation is found in no other pass."""
        others = [one for one in self.judged if finding not in one.findings]
        is_found = any(finding.operation in one.matches for one in others)
        return finding.kind != "unknown" and not is_found

    def _is_any_number(self, name: str) -> bool:
        """Whether a parameter is one number, of which no gradient was found to compare it with."""
        model = self.judged[0].model
        is_one = name in model.parameters and model.values[name].size == 1
        return is_one and not any(f"dE_d{name}" in one.matches for one in self.judged)

    def _in_the_gradient(self, finding: Finding) -> Finding:
        """Take a step for a wrong gradient where that is a multiple, or is transposed."""
        shown = self.judged[0].matches.get(finding.operation)
        if shown is not None and finding.found is None:
            return replace(finding, found=shown.found)
        gradient = f"dE_d{finding.operation}"
        cell = finding.cell
        is_factor = finding.kind != "optimiser-formula" and gradient in self.judged[0].right
        if is_factor and cell is not None and cell.right:
            found = multiple_of(self.judged[0], gradient, cell.yours / cell.right)
            if found is not None:
                return replace(finding, operation=gradient, found=found, cell=None)
        match = self.judged[0].matches.get(gradient)
        layer = self.judged[0].model.parameters.get(finding.operation)
        if finding.kind != "transpose" or match is None or layer is None:
            return finding
        if match.transposed == layer.turned:
            return finding
        return replace(
            finding,
            operation=gradient,
            found=match.found,
            repair=f"transpose it: rows and columns as {finding.operation} has them",
        )

    def _steps_are_right(self) -> bool:
        """Whether an optimiser makes all steps from the gradients of the forward phase alone."""
        right = steps_of(
            [
                replace(
                    one,
                    right={f"dE_d{name}": value for name, value in true_gradients(one).items()},
                    matches={},
                    totals={},
                    wrong={},
                )
                for one in self.judged
            ]
        )
        if len(right) < len(self.judged[0].model.parameters):
            return False
        updates = Updates()
        fit_steps(updates, right)
        rates = [own[0] for own in updates.rates.values() if own]
        return (
            len(rates) == len(right) and min(rates) > 0.0 and max(rates) < (1.0 + 1e-4) * min(rates)
        )

    @property
    def loss_in_words(self) -> str:
        """The loss that the script descends on, with its reduction where that is known."""
        factor = self.computed.factor if self.computed else 1.0
        says = in_words(self.loss, factor, *self.judged[0].model.values["f0"].shape)
        squares = {n: own * factor for one in self.judged for n, own in one.penalties.items()}
        sizes = {n: own * factor for one in self.judged for n, own in one.lassos.items()}
        return says + penalties_in_words(squares, sizes)

    @property
    def moves(self) -> bool:
        """Whether the script is seen to change its parameters."""
        return any(one.changes for one in self.judged)

    def array_of(self, name: str) -> Found:
        """Return the array that holds a parameter, in a pass in which it is not 0.

        Zeros may be another parameter's, or what an optimiser begins with.
        """
        models = [one.model for one in self.judged if name in one.model.parameters]
        model = next((model for model in models if np.any(model.values[name])), models[0])
        layer = model.parameters[name]
        return layer.of_bias if name.startswith("b") and layer.of_bias else layer.of_weights

    def time_of_update(self, name: str) -> int:
        """Return when a parameter is changed, in the order of the script."""
        if name not in self.judged[0].model.parameters:
            return 0
        found = self.array_of(name)
        texts = {
            self.recording.places[place].text
            for record in found.records
            if (place := int(self.recording.records["place"][record])) >= 0
        }
        one = self.judged[0].one
        rows = self.recording.records
        for record in range(one.bounds[1] - 1, one.bounds[0], -1):
            place = int(rows["place"][record])
            kind = self.recording.nodes[int(rows["node"][record])].kind
            if place >= 0 and "assign" in kind and self.recording.places[place].text in texts:
                return record
        return one.bounds[1]


def _within(loss: tuple[str, float]) -> tuple[str, float]:
    """Return what a loss may be in a pass: with no error beyond δ, Huber's is half the square."""
    return ("mse", 1.0) if loss[0] == "huber" else loss


def _with_next(understood: Understood, number: int) -> tuple[int, int]:
    """Return the bounds of a pass and the next one, in which its loss may be computed late."""
    begin, end = understood.passes[number].bounds
    if number + 1 < len(understood.passes):
        end = understood.passes[number + 1].bounds[1]
    return begin, end


def _living(judged: Sequence[Judged]) -> list[Judged]:
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

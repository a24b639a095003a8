"""The statements of an audit: the findings of all passes in order, the notes, and the doubts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged
from engine.audit.network.candidates import constants_of
from engine.audit.network.losses import Computed
from engine.audit.recording.recording import Recording
from engine.audit.trials import Trial
from engine.audit.updates.consistency import (
    descends,
    frozen,
    goes_down,
    penalties,
    reduced_otherwise,
    still,
    true_gradients,
)
from engine.audit.updates.odd_gradients import multiple_of
from engine.audit.updates.odd_rates import odd_rates
from engine.audit.updates.odd_sums import line_of_one_list
from engine.audit.updates.outcome import Updates
from engine.audit.updates.parameter_places import time_of_update
from engine.audit.updates.plain_steps import fit_steps
from engine.audit.updates.steps import Steps, steps_of
from engine.audit.updates.turned import turned_round
from engine.audit.updates.uneven import uphill_or_uneven

_SEVERAL = 3


@dataclass(eq=False)
class Collected:
    """The findings, the notes and the doubts on a script.

    Attributes:
        findings: What is wrong, in the order of the calculation.
        notes: What is unusual, and no mistake.
        unsure: What is not certain, in words.
    """

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def collected(
    trial: Trial, updates: Updates, forward: Sequence[Finding], recording: Recording
) -> Collected:
    """Collect what is wrong with the forward phase, the gradients and the updates.

    Args:
        trial: The judged passes.
        updates: What became of the gradients.
        forward: What is wrong with the forward phase and the loss.
        recording: The recording.
    """
    judged, computed = trial.judged, trial.computed
    first = judged[0]
    said = Collected()
    steps = steps_of(judged)
    constants = constants_of(recording)
    backward = _backward(judged, computed, said)
    uneven: list[Finding] = []
    # Any multiple of a number may be a step down, of another length each time.
    if not trial.is_exact and (descends(judged) or _steps_are_right(judged)):
        backward = []
    else:
        uneven = list(uphill_or_uneven(judged, updates, computed, steps, constants))
        if said.unsure and {f.operation for f in uneven if f.kind == "sign"} >= {*updates.rates}:
            # Of a loss that is not known, nothing tells which way is uphill.
            uneven = []
        free = [f.operation for f in uneven if _is_any_number(judged, f.operation)]
        if free and len(free) == len(uneven):
            uneven = []
            said.unsure.append(f"the steps of {', '.join(free)}")
    output = {"dE_df", f"dE_d{first.model.names[-1][1]}"}
    # The factor of what is wrong itself says nothing.
    is_known = not uneven and output.isdisjoint(f.operation for f in backward)
    reduced = reduced_otherwise(judged, computed, constants) if is_known else ()
    order = {o.name: n for n, o in enumerate(first.model.operations())}
    gradients = [f for f in uneven if f.operation not in first.model.parameters]
    calculus = sorted([*backward, *reduced, *gradients], key=lambda f: order.get(f.operation, 0))
    if not calculus and not uneven:
        calculus = list(turned_round(judged, computed))
    moved = [f for f in uneven if f not in gradients]
    fixed = list(frozen(steps, judged, recording))
    said.notes += [f"{name} stays fixed: it is given no update" for name in fixed]
    said.notes += updates.notes
    named = {f.operation for f in backward}
    moved += [f for f in still(steps, judged, fixed) if f"dE_d{f.operation}" not in named]
    moved += [_in_the_gradient(finding, first) for finding in updates.findings]
    moved.sort(key=lambda f: time_of_update(judged, recording, f.operation))
    penalised = penalties(judged, updates, computed)
    unique: dict[tuple[str, str], Finding] = {}
    for finding in (*forward, *calculus, *penalised, *moved):
        unique.setdefault((finding.operation, finding.kind), finding)
    said.findings = list(unique.values())
    still_weights = [f for f in moved if f.kind == "no-update" and f.operation[0] != "b"]
    is_doubtful = bool(fixed and said.findings) and computed is None
    if is_doubtful or (still_weights and len(still_weights) < len(said.findings)):
        # What never changes and does not fit otherwise is hardly a weight.
        said.findings.clear()
        said.unsure.append("which of its numbers are the weights")
    if updates.optimiser == "sgd" and not said.findings:
        said.findings += odd_rates(judged, steps, constants)
    updates.unmatched += _odd_numbers(first, updates)
    if not said.findings:
        said.unsure += _doubts(judged, updates, steps)
    return said


def _backward(
    judged: Sequence[Judged], computed: Computed | None, said: Collected
) -> list[Finding]:
    """Return what is wrong with the backward phase.

    What shows once among several passes may be chance, but where no other pass tells of it.
    """
    seen: dict[tuple[str, str], list[Finding]] = {}
    for one in judged:
        for finding in one.findings:
            seen.setdefault((finding.operation, finding.kind), []).append(finding)
    backward = []
    for first, *again in seen.values():
        if not again and len(judged) >= _SEVERAL and not _is_only_there(first, judged):
            continue
        if first.kind == "unknown" and computed is None:
            # Of a loss that is not ours it may be right.
            said.unsure.append(f"what takes the part of {first.operation}")
        else:
            backward.append(first)
    # In a pass in which the right slope shows, it is what reads another one that is wrong.
    readers = {(f.reads, f.says) for f in backward if f.operation == f.reads}
    return [f for f in backward if f.operation == f.reads or (f.reads, f.says) not in readers]


def _is_only_there(finding: Finding, judged: Sequence[Judged]) -> bool:
    """Whether a mistake has a name, and its operation is found in no other pass."""
    others = [one for one in judged if finding not in one.findings]
    is_found = any(finding.operation in one.matches for one in others)
    return finding.kind != "unknown" and not is_found


def _odd_numbers(first: Judged, updates: Updates) -> list[str]:
    """Return the single numbers with a step of another length, whose gradient was not found."""
    rates = {name: own[0] for name, own in updates.rates.items() if own}
    usual = max(rates.values(), default=0.0)
    return [
        name
        for name, rate in rates.items()
        if first.model.values[name].size == 1
        and f"dE_d{name}" not in first.matches
        and len(rates) > 1
        and abs(rate / usual - 1.0) > 1e-4
    ]


def _doubts(
    judged: Sequence[Judged], updates: Updates, steps: Mapping[str, Steps]
) -> Iterator[str]:
    """Say what is not certain where nothing wrong was found."""
    if updates.unmatched:
        names = ", ".join(updates.unmatched)
        down = all(goes_down(steps[name]) for name in updates.unmatched)
        yield f"the steps of {names} fit none of our optimisers" + (
            ", though they go downhill everywhere" if down else ""
        )
    if not steps and any(one.changes for one in judged):
        yield "whether the gradients are right: all are 0, or tell nothing"
    if descends(judged):
        return
    if judged[0].one.scalars and updates.optimiser == "sgd":
        # Any step of a single number is a multiple of its gradient.
        yield "the steps are no common multiple of the gradient"
    loose = {name for one in judged for name in one.unmatched}
    if loose:
        yield f"what becomes {', '.join(sorted(loose))}"


def _is_any_number(judged: Sequence[Judged], name: str) -> bool:
    """Whether a parameter is one number, of which no gradient was found to compare it with."""
    model = judged[0].model
    is_one = name in model.parameters and model.values[name].size == 1
    return is_one and not any(f"dE_d{name}" in one.matches for one in judged)


def _in_the_gradient(finding: Finding, first: Judged) -> Finding:
    """Take a step for a wrong gradient where that is a multiple, or is transposed."""
    shown = first.matches.get(finding.operation)
    if shown is not None and finding.found is None:
        return replace(finding, found=shown.found)
    if finding.kind == "aliased" and finding.found is None and first.recording is not None:
        line, variable = line_of_one_list(first.recording.source)
        return replace(finding, line=line, variable=variable)
    gradient = f"dE_d{finding.operation}"
    cell = finding.cell
    is_factor = finding.kind != "optimiser-formula" and gradient in first.right
    if is_factor and cell is not None and cell.right:
        found = multiple_of(first, gradient, cell.yours / cell.right)
        if found is not None:
            return replace(finding, operation=gradient, found=found, cell=None)
    match = first.matches.get(gradient)
    layer = first.model.parameters.get(finding.operation)
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


def _steps_are_right(judged: Sequence[Judged]) -> bool:
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
            for one in judged
        ]
    )
    if len(right) < len(judged[0].model.parameters):
        return False
    updates = Updates()
    fit_steps(updates, right)
    rates = [own[0] for own in updates.rates.values() if own]
    return len(rates) == len(right) and min(rates) > 0.0 and max(rates) < (1.0 + 1e-4) * min(rates)

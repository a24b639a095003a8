"""Puts what an audit found into a report: lines, variables, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from engine.audit.auditing import Audit
from engine.audit.faults.failures import words_of_early_end
from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged
from engine.audit.lines import (
    LONGEST_NAME,
    from_name,
    line_numbered,
    line_of,
    line_of_making,
    line_of_record,
)
from engine.audit.passes.one_pass import Found
from engine.audit.recording.recording import Recording
from engine.audit.report.problem import Line, Matched, Problem
from engine.audit.report.report import Report, Verdict
from engine.audit.report.working import BothWays, both_ways
from engine.audit.updates.parameter_places import array_of, time_of_update
from engine.common.numbers import general
from engine.common.text import clean, subscript
from engine.formula.tensor import Tensor
from engine.maths.operations.operation import Operation, Phase

_OF_ARGUMENTS = ("updated-weights", "wrong-operand")
"""Mistakes that are none of a function, but of what it is given."""
_NUMBERED = re.compile(r"\[-?\d+\]$")
"""An element by its number, as of a tuple that is handed on: a worse name than a variable."""


def report_of(audit: Audit, name: str) -> Report:
    """Return the report of an audit."""
    problems = tuple(_problem(audit, finding) for finding in audit.findings)
    matched = tuple(_matched(audit))
    notes = tuple(audit.notes)
    verdict: Verdict
    if problems:
        verdict = "wrong"
        summary = _summary_of_wrong(problems)
    elif audit.unsure or not audit.judged:
        verdict = "unclear"
        summary = f"not certain: {doubt_of(audit)}"
    else:
        verdict = "right"
        what = "every parameter goes down the gradient" if audit.moves else "the gradient is that"
        summary = f"{what} of {audit.loss_in_words}"
    return Report(name, verdict, summary, _network(audit), problems, matched, notes)


def doubt_of(audit: Audit) -> str:
    """Say why an audit is not certain."""
    doubts = audit.unsure or ["no network was found in it"]
    early = "" if audit.judged else words_of_early_end(audit.recording)
    return "; ".join([*doubts, early] if early else doubts)


def _summary_of_wrong(problems: tuple[Problem, ...]) -> str:
    first = problems[0]
    where = f"{first.line.where}: " if first.line.where else ""
    more = len(problems) - 1
    also = f" (and {more} more below)" if more else ""
    return f"{where}{first.says}{also}"


def _operation(audit: Audit, name: str) -> Operation | None:
    if not audit.judged:
        return None
    for operation in audit.judged[0].model.operations():
        if operation.name == name:
            return operation
    return None


def _change(audit: Audit, name: str) -> Tensor | None:
    """Return the tensor of a parameter's change."""
    changes = audit.judged[0].model.program.changes.values() if audit.judged else ()
    return next((change for change in changes if change.name == name), None)


def _problem(audit: Audit, finding: Finding) -> Problem:
    operation = _operation(audit, finding.operation)
    symbol = operation.symbol if operation else subscript(finding.operation)
    line = line_numbered(audit.recording, finding.line, finding.variable)
    if finding.found is not None:
        line = line_of_making(
            audit.recording, finding.found, of_arguments=finding.kind in _OF_ARGUMENTS
        )
    elif not finding.line:
        line = _line_of_update(audit, finding.operation)
    cell = ""
    compared = _operation(audit, finding.reads or finding.operation)
    tensor = compared.target if compared else _change(audit, finding.reads)
    if finding.cell is not None and tensor is not None:
        index = finding.cell.index[-len(tensor.axes) :] if tensor.axes else ()
        cell = f"{tensor.symbol}[{', '.join(tensor.labels(index))}]"
    return Problem(
        finding.operation,
        symbol,
        finding.kind,
        finding.says,
        finding.repair,
        finding.iteration,
        line,
        cell,
        finding.cell.yours if finding.cell else None,
        finding.cell.right if finding.cell else None,
        _worked(audit, finding, compared),
        finding.reads,
    )


def _worked(audit: Audit, finding: Finding, compared: Operation | None) -> BothWays | None:
    """Work the first cell that differs out both ways."""
    if finding.cell is None or compared is None or finding.mistake is None:
        return None
    around = audit.judged[0].model.around
    index = finding.cell.index[-len(compared.target.axes) :] if compared.target.axes else ()
    return both_ways(compared, finding.mistake, around, finding.values, index, finding.cell.yours)


def _line_of_update(audit: Audit, parameter: str) -> Line:
    """Return the line at which a parameter is changed."""
    if not audit.judged or parameter not in audit.judged[0].model.parameters:
        return Line()
    record = time_of_update(audit.judged, audit.recording, parameter)
    rows, recording = audit.recording.records, audit.recording
    if record >= len(rows):
        return Line()
    node = recording.node_of(record)
    return line_of_record(recording, record) if "assign" in node.kind else Line()


def _matched(audit: Audit) -> Iterator[Matched]:
    if not audit.judged:
        return
    first = audit.judged[0]
    wrong = {finding.operation for finding in audit.findings} | {
        finding.reads for finding in audit.findings
    }
    recording, computed = audit.recording, audit.computed
    scale = audit.scale
    inherited = _inherited(audit, wrong)
    for (_, z, a), layer in zip(first.model.names, first.model.layers, strict=True):
        for name, found in ((z, layer.of_z), (a, layer.of_a)):
            operation = _operation(audit, name)
            if operation is not None and found is not None and name not in wrong:
                yield Matched(name, operation.symbol, line_of_making(recording, found), 1.0, False)
    if computed is not None and "E" not in wrong:
        line = line_of_record(recording, computed.record)
        yield Matched("E", "E", line, computed.factor, False)
    for operation in first.model.operations(Phase.BACKWARD):
        match = first.matches.get(operation.name)
        if (
            match is not None
            and operation.name not in wrong
            and operation.target.stands_for is None
        ):
            yield Matched(
                operation.name,
                operation.symbol,
                line_of_making(recording, match.found),
                _times_ours(first, operation.name, scale),
                match.transposed,
                inherited.get(operation.name, ""),
            )
    for operation in first.model.operations(Phase.UPDATE):
        name = operation.name
        line = _line_of_update(audit, name)
        if name not in wrong and audit.updates.rates.get(name) and line.number:
            yield Matched(name, operation.symbol, line, 1.0, False)


def _times_ours(judged: Judged, name: str, scale: float) -> float:
    """Return what the script's value is times ours: a derivative of E has its sign and scale."""
    total = judged.totals.get(name, judged.matches[name].factor)
    return total / scale if name.startswith("dE_") else judged.matches[name].factor


def _inherited(audit: Audit, wrong: set[str]) -> dict[str, str]:
    """Return for each derivative the symbol of what is wrong and enters it."""
    symbols: dict[str, str] = {}
    for operation in audit.judged[0].model.operations(Phase.BACKWARD):
        for tensor in operation.reads:
            if tensor.name in wrong:
                symbols[operation.name] = tensor.symbol
            elif tensor.name in symbols:
                symbols.setdefault(operation.name, symbols[tensor.name])
    return symbols


def _told_apart(recording: Recording, arrays: dict[str, Found]) -> dict[str, str]:
    """Return the names that a script has for arrays, rather such as no other array has."""
    texts = {name: _texts(recording, found) for name, found in arrays.items()}
    # The weights may hold the bias, too: then both have one name.
    records = {name: found.records[0] for name, found in arrays.items()}
    chosen = {}
    for name, own in texts.items():
        others = {
            text
            for other, known in texts.items()
            if records[other] != records[name]
            for text in known
        }
        at_hand = [text for text in own if text not in others] or own
        first = next((text for text in at_hand if not _NUMBERED.search(text)), None)
        chosen[name] = first or (at_hand or [line_of(recording, arrays[name]).variable])[0]
    return chosen


def _texts(recording: Recording, found: Found) -> list[str]:
    """Return the names of an array, nearest to the training loop first."""
    places = recording.records["place"]
    named = [record for record in found.records if places[record] >= 0]
    named.sort(key=partial(from_name, recording))
    texts = [recording.places[int(places[record])].text for record in named]
    return list(dict.fromkeys(clean(text, LONGEST_NAME) for text in texts))


def _network(audit: Audit) -> dict[str, Any]:
    if audit.understood is None or not audit.judged:
        return {}
    first = audit.judged[0]
    recording = audit.recording
    layers = first.model.layers
    sizes = [layers[0].weights.shape[0], *(layer.weights.shape[1] for layer in layers)]
    values = first.model.values
    parameters = _told_apart(
        recording, {name: array_of(audit.judged, name) for name in first.model.parameters}
    )
    network: dict[str, Any] = {
        "layers": "-".join(map(str, sizes)),
        "activations": list(audit.activations),
        "bias": audit.judged[0].model.hyperparameters.bias,
        "loss": audit.loss_in_words,
        "observations": values["x"].shape[0],
        "inputs": line_of(recording, layers[0].of_inputs).variable,
        "parameters": parameters,
    }
    targets = audit.understood.targets
    if targets is not None and targets.found is not audit.understood.layers[0].of_inputs:
        network["targets"] = line_of(recording, targets.found).variable
    masked = [
        name for (_, _, name), layer in zip(first.model.names, layers, strict=True) if layer.mask
    ]
    if masked:
        network["dropout"] = f"of {', '.join(map(subscript, masked))}"
    if audit.updates.optimiser:
        network["optimiser"] = audit.updates.optimiser
    scale = audit.scale
    wrong = {name for finding in audit.findings for name in (finding.operation, finding.reads)}
    known = {name: abs(own[0]) / scale for name, own in audit.updates.rates.items() if own}
    right = [rate for name, rate in known.items() if not {name, f"dE_d{name}"} & wrong]
    rates = right or list(known.values())
    if audit.updates.optimiser == "sgd" and rates and np.ptp(rates) < 1e-6 * max(rates):
        network["learning_rate"] = float(general(rates[0]))
    return network

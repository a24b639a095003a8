"""A script opened beside our program: its table, its parameters, its numbers to step through."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np

from engine.audit.auditing import Audit
from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged
from engine.audit.network.losses import value_of
from engine.audit.network.settled import NOTHING, Settled
from engine.audit.passes.matching import Match
from engine.audit.recording.run_script import record
from engine.audit.report.problem import Problem
from engine.audit.report.report import Report
from engine.audit.reporting import doubt_of, report_of
from engine.audit.yours import RIGHT, WRONG, Judgement, Yours, stamp_of
from engine.common.declaration import Value
from engine.common.errors import AuditError, InputError
from engine.common.numbers import general
from engine.common.progress import Progress, silent
from engine.common.text import clean
from engine.data.dataset import Dataset
from engine.formula.tensor import Array
from engine.maths.losses import LOSSES
from engine.model.hyperparameters import Hyperparameters


def open_script(
    path: str | Path,
    *,
    python: str = sys.executable,
    seconds: float = 20.0,
    arguments: Sequence[str] = (),
    progress: Progress = silent,
    settled: Settled = NOTHING,
) -> Yours:
    """Run a script, audit it, and make what the debugger opens beside it.

    Args:
        path: A Python script or a notebook. It is run.
        python: The Python that runs it.
        seconds: After so long it is stopped.
        arguments: The words that the script finds after its name in `sys.argv`.
        progress: Called a few times a second with the seconds that are over, and all of them
            while it runs, 0 while it is judged.
        settled: What is known about it, and need not be found out.

    Raises:
        AuditError: It cannot be run, or no network is found in it.
    """
    stamp = stamp_of(Path(path))
    began = monotonic()
    recording = record(path, python=python, seconds=seconds, arguments=arguments, progress=progress)
    settled.check(recording)
    audit = Audit(recording, settled, lambda: progress(int(monotonic() - began), 0))
    report = report_of(audit, clean(Path(path).name))
    judged = list(_from_the_start(audit.judged))
    if not judged:
        raise AuditError(clean(str(path)), _why_not(audit, report))
    dataset, rows = _table(judged, clean(Path(path).name))
    first = judged[0].model
    hyperparameters = _hyperparameters(audit, report, judged[0], rows, dataset)
    scale = audit.scale
    # What our program shows are the gradients of its own loss.
    unit = 1.0 if hyperparameters.loss == first.hyperparameters.loss else scale
    tensors = {o.name: o.target for o in first.program.operations}
    return Yours(
        path=Path(path),
        report=report,
        dataset=dataset,
        hyperparameters=hyperparameters,
        parameters={name: first.values[name].copy() for name in first.program.parameters},
        judgements=_with_stand_ins(dict(_judgements(report, scale / unit)), judged[0]),
        passes=[_numbers(one) for one in judged],
        units=[_units(one, unit, audit.findings) for one in judged],
        mistakes={
            finding.reads or finding.operation: finding.mistake
            for finding in audit.findings
            if finding.mistake is not None
        },
        shown_by={
            finding.operation: (tensors[finding.reads], finding.cell.index)
            for finding in audit.findings
            if finding.reads != finding.operation
            and finding.reads in tensors
            and finding.cell is not None
        },
        translated="" if scale == unit else _translated(report, hyperparameters),
        _judged=judged,
        _stamp=stamp,
    )


def _units(one: Judged, unit: float, findings: Sequence[Finding]) -> dict[str, float]:
    """Return what derivatives are divided by: a wrong gradient by what the right ones are."""
    units = {name: total / unit for name, total in one.totals.items() if name.startswith("dE_")}
    wrong = {name for finding in findings for name in (finding.operation, finding.reads)}
    gradients = [name for name in map("dE_d{}".format, one.model.parameters) if name in units]
    right = Counter(units[name] for name in gradients if name not in wrong)
    for name in gradients if right else ():
        if name in wrong:
            units[name] = right.most_common(1)[0][0]
    return units


def _why_not(audit: Audit, report: Report) -> str:
    """Say in one line why there is nothing to open."""
    if report.problems or audit.understood is not None:
        return f"was run: {report.summary}; nn-tui audit tells more"
    doubt = doubt_of(audit)
    return doubt if audit.recording.ending.kind == "failed" else f"was run, but {doubt}"


def _from_the_start(judged: Sequence[Judged]) -> Iterator[Judged]:
    """Go through the passes that are iterations 0, 1, 2 and so on."""
    for number, one in enumerate(judged):
        if one.one.number != number:
            return
        yield one


def _table(judged: Sequence[Judged], name: str) -> tuple[Dataset, int]:
    """Return the observations of the passes, each once, and how many a pass has."""
    rows = len(judged[0].model.values["x"])
    parts: list[tuple[Array, Array]] = []
    for one in judged:
        x, f0 = one.model.values["x"], one.model.values["f0"]
        if len(x) != rows or any(np.array_equal(x, known) for known, _ in parts):
            break
        parts.append((x, f0))
    x, f0 = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Dataset.from_arrays(x, f0, name), rows


def _hyperparameters(
    audit: Audit, report: Report, first: Judged, rows: int, dataset: Dataset
) -> Hyperparameters:
    """Return the script's network, with the loss and the rate that take the same steps."""
    known = first.model.hyperparameters
    changes: dict[str, Value] = {}
    scale = audit.scale
    loss = _loss(first, known.loss, scale)
    own = scale if loss == known.loss else 1.0
    rate = report.network.get("learning_rate")
    if rate is not None:
        changes["learning_rate"] = float(rate) * own
    if rows < len(dataset.x):
        changes["batch_size"] = str(rows)
    try:
        return known.replace(loss=loss, **changes)
    except InputError:
        return known


def _loss(first: Judged, name: str, scale: float) -> str:
    """Return the loss of the same family that is the script's to the number."""
    values = first.model.values
    f, f0 = values[first.model.names[-1][2]], values["f0"]
    wanted = scale * value_of(name, f, f0)
    sums = name.replace("mse", "sse")
    for other in (name, f"half-{name}", sums, f"half-{sums}"):
        if other in LOSSES and np.isclose(value_of(other, f, f0), wanted, rtol=1e-9):
            return other
    return name


def _translated(report: Report, here: Hyperparameters) -> str:
    """Say what a loss and a rate that no loss of ours gives to the number are called here."""
    own, ours = [str(report.network["loss"])], [f"E = {LOSSES[here.loss].formula}"]
    rate = report.network.get("learning_rate")
    if rate is not None:
        own.append(f"η = {general(rate)}")
        ours.append(f"η = {general(here.learning_rate)}")
    return f"{', '.join(own)} is here {', '.join(ours)}, with the same steps"


def _judgements(report: Report, times: float) -> Iterator[tuple[str, Judgement]]:
    """Go through what is said of operations.

    Args:
        report: What the audit says.
        times: What the script's loss is times the one here.
    """
    for match in report.matched:
        here = match
        if match.operation == "E":
            here = replace(match, factor=times)
        elif match.operation.startswith("dE_"):
            here = replace(match, factor=match.factor * times)
        yield match.operation, Judgement(RIGHT, match.line, here.apart)
    for problem in reversed(report.problems):
        for name in _about(problem):
            yield name, Judgement(WRONG, problem.line, problem.says, problem.repair)


def _with_stand_ins(known: dict[str, Judgement], first: Judged) -> dict[str, Judgement]:
    """Say of what only stands for another tensor, as ∂y/∂w for g, what is said of that."""
    for operation in first.model.operations():
        source = operation.target.stands_for
        if source is not None and source.name in known:
            known.setdefault(operation.name, known[source.name])
    return known


def _about(problem: Problem) -> Iterator[str]:
    yield problem.operation
    if problem.reads:
        yield problem.reads


def _numbers(judged: Judged) -> dict[str, Array]:
    """Return the script's numbers of a pass, in the shapes of our tensors."""
    numbers = dict(judged.model.values)
    shapes = {o.name: o.target.shape for o in judged.model.operations()}
    for name, match in judged.matches.items():
        found = _turned(match, shapes[name])
        if found is not None:
            numbers[name] = found
    numbers |= {f"delta_{name}": change for name, change in judged.changes.items()}
    return numbers


def _turned(match: Match, shape: tuple[int, ...]) -> Array | None:
    """Return an array of the script as our program holds it."""
    data = np.squeeze(match.found.data)
    if match.transposed and data.ndim == len(shape) == 2:
        data = data.T
    return data.reshape(shape).copy() if data.size == np.prod(shape, dtype=int) else None

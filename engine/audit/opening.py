"""A script opened beside our program: its table, its parameters, its numbers to step through."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

import numpy as np

from engine.audit.auditing import Audit
from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged, first_cell
from engine.audit.network.losses import value_of
from engine.audit.network.settled import NOTHING, Settled
from engine.audit.passes.matching import Match
from engine.audit.recording.run_script import record
from engine.audit.report.problem import Line, Problem
from engine.audit.report.report import Report
from engine.audit.report.working import BothWays, both_ways
from engine.audit.reporting import doubt_of, report_of
from engine.common.declaration import Value
from engine.common.errors import AuditError, InputError
from engine.common.numbers import general
from engine.common.progress import Progress, silent
from engine.common.text import clean
from engine.data.dataset import Dataset
from engine.formula.tensor import Array, Index, Tensor
from engine.maths.losses import LOSSES
from engine.mistakes import Mistake
from engine.model.hyperparameters import Hyperparameters

RIGHT, WRONG = "✓", "✗"

Stamp = tuple[int, int]
"""When a file was last written, and its size."""


@dataclass(frozen=True)
class Judgement:
    """What is to be said of one operation of ours.

    Attributes:
        mark: Whether the script has it right or wrong.
        line: Where the script has it.
        says: What is wrong, or what is another convention; "" where nothing is.
        repair: What to do; "" where nothing is wrong.
    """

    mark: str
    line: Line
    says: str = ""
    repair: str = ""


@dataclass(frozen=True, eq=False)
class Yours:
    """A script beside our program.

    Attributes:
        path: The file.
        report: What the audit says.
        dataset: What the script learns, as far as it was recorded.
        hyperparameters: Its network.
        parameters: Its parameters before the first iteration.
        judgements: What is to be said of operations, by name; of the others nothing is known.
        passes: The script's numbers as it writes them, by iteration and by tensor.
        units: What a derivative of the script is divided by to have our sign and scale, by
            iteration and by tensor.
        mistakes: For operations that are wrong, the formula that the script follows, if one fits.
        shown_by: For operations that are wrong and that the script has no array for, the tensor
            whose numbers show it, and the first cell that differs.
        translated: Its loss and its rate in its own words and as they are here; "" where they
            are the same.
    """

    path: Path
    report: Report
    dataset: Dataset
    hyperparameters: Hyperparameters
    parameters: Mapping[str, Array]
    judgements: Mapping[str, Judgement]
    passes: Sequence[Mapping[str, Array]]
    units: Sequence[Mapping[str, float]]
    mistakes: Mapping[str, Mistake]
    shown_by: Mapping[str, tuple[Tensor, Index]]
    translated: str
    _judged: Sequence[Judged]
    _stamp: Stamp | None

    @property
    def has_changed(self) -> bool:
        """Whether the file is another one than when it was run."""
        return _stamp(self.path) != self._stamp

    @property
    def names(self) -> Sequence[str]:
        """The tensors of ours that the script has in some iteration."""
        return list(dict.fromkeys(name for numbers in self.passes for name in numbers))

    @property
    def wrong(self) -> Sequence[str]:
        """The operations that the script has wrong."""
        return [name for name, found in self.judgements.items() if found.mark == WRONG]

    def told(self, name: str) -> str:
        """Say whether the script has an operation right, and where; "" where that is unknown."""
        found = self.judgements.get(name)
        return "" if found is None else f"{found.mark} {found.line.where}".rstrip()

    def written(self, name: str, iteration: int) -> Array | None:
        """Return a tensor as the script has it in an iteration; None where it is not recorded."""
        return self.passes[iteration].get(name) if iteration < len(self.passes) else None

    def unit(self, name: str, iteration: int) -> float:
        """Return what the script's derivative is times ours, where only conventions differ."""
        return self.units[iteration].get(name, 1.0) if iteration < len(self.units) else 1.0

    def value(self, name: str, iteration: int) -> Array | None:
        """Return the same in our sign and scale, so that what is right differs by nothing."""
        written = self.written(name, iteration)
        return None if written is None else written / self.unit(name, iteration)

    def seen_in(self, name: str, index: Index) -> tuple[Tensor, Index]:
        """Return where a cell of an operation that has no array of its own is worked out."""
        tensor, first = self.shown_by[name]
        fits = any(
            o.name == name and o.target.axes == tensor.axes
            for o in self._judged[0].model.operations()
        )
        return tensor, index if fits else first[len(first) - len(tensor.axes) :]

    def first_wrong(self, name: str, iteration: int) -> Index | None:
        """Return the first cell of a wrong operation that is not what it should be."""
        if name not in self.wrong or iteration >= len(self.passes):
            return None
        compared = self.shown_by[name][0].name if name in self.shown_by else name
        written, right = self.written(compared, iteration), self._judged[iteration].right
        if written is None or compared not in right or right[compared].shape != written.shape:
            return None
        cell = first_cell(written, right[compared])
        known = self._judged[iteration].right.get(name)
        fits = compared == name or (known is not None and known.shape == written.shape)
        return cell.index if cell is not None and fits else None

    def both_ways(self, name: str, index: Index, iteration: int) -> BothWays | None:
        """Work a cell out both ways, where the script follows a mistaken formula for it."""
        value, mistake = self.written(name, iteration), self.mistakes.get(name)
        if value is None or mistake is None:
            return None
        model = self._judged[iteration].model
        operation = next((o for o in model.operations() if o.name == name), None)
        if operation is None or any(i >= n for i, n in zip(index, value.shape, strict=True)):
            return None
        values = {**self._judged[iteration].right, **self.passes[iteration]}
        return both_ways(operation, mistake, model.around, values, index, float(value[index]))


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
    stamp = _stamp(Path(path))
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


def _stamp(path: Path) -> Stamp | None:
    """Return what changes with a file; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


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

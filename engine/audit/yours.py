"""A script beside our program: its numbers, and what is to be said of each operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.audit.judging.judged import Judged, first_cell
from engine.audit.report.problem import Line
from engine.audit.report.report import Report
from engine.audit.report.working import BothWays, both_ways
from engine.data.dataset import Dataset
from engine.formula.tensor import Array, Index, Tensor
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
        return stamp_of(self.path) != self._stamp

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


def stamp_of(path: Path) -> Stamp | None:
    """Return what changes with a file; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size

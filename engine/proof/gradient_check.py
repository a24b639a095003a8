"""The proof that the gradients are right: each against differences of E."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from engine.common.numbers import grouped
from engine.common.progress import Cancel, Progress, never, silent
from engine.proof.finite_differences import Finding, Probe, Verdict

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.formula.tensor import Array, Index, Tensor

MOST = 2_000
"""The most parameters that are checked, and a few more where there are many tensors."""
_LEAST = 50
"""The least number of cells of each tensor."""

SAMPLING = (
    f"above {grouped(MOST)} parameters as many are checked: of each tensor a share in proportion "
    f"to its size, at least {_LEAST}, drawn by numpy.random.RandomState(0), and always the cell "
    "with the largest gradient"
)


@dataclass(frozen=True)
class CellCheck:
    """One gradient that was checked.

    Attributes:
        label: Its name, e.g. ``∂E/∂v[input1, g2]``.
        index: Its place in the parameter.
        labels: The names of its row and column.
        value: The value of the parameter.
        finding: What came out.
    """

    label: str
    index: Index
    labels: tuple[str, ...]
    value: float
    finding: Finding


@dataclass(frozen=True)
class ParameterCheck:
    """The gradients of one parameter that were checked.

    Attributes:
        name: The parameter.
        symbol: The symbol of its gradient.
        shape: Its shape.
        cells: The cells that were checked, by their places.
    """

    name: str
    symbol: str
    shape: tuple[int, ...]
    cells: Mapping[Index, CellCheck]

    @property
    def size(self) -> int:
        """The number of elements of the parameter."""
        return int(np.prod(self.shape))

    def found(self, *verdicts: Verdict) -> list[CellCheck]:
        """Return the cells with one of some verdicts, the largest relative error first."""
        cells = [cell for cell in self.cells.values() if cell.finding.verdict in verdicts]
        return sorted(cells, key=_badness, reverse=True)

    @property
    def failing(self) -> list[CellCheck]:
        """The cells whose gradients are wrong, the worst first."""
        return self.found(*(verdict for verdict in Verdict if verdict.fails))

    @property
    def worst(self) -> CellCheck | None:
        """The cell with the largest error, undecided ones left out; None if all are."""
        return next(iter(self.failing + self.found(Verdict.AGREES)), None)


@dataclass(frozen=True)
class GradientCheck:
    """The result of a gradient check.

    Attributes:
        iteration: How many iterations were complete.
        position: How many operations of the next one had run.
        E: The loss there.
        noise: The rounding noise of E.
        parameters: One entry for each parameter.
        seconds: The duration.
        aside: The symbols of what no gradient comes from, so that this proves nothing of it.
    """

    iteration: int
    position: int
    E: float
    noise: float
    parameters: tuple[ParameterCheck, ...]
    seconds: float
    aside: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no gradient differs."""
        return not any(parameter.failing for parameter in self.parameters)

    @property
    def checked(self) -> int:
        """The number of gradients that were checked."""
        return sum(len(parameter.cells) for parameter in self.parameters)

    @property
    def size(self) -> int:
        """The number of all gradients."""
        return sum(parameter.size for parameter in self.parameters)

    def count(self, *verdicts: Verdict) -> int:
        """Count the gradients with one of some verdicts."""
        return sum(len(parameter.found(*verdicts)) for parameter in self.parameters)


def check_gradients(
    debugger: Debugger,
    progress: Progress = silent,
    cancel: Cancel = never,
    most: int = MOST,
) -> GradientCheck | None:
    """Check the gradient of every parameter, as it is at the clock, against differences of E.

    It runs the operations of the program on copies of the parameters; the debugger's clock and
    values stay as they are. `SAMPLING` says which are checked where there are many, and
    `engine.proof.finite_differences` how.

    Args:
        debugger: Whose gradients; of the iteration that the clock is in or before.
        progress: Told after each gradient.
        cancel: Asked before each gradient; true ends the check.
        most: How many are checked at most, but for the least of each tensor.

    Returns:
        What was found, or None if it was cancelled.
    """
    began = perf_counter()
    probe = Probe(debugger)
    total = sum(tensor.data.size for tensor in probe.parameters.values())
    chosen = {
        name: list(_sample(tensor, probe.gradients[name], most / total))
        for name, tensor in probe.parameters.items()
    }
    done, checked = 0, sum(map(len, chosen.values()))
    results = []
    for name, tensor in probe.parameters.items():
        symbol = f"∂E/∂{tensor.symbol}"
        cells = {}
        for index in chosen[name]:
            if cancel():
                return None
            labels = tensor.labels(index)
            cells[index] = CellCheck(
                label=f"{symbol}[{', '.join(labels)}]" if labels else symbol,
                index=index,
                labels=labels,
                value=float(tensor.data[index]),
                finding=probe.compare(name, index),
            )
            done += 1
            progress(done, checked)
        results.append(ParameterCheck(name, symbol, tensor.shape, cells))
    return GradientCheck(
        iteration=debugger.iteration,
        position=debugger.position,
        E=probe.E,
        noise=probe.sigma,
        parameters=tuple(results),
        seconds=perf_counter() - began,
        aside=tuple(o.symbol for o in debugger.program.operations if o.aside),
    )


def _sample(tensor: Tensor, gradient: Array, share: float) -> Iterator[Index]:
    """Choose the cells of a parameter, in their order; see `SAMPLING`."""
    size = tensor.data.size
    wanted = max(int(size * share), _LEAST)
    places = np.arange(size)
    if share < 1.0 and wanted < size:
        places = np.random.RandomState(0).permutation(size)[:wanted]
        places = np.union1d(places, [int(np.argmax(np.abs(gradient)))])
    for place in places:
        yield tuple(int(i) for i in np.unravel_index(int(place), tensor.shape))


def _badness(cell: CellCheck) -> float:
    error = cell.finding.relative_error
    return error if error == error else np.inf

"""Numbers to try a formula on: those at hand, and others that the network could have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.formula.evaluate import evaluate, names
from engine.maths.operations.operation import Operation, Phase

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.formula.tensor import Tensor
    from engine.maths.losses.loss import Loss
    from engine.program.program import Program

Values = dict[str, NDArray[Any]]
_RATE = 0.1


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of a program, all of them right; the program itself may go.

    Attributes:
        dataset: The table that it learns.
        operations: Its operations.
        tensors: Its tensors by name.
        parameters: Of these the parameters.
        changes: For each parameter that is trained, the tensor with its last change.
        loss: Its loss.
    """

    dataset: Dataset
    operations: tuple[Operation, ...]
    tensors: Mapping[str, Tensor]
    parameters: Mapping[str, Tensor]
    changes: Mapping[str, Tensor]
    loss: Loss

    @classmethod
    def of(cls, program: Program, dataset: Dataset) -> Self:
        """Take a program whose operations are all right."""
        return cls(
            dataset,
            tuple(program.operations),
            program.tensors,
            program.parameters,
            program.changes,
            program.loss,
        )


def values_at_hand(parts: Parts) -> Values:
    """Return what all right formulas give for the present batch and parameters."""
    given = {name: parts.tensors[name].data.copy() for name in ("x", "f0")}
    given |= {name: tensor.data.copy() for name, tensor in parts.parameters.items()}
    return _completed(given, parts)


def random_values(parts: Parts, seed: int) -> Values:
    """Return the same for random inputs, targets and parameters, with another number of rows.

    A formula that fits them too is right and no coincidence of the table: 0.5 for 2/(N·O) is not.
    """
    random, dataset = np.random.RandomState(seed), parts.dataset
    rows = len(dataset.x) % 5 + 6 + seed % 3
    x = random.normal(size=(rows, dataset.x.shape[1]))
    given: Values = {"x": x, "f0": _targets(parts, random, rows)}
    for name, tensor in parts.parameters.items():
        given[name] = random.normal(size=tensor.shape)
    return _completed(given, parts)


def _targets(parts: Parts, random: np.random.RandomState, rows: int) -> NDArray[Any]:
    """Draw targets that the loss can take: any if it can, else the targets of the table."""
    known = parts.dataset.f0
    drawn = random.uniform(0.1, 0.9, size=(rows, known.shape[1]))
    if not parts.loss.problem(drawn):
        return drawn
    return known[random.randint(len(known), size=rows)]


def _completed(given: Values, parts: Parts) -> Values:
    values = {**given, "eta": np.array(_RATE), "eta0": np.array(_RATE)}
    for operation in parts.operations:
        if operation.phase is Phase.UPDATE:
            break
        tree = operation.rule.tree
        if operation.name not in values and names(tree) <= values.keys():
            shape = _shape(operation.target, len(values["x"]))
            values[operation.name] = np.broadcast_to(evaluate(tree, values), shape)
    for name, change in parts.changes.items():
        values[change.name] = -_RATE * values[f"dE_d{name}"]
    return values


def _shape(tensor: Tensor, rows: int) -> tuple[int, ...]:
    return tuple(rows if axis.symbol == "N" else len(axis.labels) for axis in tensor.axes)


def agree(found: NDArray[Any], right: NDArray[Any]) -> bool:
    """Return whether two arrays are the same up to rounding."""
    return found.shape == right.shape and bool(differing(found, right).sum() == 0)


def differing(found: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
    """Return in which cells two arrays of one shape differ by more than rounding."""
    finite = np.abs(right[np.isfinite(right)])
    most = float(finite.max()) if finite.size else 0.0
    same: NDArray[np.bool_] = np.isclose(found, right, rtol=1e-9, atol=1e-12 * most, equal_nan=True)
    return ~same

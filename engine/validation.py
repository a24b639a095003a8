"""What the parameters are worth on observations that they were not trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from engine.dataset import Dataset
from engine.hyperparameters import Hyperparameters
from engine.network import Network
from engine.operations.base import Phase
from engine.program import Program
from engine.tensor import Array


@dataclass(frozen=True)
class Evaluation:
    """The predictions for a part of the table and what they are worth.

    Attributes:
        f: N × O.
        E: The loss, of the same formula as in training, without a penalty.
        accuracy: Which share of the observations is put into the right class; None where
            there are no classes.
    """

    f: Array
    E: float
    accuracy: float | None


class Evaluator:
    """Runs the forward operations on a dataset, as often as is wanted.

    It has buffers of its own, so that those of the training stay as they are.

    Args:
        dataset: The observations.
        hyperparameters: Those of the network; all observations are one batch.

    Attributes:
        seconds: How long the last evaluation took.
    """

    def __init__(self, dataset: Dataset, hyperparameters: Hyperparameters) -> None:
        self._dataset = dataset
        self._hinge = hyperparameters.loss == "hinge"
        whole = hyperparameters.to_evaluate()
        zeros = _no_parameters(dataset, whole)
        self._program = Program(dataset, whole, zeros)
        self.seconds = 0.0

    def evaluate(self, parameters: Mapping[str, Array]) -> Evaluation:
        """Compute f and E with these parameters."""
        began = perf_counter()
        program = self._program
        for name, tensor in program.parameters.items():
            tensor.data[...] = parameters[name]
        with np.errstate(all="ignore"):
            for operation in program.operations:
                if operation.phase in (Phase.FORWARD, Phase.LOSS):
                    operation.run()
        self.seconds = perf_counter() - began
        f = program.tensors[program.network.layers[-1].a[0]].data.copy()
        return Evaluation(f, float(program.tensors["E"].data), self._accuracy(f))

    def _accuracy(self, f: Array) -> float | None:
        if not self._dataset.classes:
            return None
        return accuracy(f, self._dataset.f0, 0.0 if self._hinge else 0.5)


def accuracy(f: Array, f0: Array, middle: float = 0.5) -> float:
    """Return which share of N observations is put into the right class.

    Args:
        f: Predictions, N × 1 for two classes, or N × C, where the largest one decides.
        f0: Targets of the same shape.
        middle: What a single output is compared with; not more than it is the first class.
    """
    if f.shape[1] == 1:
        right = (f[:, 0] > middle) == (f0[:, 0] > 0.5)
    else:
        right = f.argmax(axis=1) == f0.argmax(axis=1)
    return float((right & np.isfinite(f).all(axis=1)).mean())


def _no_parameters(dataset: Dataset, hyperparameters: Hyperparameters) -> dict[str, Array]:
    tensors = Network(dataset, hyperparameters).parameter_tensors()
    return {name: tensor.data for name, tensor in tensors.items()}

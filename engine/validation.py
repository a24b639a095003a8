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
from engine.quality import Classification, Decision, Quality, assess
from engine.tensor import Array


@dataclass(frozen=True)
class Evaluation:
    """The predictions for a part of the table and what they are worth.

    Attributes:
        f: N × O.
        E: The loss, of the same formula as in training, without a penalty.
        quality: How often the classes are right, or how far the numbers are off.
    """

    f: Array
    E: float
    quality: Quality

    @property
    def accuracy(self) -> float | None:
        """Which share of the observations is put into the right class; None without classes."""
        return self.quality.accuracy if isinstance(self.quality, Classification) else None


class Evaluator:
    """Runs the forward operations on a dataset, as often as is wanted.

    It has buffers of its own, so that those of the training stay as they are.

    Args:
        dataset: The observations.
        hyperparameters: Those of the network; all observations are one batch.
        decision: How the outputs are read as classes; None for numbers.

    Attributes:
        seconds: How long the last evaluation took.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, decision: Decision | None
    ) -> None:
        self._dataset = dataset
        self._decision = decision
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
        quality = assess(f, self._dataset.f0, self._decision, self._dataset.targets)
        return Evaluation(f, float(program.tensors["E"].data), quality)


def _no_parameters(dataset: Dataset, hyperparameters: Hyperparameters) -> dict[str, Array]:
    tensors = Network(dataset, hyperparameters).parameter_tensors()
    return {name: tensor.data for name, tensor in tensors.items()}

"""The loss and the quality of the predictions on any part of a table, also a held-out one."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from engine.analysis.metrics import Classification, Decision, Quality, assess
from engine.data.dataset import Dataset
from engine.formula.tensor import Array
from engine.maths.operations.operation import Phase
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Parameters
from engine.program.program import Program


@dataclass(frozen=True)
class Evaluation:
    """The predictions for a part of the table, with their loss and quality.

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
        """The share of the observations that are classified correctly; None without classes."""
        return self.quality.accuracy if isinstance(self.quality, Classification) else None


class Evaluator:
    """Evaluates parameters on a dataset, as often as needed.

    It has buffers of its own, so that those of the training stay as they are.

    Args:
        dataset: The observations.
        hyperparameters: Hyperparameters of the network; all observations are one batch.
        decision: How the outputs are read as classes; None for numbers.

    Attributes:
        seconds: The duration of the last evaluation.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, decision: Decision | None
    ) -> None:
        self._dataset = dataset
        self._decision = decision
        self._program = Program.to_evaluate(dataset, hyperparameters)
        self._evaluate = self._program.evaluation(Phase.FORWARD, Phase.LOSS)
        self.seconds = 0.0

    def evaluate(self, parameters: Parameters) -> Evaluation:
        """Compute f and E with these parameters."""
        began = perf_counter()
        self._evaluate(parameters)
        program = self._program
        self.seconds = perf_counter() - began
        f = program.tensors[program.network.layers[-1].a[0]].data.copy()
        quality = assess(f, self._dataset.f0, self._decision, self._dataset.targets)
        return Evaluation(f, float(program.tensors["E"].data), quality)

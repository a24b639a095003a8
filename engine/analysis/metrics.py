"""The quality of the predictions, beside the loss: for classes and for numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.analysis.evaluate import Forward
from engine.common.scale import largest_exponent, scaled
from engine.data.dataset import Dataset
from engine.formula.tensor import Array
from engine.model.hyperparameters import Hyperparameters
from engine.model.network import Parameters

UNDECIDED = -1
"""The number in place of a class where a prediction is not finite."""


@dataclass(frozen=True)
class Decision:
    """The rule by which the outputs of a network are read as classes.

    Attributes:
        classes: The names of the classes.
        threshold: One output is read as the second class above it, else as the first; of
            several outputs the largest decides, and of equal ones the first.
    """

    classes: tuple[str, ...]
    threshold: float

    def decide(self, outputs: Array) -> NDArray[np.intp]:
        """Return the class of each row, by number; `UNDECIDED` where it is not finite."""
        if outputs.shape[1] == 1:
            decided = (outputs[:, 0] > self.threshold).astype(np.intp)
        else:
            decided = outputs.argmax(axis=1).astype(np.intp)
        decided[~np.isfinite(outputs).all(axis=1)] = UNDECIDED
        return decided

    def truth(self, f0: Array) -> NDArray[np.intp]:
        """Return the class of each row of targets."""
        # 0.5 parts 0 from 1 and −1 from 1, whatever the outputs are compared with.
        return Decision(self.classes, 0.5).decide(f0)


def decision_of(dataset: Dataset, loss: str = "mse") -> Decision | None:
    """Return how a dataset's outputs are read as classes, or None if they are numbers.

    Targets are classes if the dataset names them, if a single one is everywhere 0 or 1, or
    −1 or 1, or if in each row one of several is 1 and the others are 0.

    Args:
        dataset: The table that is learned.
        loss: The name of the loss; with hinge the outputs part at 0.
    """
    f0 = dataset.f0
    classes = dataset.classes
    if f0.shape[1] == 1:
        # Other targets than these are told apart by the values themselves.
        signs = bool(np.isin(f0, (-1.0, 1.0)).all()) and bool((f0 < 0).any())
        if not classes:
            if not signs and not np.isin(f0, (0.0, 1.0)).all():
                return None
            classes = ("−1", "1") if signs else ("0", "1")
        return Decision(classes, 0.0 if signs or loss == "hinge" else 0.5)
    if classes or (np.isin(f0, (0.0, 1.0)).all() and (f0.sum(axis=1) == 1.0).all()):
        return Decision(classes or dataset.targets, 0.5)
    return None


@dataclass(frozen=True)
class Classification:
    """The quality of predicted classes: a confusion matrix and its measures.

    Attributes:
        classes: Their names.
        confusion: How many observations of each class (row) are taken for each (column).
        undecided: How many have a prediction that is not finite.
    """

    classes: tuple[str, ...]
    confusion: NDArray[np.intp]
    undecided: int

    @property
    def observations(self) -> int:
        """The number of observations."""
        return int(self.confusion.sum()) + self.undecided

    @property
    def accuracy(self) -> float:
        """The share of observations whose class is right."""
        return float(np.trace(self.confusion)) / self.observations

    @property
    def precision(self) -> Array:
        """The precision of each class: TP / (TP + FP), NaN if it is never predicted."""
        return _shares(self.confusion, self.confusion.sum(axis=0))

    @property
    def recall(self) -> Array:
        """The recall of each class: TP / (TP + FN), NaN if it never occurs."""
        return _shares(self.confusion, self.confusion.sum(axis=1))


def _shares(confusion: NDArray[np.intp], of: NDArray[np.intp]) -> Array:
    with np.errstate(invalid="ignore"):
        return np.diagonal(confusion) / of


@dataclass(frozen=True)
class Regression:
    """The errors of predicted numbers, for each target.

    Attributes:
        targets: Their names.
        rmse: The root of the mean squared error.
        mae: The mean of the absolute errors.
        r2: R² = 1 − Σ(f − f₀)²/Σ(f₀ − mean(f₀))², 1 at best, 0 for always predicting the
            mean; NaN for a target that is the same everywhere.
    """

    targets: tuple[str, ...]
    rmse: Array
    mae: Array
    r2: Array


Quality = Classification | Regression


def assess(f: Array, f0: Array, decision: Decision | None, targets: tuple[str, ...]) -> Quality:
    """Compare predictions with targets.

    Args:
        f: The predictions, N × O.
        f0: The targets, N × O.
        decision: How they are read as classes; None for numbers.
        targets: The names of the targets.
    """
    with np.errstate(all="ignore"):
        if decision is None:
            measures = [_measures(f[:, k], f0[:, k]) for k in range(f0.shape[1])]
            return Regression(targets, *np.array(measures).T)
    count = len(decision.classes)
    decided, truth = decision.decide(f), decision.truth(f0)
    good = decided != UNDECIDED
    places = truth[good] * count + decided[good]
    confusion = np.bincount(places, minlength=count * count).reshape(count, count)
    return Classification(decision.classes, confusion, int((~good).sum()))


def _measures(f: Array, f0: Array) -> tuple[float, float, float]:
    """Return RMSE, MAE and R² of one target.

    They are computed beside 1, where no square leaves the numbers that there are: errors and
    targets by powers of two of their own.
    """
    power = max(largest_exponent(f), largest_exponent(f0)) + 1
    error = scaled(f, -power) - scaled(f0, -power)
    own, of = largest_exponent(error), largest_exponent(f0)
    error, near = scaled(error, -own), scaled(f0, -of)
    spread = float(((near - near.mean()) ** 2).sum())
    squares = float((error**2).sum())
    rest = np.nan
    if f0.min() < f0.max():
        rest = scaled(squares / spread, 2 * (own + power - of))
    rmse, mae = float(np.sqrt((error**2).mean())), float(np.abs(error).mean())
    return scaled(rmse, own + power), scaled(mae, own + power), 1.0 - rest


def parts_of(dataset: Dataset) -> dict[str, Dataset]:
    """Return the training observations and, if there are any, the held-out ones."""
    held_out = dataset.held_out
    return {"training": dataset} | ({"validation": held_out} if held_out is not None else {})


class Examiner:
    """Assesses a network on the training observations and, if there are any, the held-out ones."""

    def __init__(self, dataset: Dataset, hyperparameters: Hyperparameters) -> None:
        self._decision = decision_of(dataset, hyperparameters.loss)
        self._targets = dataset.targets
        self._parts = {
            name: (Forward(part, hyperparameters), part.f0)
            for name, part in parts_of(dataset).items()
        }

    def assess(self, parameters: Parameters) -> dict[str, Quality]:
        """Assess it with given weights and biases; the keys are the names of the parts."""
        return {
            name: assess(forward.predict(parameters), f0, self._decision, self._targets)
            for name, (forward, f0) in self._parts.items()
        }

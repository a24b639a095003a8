"""Small networks of every kind, for the tests."""

import itertools

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters
from engine.hyperparameters import BIAS_MODES
from engine.losses import LOSSES


def make(bias: str = "none", loss: str = "mse", outputs: int = 1, rows: int = 5) -> Debugger:
    """A debugger on random data whose sizes all differ, so that no two can be mixed up."""
    random = np.random.RandomState(7)
    dataset = Dataset.from_arrays(random.randn(rows, 4), random.rand(rows, outputs))
    hyperparameters = Hyperparameters(hidden=3, bias=bias, loss=loss, learning_rate=0.1, seed=3)
    debugger = Debugger(dataset, hyperparameters)
    if bias == "none":
        return debugger
    parameters = debugger.initial_parameters
    for name in parameters:
        if name.startswith("b"):
            parameters[name] += random.randn(*parameters[name].shape)
    return Debugger(dataset, hyperparameters, parameters)


every_kind = pytest.mark.parametrize(
    ("bias", "loss", "outputs"), list(itertools.product(BIAS_MODES, LOSSES, (1, 2)))
)

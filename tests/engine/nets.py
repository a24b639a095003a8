"""Small networks of every kind, for the tests."""

import itertools
from typing import Any

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters
from engine.maths.activations import HIDDEN
from engine.maths.initialisations import INITIALISATIONS
from engine.maths.optimisers import OPTIMISERS
from engine.maths.schedules import SCHEDULES
from engine.model.hyperparameters import BIAS_MODES


def make(
    bias: str = "none",
    loss: str = "mse",
    outputs: int = 1,
    rows: int = 5,
    targets: str = "shares",
    **others: Any,
) -> Debugger:
    """A debugger on random data whose sizes all differ, so that no two can be mixed up."""
    random = np.random.RandomState(7)
    x, f0 = random.randn(rows, 4), random.rand(rows, outputs)
    if targets == "classes":
        f0 = np.eye(outputs)[np.arange(rows) % outputs]
    elif targets == "sides":
        f0 = np.where(f0 > 0.5, 1.0, -1.0)
    elif targets == "bits":
        f0 = np.round(f0)
    given = {"hidden": 3, "learning_rate": 0.1, "seed": 3, **others}
    hyperparameters = Hyperparameters(bias=bias, loss=loss, **given)
    dataset = Dataset.from_arrays(x, f0)
    debugger = Debugger(dataset, hyperparameters)
    if bias == "none":
        return debugger
    parameters = debugger.initial_parameters
    for name in parameters:
        if name.startswith("b"):
            parameters[name] += random.randn(*parameters[name].shape)
    return Debugger(dataset, hyperparameters, parameters)


BASIC = [
    {"bias": bias, "loss": loss, "outputs": outputs}
    for bias, loss, outputs in itertools.product(BIAS_MODES, ("mse", "sse", "half-sse"), (1, 2))
]
CLASSES: dict[str, Any] = {"outputs": 3, "targets": "classes"}
DEEP: dict[str, Any] = {"hidden": "3,2", "bias": "per-neuron", "init": "normal"}
OTHERS: list[dict[str, Any]] = [
    {"hidden": "none", "bias": "per-neuron"},
    {"hidden": "3,6,2", "bias": "shared", "outputs": 2},
    *({**DEEP, "activation": name, "output_activation": "identity"} for name in HIDDEN),
    {**DEEP, "activation": "relu,tanh", "output_activation": "tanh", "outputs": 2},
    {**DEEP, "activation": "leaky-relu:0.2,elu:1.5", "output_activation": "identity"},
    {"bias": "per-neuron", "output_activation": "softmax", "outputs": 3},
    {"loss": "bce", "init": "normal"},
    {"loss": "bce", "bias": "shared", "outputs": 2, "targets": "bits"},
    {"loss": "bce", "output_activation": "softmax", **CLASSES},
    {**DEEP, "loss": "cross-entropy", "output_activation": "softmax", **CLASSES},
    {"loss": "hinge", "output_activation": "identity", "outputs": 2, "targets": "bits"},
    {"loss": "hinge", "output_activation": "tanh", "targets": "sides", "init": "normal"},
    {"loss": "huber", "output_activation": "identity", "huber_delta": 0.7, "outputs": 2},
    *({"bias": "per-neuron", "optimiser": name} for name in OPTIMISERS),
    {"bias": "per-neuron", "l1": 0.02, "l2": 0.3, "clip": 0.05, "init": "normal"},
    {"hidden": "none", "l1": 0.1},
    {**DEEP, "l1": 0.02, "l2": 0.3, "penalise": "all", "freeze": "bv1,v2", "optimiser": "adam"},
    {"bias": "shared", "l1": 0.02, "l2": 0.3, "penalise": "all", "freeze": "w", "clip": 0.05},
    *(
        {"schedule": name, "schedule_steps": 3, "bias": "shared", "optimiser": "momentum"}
        for name in SCHEDULES
    ),
    {"batch_size": 2, "bias": "per-neuron"},
    {**DEEP, "batch_size": 3, "shuffle": "yes", "optimiser": "adam", "rows": 8, "clip": 1.0},
    {"batch_size": "full", "shuffle": "yes", "outputs": 2},
    *({"init": name, "bias": "per-neuron"} for name in INITIALISATIONS),
]


def _id(kind: dict[str, Any]) -> str:
    return "-".join(map(str, kind.values()))


basic_kinds = pytest.mark.parametrize("kind", BASIC, ids=_id)
every_kind = pytest.mark.parametrize("kind", BASIC + OTHERS, ids=_id)

"""The gradients against central differences of the loss."""

from typing import Any

import numpy as np

from engine import Debugger
from tests.engine.nets import every_kind, make

EPSILON = 1e-5


def loss_at(debugger: Debugger, parameters: dict[str, np.ndarray]) -> float:
    probe = Debugger(debugger.dataset, debugger.hyperparameters, parameters)
    probe.run(1)
    return float(probe.losses[0])


@every_kind
def test_every_parameter(kind: dict[str, Any]) -> None:
    debugger = make(**kind)
    parameters = debugger.initial_parameters
    debugger.run(1)
    for name, array in parameters.items():
        gradient = debugger.value(f"dE_d{name}")
        for index in np.ndindex(*array.shape):
            moved = []
            for sign in (+1, -1):
                changed = {n: a.copy() for n, a in parameters.items()}
                changed[name][index] += sign * EPSILON
                moved.append(loss_at(debugger, changed))
            numeric = (moved[0] - moved[1]) / (2 * EPSILON)
            analytic = gradient[index]
            noise = 1e-10 * (1.0 + abs(moved[0]))
            assert abs(analytic - numeric) <= 1e-6 * (abs(analytic) + abs(numeric)) + noise

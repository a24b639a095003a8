"""The gradients against central differences of the loss."""

from typing import Any

import numpy as np
import pytest

from engine import Debugger
from engine.loop.row import LoopClock
from engine.maths.operations.operation import Phase
from tests.engine.nets import every_kind, make

EPSILON = 1e-5


class Probe:
    """The loss of the first iteration of a network, for any parameters."""

    def __init__(self, like: Debugger) -> None:
        self.program = Debugger(like.dataset, like.hyperparameters).program
        self._clock = LoopClock()
        calls = self.program.calls_of(Phase.FORWARD, Phase.LOSS)
        self._forward = [call.bind(self._clock) for call in calls]

    def loss_at(self, parameters: dict[str, np.ndarray]) -> float:
        for name, values in parameters.items():
            self.program.parameters[name].data[...] = values
        for call in self._forward:
            call()
        return float(self.program.tensors["E"].data)


@pytest.mark.one_in(3)
@every_kind
def test_every_parameter(kind: dict[str, Any]) -> None:
    debugger = make(**kind)
    parameters = debugger.initial_parameters
    debugger.run(1)
    probe = Probe(debugger)
    assert probe.loss_at(parameters) == debugger.losses[0]
    for name, array in parameters.items():
        gradient = debugger.value(f"dE_d{name}")
        for index in np.ndindex(*array.shape):
            moved = []
            for sign in (+1, -1):
                changed = {n: a.copy() for n, a in parameters.items()}
                changed[name][index] += sign * EPSILON
                moved.append(probe.loss_at(changed))
            numeric = (moved[0] - moved[1]) / (2 * EPSILON)
            analytic = gradient[index]
            noise = 1e-10 * (1.0 + abs(moved[0]))
            assert abs(analytic - numeric) <= 1e-6 * (abs(analytic) + abs(numeric)) + noise

"""The same network in PyTorch, differentiated by PyTorch."""

from typing import Any

import numpy as np
import pytest

from engine import Debugger
from tests.engine.nets import basic_kinds, make

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install nn-tui[torch]")


class Twin:
    """The network of a debugger, written with PyTorch's own parts."""

    def __init__(self, debugger: Debugger) -> None:
        self.loss = debugger.hyperparameters.loss
        self.x, self.f0 = torch.tensor(debugger.dataset.x), torch.tensor(debugger.dataset.f0)
        self.parameters = {
            name: torch.tensor(array, requires_grad=True)
            for name, array in debugger.parameters.items()
        }
        eta = debugger.hyperparameters.learning_rate
        self.optimiser = torch.optim.SGD(self.parameters.values(), lr=eta)

    def forward(self) -> dict[str, Any]:
        p = self.parameters
        shared = p.get("b", torch.zeros((), dtype=torch.float64))
        yhat = self.x @ p["v"] + p.get("bv", shared)
        g = torch.sigmoid(yhat)
        y = g @ p["w"] + p.get("bw", shared)
        f = torch.sigmoid(y)
        reduction = "mean" if self.loss == "mse" else "sum"
        E = torch.nn.MSELoss(reduction=reduction)(f, self.f0)
        if self.loss == "half-sse":
            E = E / 2
        return {"yhat": yhat, "g": g, "y": y, "f": f, "E": E}

    def step(self) -> float:
        self.optimiser.zero_grad()
        E = self.forward()["E"]
        E.backward()
        self.optimiser.step()
        return float(E.detach())


@basic_kinds
def test_one_iteration(kind: dict[str, Any]) -> None:
    debugger = make(**kind)
    twin = Twin(debugger)
    values = twin.forward()
    for name in ("yhat", "g", "y", "f"):
        values[name].retain_grad()
    values["E"].backward()
    while debugger.iteration == 0:
        debugger.step_operation()
    for name, tensor in values.items():
        np.testing.assert_allclose(debugger.value(name), tensor.detach().numpy(), rtol=1e-12)
    for name in ("yhat", "g", "y", "f"):
        np.testing.assert_allclose(
            debugger.value(f"dE_d{name}"), values[name].grad.numpy(), rtol=1e-12
        )
    for name, parameter in twin.parameters.items():
        np.testing.assert_allclose(
            debugger.value(f"dE_d{name}"), parameter.grad.numpy(), rtol=1e-12
        )


@basic_kinds
def test_a_thousand_iterations(kind: dict[str, Any]) -> None:
    debugger = make(**kind)
    twin = Twin(debugger)
    losses = [twin.step() for _ in range(1000)]
    debugger.run(1000)
    np.testing.assert_allclose(debugger.losses, losses, rtol=1e-9)
    for name, parameter in twin.parameters.items():
        np.testing.assert_allclose(debugger.parameters[name], parameter.detach().numpy(), rtol=1e-9)


def test_the_notebooks_whole_run() -> None:
    from engine import read_dataset

    debugger = Debugger(read_dataset("or"))
    twin = Twin(debugger)
    losses = [twin.step() for _ in range(10_000)]
    debugger.run(10_000)
    np.testing.assert_allclose(debugger.losses, losses, rtol=1e-9)

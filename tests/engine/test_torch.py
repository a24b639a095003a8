"""The same network in PyTorch, differentiated and trained by PyTorch."""

import builtins
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine import Debugger, Hyperparameters, InputError, read_dataset
from engine.model.hyperparameters import BIAS_MODES
from engine.program.program import Program
from engine.proof.report import comparison_text
from engine.proof.torch_network import Twin
from engine.proof.torch_run import Comparison, compare_with_torch
from tests.engine.nets import make
from tests.engine.planted import Plant, half_the_error, too_long_a_step

pytestmark = pytest.mark.usefixtures("torch")

squares = pytest.mark.parametrize(
    ("bias", "loss", "outputs"),
    list(itertools.product(BIAS_MODES, ("mse", "sse", "half-sse"), (1, 2))),
)


def compared(debugger: Debugger, **options: object) -> Comparison:
    comparison = compare_with_torch(debugger, **options)  # type: ignore[arg-type]
    assert comparison is not None
    return comparison


@pytest.mark.one_in(5)
@squares
def test_one_iteration(bias: str, loss: str, outputs: int) -> None:
    debugger = make(bias, loss, outputs)
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


@pytest.mark.one_in(9)
@squares
def test_a_thousand_iterations(bias: str, loss: str, outputs: int) -> None:
    debugger = make(bias, loss, outputs)
    twin = Twin(debugger)
    losses = [twin.step() for _ in range(1000)]
    debugger.run(1000)
    np.testing.assert_allclose(debugger.losses, losses, rtol=1e-9)
    for name, parameter in twin.values().items():
        np.testing.assert_allclose(debugger.parameters[name], parameter, rtol=1e-9)


@pytest.mark.slow
def test_the_notebooks_whole_run() -> None:
    debugger = Debugger(read_dataset("or"))
    twin = Twin(debugger)
    losses = [twin.step() for _ in range(10_000)]
    debugger.run(10_000)
    np.testing.assert_allclose(debugger.losses, losses, rtol=1e-9)


def test_the_twin_is_pytorchs_own_sequence_of_layers(torch: Any) -> None:
    """The twin is a witness only if it is the network: here, as anybody would write it."""
    debugger = make("per-neuron", outputs=2)
    start = debugger.initial_parameters
    network = torch.nn.Sequential(
        torch.nn.Linear(4, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 2), torch.nn.Sigmoid()
    ).double()
    with torch.no_grad():
        for layer, (weights, bias) in zip(network[::2], (("v", "bv"), ("w", "bw")), strict=True):
            layer.weight.copy_(torch.tensor(start[weights].T))
            layer.bias.copy_(torch.tensor(start[bias]))
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    x, f0 = torch.tensor(debugger.dataset.x.copy()), torch.tensor(debugger.dataset.f0.copy())
    twin = Twin(debugger)
    for _ in range(50):
        optimiser.zero_grad()
        loss = torch.nn.MSELoss()(network(x), f0)
        loss.backward()
        optimiser.step()
        assert twin.step() == pytest.approx(float(loss.detach()), rel=1e-12)
    np.testing.assert_allclose(twin.values()["v"], network[0].weight.detach().numpy().T, rtol=1e-12)


# Side by side


def test_both_runs_side_by_side() -> None:
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=1000))
    debugger.run(7)
    told: list[tuple[int, int]] = []
    comparison = compared(debugger, progress=lambda done, total: told.append((done, total)))
    assert (debugger.iteration, debugger.position) == (7, 0)
    assert comparison.passed
    assert comparison.parts_at is None
    assert comparison.steps == tuple(range(0, 1000, 100))
    assert told[-1] == (1000, 1000)
    debugger.run_to(1000)
    np.testing.assert_array_equal(comparison.losses, debugger.losses)
    for name, final in debugger.parameters.items():
        np.testing.assert_array_equal(comparison.parameters[name], final)
    for difference in (
        comparison.loss_difference,
        comparison.gradient_difference,
        comparison.parameter_difference,
    ):
        assert difference.absolute < 1e-14
        assert difference.relative < 1e-12
    text = comparison_text(comparison)
    assert f"{debugger.losses[300]:.12e}" in text
    assert text.endswith("PyTorch agrees.")


def test_a_wrong_gradient_is_another_than_pytorchs(plant: Plant) -> None:
    plant("dE_df", half_the_error)
    debugger = make(rows=5)
    debugger.change(iterations=20)
    comparison = compared(debugger)
    assert not comparison.passed
    assert comparison.gradient_difference.relative == pytest.approx(0.5 / 4.5 * 1, rel=0.2)
    assert comparison.parts_at == 1
    assert comparison_text(comparison).endswith("PyTorch finds other gradients.")


def test_a_wrong_update_is_another_run_than_pytorchs(plant: Plant) -> None:
    plant("w", too_long_a_step)
    debugger = make()
    debugger.change(iterations=20)
    comparison = compared(debugger)
    assert comparison.gradient_difference.relative < 1e-12
    assert comparison.parts_at == 1
    assert not comparison.passed
    assert comparison_text(comparison).endswith("by more than 1e-06: the updates differ.")


RESTLESS = {
    "hidden": "8",
    "bias": "per-neuron",
    "optimiser": "adam",
    "learning_rate": 0.3,
    "iterations": 2000,
}


def test_runs_that_rounding_parts_are_told_and_not_failed() -> None:
    debugger = Debugger(read_dataset("spiral"), Hyperparameters(**RESTLESS))
    comparison = compared(debugger)
    assert comparison.parts_at is not None
    assert comparison.nudged_parts_at is not None
    assert comparison.passed
    assert "starts a rounding error away." in comparison_text(comparison)
    # The same by hand.
    start = debugger.initial_parameters
    nudged = Debugger(
        debugger.dataset,
        debugger.hyperparameters,
        {name: a + np.spacing(np.maximum(np.abs(a), 1.0)) for name, a in start.items()},
    )
    debugger.run(comparison.nudged_parts_at + 1)
    nudged.run(comparison.nudged_parts_at + 1)
    apart = np.abs(debugger.losses - nudged.losses) / (debugger.losses + nudged.losses)
    assert apart[-1] > 1e-6 >= apart[:-1].max()


def test_a_late_mistake_is_not_put_down_to_rounding(plant: Plant) -> None:
    def wrong(program: Program, right: Callable[[], None]) -> Callable[[], None]:
        w, steps = program.tensors["w"].data, itertools.count()

        def mistaken() -> None:
            right()
            if next(steps) == 150:
                w[0] += 1e-3

        return mistaken

    plant("w", wrong)
    debugger = make()
    debugger.change(iterations=300)
    comparison = compared(debugger)
    assert (comparison.parts_at, comparison.nudged_parts_at) == (151, None)
    assert not comparison.passed
    assert comparison_text(comparison).endswith("the updates differ.")


def test_a_comparison_can_be_given_up() -> None:
    debugger = make()
    asked: list[int] = []
    assert compare_with_torch(debugger, cancel=lambda: bool(asked.append(1)) or True) is None
    done: list[int] = []
    given_up = compare_with_torch(
        debugger, lambda at, total: done.append(at), lambda: len(done) == 3
    )
    assert given_up is None
    assert done == [1, 2, 3]


def test_without_iterations_there_is_nothing_to_differ() -> None:
    debugger = make()
    debugger.change(iterations=0)
    comparison = compared(debugger)
    assert comparison.passed
    assert comparison.steps == ()
    assert comparison_text(comparison).endswith("PyTorch agrees.")


def test_without_pytorch_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(InputError, match=r'pip install "nn-tui\[torch\]"'):
        Twin(make())


def test_a_broken_pytorch_is_not_called_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def broken(name: str, *rest: object) -> object:
        if name == "torch":
            raise ImportError("libtorch.so: cannot open", name="torch._C")
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(InputError, match="installed but cannot be loaded: libtorch"):
        Twin(make())

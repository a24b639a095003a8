"""How the weights start, beside the generator called by hand and beside published runs."""

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, read_dataset
from engine.maths.initialisations import INITIALISATIONS


@pytest.mark.parametrize("init", INITIALISATIONS)
def test_the_scale_is_a_factor_on_the_drawn_weights(init: str) -> None:
    def start(**values: float) -> dict[str, np.ndarray]:
        wanted = Hyperparameters(init=init, bias="per-neuron", initial_bias=0.5, **values)
        return Debugger(read_dataset("or"), wanted).parameters

    plain, scaled = start(), start(init_scale=0.01)
    for name, values in plain.items():
        factor = 1.0 if name.startswith("b") else 0.01
        assert (scaled[name] == factor * values).all()


def test_symmetric_is_twice_a_draw_less_one() -> None:
    random = np.random.RandomState(7)
    run = Debugger(read_dataset("or"), Hyperparameters(init="symmetric", seed=7))
    for name, shape in (("v", (2, 3)), ("w", (3, 1))):
        assert (run.parameters[name] == 2 * random.random_sample(shape) - 1).all()


X = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])


def test_a_neural_network_in_eleven_lines() -> None:
    """Trask, "A Neural Network in 11 lines of Python", 2015: what its two programs print."""
    wanted = {"init": "symmetric", "loss": "half-sse", "learning_rate": 1.0, "seed": 1}
    one = Dataset.from_arrays(X, np.array([[0.0], [0], [1], [1]]))
    run = Debugger(one, Hyperparameters(hidden="none", **wanted))
    run.run(10_000)
    printed = [0.00966449, 0.00786506, 0.99358898, 0.99211957]
    np.testing.assert_allclose(run.value("f")[:, 0], printed, rtol=0, atol=5e-9)
    two = Dataset.from_arrays(X, np.array([[0.0], [1], [1], [0]]))
    run = Debugger(two, Hyperparameters(hidden="4", iterations=60_000, **wanted))
    errors = []
    for iteration in range(0, 60_000, 10_000):
        run.run_to(iteration + 1)
        errors.append(np.abs(run.value("f0") - run.value("f")).mean())
    printed = [
        0.496410031903,
        0.00858452565325,
        0.00578945986251,
        0.00462917677677,
        0.00395876528027,
        0.00351012256786,
    ]
    np.testing.assert_allclose(errors, printed, rtol=1e-11)

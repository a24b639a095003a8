"""The starts of the parameters: a new one is one entry in `INITIALISATIONS`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.common.lazy_numpy import np

if TYPE_CHECKING:
    from engine.formula.tensor import Array

Draw = Callable[["np.random.RandomState", tuple[int, ...]], "Array"]


@dataclass(frozen=True)
class Initialisation:
    """One way to draw the weights of a layer."""

    name: str
    rule: str
    """In words; n is how many inputs a neuron has, m how many neurons the layer has."""
    draw: Draw
    draw_bias: Callable[[np.random.RandomState, int, tuple[int, ...]], Array] | None = None
    """From the generator, n and the shape, the biases; None where they start alike."""


def _uniform(reach: Callable[[int, int], float]) -> Draw:
    def draw(random: np.random.RandomState, shape: tuple[int, ...]) -> Array:
        bound = reach(*shape)
        return random.uniform(-bound, bound, shape)

    return draw


def _normal(deviation: Callable[[int, int], float]) -> Draw:
    def draw(random: np.random.RandomState, shape: tuple[int, ...]) -> Array:
        return random.randn(*shape) * deviation(*shape)

    return draw


def _torch_bias(random: np.random.RandomState, inputs: int, shape: tuple[int, ...]) -> Array:
    bound = 1.0 / math.sqrt(inputs)
    return random.uniform(-bound, bound, shape)


INITIALISATIONS: dict[str, Initialisation] = {
    way.name: way
    for way in (
        Initialisation(
            "uniform", "from 0 to 1, as in the notebook", lambda random, shape: random.rand(*shape)
        ),
        Initialisation("symmetric", "from −1 to 1", _uniform(lambda n, m: 1.0)),
        Initialisation(
            "xavier",
            "from −√(6/(n + m)) to √(6/(n + m)) (Glorot and Bengio 2010)",
            _uniform(lambda n, m: math.sqrt(6.0 / (n + m))),
        ),
        Initialisation(
            "he",
            "normal, deviation √(2/n) (He et al. 2015)",
            _normal(lambda n, m: math.sqrt(2.0 / n)),
        ),
        Initialisation(
            "lecun",
            "normal, deviation √(1/n) (LeCun et al. 1998)",
            _normal(lambda n, m: math.sqrt(1.0 / n)),
        ),
        Initialisation(
            "torch",
            "from −1/√n to 1/√n, biases too, as PyTorch's Linear",
            _uniform(lambda n, m: 1.0 / math.sqrt(n)),
            _torch_bias,
        ),
        Initialisation("normal", "normal, deviation 1", _normal(lambda n, m: 1.0)),
        Initialisation("zeros", "all 0", lambda random, shape: np.zeros(shape)),
    )
}

"""The optimisers: a new one is one entry in `OPTIMISERS`.

Each turns the gradient of a parameter into the direction that the parameter steps
against, with operations and buffers of its own. The formulas are those of PyTorch's
`torch.optim`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from engine.formula.tree import Leaf, Number
from engine.maths.operations.moments import (
    corrected,
    look_ahead,
    rescaled,
    running_mean,
    running_mean_of_squares,
    velocity,
)

if TYPE_CHECKING:
    from engine.formula.tensor import Tensor
    from engine.maths.operations.operation import Rule


class Place(Protocol):
    """A place to which an optimiser adds its operations and buffers for a parameter."""

    def hyperparameter(self, name: str) -> Number:
        """Return a hyperparameter as a formula has it, by its symbol."""

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """Every tensor by name; t counts the updates."""

    def kept(self, letter: str, parameter: Tensor) -> Tensor:
        """Allocate a tensor that is kept from one iteration to the next, 0 at the start."""

    def beside(self, letter: str, parameter: Tensor) -> Tensor:
        """Allocate a tensor that is made anew in each iteration."""

    def update(self, target: Tensor, rule: Rule, of: Tensor) -> None:
        """Add an operation for a parameter."""


@dataclass(frozen=True)
class Optimiser:
    """One way to follow a gradient."""

    name: str
    rule: str
    """In symbols, g being the gradient of the parameter v."""
    direct: Callable[[Place, Tensor, Tensor], Tensor]
    """From the parameter and its gradient, adds operations and returns the direction."""
    aim: str
    """The meaning of its steps, in a sentence or two, with ``{d}`` for the direction."""
    counts: bool = False
    """Whether it needs to know how many updates there were."""


def _along(bench: Place, parameter: Tensor, gradient: Tensor) -> Tensor:
    return gradient


def _velocity(bench: Place, parameter: Tensor, gradient: Tensor) -> Tensor:
    m = bench.kept("m", parameter)
    bench.update(m, velocity(m, gradient, bench.hyperparameter("momentum")), parameter)
    return m


def _nesterov(bench: Place, parameter: Tensor, gradient: Tensor) -> Tensor:
    m, ahead = _velocity(bench, parameter, gradient), bench.beside("d", parameter)
    bench.update(ahead, look_ahead(gradient, m, bench.hyperparameter("momentum")), parameter)
    return ahead


def _rmsprop(bench: Place, parameter: Tensor, gradient: Tensor) -> Tensor:
    s, direction = bench.kept("s", parameter), bench.beside("d", parameter)
    bench.update(s, running_mean_of_squares(s, gradient, bench.hyperparameter("decay")), parameter)
    bench.update(direction, rescaled(gradient, s, bench.hyperparameter("epsilon")), parameter)
    return direction


def _adam(bench: Place, parameter: Tensor, gradient: Tensor, *, decays: bool = False) -> Tensor:
    hats = []
    for letter, mean, kept in (
        ("m", running_mean, bench.hyperparameter("beta1")),
        ("s", running_mean_of_squares, bench.hyperparameter("beta2")),
    ):
        moment = bench.kept(letter, parameter)
        bench.update(moment, mean(moment, gradient, kept), parameter)
        hat = bench.beside(f"{letter}hat", parameter)
        bench.update(hat, corrected(moment, bench.tensors["t"], kept), parameter)
        hats.append(hat)
    direction = bench.beside("d", parameter)
    shrinking = bench.hyperparameter("weight_decay") * Leaf(parameter) if decays else None
    bench.update(
        direction, rescaled(hats[0], hats[1], bench.hyperparameter("epsilon"), shrinking), parameter
    )
    return direction


_PERHAPS_UPHILL = "It may go uphill for the E of this iteration, where that slope is another one."

OPTIMISERS: dict[str, Optimiser] = {
    optimiser.name: optimiser
    for optimiser in (
        Optimiser(
            "sgd",
            "v ← v − η·g",
            _along,
            "A step against the gradient, downhill for E, of the length η times {d}.",
        ),
        Optimiser(
            "momentum",
            "m ← μ·m + g, v ← v − η·m",
            _velocity,
            "A step of η times the velocity {d}, to which the gradients so far add up. "
            f"{_PERHAPS_UPHILL}",
        ),
        Optimiser(
            "nesterov",
            "m ← μ·m + g, v ← v − η·(g + μ·m)",
            _nesterov,
            f"A step of η times {{d}}, the gradient and the velocity together. {_PERHAPS_UPHILL}",
        ),
        Optimiser(
            "rmsprop",
            "s ← α·s + (1 − α)·g², v ← v − η·g/(√s + ε)",
            _rmsprop,
            "A step of η times {d}, the gradient divided by its usual size: each element goes "
            "down its own slope, about equally far where it is steep and where it is flat.",
        ),
        Optimiser(
            "adam",
            "m and s the running means of g and g², v ← v − η·m/(√s + ε) (Kingma and Ba 2015)",
            _adam,
            "A step of η times {d}, the mean of the gradients so far divided by their usual size. "
            f"{_PERHAPS_UPHILL}",
            counts=True,
        ),
        Optimiser(
            "adamw",
            "the same, with v ← v − η·λ·v (Loshchilov and Hutter 2019)",
            partial(_adam, decays=True),
            "A step of η times {d}, the mean of the gradients so far divided by their usual size, "
            f"and what draws the parameter towards 0. {_PERHAPS_UPHILL}",
            counts=True,
        ),
    )
}

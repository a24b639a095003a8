"""The optimisers: a new one is one entry in `OPTIMISERS`.

Each turns the gradient of a parameter into the direction that the parameter steps
against, with operations and buffers of its own. The formulas are those of PyTorch's
`torch.optim`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.operations.moments import Average, Correct, LookAhead, Rescale

if TYPE_CHECKING:
    from engine.assembly.workbench import Workbench
    from engine.tensor import Tensor


@dataclass(frozen=True)
class Optimiser:
    """One way to follow a gradient."""

    name: str
    rule: str
    """In symbols, g being the gradient of the parameter v."""
    direct: Callable[[Workbench, Tensor, Tensor], Tensor]
    """From the parameter and its gradient, adds operations and returns the direction."""
    aim: str
    """What its steps are, in a sentence or two, with ``{d}`` for the direction."""
    counts: bool = False
    """Whether it needs to know how many updates there were."""


def _along(bench: Workbench, parameter: Tensor, gradient: Tensor) -> Tensor:
    return gradient


def _velocity(bench: Workbench, parameter: Tensor, gradient: Tensor) -> Tensor:
    velocity = bench.kept("m", parameter)
    bench.update(
        Average,
        velocity,
        parameter,
        incoming=gradient,
        kept=bench.hyperparameters.momentum,
        gain=1.0,
        symbol_kept="μ",
    )
    return velocity


def _nesterov(bench: Workbench, parameter: Tensor, gradient: Tensor) -> Tensor:
    velocity = _velocity(bench, parameter, gradient)
    ahead = bench.beside("d", parameter)
    bench.update(
        LookAhead,
        ahead,
        parameter,
        gradient=gradient,
        velocity=velocity,
        momentum=bench.hyperparameters.momentum,
    )
    return ahead


def _mean(
    bench: Workbench,
    parameter: Tensor,
    gradient: Tensor,
    letter: str,
    kept: tuple[float, str],
) -> Tensor:
    mean = bench.kept(letter, parameter)
    share, symbol = kept
    bench.update(
        Average,
        mean,
        parameter,
        incoming=gradient,
        kept=share,
        gain=1.0 - share,
        symbol_kept=symbol,
        squared=letter == "s",
    )
    return mean


def _rmsprop(bench: Workbench, parameter: Tensor, gradient: Tensor) -> Tensor:
    wanted = bench.hyperparameters
    squares = _mean(bench, parameter, gradient, "s", (wanted.decay, "α"))
    direction = bench.beside("d", parameter)
    bench.update(
        Rescale,
        direction,
        parameter,
        numerator=gradient,
        squares=squares,
        epsilon=wanted.epsilon,
    )
    return direction


def _adam(bench: Workbench, parameter: Tensor, gradient: Tensor) -> Tensor:
    wanted = bench.hyperparameters
    corrected = []
    for letter, kept in (("m", (wanted.beta1, "β₁")), ("s", (wanted.beta2, "β₂"))):
        mean = _mean(bench, parameter, gradient, letter, kept)
        right = bench.beside(f"{letter}hat", parameter)
        bench.update(
            Correct,
            right,
            parameter,
            mean=mean,
            count=bench.tensors["t"],
            kept=kept[0],
            symbol_kept=kept[1],
        )
        corrected.append(right)
    direction = bench.beside("d", parameter)
    decays = wanted.optimiser == "adamw"
    bench.update(
        Rescale,
        direction,
        parameter,
        numerator=corrected[0],
        squares=corrected[1],
        epsilon=wanted.epsilon,
        parameter=parameter if decays else None,
        weight_decay=wanted.weight_decay if decays else 0.0,
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
            _adam,
            "A step of η times {d}, the mean of the gradients so far divided by their usual size, "
            f"and what draws the parameter towards 0. {_PERHAPS_UPHILL}",
            counts=True,
        ),
    )
}

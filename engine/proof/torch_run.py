"""A whole training run beside the same in PyTorch.

Both start from the same parameters and make the same number of updates. What is compared:

- the gradients, at `SHOWN` steps: PyTorch's at the program's own parameters, so that nothing
  adds up from step to step;
- the losses and the parameters of the two runs, each on its own way. Rounding differs, and a
  restless training enlarges that. So where the losses part, the program's own run is repeated
  from parameters a rounding error away: if that parts from itself as soon, the rest is rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.common.progress import Cancel, Progress, never, silent
from engine.debugger import Debugger
from engine.proof.finite_differences import TOLERANCE
from engine.proof.torch_network import Twin, import_torch

if TYPE_CHECKING:
    from engine.formula.tensor import Array

SHOWN = 10
"""At how many steps the errors stand side by side, as in the notebook."""
WITNESSED = 100
"""The number of losses, from the first on, that have to agree in any case."""
_AS_SOON = 2
"""A run parts from itself as soon as from PyTorch if it does by this many times the step."""
_SMALL = 1e-6
"""A difference is taken relatively to the numbers, or to this share of the largest of their
kind: where the terms of a gradient cancel out, nothing but rounding is left of it."""


@dataclass(frozen=True)
class RunDifference:
    """The largest difference between two sets of numbers.

    Attributes:
        absolute: The largest |a − b|.
        relative: The largest ‖a − b‖ / (‖a‖ + ‖b‖), tensor by tensor, of losses one by one; the
            denominator is at least a millionth of the largest norm of their kind.
    """

    absolute: float
    relative: float


@dataclass(frozen=True)
class Comparison:
    """The two runs side by side.

    Attributes:
        version: PyTorch's.
        iterations: How many updates each of them made.
        steps: The steps whose errors are shown.
        losses: E of every step in nn-tui.
        twin_losses: E of every step in PyTorch.
        parameters: The final parameters in nn-tui.
        twin_parameters: The final parameters in PyTorch.
        loss_difference: Of all losses.
        gradient_difference: Of all gradients at the steps shown.
        parameter_difference: Of the final parameters.
        parts_at: The first step whose losses do not agree, or None.
        nudged_parts_at: The first step at which nn-tui parts from itself like that if it starts
            a rounding error away; None if it does not, or if it was not tried.
        seconds: The duration in nn-tui.
        twin_seconds: The duration in PyTorch, on one thread.
    """

    version: str
    iterations: int
    steps: tuple[int, ...]
    losses: Array
    twin_losses: Array
    parameters: Mapping[str, Array]
    twin_parameters: Mapping[str, Array]
    loss_difference: RunDifference
    gradient_difference: RunDifference
    parameter_difference: RunDifference
    parts_at: int | None
    nudged_parts_at: int | None
    seconds: float
    twin_seconds: float

    @property
    def passed(self) -> bool:
        """Whether the gradients agree, and the losses as far as rounding lets them."""
        return self.gradient_difference.relative <= TOLERANCE and self.losses_agree

    @property
    def losses_agree(self) -> bool:
        """Whether the losses agree, or part late and as rounding makes nn-tui part from itself."""
        if self.parts_at is None:
            return True
        if self.parts_at < WITNESSED or self.nudged_parts_at is None:
            return False
        return self.nudged_parts_at <= _AS_SOON * self.parts_at


def compare_with_torch(
    debugger: Debugger,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Comparison | None:
    """Train the debugger's network anew, and the same network in PyTorch.

    Args:
        debugger: Whose network, hyperparameters, data and starting parameters; it stays as
            it is.
        progress: Told now and then how many steps PyTorch has made, and of how many.
        cancel: Asked between two steps; true ends the comparison.

    Returns:
        The two runs side by side, or None if it was cancelled.

    Raises:
        InputError: PyTorch is not installed, or lacks a part of the network.
    """
    torch = import_torch()
    wanted, start = debugger.hyperparameters, debugger.initial_parameters
    own = Debugger(debugger.dataset, wanted, start)
    twin = Twin(own)
    iterations = wanted.iterations
    steps = tuple(range(0, iterations, max(1, math.ceil(iterations / SHOWN))))
    seconds, pairs = 0.0, []
    for step in steps:
        seconds += _run(own, step, cancel)
        parameters = own.parameters
        seconds += _run(own, step + 1, cancel)
        if own.iteration <= step:
            break
        theirs = twin.gradients_at(parameters, step)
        pairs.append({name: (own.value(f"dE_d{name}"), theirs[name]) for name in theirs})
    seconds += _run(own, iterations, cancel)
    if own.iteration < iterations:
        return None
    began, twin_losses = perf_counter(), []
    with _single_thread(torch):
        for done in range(iterations):
            if cancel():
                return None
            twin_losses.append(twin.step())
            progress(done + 1, iterations)
    twin_seconds = perf_counter() - began
    ours, theirs = own.parameters, twin.values()
    losses, others = own.losses.copy(), np.array(twin_losses)
    errors = _loss_errors(losses, others)
    parts_at, nudged_parts_at = _parting(errors), None
    if parts_at is not None and parts_at >= WITNESSED:
        nudged = Debugger(debugger.dataset, wanted, _nudged(start))
        until = min(iterations, _AS_SOON * parts_at + 1)
        _run(nudged, until, cancel)
        if nudged.iteration < until:
            return None
        nudged_parts_at = _parting(_loss_errors(losses[:until], nudged.losses))
    return Comparison(
        version=str(torch.__version__),
        iterations=iterations,
        steps=steps,
        losses=losses,
        twin_losses=others,
        parameters=ours,
        twin_parameters=theirs,
        loss_difference=RunDifference(_largest(losses, others), float(errors.max(initial=0.0))),
        gradient_difference=_difference(pairs),
        parameter_difference=_difference([{name: (ours[name], theirs[name]) for name in ours}]),
        parts_at=parts_at,
        nudged_parts_at=nudged_parts_at,
        seconds=seconds,
        twin_seconds=twin_seconds,
    )


@contextmanager
def _single_thread(torch: Any) -> Iterator[None]:
    """Limit PyTorch to one thread: for networks this small, more threads cost time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _run(debugger: Debugger, iteration: int, cancel: Cancel) -> float:
    """Run up to an iteration and return the seconds that it took."""
    began = perf_counter()
    debugger.run_to(iteration, cancel)
    return perf_counter() - began


def _nudged(parameters: Mapping[str, Array]) -> dict[str, Array]:
    """Return the parameters a unit in the last place, or of 1, larger."""
    return {name: a + np.spacing(np.maximum(np.abs(a), 1.0)) for name, a in parameters.items()}


def _parting(errors: Array) -> int | None:
    """Return the first step whose losses do not agree."""
    return int(np.argmax(errors > TOLERANCE)) if (errors > TOLERANCE).any() else None


def _difference(sets: list[dict[str, tuple[Array, Array]]]) -> RunDifference:
    """Return the largest differences of tensors, compared by name several times."""
    largest = dict.fromkeys(sets[0] if sets else (), 0.0)
    for pairs in sets:
        for name, (a, _) in pairs.items():
            largest[name] = max(largest[name], _norm(a))
    every = [(name, *pair) for pairs in sets for name, pair in pairs.items()]
    return RunDifference(
        absolute=max((_largest(a, b) for _, a, b in every), default=0.0),
        relative=max((_norm_error(a, b, largest[name]) for name, a, b in every), default=0.0),
    )


def _largest(a: Array, b: Array) -> float:
    """Return the largest |a − b|; values that are not finite are alike."""
    with np.errstate(all="ignore"):
        apart = np.where(np.isfinite(a) | np.isfinite(b), np.abs(a - b), 0.0)
    return float(apart.max(initial=0.0))


def _norm(a: Array) -> float:
    """Return the norm, 0 where it is not finite."""
    with np.errstate(all="ignore"):
        norm = float(np.linalg.norm(a))
    return norm if math.isfinite(norm) else 0.0


def _norm_error(a: Array, b: Array, usual: float) -> float:
    if not (np.isfinite(a).all() or np.isfinite(b).all()):
        return 0.0
    scale = max(_norm(a) + _norm(b), _SMALL * usual)
    with np.errstate(all="ignore"):
        apart = float(np.linalg.norm(a - b))
    return apart / scale if apart else 0.0


def _loss_errors(a: Array, b: Array) -> Array:
    with np.errstate(all="ignore"):
        usual = np.abs(a[np.isfinite(a)]).max(initial=0.0)
        scale = np.maximum(np.abs(a) + np.abs(b), _SMALL * usual)
        errors = np.where(a == b, 0.0, np.abs(a - b) / scale)
    errors[~(np.isfinite(a) | np.isfinite(b))] = 0.0
    return np.where(np.isnan(errors), np.inf, errors)

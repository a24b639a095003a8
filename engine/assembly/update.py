"""The update phase: what the optimiser makes of the gradients, then a step."""

from __future__ import annotations

from engine.assembly.workbench import Workbench
from engine.operations.base import Phase
from engine.operations.moments import ClipFactor, Shorten
from engine.operations.update import Count, Descend, Rate
from engine.optimisers import OPTIMISERS
from engine.schedules import SCHEDULES
from engine.tensor import Array, Tensor


def add_update(bench: Workbench, minus_eta: Array) -> None:
    """Add the operations.

    Args:
        bench: What to add to.
        minus_eta: −η, for the steps; written where a schedule makes η.
    """
    wanted = bench.hyperparameters
    optimiser = OPTIMISERS[wanted.optimiser]
    scheduled = wanted.schedule != "constant"
    if scheduled or optimiser.counts:
        t = bench.memory("t")
        if scheduled:
            _schedule(bench, t, minus_eta)
        bench.add(Count, t, Phase.UPDATE)
    gradients = {name: bench.tensors[f"dE_d{name}"] for name in bench.parameters}
    if wanted.clip:
        gradients = _clipped(bench, gradients)
    for name, parameter in bench.parameters.items():
        bench.update(
            Descend,
            parameter,
            parameter,
            gradient=optimiser.direct(bench, parameter, gradients[name]),
            aim=optimiser.aim,
            eta=bench.tensors["eta"],
            minus_eta=minus_eta,
            change=bench.changes[name],
        )


def _schedule(bench: Workbench, t: Tensor, minus_eta: Array) -> None:
    wanted = bench.hyperparameters
    bench.add(
        Rate,
        bench.tensors["eta"],
        Phase.UPDATE,
        start=bench.tensors["eta0"],
        count=t,
        schedule=SCHEDULES[wanted.schedule],
        steps=wanted.schedule_steps,
        base=wanted.schedule_factor,
        minus_eta=minus_eta,
    )


def _clipped(bench: Workbench, gradients: dict[str, Tensor]) -> dict[str, Tensor]:
    share = bench.new("clip", "clip")
    bench.add(
        ClipFactor,
        share,
        Phase.UPDATE,
        gradients=tuple(gradients.values()),
        most=bench.hyperparameters.clip,
    )
    shortened = {}
    for name, parameter in bench.parameters.items():
        shortened[name] = bench.beside("u", parameter)
        bench.update(Shorten, shortened[name], parameter, gradient=gradients[name], share=share)
    return shortened

"""The update phase: what the optimiser makes of the gradients, then a step."""

from __future__ import annotations

from engine.formula.tensor import Tensor
from engine.maths.operations.clipping import clip_factor, shortened
from engine.maths.operations.operation import Phase
from engine.maths.operations.update import counted, scheduled, step
from engine.maths.optimisers import OPTIMISERS
from engine.maths.schedules import SCHEDULES
from engine.program.assembly.builder import Workbench


def add_update(bench: Workbench) -> None:
    """Add the operations."""
    wanted = bench.hyperparameters
    optimiser = OPTIMISERS[wanted.optimiser]
    is_scheduled = wanted.schedule != "constant"
    if is_scheduled or optimiser.counts:
        t = bench.memory("t")
        if is_scheduled:
            rule = scheduled(
                bench.tensors["eta0"],
                t,
                SCHEDULES[wanted.schedule],
                bench.hyperparameter("schedule_steps"),
                bench.hyperparameter("schedule_factor"),
            )
            bench.add(bench.tensors["eta"], rule, Phase.UPDATE)
        bench.add(t, counted(t), Phase.UPDATE)
    gradients = {name: bench.tensors[f"dE_d{name}"] for name in bench.trained}
    if wanted.clip:
        gradients = _clipped(bench, gradients)
    eta = bench.tensors["eta"]
    for name, parameter in bench.trained.items():
        direction = optimiser.direct(bench, parameter, gradients[name])
        rule = step(parameter, direction, eta, bench.changes[name], optimiser.aim)
        bench.update(parameter, rule, parameter)


def _clipped(bench: Workbench, gradients: dict[str, Tensor]) -> dict[str, Tensor]:
    share = bench.new("clip", "clip")
    rule = clip_factor(tuple(gradients.values()), bench.hyperparameters.clip)
    bench.add(share, rule, Phase.UPDATE)
    clipped = {}
    for name, parameter in bench.trained.items():
        clipped[name] = bench.beside("u", parameter)
        bench.update(clipped[name], shortened(gradients[name], share), parameter)
    return clipped

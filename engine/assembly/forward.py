"""The forward phase and the loss."""

from __future__ import annotations

from engine.assembly.workbench import Workbench
from engine.operations.base import Phase
from engine.operations.forward import Activate, ActivateJointly, Linear, Measure
from engine.operations.penalty import Penalty


def add_forward(bench: Workbench) -> None:
    """Add x → ŷ → g → y → f → E."""
    a = z = bench.tensors["x"]
    for layer in bench.network.layers:
        z = bench.new(*layer.z, bench.observations, layer.neurons)
        bench.add(
            Linear,
            z,
            Phase.FORWARD,
            layer=layer.name,
            inputs=a,
            weights=bench.parameters[layer.weights],
            bias=bench.bias(layer.weights),
        )
        a = bench.new(*layer.a, bench.observations, layer.neurons)
        bench.add(
            ActivateJointly if layer.activation.joint else Activate,
            a,
            Phase.FORWARD,
            layer=layer.name,
            z=z,
            activation=layer.activation,
        )
    wanted, penalty = bench.hyperparameters, None
    if wanted.l1 or wanted.l2:
        penalty = bench.new("R", "R")
        bench.add(Penalty, penalty, Phase.LOSS, weights=bench.weights, l1=wanted.l1, l2=wanted.l2)
    bench.add(
        Measure,
        bench.new("E", "E"),
        Phase.LOSS,
        f=a,
        f0=bench.tensors["f0"],
        y=z if bench.fused else None,
        loss=bench.loss,
        setting=bench.setting,
        penalty=penalty,
    )

"""The forward phase and the loss."""

from __future__ import annotations

from engine.maths.operations.activation import activated
from engine.maths.operations.linear import pre_activation
from engine.maths.operations.loss import measured
from engine.maths.operations.operation import Phase
from engine.maths.operations.penalty import penalty
from engine.program.assembly.builder import Workbench


def add_forward(bench: Workbench) -> None:
    """Add x → ŷ → g → y → f → E."""
    a = z = bench.tensors["x"]
    for layer in bench.network.layers:
        z = bench.new(*layer.z, bench.observations, layer.neurons)
        weights = bench.parameters[layer.weights]
        rule = pre_activation(a, weights, bench.bias(layer.weights))
        bench.add(z, rule, Phase.FORWARD, layer.name)
        a = bench.new(*layer.a, bench.observations, layer.neurons)
        bench.add(a, activated(a, z, layer.activation), Phase.FORWARD, layer.name)
    wanted, R = bench.hyperparameters, None
    if wanted.l1 or wanted.l2:
        R = bench.new("R", "R")
        bench.add(R, penalty(bench.penalised, wanted.l1, wanted.l2), Phase.LOSS)
    y, output = (z, bench.output) if bench.fused else (None, "")
    f0 = bench.tensors["f0"]
    rule = measured(bench.loss, bench.setting, a, f0, y=y, output=output, penalty=R)
    bench.add(bench.new("E", "E"), rule, Phase.LOSS)

"""The backward phase: from ∂E/∂f to the gradient of every parameter."""

from __future__ import annotations

from dataclasses import replace

from engine.formula.tensor import Tensor
from engine.maths.operations.activation import activation_slope, chain, joint_chain
from engine.maths.operations.linear import (
    bias_gradient,
    local_derivative,
    propagated,
    weight_gradient,
)
from engine.maths.operations.loss import fused_slope, loss_slope
from engine.maths.operations.operation import Phase, Rule
from engine.maths.operations.penalty import penalty_slope
from engine.model.network import Layer
from engine.program.assembly.builder import Workbench


def add_backward(bench: Workbench) -> None:
    """Add the operations, output layer first."""
    layers = bench.network.layers
    E, f = bench.tensors["E"], bench.tensors[layers[-1].a[0]]
    dE_da = bench.derivative(E, f)
    rule = loss_slope(bench.loss, bench.setting, f, bench.tensors["f0"])
    bench.add(dE_da, rule, Phase.BACKWARD, layers[-1].name, aside=bench.fused)
    upstreams: list[Tensor] = []
    for position in reversed(range(len(layers))):
        layer = layers[position]
        inputs = bench.tensors[layers[position - 1].a[0]] if position else bench.tensors["x"]
        dE_dz = _through_activation(bench, layer, dE_da, bench.fused and layer is layers[-1])
        _into_parameters(bench, layer, inputs, dE_dz)
        upstreams.append(dE_dz)
        if position:
            dE_da = _through_weights(bench, layer, layers[position - 1], dE_dz)
    if "b" in bench.parameters:
        _into_bias(bench, "b", None, tuple(upstreams))


def _through_activation(bench: Workbench, layer: Layer, dE_da: Tensor, is_fused: bool) -> Tensor:
    E, z, a = (bench.tensors[name] for name in ("E", layer.z[0], layer.a[0]))
    if layer.activation.slope is not None:
        da_dz = bench.derivative(a, z)
        rule = activation_slope(a, z, layer.activation)
        bench.add(da_dz, rule, Phase.BACKWARD, layer.name, aside=is_fused)
    dE_dz = bench.derivative(E, z)
    if is_fused:
        rule = fused_slope(bench.loss, bench.setting, bench.output, z, a, bench.tensors["f0"])
    elif layer.activation.slope is None:
        rule = joint_chain(dE_da, a)
    else:
        rule = chain(dE_da, da_dz)
    bench.add(dE_dz, rule, Phase.BACKWARD, layer.name)
    return dE_dz


def _into_parameters(bench: Workbench, layer: Layer, inputs: Tensor, dE_dz: Tensor) -> None:
    z, weights = bench.tensors[layer.z[0]], bench.tensors[layer.weights]
    # The inputs of a layer stay as they are until the next forward phase: no copy.
    dz_dw = Tensor(
        f"d{z.name}_d{weights.name}",
        f"∂{z.symbol}/∂{weights.symbol}",
        inputs.axes,
        inputs.data,
        stands_for=inputs,
    )
    bench.tensors[dz_dw.name] = dz_dw
    bench.add(dz_dw, local_derivative(dz_dw, inputs), Phase.BACKWARD, layer.name)
    slope = _penalty_slope(bench, layer.name, weights)
    rule = weight_gradient(dz_dw, dE_dz, inputs, slope)
    _add_gradient(bench, weights, rule, layer.name)
    if "b" + layer.weights in bench.parameters:
        _into_bias(bench, "b" + layer.weights, layer.name, (dE_dz,))


def _into_bias(
    bench: Workbench, name: str, layer: str | None, upstreams: tuple[Tensor, ...]
) -> None:
    bias = bench.parameters[name]
    rule = bias_gradient(bias, upstreams, _penalty_slope(bench, layer, bias))
    _add_gradient(bench, bias, rule, layer)


def _add_gradient(bench: Workbench, parameter: Tensor, rule: Rule, layer: str | None) -> None:
    if parameter.name not in bench.trained:
        rule = replace(rule, note=f"{parameter.symbol} is frozen: no update follows")
    bench.add(bench.derivative(bench.tensors["E"], parameter), rule, Phase.BACKWARD, layer)


def _penalty_slope(bench: Workbench, layer: str | None, parameter: Tensor) -> Tensor | None:
    if "R" not in bench.tensors or parameter not in bench.penalised:
        return None
    slope, wanted = bench.derivative(bench.tensors["R"], parameter), bench.hyperparameters
    bench.add(slope, penalty_slope(parameter, wanted.l1, wanted.l2), Phase.BACKWARD, layer)
    return slope


def _through_weights(bench: Workbench, layer: Layer, below: Layer, dE_dz: Tensor) -> Tensor:
    z, weights = bench.tensors[layer.z[0]], bench.tensors[layer.weights]
    a = bench.tensors[below.a[0]]
    dz_da = bench.derivative(z, a, *weights.axes)
    dE_da = bench.derivative(bench.tensors["E"], a)
    bench.add(dz_da, local_derivative(dz_da, weights), Phase.BACKWARD, below.name)
    bench.add(dE_da, propagated(dE_dz, dz_da), Phase.BACKWARD, below.name)
    return dE_da

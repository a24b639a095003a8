"""The backward phase: from ∂E/∂f to the gradient of every parameter."""

from __future__ import annotations

from engine.assembly.workbench import Workbench
from engine.network import Layer
from engine.operations.backward import (
    ActivationSlope,
    BiasGradient,
    Chain,
    JointChain,
    LocalDerivative,
    Propagate,
    WeightGradient,
)
from engine.operations.base import Phase
from engine.operations.loss_slopes import FusedSlope, LossSlope
from engine.operations.penalty import PenaltySlope
from engine.tensor import Tensor


def add_backward(bench: Workbench) -> None:
    """Add the operations, output layer first."""
    layers = bench.network.layers
    E, f = bench.tensors["E"], bench.tensors[layers[-1].a[0]]
    dE_da = bench.derivative(E, f)
    bench.add(
        LossSlope,
        dE_da,
        Phase.BACKWARD,
        layer=layers[-1].name,
        aside=bench.fused,
        f=f,
        f0=bench.tensors["f0"],
        loss=bench.loss,
        setting=bench.setting,
    )
    upstreams: list[Tensor] = []
    for position in reversed(range(len(layers))):
        inputs = bench.tensors[layers[position - 1].a[0]] if position else bench.tensors["x"]
        fused = bench.fused and layers[position] is layers[-1]
        dE_dz = _through_activation(bench, layers[position], dE_da, fused)
        _into_parameters(bench, layers[position], inputs, dE_dz)
        upstreams.append(dE_dz)
        if position:
            dE_da = _through_weights(bench, layers[position], layers[position - 1], dE_dz)
    if "b" in bench.parameters:
        bench.add(
            BiasGradient,
            bench.derivative(E, bench.parameters["b"]),
            Phase.BACKWARD,
            upstreams=tuple(upstreams),
        )


def _through_activation(bench: Workbench, layer: Layer, dE_da: Tensor, fused: bool) -> Tensor:
    z, a, name = bench.tensors[layer.z[0]], bench.tensors[layer.a[0]], layer.name
    E = bench.tensors["E"]
    if layer.activation.joint and not fused:
        dE_dz = bench.derivative(E, z)
        bench.add(JointChain, dE_dz, Phase.BACKWARD, layer=name, upstream=dE_da, a=a)
        return dE_dz
    da_dz = None
    if not layer.activation.joint:
        da_dz = bench.derivative(a, z)
        bench.add(
            ActivationSlope,
            da_dz,
            Phase.BACKWARD,
            layer=name,
            aside=fused,
            z=z,
            a=a,
            activation=layer.activation,
        )
    dE_dz = bench.derivative(E, z)
    if fused:
        bench.add(
            FusedSlope,
            dE_dz,
            Phase.BACKWARD,
            layer=name,
            f=a,
            f0=bench.tensors["f0"],
            fused=bench.loss.fused[layer.activation.name],
            setting=bench.setting,
        )
    else:
        bench.add(Chain, dE_dz, Phase.BACKWARD, layer=name, upstream=dE_da, local=da_dz)
    return dE_dz


def _into_parameters(bench: Workbench, layer: Layer, inputs: Tensor, dE_dz: Tensor) -> None:
    E, z, weights = (bench.tensors[name] for name in ("E", layer.z[0], layer.weights))
    # The inputs of a layer stay as they are until the next forward phase: no copy.
    dz_dw = Tensor(
        f"d{z.name}_d{weights.name}", f"∂{z.symbol}/∂{weights.symbol}", inputs.axes, inputs.data
    )
    bench.tensors[dz_dw.name] = dz_dw
    bench.add(LocalDerivative, dz_dw, Phase.BACKWARD, layer=layer.name, source=inputs)
    bench.add(
        WeightGradient,
        bench.derivative(E, weights),
        Phase.BACKWARD,
        layer=layer.name,
        local=dz_dw,
        upstream=dE_dz,
        inputs=inputs,
        penalty=_penalty_slope(bench, layer, weights),
    )
    bias = bench.parameters.get("b" + layer.weights)
    if bias is not None:
        bench.add(
            BiasGradient,
            bench.derivative(E, bias),
            Phase.BACKWARD,
            layer=layer.name,
            upstreams=(dE_dz,),
        )


def _penalty_slope(bench: Workbench, layer: Layer, weights: Tensor) -> Tensor | None:
    if "R" not in bench.tensors:
        return None
    slope = bench.derivative(bench.tensors["R"], weights)
    wanted = bench.hyperparameters
    bench.add(
        PenaltySlope,
        slope,
        Phase.BACKWARD,
        layer=layer.name,
        weights=weights,
        l1=wanted.l1,
        l2=wanted.l2,
    )
    return slope


def _through_weights(bench: Workbench, layer: Layer, below: Layer, dE_dz: Tensor) -> Tensor:
    z, weights = bench.tensors[layer.z[0]], bench.tensors[layer.weights]
    a = bench.tensors[below.a[0]]
    dz_da = bench.derivative(z, a, *weights.axes)
    dE_da = bench.derivative(bench.tensors["E"], a)
    bench.add(LocalDerivative, dz_da, Phase.BACKWARD, layer=below.name, source=weights)
    bench.add(Propagate, dE_da, Phase.BACKWARD, layer=below.name, upstream=dE_dz, local=dz_da)
    return dE_da

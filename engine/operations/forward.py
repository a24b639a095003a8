"""The forward phase and the loss: x → ŷ → g → y → f → E."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.activations import Activation, Run
from engine.expression import Call, Constant, Difference, Expression, Product, Square, Sum
from engine.losses import Loss
from engine.operations.base import Operation
from engine.tensor import Index, Read, Tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class Linear(Operation):
    """A pre-activation: inputs times weights, plus the bias if there is one."""

    inputs: Tensor
    weights: Tensor
    bias: Tensor | None

    @property
    def formula(self) -> str:
        bias = f" + {self.bias.symbol}" if self.bias else ""
        return f"{self.symbol} = {self.inputs.symbol}·{self.weights.symbol}{bias}"

    @property
    def why(self) -> str:
        a, w = self.inputs.symbol, self.weights.symbol
        bias = f", and its bias {self.bias.symbol}" if self.bias else ""
        return f"Each neuron adds up all of its inputs {a}, each times its weight {w}{bias}."

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.inputs, self.weights) + ((self.bias,) if self.bias else ())

    def bind(self) -> Run:
        dot, add, a, b, out = np.dot, np.add, self.inputs.data, self.weights.data, self.target.data
        if self.bias is None:
            return partial(dot, a, b, out)
        bias = self.bias.data

        def run() -> None:
            dot(a, b, out)
            add(out, bias, out)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        n, j = index
        row, column = self.target.labels(index)
        over = self.inputs.axes[1]
        k = over.counter
        rule = f"{over.sum} {self.inputs.at(row, k)} · {self.weights.at(k, column)}"
        terms: list[Expression] = [
            Product((read(self.inputs, (n, i)), read(self.weights, (i, j))))
            for i in range(self.inputs.shape[1])
        ]
        if self.bias is not None:
            bias = read(self.bias, (j,) if self.bias.axes else ())
            rule += f" + {bias.label}"
            terms.append(bias)
        return rule, Sum(tuple(terms))


@dataclass(frozen=True, eq=False, kw_only=True)
class Activate(Operation):
    """An activation, element by element."""

    z: Tensor
    activation: Activation

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.activation.symbol}({self.z.symbol})"

    @property
    def why(self) -> str:
        return self.activation.why.format(a=self.symbol, z=self.z.symbol)

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.z,)

    def bind(self) -> Run:
        return self.activation.bind(self.z.data, self.target.data)

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        z = read(self.z, index)
        rule = f"{self.activation.symbol}({z.label})"
        return rule, Call(self.activation.symbol, self.activation.value, z)


@dataclass(frozen=True, eq=False, kw_only=True)
class Measure(Operation):
    """The loss: a scaled sum of squared errors over all observations and outputs."""

    f: Tensor
    f0: Tensor
    loss: Loss

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.loss.formula}"

    @property
    def why(self) -> str:
        return (
            "One number for how wrong the predictions f are: squares, so that errors of either "
            "sign add up and large ones count most."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.f, self.f0)

    def bind(self) -> Run:
        subtract, dot, multiply = np.subtract, np.dot, np.multiply
        f, f0, E = self.f.data, self.f0.data, self.target.data
        error, scaled = np.empty_like(f), np.empty_like(f)
        flat, flat_scaled = error.reshape(-1), scaled.reshape(-1)
        scale = np.array(self.loss.scale(*f.shape))

        def run() -> None:
            subtract(f, f0, error)
            multiply(error, scale, scaled)
            dot(flat, flat_scaled, E)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        squares = tuple(
            Square(Difference(read(self.f, place), read(self.f0, place)))
            for place in np.ndindex(*self.f.shape)
        )
        scale = self.loss.scale(*self.f.shape)
        return self.loss.formula, Product((Constant(scale), Sum(squares)))

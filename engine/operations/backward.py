"""The backward phase: local derivatives and the chain rule, one factor at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.activations import Activation, Run
from engine.expression import Cell, Constant, Difference, Expression, Product, Sum
from engine.losses import Loss
from engine.operations.base import Operation
from engine.tensor import Index, Read, Tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class LossSlope(Operation):
    """∂E/∂f, e.g. 2(f − f₀)/(N·O)."""

    f: Tensor
    f0: Tensor
    loss: Loss

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.loss.slope_formula}"

    @property
    def why(self) -> str:
        return (
            "How E changes with each prediction: in proportion to its error, so what is right "
            "already asks for no change. The 2 is the square's, the rest is the scale of E."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.f, self.f0)

    @property
    def factor(self) -> float:
        """What f − f₀ is multiplied with, from the number of observations and outputs."""
        return 2.0 * self.loss.scale(*self.f.shape)

    def bind(self) -> Run:
        subtract, multiply = np.subtract, np.multiply
        f, f0, out = self.f.data, self.f0.data, self.target.data
        factor = np.array(self.factor)

        def run() -> None:
            subtract(f, f0, out)
            multiply(out, factor, out)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        error = Difference(read(self.f, index), read(self.f0, index))
        return self.loss.slope_formula, Product((Constant(self.factor), error))


@dataclass(frozen=True, eq=False, kw_only=True)
class ActivationSlope(Operation):
    """The slope of an activation at each pre-activation."""

    z: Tensor
    a: Tensor
    activation: Activation

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self._rule(self.a.symbol, self.z.symbol)}"

    @property
    def why(self) -> str:
        return self.activation.slope_why.format(a=self.a.symbol, z=self.z.symbol)

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.a,)

    def _rule(self, a: str, z: str) -> str:
        return self.activation.slope_formula.format(a=a, z=z)

    def bind(self) -> Run:
        return self.activation.bind_slope(self.z.data, self.a.data, self.target.data)

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        a, z = read(self.a, index), read(self.z, index)
        return self._rule(a.label, z.label), self.activation.slope(z, a)


@dataclass(frozen=True, eq=False, kw_only=True)
class LocalDerivative(Operation):
    """A derivative of a pre-activation, whose values are those of another tensor.

    The target's buffer may be the source's own where nothing writes the source before
    the next forward phase; where the update phase does, it is a copy.
    """

    source: Tensor

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.source.symbol}"

    @property
    def why(self) -> str:
        z, by = self.symbol.replace("∂", "").split("/")
        return (
            f"{z} is a sum of products with {by}, so its derivative by {by} is the other factor, "
            f"{self.source.symbol}."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.source,)

    def bind(self) -> Run:
        source, out = self.source.data, self.target.data
        if source is out:
            return lambda: None
        write = out.__setitem__
        return partial(write, ..., source)

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        cell = read(self.source, index)
        return cell.label, cell


@dataclass(frozen=True, eq=False, kw_only=True)
class Chain(Operation):
    """The chain rule through an activation: an element-wise product."""

    upstream: Tensor
    local: Tensor

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.upstream.symbol} ∘ {self.local.symbol}"

    @property
    def why(self) -> str:
        outer, inner = self.upstream.symbol, self.local.symbol
        return f"The chain rule, element by element: the slope {outer} times the slope {inner}."

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.upstream, self.local)

    def bind(self) -> Run:
        multiply, a, b, out = np.multiply, self.upstream.data, self.local.data, self.target.data
        return partial(multiply, a, b, out)

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        a, b = read(self.upstream, index), read(self.local, index)
        return f"{a.label} · {b.label}", Product((a, b))


@dataclass(frozen=True, eq=False, kw_only=True)
class WeightGradient(Operation):
    """The chain rule into the weights: what came in, transposed, times ∂E/∂(pre-activation)."""

    local: Tensor
    upstream: Tensor
    inputs: Tensor
    """What `local` stands for, so that an explanation can lead on to it."""

    @property
    def formula(self) -> str:
        return f"{self.symbol} = ({self.local.symbol})ᵀ·{self.upstream.symbol}"

    @property
    def why(self) -> str:
        return (
            "A weight acts on every observation, so its gradient adds up over all of them: what "
            f"came in, {self.inputs.symbol}, times how E changes with what went out, "
            f"{self.upstream.symbol}."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.local, self.upstream)

    def bind(self) -> Run:
        dot, a, b, out = np.dot, self.local.data.T, self.upstream.data, self.target.data
        return partial(dot, a, b, out)

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        i, j = index
        row, column = self.target.labels(index)
        over = self.local.axes[0]
        n = over.counter
        rule = f"{over.sum} {self.inputs.at(n, row)} · {self.upstream.at(n, column)}"
        terms = tuple(
            Product((read(self.inputs, (k, i)), read(self.upstream, (k, j))))
            for k in range(self.local.shape[0])
        )
        return rule, Sum(terms)


@dataclass(frozen=True, eq=False, kw_only=True)
class Propagate(Operation):
    """The chain rule through the weights: ∂E/∂(pre-activation) times the weights, transposed."""

    upstream: Tensor
    local: Tensor

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self.upstream.symbol}·({self.local.symbol})ᵀ"

    @property
    def why(self) -> str:
        return (
            "An activation acts on E through every neuron after it: their "
            f"{self.upstream.symbol} come back along the same weights and add up."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.upstream, self.local)

    def bind(self) -> Run:
        dot, a, b, out = np.dot, self.upstream.data, self.local.data.T, self.target.data
        return partial(dot, a, b, out)

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        n, i = index
        row, column = self.target.labels(index)
        over = self.upstream.axes[1]
        k = over.counter
        rule = f"{over.sum} {self.upstream.at(row, k)} · {self.local.at(column, k)}"
        terms = tuple(
            Product((read(self.upstream, (n, j)), read(self.local, (i, j))))
            for j in range(self.upstream.shape[1])
        )
        return rule, Sum(terms)


@dataclass(frozen=True, eq=False, kw_only=True)
class BiasGradient(Operation):
    """The chain rule into a bias: ∂E/∂(pre-activation) summed over what shares the bias.

    A bias per neuron is shared by the observations; the one shared bias by every neuron
    of every layer too, hence several upstream tensors.
    """

    upstreams: tuple[Tensor, ...]

    @property
    def formula(self) -> str:
        over = "Σₙ" if self.target.axes else "Σ"
        return f"{self.symbol} = " + " + ".join(f"{over} {u.symbol}" for u in self.upstreams)

    @property
    def why(self) -> str:
        return (
            "A bias is added with the factor 1 wherever it is used, so its gradient is the sum of "
            "the slopes at all of these places."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return self.upstreams

    def bind(self) -> Run:
        dot, add, out = np.dot, np.add, self.target.data
        # A product with ones is several times faster here than a reduction.
        if self.target.axes:
            (upstream,) = self.upstreams
            ones, values = np.ones(upstream.shape[0]), upstream.data
            return partial(dot, ones, values, out)
        flat = [upstream.data.reshape(-1) for upstream in self.upstreams]
        sums = [(np.ones(values.size), values, np.empty(())) for values in flat]
        part = sums[0][2]
        rest = [total for _, _, total in sums[1:]]

        def run() -> None:
            for ones, values, total in sums:
                dot(ones, values, total)
            out[...] = part
            for total in rest:
                add(out, total, out)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        cells: list[Cell] = []
        rules = []
        for upstream in self.upstreams:
            rows, columns = upstream.shape
            over, across = upstream.axes
            if index:
                place = upstream.at(over.counter, *self.target.labels(index))
                rules.append(f"{over.sum} {place}")
            else:
                place = upstream.at(over.counter, across.counter)
                rules.append(f"{over.sum}{across.sum} {place}")
            wanted = index or range(columns)
            cells += [read(upstream, (i, j)) for i in range(rows) for j in wanted]
        return " + ".join(rules), Sum(tuple(cells))

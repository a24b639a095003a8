"""The backward phase: local derivatives and the chain rule, one factor at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from engine.activations import Activation, Run
from engine.expression import Cell, Difference, Expression, Product, Sum
from engine.late import np
from engine.operations.base import Operation
from engine.tensor import Index, Read, Tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class JointChain(Operation):
    """The chain rule through softmax, its matrix of slopes f(δ − f) multiplied out."""

    upstream: Tensor
    a: Tensor

    @property
    def formula(self) -> str:
        up, a = self.upstream.symbol, self.a.symbol
        return f"{self.symbol} = {a} ∘ ({up} − {self.a.axes[1].sum} {up} ∘ {a})"

    @property
    def why(self) -> str:
        a = self.a.symbol
        return (
            f"Each output depends on every pre-activation of its observation, with the slopes "
            f"{a}ᵢ(1 − {a}ᵢ) and −{a}ᵢ{a}ⱼ: a matrix for each, here multiplied by "
            f"{self.upstream.symbol}."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.upstream, self.a)

    def bind(self) -> Run:
        multiply, subtract, total = np.multiply, np.subtract, np.add.reduce
        up, a, out = self.upstream.data, self.a.data, self.target.data
        column = np.empty((len(a), 1))

        def run() -> None:
            multiply(up, a, out)
            total(out, axis=1, out=column, keepdims=True)
            subtract(up, column, out)
            multiply(out, a, out)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        n, j = index
        row = [(read(self.upstream, (n, k)), read(self.a, (n, k))) for k in range(self.a.shape[1])]
        up, a = row[j]
        over = self.a.axes[1]
        observation, k = self.target.labels(index)[0], over.counter
        every = f"{self.upstream.at(observation, k)}·{self.a.at(observation, k)}"
        rule = f"{a.label}·({up.label} − {over.sum} {every})"
        return rule, Product((a, Difference(up, Sum(tuple(Product(pair) for pair in row)))))


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
        return (self.z,) if self.activation.slope_reads == "z" else (self.a,)

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
    penalty: Tensor | None = None
    """The slope of the penalty on large weights, if there is one."""

    @property
    def formula(self) -> str:
        penalty = f" + {self.penalty.symbol}" if self.penalty else ""
        return f"{self.symbol} = ({self.local.symbol})ᵀ·{self.upstream.symbol}{penalty}"

    @property
    def why(self) -> str:
        return (
            "A weight acts on every observation, so its gradient adds up over all of them: what "
            f"came in, {self.inputs.symbol}, times how E changes with what went out, "
            f"{self.upstream.symbol}."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.local, self.upstream) + ((self.penalty,) if self.penalty else ())

    def bind(self) -> Run:
        dot, a, b, out = np.dot, self.local.data.T, self.upstream.data, self.target.data
        if self.penalty is None:
            return partial(dot, a, b, out)
        add, penalty = np.add, self.penalty.data

        def run() -> None:
            dot(a, b, out)
            add(out, penalty, out)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        i, j = index
        row, column = self.target.labels(index)
        over = self.local.axes[0]
        n = over.counter
        rule = f"{over.sum} {self.inputs.at(n, row)} · {self.upstream.at(n, column)}"
        terms: list[Expression] = [
            Product((read(self.inputs, (k, i)), read(self.upstream, (k, j))))
            for k in range(self.local.shape[0])
        ]
        if self.penalty is not None:
            penalty = read(self.penalty, index)
            rule += f" + {penalty.label}"
            terms.append(penalty)
        return rule, Sum(tuple(terms))


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

"""The forward phase and the loss: x → ŷ → g → y → f → E."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from engine.activations import Activation, Run
from engine.expression import Call, Difference, Expression, Product, Quotient, Sum, scaled
from engine.late import np
from engine.losses import Loss, Place, Setting
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
        return rule, Call(f"{self.activation.symbol}({{x}})", self.activation.value, z)


@dataclass(frozen=True, eq=False, kw_only=True)
class ActivateJointly(Activate):
    """Softmax: each activation is a share of its observation's whole."""

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        row = [read(self.z, (index[0], k)) for k in range(self.z.shape[1])]
        top = max(row, key=lambda cell: cell.value)
        powers = [Call("exp({x})", self.activation.value, Difference(cell, top)) for cell in row]
        n, _ = self.target.labels(index)
        over = self.z.axes[1]
        z, every = row[index[1]].label, self.z.at(n, over.counter)
        rule = f"exp({z} − {top.label})/{over.sum} exp({every} − {top.label})"
        return rule, Quotient(powers[index[1]], Sum(tuple(powers)))


@dataclass(frozen=True, eq=False, kw_only=True)
class Measure(Operation):
    """The loss: a scaled sum over all observations and outputs, and a penalty if there is one."""

    f: Tensor
    f0: Tensor
    y: Tensor | None
    """The pre-activations, where the loss is computed from them."""
    loss: Loss
    setting: Callable[[int, int], Setting]
    penalty: Tensor | None = None

    @property
    def _rule(self) -> str:
        return self.loss.formula + (f" + {self.penalty.symbol}" if self.penalty else "")

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self._rule}"

    @property
    def why(self) -> str:
        words = self.loss.why
        if self.y is not None:
            words += f" Computed from {self.y.symbol}, where no logarithm of 0 can occur."
        return words

    @property
    def reads(self) -> tuple[Tensor, ...]:
        main = (self.f if self.y is None else self.y, self.f0)
        return main + ((self.penalty,) if self.penalty else ())

    def bind(self) -> Run:
        f, E = self.f.data, self.target.data
        y = None if self.y is None else self.y.data
        run = self.loss.bind(f, self.f0.data, y, E, self.setting(*f.shape))
        if self.penalty is None:
            return run
        add, penalty = np.add, self.penalty.data

        def run_both() -> None:
            run()
            add(E, penalty, E)

        return run_both

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        setting = self.setting(*self.f.shape)
        terms = tuple(
            self.loss.cell(place_of(self.f, self.f0, self.y, place, read), setting)
            for place in np.ndindex(*self.f.shape)
        )
        whole = scaled(setting.scale, Sum(terms))
        if self.penalty is not None:
            whole = Sum((whole, read(self.penalty, ())))
        return self._rule + self.loss.given(setting), whole


def place_of(f: Tensor, f0: Tensor, y: Tensor | None, index: Index, read: Read) -> Place:
    """Return the cells of one output of one observation."""
    if y is None:
        return Place(read(f, index), read(f0, index), None)
    row = tuple(read(y, (index[0], k)) for k in range(y.shape[1]))
    return Place(read(f, index), read(f0, index), row[index[1]], row)

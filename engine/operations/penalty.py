"""What large weights cost: a penalty in E, and its slopes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.activations import Run
from engine.expression import Call, Constant, Expression, Product, Square, Sum
from engine.late import np
from engine.operations.base import Operation
from engine.tensor import Index, Read, Tensor


def _written(l1: float, l2: float, absolute: str, square: str) -> str:
    parts = [f"λ₁·{absolute}"] * (l1 > 0) + [square] * (l2 > 0)
    return " + ".join(parts)


@dataclass(frozen=True, eq=False, kw_only=True)
class Penalty(Operation):
    """R = λ₁·Σ|w| + ½·λ₂·Σw², over the weights and not the biases."""

    weights: tuple[Tensor, ...]
    l1: float
    l2: float

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self._rule}"

    @property
    def _rule(self) -> str:
        names = ",".join(tensor.symbol for tensor in self.weights)
        return _written(self.l1, self.l2, f"Σ|{names}|", f"½·λ₂·Σ({names})²")

    @property
    def why(self) -> str:
        return (
            "Large weights cost something, so that they grow only where they lower the loss. L1 "
            "draws small weights to 0, L2 draws large ones most."
        )

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return self.weights

    def bind(self) -> Run:
        dot, absolute, out = np.dot, np.absolute, self.target.data
        l1, l2 = self.l1, 0.5 * self.l2
        flats = [tensor.data.reshape(-1) for tensor in self.weights]
        sizes = [(np.empty_like(flat), np.ones(flat.size)) for flat in flats]

        def run() -> None:
            total = 0.0
            for flat, (size, ones) in zip(flats, sizes, strict=True):
                if l1:
                    absolute(flat, size)
                    total += l1 * float(dot(size, ones))
                if l2:
                    total += l2 * float(dot(flat, flat))
            out[...] = total

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        cells = [
            read(tensor, place) for tensor in self.weights for place in np.ndindex(*tensor.shape)
        ]
        terms: list[Expression] = []
        if self.l1:
            sizes = Sum(tuple(Call("|{x}|", abs, cell) for cell in cells))
            terms.append(Product((Constant(self.l1), sizes)))
        if self.l2:
            squares = Sum(tuple(Square(cell) for cell in cells))
            terms.append(Product((Constant(0.5 * self.l2), squares)))
        return self._rule, Sum(tuple(terms))


@dataclass(frozen=True, eq=False, kw_only=True)
class PenaltySlope(Operation):
    """∂R/∂w = λ₁·sign(w) + λ₂·w."""

    weights: Tensor
    l1: float
    l2: float

    @property
    def formula(self) -> str:
        return f"{self.symbol} = {self._rule(self.weights.symbol)}"

    def _rule(self, w: str) -> str:
        return _written(self.l1, self.l2, f"sign({w})", f"λ₂·{w}")

    @property
    def why(self) -> str:
        return "What the penalty adds to the gradient: it pulls each weight towards 0."

    @property
    def reads(self) -> tuple[Tensor, ...]:
        return (self.weights,)

    def bind(self) -> Run:
        sign, multiply, add = np.sign, np.multiply, np.add
        w, out, part = self.weights.data, self.target.data, np.empty_like(self.target.data)
        l1, l2 = np.array(self.l1), np.array(self.l2)

        def run() -> None:
            sign(w, out)
            multiply(out, l1, out)
            multiply(w, l2, part)
            add(out, part, out)

        return run

    def arithmetic(self, index: Index, read: Read) -> tuple[str, Expression]:
        w = read(self.weights, index)
        terms: list[Expression] = []
        if self.l1:
            sign = Call("sign({x})", lambda v: math.copysign(float(v != 0.0), v), w)
            terms.append(Product((Constant(self.l1), sign)))
        if self.l2:
            terms.append(Product((Constant(self.l2), w)))
        return self._rule(w.label), Sum(tuple(terms))

"""Losses of probabilities: how surprising the targets are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.activations import one
from engine.expression import Call, Constant, Difference, Expression, Product, Quotient, Sum, scaled
from engine.late import np
from engine.losses.base import Fused, Loss, Place, Setting, bind_error, mean, summed

if TYPE_CHECKING:
    from engine.activations import Run
    from engine.tensor import Array


def _bind_bce(f: Array, f0: Array, y: Array | None, E: Array, setting: Setting) -> Run:
    subtract, multiply, logaddexp, zero = np.subtract, np.multiply, np.logaddexp, np.array(0.0)
    add = np.add
    if y is not None:
        part = np.empty_like(f)

        def from_y(terms: Array) -> None:
            # −f₀·ln σ(y) − (1 − f₀)·ln(1 − σ(y)) = ln(1 + e^y) − f₀·y, finite for any y.
            logaddexp(y, zero, terms)
            multiply(y, f0, part)
            subtract(terms, part, terms)

        return summed(from_y, f, E, setting.scale)

    log, log1p, negative, equal, copyto = np.log, np.log1p, np.negative, np.equal, np.copyto
    miss, rest, never, unit = np.empty_like(f), np.empty_like(f), np.empty(f.shape, bool), one()

    def from_f(terms: Array) -> None:
        # f₀·ln f is 0 where f₀ is, whatever f; so is the other term where f₀ is 1.
        log(f, terms)
        multiply(terms, f0, terms)
        equal(f0, zero, never)
        copyto(terms, zero, where=never)
        negative(f, miss)
        log1p(miss, miss)
        subtract(unit, f0, rest)
        multiply(miss, rest, miss)
        equal(f0, unit, never)
        copyto(miss, zero, where=never)
        add(terms, miss, terms)
        negative(terms, terms)

    return summed(from_f, f, E, setting.scale)


def _log(value: float) -> float:
    return -math.inf if value <= 0.0 else math.log(value)


def _bce_cell(at: Place, setting: Setting) -> Expression:
    if at.y is not None:
        soft = Call("ln(1 + e^{p})", lambda y: max(y, 0.0) + math.log1p(math.exp(-abs(y))), at.y)
        return Difference(soft, Product((at.f0, at.y)))
    parts: list[Expression] = []
    if at.f0.value:
        parts.append(Product((Constant(-1.0), at.f0, Call("ln({x})", _log, at.f))))
    if at.f0.value != 1.0:
        miss = Difference(Constant(1.0), at.f0)
        parts.append(Product((Constant(-1.0), miss, Call("ln(1 − {p})", _log_rest, at.f))))
    return Sum(tuple(parts))


def _log_rest(value: float) -> float:
    return -math.inf if value >= 1.0 else math.log1p(-value)


def _bind_bce_slope(f: Array, f0: Array, out: Array, setting: Setting) -> Run:
    subtract, multiply, divide = np.subtract, np.multiply, np.divide
    unit, scale, below = np.array(1.0), np.array(setting.scale), np.empty_like(f)

    def run() -> None:
        subtract(unit, f, below)
        multiply(below, f, below)
        subtract(f, f0, out)
        multiply(out, scale, out)
        divide(out, below, out)

    return run


def _bce_slope(at: Place, setting: Setting) -> Expression:
    error = scaled(setting.scale, Difference(at.f, at.f0))
    return Quotient(error, Product((at.f, Difference(Constant(1.0), at.f))))


def _bind_fused(f: Array, f0: Array, out: Array, setting: Setting) -> Run:
    return bind_error(f, f0, out, setting.scale)


def _error(at: Place) -> Expression:
    return Difference(at.f, at.f0)


def _bind_entropy(f: Array, f0: Array, y: Array | None, E: Array, setting: Setting) -> Run:
    assert y is not None
    subtract, multiply, exp, log = np.subtract, np.multiply, np.exp, np.log
    largest, total = np.maximum.reduce, np.add.reduce
    column, part = np.empty((len(f), 1)), np.empty_like(f)

    def fill(terms: Array) -> None:
        # −f₀·ln softmax(y), from y less the largest of its row, is finite for any y.
        largest(y, axis=1, out=column, keepdims=True)
        subtract(y, column, part)
        exp(part, terms)
        total(terms, axis=1, out=column, keepdims=True)
        log(column, column)
        subtract(column, part, part)
        multiply(part, f0, terms)

    return summed(fill, f, E, setting.scale)


def _entropy_cell(at: Place, setting: Setting) -> Expression:
    assert at.y is not None
    top = max(at.row, key=lambda cell: cell.value)
    powers = Sum(tuple(Call("exp({x})", math.exp, Difference(cell, top)) for cell in at.row))
    return Product((at.f0, Difference(Call("ln({x})", math.log, powers), Difference(at.y, top))))


def _bind_entropy_slope(f: Array, f0: Array, out: Array, setting: Setting) -> Run:
    multiply, divide, scale = np.multiply, np.divide, np.array(-setting.scale)

    def run() -> None:
        multiply(f0, scale, out)
        divide(out, f, out)

    return run


def _entropy_slope(at: Place, setting: Setting) -> Expression:
    return Quotient(Product((Constant(-setting.scale), at.f0)), at.f)


def _needs_probabilities(f0: Array) -> str:
    outside = (f0 < 0.0) | (f0 > 1.0)
    return f"targets from 0 to 1, not {f0[outside][0]:g}" if outside.any() else ""


def _needs_shares(f0: Array) -> str:
    if f0.shape[1] < 2:
        return "two outputs or more, one per class"
    if problem := _needs_probabilities(f0):
        return problem
    return "" if np.allclose(f0.sum(1), 1.0) else "targets that add up to 1 for each observation"


BCE = Loss(
    name="bce",
    formula="−mean(f₀·ln f + (1 − f₀)·ln(1 − f))",
    slope_formula="(f − f₀)/(f(1 − f)·N·O)",
    why="The binary cross-entropy: how surprising the targets are if f is the probability "
    "of a 1. A wrong answer given with certainty costs without bound.",
    slope_why="How E changes with each prediction: the nearer f is to the wrong one of 0 "
    "and 1, the steeper. It has no bound, so the network learns by ∂E/∂y.",
    scale=mean,
    bind=_bind_bce,
    cell=_bce_cell,
    bind_slope=_bind_bce_slope,
    slope=_bce_slope,
    fused={
        "sigmoid": Fused(
            formula="(f − f₀)/(N·O)",
            why="∂E/∂f ∘ ∂f/∂y with f(1 − f) cancelled: the same number, but where f rounds "
            "to 0 or 1 the product would be ∞·0.",
            bind=_bind_fused,
            cell=_error,
        )
    },
    outputs=("sigmoid", "softmax"),
    problem=_needs_probabilities,
)
CROSS_ENTROPY = Loss(
    name="cross-entropy",
    formula="−Σ f₀·ln f / N",
    slope_formula="−f₀/(f·N)",
    why="How surprising the true classes are if f are their probabilities. A wrong answer "
    "given with certainty costs without bound.",
    slope_why="Only the output of the true class counts here, the steeper the smaller it "
    "is. It has no bound, so the network learns by ∂E/∂y.",
    scale=lambda n, o: 1.0 / n,
    bind=_bind_entropy,
    cell=_entropy_cell,
    bind_slope=_bind_entropy_slope,
    slope=_entropy_slope,
    fused={
        "softmax": Fused(
            formula="(f − f₀)/N",
            why="∂E/∂f times the slopes of softmax, a matrix for each observation, with "
            "what cancels left out: the same number, but finite where an f rounds to 0.",
            bind=_bind_fused,
            cell=_error,
        )
    },
    outputs=("softmax",),
    problem=_needs_shares,
)

"""Gradients that hold a sum too much: of all rows in each row, or of a penalty in each cell."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.findings import Finding
from engine.audit.judging.judged import first_cell
from engine.audit.passes.matching import same
from engine.audit.updates.optimising import Fit
from engine.audit.updates.steps import Steps
from engine.common.numbers import general
from engine.formula.tensor import Array

_ROW = ast.BinOp | ast.List | ast.ListComp | ast.Call
_FEWEST = 2
"""So many steps are needed to tell."""
_SAME = 1e-5
_LOOSE = 1e-7


def odd_sum(fit: Fit, own: Steps) -> Finding | None:
    """Name the sum that the gradient of a parameter holds, by plain steps at a rate that is known.

    Args:
        fit: The optimiser that the other parameters follow, with its learning rate.
        own: The steps of the parameter.
    """
    if fit.model.hyperparameters.optimiser != "sgd" or own.gradients[0].ndim != 2:
        return None
    used = list(_used(fit, own))
    if len(used) < _FEWEST:
        return None
    return _of_all_rows(own, used) or _of_a_penalty(own, used)


def line_of_one_list(source: Sequence[str]) -> tuple[int, str]:
    """Return where ``[[0] * n] * m`` makes a list of one and the same row, and its name.

    The line is 0 where nothing does.
    """
    try:
        tree = ast.parse("\n".join(source))
    except (SyntaxError, ValueError, RecursionError):
        return 0, ""
    for statement in ast.walk(tree):
        match statement:
            case ast.Assign(
                targets=[target],
                value=ast.BinOp(left=ast.List(elts=[part]), op=ast.Mult()),
            ) if isinstance(part, _ROW):
                return statement.lineno, ast.unparse(target)
    return 0, ""


def _used(fit: Fit, own: Steps) -> Iterator[tuple[int, Array, Array, float]]:
    """Go through the gradients that the steps were made of, ours, and how far they may be off."""
    for number, (change, gradient, rate) in enumerate(
        zip(own.changes, own.gradients, fit.common, strict=False)
    ):
        if rate and not own.vague[number]:
            yield number, -change / rate, gradient * own.sign, 10 * own.noise(number)


def _of_all_rows(own: Steps, used: list[tuple[int, Array, Array, float]]) -> Finding | None:
    gradient = f"dE_d{own.name}"
    for axis, rows in ((0, "rows"), (1, "columns")):
        whole = [np.broadcast_to(g.sum(axis, keepdims=True), g.shape) for _, _, g, _ in used]
        if own.gradients[0].shape[axis] < 2:
            continue
        if all(same(made, sums, off) for (_, made, _, off), sums in zip(used, whole, strict=True)):
            number, made, right, _ = used[0]
            return Finding(
                gradient,
                "aliased",
                f"all {rows} of the gradient are the same, the sum of what they should be: they "
                "are one and the same row, as [[0] * n] * m makes it, into which each is added",
                "make each row anew: [[0] * n for _ in range(m)], or np.zeros((m, n))",
                own.passes[number],
                cell=first_cell(made, right, _LOOSE),
                reads=gradient,
            )
    return None


def _of_a_penalty(own: Steps, used: list[tuple[int, Array, Array, float]]) -> Finding | None:
    added = []
    for number, made, right, off in used:
        added.append(float(np.mean(made - right)))
        if (
            not added[-1]
            or not np.any(own.values[number])
            or not same(made, right + added[-1], off)
        ):
            return None
    name = own.name
    ways = (
        (np.square, f"Σ{name}²", f"of R = ½·λ·Σ{name}² is λ·{name}, of λ·Σ{name}² it is 2λ·{name}"),
        (np.abs, f"Σ|{name}|", f"of R = λ·Σ|{name}| is λ·sign({name})"),
    )
    for function, written, repair in ways:
        sums = [float(np.sum(function(own.values[number]))) for number, *_ in used]
        shares = [one / whole for one, whole in zip(added, sums, strict=True)]
        if max(shares) - min(shares) > _SAME * abs(shares[0]):
            continue
        number, made, right, _ = used[0]
        return Finding(
            f"dE_d{name}",
            "penalty",
            f"the value of the penalty, {general(shares[0], 4)}·{written}, is added to each cell "
            "of the gradient: one number for all of them, where the derivative of the penalty "
            "belongs",
            f"∂R/∂{name} {repair}",
            own.passes[number],
            cell=first_cell(made, right, _LOOSE),
            reads=f"dE_d{name}",
        )
    return None

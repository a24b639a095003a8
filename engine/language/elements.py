"""Elements and slices of a value, e.g. ``dE_dw[2, 0]``, ``f[obs 1, output]``, ``x[:, 0]``."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.common.errors import NotComputedError
from engine.common.numbers import dimensions
from engine.common.text import clean
from engine.formula.tensor import Axis
from engine.language.lowering import lowered
from engine.language.parsing import refusal
from engine.language.term import Index, Term


def element(term: Term, node: ast.Subscript) -> Term:
    """Compile what an index or a slice takes of a value.

    Raises:
        QueryError: There is no such element.
    """
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if len(parts) > len(term.shape):
        raise refusal(node, f"the shape is {dimensions(term.shape)}: too many indices")
    if not parts:
        raise refusal(node, "an index is needed, as in dE_dw[2, 0]")
    axes = term.axes or (None,) * len(term.shape)
    index = tuple(map(_index, parts, axes))
    # Wherever an observation stands, the shape is the same.
    fixed = tuple(0 if callable(part) else part for part in index)
    try:
        shape = np.broadcast_to(np.float64(0), term.shape)[fixed].shape
    except (IndexError, ValueError):
        shape_text = dimensions(term.shape)
        problem = f"there is no such element in the shape {shape_text}: numbers count from 0"
        meant = "".join(
            axis.as_name(str(part))
            for part, axis in zip(index, axes, strict=False)
            if axis is not None and isinstance(part, int)
        )
        raise refusal(node, problem + meant) from None
    if 0 in shape:
        raise refusal(node, "there is nothing in this slice")
    lower = None
    if not any(map(callable, index)):
        # With an ellipsis it is a view, a single element too.
        lower = lowered(lambda to, x: x[(*index, ...)], term.lower)
    return Term(_element_of(term.evaluate, index), shape, term.is_truth, lower=lower)


def _element_of(evaluate: Callable[[], Any], index: tuple[Index, ...]) -> Callable[[], Any]:
    moves = any(map(callable, index))

    def element() -> Any:
        at = tuple(part() if callable(part) else part for part in index) if moves else index
        try:
            return evaluate()[at]
        except IndexError:
            raise NotComputedError("this batch has fewer observations") from None

    return element


def _index(node: ast.expr, axis: Axis | None) -> Index:
    if isinstance(node, ast.Slice):
        bounds = (
            None if part is None else _whole(part) for part in (node.lower, node.upper, node.step)
        )
        return slice(*bounds)
    match node:
        case ast.Name(id=name) | ast.Constant(value=str(name)):
            if axis is None:
                raise refusal(node, "there are no names here; an index is a number")
            try:
                return axis.place(name)
            except ValueError:
                problem = f"no row or column is called {clean(name, 40)!r}"
                raise refusal(node, problem) from None
    return _whole(node)


def _whole(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            if value < 2**62:
                return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            if value < 2**62:
                return -value
    raise refusal(node, "an index is a whole number, a name or a slice, as in dE_dw[2, 0]")

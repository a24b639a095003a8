"""Reads an expression and compiles it, once, to a call without arguments.

Shapes are worked out while compiling, so what does not fit, or would take too long, is
told before anything is computed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import reduce
from math import prod
from typing import Any

import numpy as np

from engine.common.errors import QueryError
from engine.common.numbers import dimensions
from engine.common.text import clean
from engine.language.elements import element
from engine.language.functions import FUNCTIONS, Function
from engine.language.lowering import Lower, Lowering, lowered
from engine.language.parsing import LONGEST, PRODUCT, described, parse, refusal
from engine.language.query import Query
from engine.language.term import Names, Shape, Term

MOST_WORK = 50_000_000
"""Elements that one evaluation may compute, those inside a matrix product included."""


def compile_query(text: str, names: Names) -> Query:
    """Parse and compile an expression.

    Raises:
        QueryError: It cannot be read, names something unknown, does not fit together, or
            is too large.
    """
    shown = clean(text.strip(), LONGEST)
    return Query(shown, _Compiler(names).compile(parse(text)))


def compile_condition(text: str, names: Names) -> Query:
    """Parse and compile a condition.

    Raises:
        QueryError: As for `compile_query`, or it is not a condition.
    """
    query = compile_query(text, names)
    query.require_condition()
    return query


_ARITHMETIC: dict[type[ast.operator], np.ufunc] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_COMPARISONS: dict[type[ast.cmpop], np.ufunc] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


class _Compiler:
    def __init__(self, names: Names) -> None:
        self._names = names
        self._work = 0

    def compile(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant():
                return _constant(node)
            case ast.Name():
                if node.id in FUNCTIONS or node.id == "prev":
                    raise refusal(node, f"{node.id} needs an argument: {node.id}(…)")
                return self._named(node, node.id, self._names.term)
            case ast.Attribute(value=ast.Name(id="yours"), attr=name):
                return self._named(node, name, self._names.yours)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.BoolOp():
                return self._logic(node)
            case ast.Call():
                return self._call(node)
            case ast.Subscript():
                return element(self.compile(node.value), node)
        raise refusal(node, f"{described(node)} cannot be used here")

    def _named(self, node: ast.expr, name: str, look_up: Callable[[str], Term]) -> Term:
        try:
            term = look_up(name)
        except QueryError as error:
            raise refusal(node, str(error)) from None
        self._spend(node, term.work)
        return term

    def _elementwise(self, node: ast.AST, *terms: Term) -> Shape:
        """Return the shape that an elementwise operation gives."""
        try:
            shape = np.broadcast_shapes(*(term.shape for term in terms))
        except ValueError:
            shapes = " and ".join(dimensions(term.shape) for term in terms)
            raise refusal(node, f"the shapes {shapes} do not fit") from None
        self._spend(node, prod(shape))
        return shape

    def _spend(self, node: ast.AST, elements: int) -> None:
        self._work += elements
        if self._work > MOST_WORK:
            raise refusal(node, "this would compute too many numbers")

    def _number(self, node: ast.expr) -> Term:
        term = self.compile(node)
        if term.is_truth:
            raise refusal(node, "a comparison is not a number; sum(…) counts where it is true")
        return term

    def _condition(self, node: ast.expr) -> Term:
        term = self.compile(node)
        if not term.is_truth:
            raise refusal(node, "true or false is needed here, not a number")
        if term.shape:
            raise refusal(node, "this is true or false for each element: use all(…) or any(…)")
        return term

    def _unary(self, node: ast.UnaryOp) -> Term:
        if isinstance(node.op, ast.Not):
            part = self._condition(node.operand)
            inner = part.evaluate
            lower = _applied(np.logical_not, part, is_truth=True)
            return Term(lambda: not inner(), is_truth=True, lower=lower)
        if isinstance(node.op, ast.Invert):
            raise refusal(node, "~ cannot be used here; write not")
        term = self._number(node.operand)
        if isinstance(node.op, ast.UAdd):
            return Term(term.evaluate, term.shape, lower=term.lower)
        evaluate = term.evaluate
        self._elementwise(node, term)
        return Term(lambda: -evaluate(), term.shape, lower=_applied(np.negative, term))

    def _binary(self, node: ast.BinOp) -> Term:
        left, right = self._number(node.left), self._number(node.right)
        a, b = left.evaluate, right.evaluate
        if isinstance(node.op, ast.MatMult):
            shape = self._product_shape(node, left.shape, right.shape)
            lower = lowered(lambda to, x, y: to.matmul(x, y), left.lower, right.lower)
            return Term(lambda: np.matmul(a(), b()), shape, lower=lower)
        operate = _ARITHMETIC.get(type(node.op))
        if operate is None:
            raise refusal(node, "the operators are + - * / ** @")
        shape = self._elementwise(node, left, right)
        return Term(lambda: operate(a(), b()), shape, lower=_applied(operate, left, right))

    def _product_shape(self, node: ast.AST, left: Shape, right: Shape) -> Shape:
        if len(left) not in (1, 2) or len(right) not in (1, 2) or left[-1] != right[0]:
            shapes = f"{dimensions(left)} and {dimensions(right)}"
            raise refusal(node, f"the shapes {shapes} do not fit for a matrix product")
        shape = left[:-1] + right[1:]
        self._spend(node, prod(shape) * left[-1])
        return shape

    def _comparison(self, node: ast.Compare) -> Term:
        terms = [self.compile(part) for part in (node.left, *node.comparators)]
        kinds = {term.is_truth for term in terms}
        same = all(isinstance(symbol, (ast.Eq, ast.NotEq)) for symbol in node.ops)
        if kinds != {False} and not (kinds == {True} and same):
            # Only whether two comparisons say the same can be asked.
            terms = [self._number(part) for part in (node.left, *node.comparators)]
        parts, lowers = [], []
        for left, right, symbol in zip(terms, terms[1:], node.ops, strict=False):
            compare = _COMPARISONS.get(type(symbol))
            if compare is None:
                raise refusal(node, "the comparisons are < <= > >= == !=")
            parts.append(_pair(compare, left.evaluate, right.evaluate))
            lowers.append(_applied(compare, left, right, is_truth=True))
        shape = self._elementwise(node, *terms)
        if len(parts) == 1:
            return Term(parts[0], shape, is_truth=True, lower=lowers[0])
        # Each comparison of a chain, and what brings them together.
        self._spend(node, (2 * len(parts) - 2) * prod(shape))
        lower = _together(np.logical_and, lowers)
        whole = lambda: reduce(np.logical_and, [part() for part in parts])  # noqa: E731
        return Term(whole, shape, is_truth=True, lower=lower)

    def _logic(self, node: ast.BoolOp) -> Term:
        terms = [self._condition(value) for value in node.values]
        is_and = isinstance(node.op, ast.And)
        decide: Callable[[Any], bool] = all if is_and else any
        ufunc = np.logical_and if is_and else np.logical_or
        lower = _together(ufunc, [term.lower for term in terms])
        return Term(lambda: decide(term.evaluate() for term in terms), is_truth=True, lower=lower)

    def _call(self, node: ast.Call) -> Term:
        if not isinstance(node.func, ast.Name):
            raise refusal(node, "only the functions of the language can be called")
        name = node.func.id
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            raise refusal(node, f"{clean(name, 40)} takes one argument")
        (argument,) = node.args
        if name == "prev":
            if not isinstance(argument, ast.Name):
                raise refusal(node, "prev takes a name, as in norm(prev(dE_dw))")
            return self._named(argument, argument.id, self._names.previous)
        function = FUNCTIONS.get(name)
        if function is None:
            try:
                self._names.term(name)
            except QueryError:
                known = ", ".join([*FUNCTIONS, "prev"])
                words = f"no function {clean(name, 40)!r}; there are {known}"
                raise refusal(node, words) from None
            raise refusal(node, f"{name} is no function; {PRODUCT}")
        return self._applied(function, node, argument)

    def _applied(self, function: Function, node: ast.Call, argument: ast.expr) -> Term:
        term = self._number(argument) if function.takes == "number" else self.compile(argument)
        if function.takes == "truth" and not term.is_truth:
            raise refusal(node, f"{function.name} needs a comparison, as in any(g > 0.9)")
        self._spend(node, prod(term.shape))
        call, evaluate = function.call, term.evaluate
        shape = () if function.reduces else term.shape
        if function.name == "transpose":
            shape = shape[::-1]
        lower = lowered(function.lower, term.lower)
        return Term(lambda: call(evaluate()), shape, function.gives_truth, lower=lower)


def _applied(ufunc: np.ufunc, *terms: Term, is_truth: bool = False) -> Lower | None:
    def make(to: Lowering, *values: Any) -> Any:
        return to.apply(ufunc, *values, is_truth=is_truth)

    return lowered(make, *(term.lower for term in terms))


def _together(ufunc: np.ufunc, parts: list[Lower | None]) -> Lower | None:
    def make(to: Lowering, *values: Any) -> Any:
        return reduce(lambda x, y: to.apply(ufunc, x, y, is_truth=True), values)

    return lowered(make, *parts)


def _pair(
    compare: Callable[[Any, Any], Any], a: Callable[[], Any], b: Callable[[], Any]
) -> Callable[[], Any]:
    return lambda: compare(a(), b())


def _constant(node: ast.Constant) -> Term:
    value: object = node.value
    if isinstance(value, bool):
        return Term(lambda: value, is_truth=True, lower=lambda to: np.array(value))
    if isinstance(value, (int, float)):
        try:
            number = np.float64(value)
        except OverflowError:
            raise refusal(node, "this number is too large") from None
        return Term(lambda: number, lower=lambda to: np.array(number))
    raise refusal(node, f"{described(node)} cannot be used here")

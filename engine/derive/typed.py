"""Reads a formula that was typed by hand into a tree over tensors with named axes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from engine.common.errors import QueryError
from engine.common.text import clean, folded
from engine.formula import primitives as maths
from engine.formula.primitives import PRIMITIVES
from engine.formula.tensor import Axis
from engine.formula.tree import Apply, Contract, Formula, Leaf, Number, Reduce, Seen
from engine.language.parsing import PRODUCT, described, parse, refusal
from engine.maths.activations import ACTIVATIONS, sigma

Names = Mapping[str, Formula]

_SIGNS = {"∘": "*", "·": "%", "ᵀ": ".T", "²": "**2", "½": "0.5"}
"""As the screen writes them, and as they are read; % is free for the product that is either."""
_EQUATION = re.compile(r"^(?P<left>[^=<>!()]+)[=←](?!=)(?P<right>.*)$", re.DOTALL)
_MOST_NAMES = 40
_NUMPY = re.compile(r"\bnp\.|\.astype\(float\)")
"""Parts that NumPy needs and a formula here does not."""


def read_formula(text: str, names: Names) -> Formula:
    """Read a formula.

    Beside the language of `engine.language` it knows ``.T``, sums over one axis
    (``sum(dE_dy, 0)``), comparisons as 0 and 1, σ and what else NumPy has for formulas, with or
    without ``np.``, and the signs of the screen.

    Args:
        text: What a user typed; a left-hand side is allowed.
        names: The names that it can use.

    Raises:
        QueryError: It cannot be read, names something unknown, or does not fit together.
    """
    if not text.strip():
        raise QueryError("a formula is needed")
    if "%" in text:
        raise QueryError("the operators are + - * / ** @")
    if "Σ" in text:
        raise QueryError("write Σₙ as sum(…, 0), and Σ as sum(…)")
    equation = _EQUATION.match(text)
    if equation is not None:
        text = " " * (len(text) - len(equation["right"])) + equation["right"]
    text = _NUMPY.sub("", text)
    for sign, written in _SIGNS.items():
        text = text.replace(sign, written)
    return _Reader(names).number(parse(text))


def turned(tree: Formula) -> Formula:
    """Return the transpose of a formula."""
    if len(tree.axes) < 2:
        return tree
    match tree:
        case Leaf(of=Seen(of=of)):
            return Leaf(of)
        case Leaf(of=of):
            return Leaf(Seen(of, of.axes[::-1], is_transposed=True))  # type: ignore[arg-type]
        case Contract(left=left, right=right, over=over):
            return Contract(right, left, over)
        case Apply():
            return Apply(tree.primitive, tuple(map(turned, tree.arguments)))
    raise QueryError("this cannot be transposed here: transpose its parts")


_UNARY: dict[str, Callable[[Formula], Formula]] = {
    "abs": maths.absolute,
    "sqrt": maths.sqrt,
    "exp": maths.exp,
    "log": maths.ln,
    "ln": maths.ln,
    "expm1": maths.expm1,
    "log1p": maths.log1p,
    "negative": lambda x: -x,
    "absolute": maths.absolute,
    "tanh": maths.tanh,
    "cos": maths.cos,
    "sin": lambda x: Apply("sin", (x,)),
    "erf": maths.erf,
    "sign": maths.sign,
    "square": maths.square,
    "sigma": sigma,
    "sigmoid": sigma,
    "σ": sigma,
    "relu": ACTIVATIONS["relu"].value,
    "softplus": maths.soft_plus,
    "transpose": turned,
    "norm": lambda x: maths.sqrt(maths.total(maths.square(x))),
}
_REDUCTIONS = ("sum", "mean", "max")
_BINARY = ("maximum", "minimum", "logaddexp")
_FUNCTIONS = (*_UNARY, *_REDUCTIONS, *_BINARY, "where")
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Gt: "greater",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Eq: "equal",
}


class _Reader:
    def __init__(self, names: Names) -> None:
        self._names = names

    def number(self, node: ast.expr) -> Formula:
        """Return a formula whose value is a number; a condition counts as 0 or 1."""
        tree = self.of(node)
        return maths.truth(tree) if _is_truth(tree) else tree

    def of(self, node: ast.expr) -> Formula:
        """Return the formula of a node."""
        match node:
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int(value) | float(value)):
                try:
                    return Number(float(value))
                except OverflowError:
                    raise refusal(node, "this number is too large") from None
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.number(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.number(operand)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node)
            case ast.Attribute(attr="T", value=value):
                return self._turned(node, self.number(value))
            case ast.Subscript():
                raise refusal(node, "one element is no formula: write what holds for all of them")
        raise refusal(node, f"{described(node)} cannot be used here")

    def _name(self, node: ast.Name) -> Formula:
        if node.id in _FUNCTIONS:
            raise refusal(node, f"{node.id} needs an argument: {node.id}(…)")
        found = self._names.get(node.id)
        if found is None:
            known = folded([name for name in self._names if name.isascii()], _MOST_NAMES)
            raise refusal(node, f"there is no {clean(node.id, 40)!r} here; there are {known}")
        return found

    def _binary(self, node: ast.BinOp) -> Formula:
        left, right = self.number(node.left), self.number(node.right)
        match node.op:
            case ast.MatMult():
                return self._product(node, left, right)
            case ast.Mod() if _shared(left, right) is not None:
                return self._product(node, left, right)
            case ast.Pow() if right == Number(2.0):
                return maths.square(left)
        name = {
            ast.Add: "add",
            ast.Sub: "subtract",
            ast.Mult: "hadamard" if left.axes and right.axes else "multiply",
            ast.Mod: "hadamard" if left.axes and right.axes else "multiply",
            ast.Div: "divide",
            ast.Pow: "power",
        }.get(type(node.op))
        if name is None:
            raise refusal(node, "the operators are + - * / ** @")
        return self._elementwise(node, name, left, right)

    def _elementwise(self, node: ast.expr, name: str, *parts: Formula) -> Formula:
        longest = max((part.axes for part in parts), key=len)
        for part in parts:
            if part.axes != tuple(axis for axis in longest if axis in part.axes):
                shapes = " and ".join(shape_in_words(p.axes) for p in parts if p.axes)
                raise refusal(node, f"{shapes} do not fit element by element; @ adds products up")
        return Apply(name, parts)

    def _product(self, node: ast.expr, left: Formula, right: Formula) -> Formula:
        over = _shared(left, right)
        if over is None:
            shapes = " and ".join(shape_in_words(part.axes) for part in (left, right))
            problem = f"{shapes} do not fit for a matrix product; .T transposes, * goes element by "
            raise refusal(node, problem + "element")
        # A product finds its axis by itself, so that no operand need be seen transposed.
        return Contract(_as_it_is(left), _as_it_is(right), over)

    def _comparison(self, node: ast.Compare) -> Formula:
        parts = [self.number(part) for part in (node.left, *node.comparators)]
        if len(parts) != 2:
            raise refusal(node, "one comparison at a time")
        kind = type(node.ops[0])
        if kind in _COMPARISONS:
            return self._elementwise(node, _COMPARISONS[kind], *parts)
        if kind is ast.GtE:
            return self._elementwise(node, "less_equal", *parts[::-1])
        raise refusal(node, "the comparisons are < <= > >= ==")

    def _call(self, node: ast.Call) -> Formula:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in _FUNCTIONS:
            if name in self._names:
                raise refusal(node, f"{name} is no function; {PRODUCT}")
            shown = clean(name, 40) or "such function"
            raise refusal(node, f"no {shown} here; there are {', '.join(_FUNCTIONS)}")
        is_two = len(node.args) == 2
        if name in ("max", "min") and is_two and self._axis(node.args[1]) is None:
            name += "imum"
        if name in _REDUCTIONS:
            return self._reduction(node, name)
        if node.keywords or any(isinstance(part, ast.Starred) for part in node.args):
            raise refusal(node, f"{name} takes its arguments without names")
        wanted = 3 if name == "where" else 2 if name in _BINARY else 1
        if len(node.args) != wanted:
            many = "one argument" if wanted == 1 else f"{wanted} arguments"
            raise refusal(node, f"{name} takes {many}")
        if name == "where":
            condition = self.of(node.args[0])
            if not _is_truth(condition):
                raise refusal(node, "where takes a comparison first, as in where(yhat > 0, 1, 0)")
            rest = map(self.number, node.args[1:])
            return self._elementwise(node, "where", condition, *rest)
        if name in _BINARY:
            return self._elementwise(node, name, *map(self.number, node.args))
        argument = self.number(node.args[0])
        return self._turned(node, argument) if name == "transpose" else _UNARY[name](argument)

    def _turned(self, node: ast.expr, tree: Formula) -> Formula:
        try:
            return turned(tree)
        except QueryError as error:
            raise refusal(node, str(error)) from None

    def _reduction(self, node: ast.Call, name: str) -> Formula:
        given = {word.arg: word.value for word in node.keywords if word.arg != "keepdims"}
        axis = given.pop("axis", node.args[1] if len(node.args) == 2 else None)
        if given or not 1 <= len(node.args) <= 2:
            raise refusal(node, f"{name} takes one argument, and perhaps an axis: {name}(…, 0)")
        argument = self.number(node.args[0])
        over = argument.axes
        if axis is not None:
            place = self._axis(axis)
            if place is None or not -len(over) <= place < len(over):
                raise refusal(
                    node, f"the axis of {name} is 0 for the rows' sum, 1 for the columns'"
                )
            over = (over[place],)
        if not over:
            return argument
        if name == "max":
            if len(over) > 1:
                raise refusal(node, "max takes an axis here, as in max(y, 1)")
            return Reduce("maximum", argument, over)
        return Reduce("add", argument, over, is_mean=name == "mean")

    def _axis(self, node: ast.expr) -> int | None:
        match node:
            case ast.Constant(value=int(value)) if value in (0, 1) and not isinstance(value, bool):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
                return -1
        return None


def shape_in_words(axes: tuple[Axis, ...]) -> str:
    """Write a shape by the sizes' letters, e.g. N×H; a scalar as such."""
    return "×".join(axis.symbol for axis in axes) or "a scalar"


def _is_truth(tree: Formula) -> bool:
    return isinstance(tree, Apply) and PRIMITIVES[tree.primitive].gives_truth


def _shared(left: Formula, right: Formula) -> Axis | None:
    """Return the axis over which two matrices can be multiplied as they are written."""
    if len(left.axes) == len(right.axes) == 2 and left.axes[1] is right.axes[0]:
        return left.axes[1]
    return None


def _as_it_is(tree: Formula) -> Formula:
    return Leaf(tree.of.of) if isinstance(tree, Leaf) and isinstance(tree.of, Seen) else tree

"""The places of a script that hold numbers, and the hooks that read and name them."""

from __future__ import annotations

import ast
import copy
from typing import Any

from .building import constant, do, hook, imported, name_of
from .names import Scope, bound_in, parameters
from .syntax import Script


class Places(ast.NodeTransformer):
    """What every part of the rewriting needs: scopes, places and frames.

    Args:
        script: The script; what assigns is added to its parts.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.places: list[tuple[str, str]] = []
        """For each node whose place is a name: the text, and the name with its comprehension."""
        self.containers: dict[int, str] = {}
        """For each node that reads or stores an attribute or an element: what has it."""
        self._scope = Scope("module", -1, set(), set(), None)
        self._modules = imported(script.tree)
        self._loops = 0
        self._classes: list[str] = []
        self._temporaries = 0
        self._is_generator = False

    def _assigns(
        self,
        kind: str,
        shown: ast.AST,
        children: tuple[int, ...],
        target: Any,
    ) -> int:
        number = self.script.add(kind, shown, children, self.script.number(target))
        self._held(number, target)
        return number

    def _held(self, number: int, target: Any) -> None:
        if isinstance(target, (ast.Attribute, ast.Subscript)):
            self.containers[number] = self.script.simple_text(target.value)

    def _container(self, target: ast.Attribute | ast.Subscript) -> tuple[str, ast.expr]:
        what = "attribute" if isinstance(target, ast.Attribute) else "item"
        return what, self.visit(target.value)

    def _key(self, target: ast.Attribute | ast.Subscript) -> ast.expr:
        if isinstance(target, ast.Attribute):
            name = target.attr
            if self._classes and name.startswith("__") and not name.endswith("__"):
                bare = self._classes[-1].lstrip("_")
                name = "_" + bare + name if bare else name
            return constant(name, target)
        return self._index(target.slice)

    def _index(self, part: Any) -> ast.expr:
        """Return an index as an expression; a slice is written as the object that it makes."""
        if type(part).__name__ == "Index":
            return self._index(part.value)
        if isinstance(part, ast.Slice):
            ends = [
                self.visit(end) if end is not None else constant(None, part)
                for end in (part.lower, part.upper, part.step)
            ]
            return hook("slice", *ends, at=part)
        if type(part).__name__ == "ExtSlice":
            parts = [self._index(inner) for inner in part.dims]
            return ast.Tuple(parts, ast.Load())
        if isinstance(part, ast.Tuple):
            parts = [self._index(inner) for inner in part.elts]
            return ast.copy_location(ast.Tuple(parts, ast.Load()), part)
        return self.visit(part)  # type: ignore[no-any-return]

    def _named(self, number: int, name: ast.Name) -> ast.expr:
        read = name_of(name.id, ast.Load(), name)
        return self._placed(number, name.id, read, self._scope.find(name.id))

    def _placed(self, number: int, text: str, value: Any, scope: Scope) -> ast.expr:
        while len(self.places) <= number:
            self.places.append(("", ""))
        if scope.kind == "module":
            self.places[number] = (text, text)
            return hook("name", constant(number, value), value, at=value)
        is_own = scope.kind != "function"
        self.places[number] = (text, "%s@%d" % (text, scope.number) if is_own else text)  # noqa: UP031
        function = scope.function()
        frame = self._frame_of(function, value)
        return hook("local", constant(number, value), value, frame, at=value)

    def _read_again(
        self, kind: str, shown: ast.AST, children: tuple[int, ...], target: Any
    ) -> list[Any]:
        """Return what records an array or a list after one of its elements was stored."""
        made: list[Any] = []
        while isinstance(target, ast.Subscript) and can_be_peeked(target.value):
            target = target.value
            number = self._assigns(kind, shown, children, target)
            if isinstance(target, ast.Name):
                made.append(do(self._named(number, target), target))
            else:
                made.append(do(self._peek(number, target), target))
        return made

    def _peek(self, number: int, part: Any) -> ast.expr:
        """Return what reads a place once more without calling anything of the script's."""
        if isinstance(part, ast.Name):
            return name_of(part.id, ast.Load(), part)
        what = "attribute" if isinstance(part, ast.Attribute) else "item"
        key = self._key(part) if what == "attribute" else copy.deepcopy(bare(part.slice))
        container = self._peek(-1, part.value)
        return hook("peek_" + what, constant(number, part), container, key, at=part)

    def _frame_name(self) -> str:
        function = self._scope.function()
        return "@%d" % function.number if function else ""  # noqa: UP031

    def _frame(self, node: ast.AST) -> ast.expr:
        return self._frame_of(self._scope.function(), node)

    def _frame_of(self, function: Scope | None, node: ast.AST) -> ast.expr:
        if function is None:
            return constant(None, node)
        return name_of("@%d" % function.number, ast.Load(), node)  # noqa: UP031

    def _given(self, node: Any) -> list[Any]:
        like = self.script.number(node)
        made = []
        for argument in parameters(node.args):
            number = self.script.add("param", argument, (), like)
            name = ast.copy_location(ast.Name(argument.arg, ast.Load()), argument)
            made.append(self._named(number, name))
        return made

    def _defaults(self, arguments: ast.arguments) -> None:
        arguments.defaults = [self.visit(part) for part in arguments.defaults]
        arguments.kw_defaults = [
            self.visit(part) if part is not None else None for part in arguments.kw_defaults
        ]

    def _temporary(self, node: ast.AST) -> str:
        self._temporaries += 1
        return "@t%d" % self._temporaries  # noqa: UP031


class Inside:
    """Goes into a function or a class, and out again."""

    def __init__(self, rewriter: Places, kind: str, node: Any) -> None:
        self._rewriter = rewriter
        bound, outside = bound_in(node)
        number = rewriter.script.number(node)
        self._inner = Scope(kind, number, bound, outside, rewriter._scope)

    def __enter__(self) -> None:
        rewriter = self._rewriter
        self._kept = rewriter._scope, rewriter._loops
        rewriter._scope = self._inner
        if self._inner.kind == "function":
            rewriter._loops = 0

    def __exit__(self, *failed: object) -> None:
        self._rewriter._scope, self._rewriter._loops = self._kept


def can_be_peeked(part: ast.AST) -> bool:
    """Whether it is a name, or an attribute or element of one, with an index of plain names."""
    while isinstance(part, (ast.Attribute, ast.Subscript)):
        if isinstance(part, ast.Subscript):
            kinds = (ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
            for child in ast.walk(part.slice):
                if not isinstance(child, (*kinds, ast.Load)) and type(child).__name__ != "Index":
                    return False
        part = part.value
    return isinstance(part, ast.Name)


def bare(index: Any) -> Any:
    """Return an index without what Python 3.8 wraps it in."""
    return index.value if type(index).__name__ == "Index" else index

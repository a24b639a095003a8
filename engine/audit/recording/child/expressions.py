"""The expressions of a script, each handed to a hook with what it gives."""

from __future__ import annotations

import ast
from typing import Any

from .building import constant, hook, is_module
from .names import Scope, targets_of
from .places import Inside, Places

_OWN_FRAME = frozenset({"super", "locals", "globals", "vars", "dir", "eval", "exec"})
"""Functions that look at the frame that calls them, which must stay the script's."""


class Expressions(Places):
    """Rewrites expressions."""

    def _value(self, node: Any, number: int) -> ast.expr:
        return hook("value", constant(number, node), node, at=node)

    def _plain(self, node: Any) -> Any:
        number = self.script.number(node)
        self.generic_visit(node)
        return self._value(node, number)

    visit_BinOp = _plain
    visit_UnaryOp = _plain
    visit_BoolOp = _plain
    visit_Compare = _plain
    visit_IfExp = _plain

    def visit_List(self, node: ast.List) -> Any:
        if not isinstance(node.ctx, ast.Load):
            return node
        number = self.script.number(node)
        if id(node) in self.script.tables:
            return self._value(node, number)
        inner = [part.elts if isinstance(part, ast.List) else None for part in node.elts]
        self.generic_visit(node)
        for at, part in enumerate(inner):
            # Of a table that is written out only the whole is recorded.
            call = node.elts[at]
            if part is not None and isinstance(call, ast.Call):
                node.elts[at] = call.args[1]
        return self._value(node, number)

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        return node if id(node) in self.script.tables else self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Any:
        number = self.script.number(node)
        node.value = self.visit(node.value)
        scope = self._scope
        while scope.kind == "comprehension" and scope.around is not None:
            scope = scope.around
        return self._placed(number, node.target.id, node, scope.find(node.target.id))

    def visit_Name(self, node: ast.Name) -> Any:
        if not isinstance(node.ctx, ast.Load) or node.id in self._modules:
            return node
        return self._named(self.script.number(node), node)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        if not isinstance(node.ctx, ast.Load):
            return node
        number = self.script.number(node)
        self._held(number, node)
        return hook(
            "attribute", constant(number, node), self.visit(node.value), self._key(node), at=node
        )

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        if not isinstance(node.ctx, ast.Load):
            return node
        number = self.script.number(node)
        self._held(number, node)
        return hook(
            "item", constant(number, node), self.visit(node.value), self._key(node), at=node
        )

    def visit_Call(self, node: ast.Call) -> Any:
        number = self.script.number(node)
        function = node.func
        name = function.id if isinstance(function, ast.Name) else ""
        setting = None
        if name == "setattr" and len(node.args) == 3:
            value = self.script.number(node.args[2])
            setting = self.script.add("setattr", node, (value,), number)
            self.containers[setting] = self.script.simple_text(node.args[0])
        elif name == "getattr" and node.args:
            self.containers[number] = self.script.simple_text(node.args[0])
        if isinstance(function, ast.Attribute) and not is_module(function.value, self._modules):
            function.value = self.visit(function.value)
        elif not isinstance(function, (ast.Name, ast.Attribute)):
            node.func = self.visit(function)
        node.args = [self.visit(part) for part in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        if name in _OWN_FRAME:
            is_inside = self._scope.kind != "class" and self._scope.function() is not None
            is_listed = is_inside and not node.args and name in ("locals", "vars", "dir")
            return hook("listed", node, at=node) if is_listed else self._value(node, number)
        if setting is not None:
            return hook("set", constant(setting, node), node.func, *node.args, at=node)
        if name == "getattr" and not node.keywords:
            return hook("get", constant(number, node), node.func, *node.args, at=node)
        called = hook("call", constant(number, node), node.func, *node.args, at=node)
        called.keywords = node.keywords
        return called

    def _comprehension(self, node: Any) -> Any:
        number = self.script.number(node)
        outer = self._scope
        first = self.visit(node.generators[0].iter)
        bound = set()
        for generator in node.generators:
            bound |= targets_of(generator.target)
        self._scope = Scope("comprehension", number, bound, set(), outer)
        for at, generator in enumerate(node.generators):
            loop = self.script.number(generator)
            iterable = first if at == 0 else self.visit(generator.iter)
            is_plain = not generator.is_async
            if is_plain:
                generator.iter = hook("turns", constant(loop, node), iterable, at=iterable)
            seen = [self._named(part, name) for part, name in self._leaves(generator.target, "for")]
            tests = [self.visit(test) for test in generator.ifs]
            generator.ifs = ([hook("true", *seen, at=generator.target)] if seen else []) + tests
        for field in ("key", "value", "elt"):
            if hasattr(node, field):
                setattr(node, field, self.visit(getattr(node, field)))
        self._scope = outer
        is_list = isinstance(node, ast.ListComp)
        return self._value(node, number) if is_list else node

    visit_ListComp = _comprehension
    visit_SetComp = _comprehension
    visit_DictComp = _comprehension
    visit_GeneratorExp = _comprehension

    def visit_Yield(self, node: ast.Yield) -> Any:
        if node.value is not None:
            node.value = self.visit(node.value)
        tail = hook("suspended", constant(self._loops, node), at=node)
        return hook("resumed", self._frame(node), tail, node, at=node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> Any:
        node.value = self.visit(node.value)
        tail = hook("suspended", constant(self._loops, node), at=node)
        return hook("resumed", self._frame(node), tail, node, at=node)

    def visit_Constant(self, node: ast.Constant) -> Any:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        self._defaults(node.args)
        # It has no frame of its own: none can be made in an expression that is looped over.
        with Inside(self, "lambda", node):
            node.body = hook("last", *self._given(node), self.visit(node.body), at=node.body)
        return node

    def _leaves(self, target: ast.AST, kind: str) -> list[tuple[int, ast.Name]]:
        return [
            (self._assigns(kind, name, (), name), name)
            for name in ast.walk(target)
            if isinstance(name, ast.Name)
        ]

"""The script's syntax tree rewritten, so that each number goes through a hook of the recorder.

The hooks are called by names that no script can write, among the built-in functions: neither the
script's names nor its results change. They take the number of the node, and what the part needs.
"""

from __future__ import annotations

import ast
import copy
from typing import Any

from .building import constant, delete, do, has_yield, hook, is_docstring, is_future, name_of
from .expressions import Expressions
from .places import Inside


class Rewriter(Expressions):
    """Rewrites the statements of a script, and with them all of it."""

    def rewritten(self) -> ast.Module:
        """Return the tree with the hooks in it."""
        tree = self.script.tree
        start = 0
        body = tree.body
        while start < len(body) and (is_docstring(body, start) or is_future(body[start])):
            start += 1
        tree.body = body[:start] + self._body(body[start:])
        return ast.fix_missing_locations(tree)

    def _body(self, statements: list[Any]) -> list[Any]:
        made: list[Any] = []
        for statement in statements:
            result = self.visit(statement)
            if isinstance(result, list):
                made.extend(result)
            elif result is not None:
                made.append(result)
        return made

    def visit_Import(self, node: ast.Import) -> Any:
        return [node, do(hook("imported"), node)]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        return [node, do(hook("imported"), node)]

    def visit_Assign(self, node: ast.Assign) -> Any:
        origin = self._origin(node.value)
        value = self.visit(node.value)
        if len(node.targets) == 1:
            return self._assign(node.targets[0], value, origin, node)
        shared = self._temporary(node)
        made: list[Any] = [
            ast.copy_location(ast.Assign([name_of(shared, ast.Store(), node)], value), node)
        ]
        for target in node.targets:
            made.extend(self._assign(target, name_of(shared, ast.Load(), node), origin, node))
        made.append(delete(shared, node))
        return made

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is None:
            return node
        if not isinstance(node.target, ast.Name):
            origin = self._origin(node.value)
            return self._assign(node.target, self.visit(node.value), origin, node)
        number = self._assigns("annassign", node, (self.script.number(node.value),), node.target)
        node.value = self.visit(node.value)
        return [node, do(self._named(number, node.target), node)]

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        target: Any = node.target
        kind = "augassign:" + type(node.op).__name__
        read = self.script.number(target)
        number = self._assigns(kind, node, (read, self.script.number(node.value)), target)
        operation = constant(type(node.op).__name__, node)
        if isinstance(target, ast.Name):
            old = self._named(read, target)
            value = hook("augment", operation, old, self.visit(node.value))
            assigned = ast.copy_location(ast.Assign([target], value), node)
            return [assigned, do(self._named(number, target), node)]
        again = self._read_again(kind, node, self.script.nodes[number]["children"], target)
        self._held(read, target)
        what, container = self._container(target)
        loaded = hook("load_" + what, constant(read, node), container, self._key(target), at=target)
        stored = do(
            hook(
                "augment_" + what,
                constant(number, node),
                operation,
                loaded,
                self.visit(node.value),
            ),
            node,
        )
        return [stored, *again]

    def visit_For(self, node: ast.For) -> Any:
        number = self.script.number(node)
        before = self._frame(node), constant(self._loops, node)
        iterable = self.visit(node.iter)
        node.iter = hook("turns", constant(number, node), iterable, at=node.iter)
        if self._is_generator:
            node.iter.args.extend(copy.deepcopy(before))
        target, head = self._received(node.target, "for", node.target)
        node.target = target
        self._loops += 1
        node.body = head + self._body(node.body)
        self._loops -= 1
        node.orelse = self._body(node.orelse)
        return [node, do(hook("back", *before), node)]

    def visit_While(self, node: ast.While) -> Any:
        number = self.script.number(node)
        before = self._frame(node), constant(self._loops, node)
        turn = hook("turn", constant(number, node), *before, at=node.test)
        self._loops += 1
        test = ast.copy_location(ast.BoolOp(ast.And(), [turn, self.visit(node.test)]), node.test)
        node.test = test
        node.body = self._body(node.body)
        self._loops -= 1
        node.orelse = self._body(node.orelse)
        back = hook("back", copy.deepcopy(before[0]), copy.deepcopy(before[1]))
        return [node, do(back, node)]

    def visit_With(self, node: ast.With) -> Any:
        head: list[Any] = []
        for item in node.items:
            item.context_expr = self.visit(item.context_expr)
            if item.optional_vars is not None:
                item.optional_vars, more = self._received(item.optional_vars, "with", node)
                head.extend(more)
        node.body = head + self._body(node.body)
        return node

    def visit_Try(self, node: ast.Try) -> Any:
        node.body = self._body(node.body)
        for handler in node.handlers:
            if handler.type is not None:
                handler.type = self.visit(handler.type)
            handler.body = [self._back(node), *self._body(handler.body)]
        node.orelse = self._body(node.orelse)
        if node.finalbody:
            node.finalbody = [self._back(node), *self._body(node.finalbody)]
        return node

    def visit_TryStar(self, node: Any) -> Any:
        return self.visit_Try(node)

    def visit_If(self, node: ast.If) -> Any:
        node.test = self.visit(node.test)
        node.body = self._body(node.body)
        node.orelse = self._body(node.orelse)
        return node

    def visit_Return(self, node: ast.Return) -> Any:
        if node.value is not None:
            node.value = self.visit(node.value)
            if self._loops:
                node.value = hook("returned", self._frame(node), node.value, at=node.value)
        return node

    def visit_Delete(self, node: ast.Delete) -> Any:
        return node

    def visit_FunctionDef(self, node: Any) -> Any:
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        self._defaults(node.args)
        is_around, self._is_generator = self._is_generator, has_yield(node)
        with Inside(self, "function", node):
            start = 1 if is_docstring(node.body, 0) else 0
            document, body = node.body[:start], node.body[start:]
            entered = ast.copy_location(
                ast.Assign([name_of(self._frame_name(), ast.Store(), node)], self._enter(node)),
                node,
            )
            given = self._given(node)
            node.body = [*document, entered, *[do(part, node) for part in given]]
            node.body.extend(self._body(body))
        self._is_generator = is_around
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field, old in ast.iter_fields(node):
            if field in ("annotation", "returns", "pattern", "type_params"):
                continue
            if isinstance(old, list) and old and isinstance(old[0], ast.stmt):
                setattr(node, field, self._body(old))
            elif isinstance(old, list):
                old[:] = [self.visit(part) if isinstance(part, ast.AST) else part for part in old]
            elif isinstance(old, ast.AST):
                setattr(node, field, self.visit(old))
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        node.bases = [self.visit(part) for part in node.bases]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        self._classes.append(node.name)
        with Inside(self, "class", node):
            start = 1 if is_docstring(node.body, 0) else 0
            node.body = node.body[:start] + self._body(node.body[start:])
        self._classes.pop()
        return node

    def _origin(self, value: Any) -> _Origin:
        """Return where the parts of a value come from, before it is rewritten."""
        parts = []
        if isinstance(value, (ast.Tuple, ast.List)) and id(value) not in self.script.tables:
            parts = [self._origin(part) for part in value.elts]
            if any(isinstance(part, ast.Starred) for part in value.elts):
                parts = []
        return _Origin((self.script.number(value),), parts)

    def _assign(self, target: Any, value: ast.expr, origin: _Origin, node: Any) -> list[Any]:
        """Return the statements that give a target its value, and record it."""
        if isinstance(target, ast.Name):
            number = self._assigns("assign", node, origin.nodes, target)
            stored = ast.copy_location(ast.Assign([target], value), node)
            return [stored, do(self._named(number, target), node)]
        if isinstance(target, (ast.Attribute, ast.Subscript)):
            number = self._assigns("assign", node, origin.nodes, target)
            again = self._read_again("assign", node, origin.nodes, target)
            what, container = self._container(target)
            key = self._key(target)
            call = hook("store_" + what, constant(number, node), value, container, key, at=node)
            return [do(call, node), *again]
        received, after = self._received(target, "assign", node, origin)
        return [ast.copy_location(ast.Assign([received], value), node), *after]

    def _received(
        self, target: Any, kind: str, shown: ast.AST, origin: _Origin | None = None
    ) -> tuple[Any, list[Any]]:
        """Return a target in which names alone are left, and the statements that follow it."""
        after: list[Any] = []
        children = origin.nodes if origin is not None else ()
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = origin.parts if origin is not None else []
            is_starred = any(isinstance(part, ast.Starred) for part in target.elts)
            fits = len(parts) == len(target.elts) and not is_starred
            for at, part in enumerate(target.elts):
                own = parts[at] if fits else _Origin(children, [])
                target.elts[at], more = self._received(part, kind, shown, own)
                after.extend(more)
            return target, after
        if isinstance(target, ast.Starred):
            target.value, after = self._received(target.value, kind, shown, origin)
            return target, after
        number = self._assigns(kind, shown, children, target)
        if isinstance(target, ast.Name):
            return target, [do(self._named(number, target), target)]
        name = self._temporary(target)
        again = self._read_again(kind, shown, children, target)
        what, container = self._container(target)
        value = name_of(name, ast.Load(), target)
        key = self._key(target)
        stored = hook("store_" + what, constant(number, target), value, container, key)
        after = [do(stored, target), delete(name, target), *again]
        return name_of(name, ast.Store(), target), after

    def _enter(self, node: ast.AST) -> ast.expr:
        return hook("enter", at=node)

    def _back(self, node: ast.AST) -> ast.stmt:
        return do(hook("back", self._frame(node), constant(self._loops, node)), node)


class _Origin:
    """The node of a value, and those of its parts where it is written as a tuple."""

    def __init__(self, nodes: tuple[int, ...], parts: list[_Origin]) -> None:
        self.nodes = nodes
        self.parts = parts

"""The script's syntax tree rewritten, so that each number goes through a hook of the recorder.

The hooks are called by names that no script can write, among the built-in functions: neither the
script's names nor its results change. They take the number of the node, and what the part needs.
"""

from __future__ import annotations

import ast
import copy
from typing import Any

from .names import Scope, bound_in, parameters, targets_of
from .syntax import Script

_OWN_FRAME = frozenset({"super", "locals", "globals", "vars", "dir", "eval", "exec"})
"""Functions that look at the frame that calls them, which must stay the script's."""


class Rewriter(ast.NodeTransformer):
    """Rewrites the tree of a script.

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
        self._modules = _imported(script.tree)
        self._loops = 0
        self._classes: list[str] = []
        self._temporaries = 0
        self._is_generator = False

    def rewritten(self) -> ast.Module:
        """Return the tree with the hooks in it."""
        tree = self.script.tree
        start = 0
        body = tree.body
        while start < len(body) and (_is_docstring(body, start) or _is_future(body[start])):
            start += 1
        tree.body = body[:start] + self._body(body[start:])
        return ast.fix_missing_locations(tree)

    # Statements.

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
        return [node, _do(_hook("imported"), node)]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        return [node, _do(_hook("imported"), node)]

    def visit_Assign(self, node: ast.Assign) -> Any:
        origin = self._origin(node.value)
        value = self.visit(node.value)
        if len(node.targets) == 1:
            return self._assign(node.targets[0], value, origin, node)
        shared = self._temporary(node)
        made: list[Any] = [
            ast.copy_location(ast.Assign([_name(shared, ast.Store(), node)], value), node)
        ]
        for target in node.targets:
            made.extend(self._assign(target, _name(shared, ast.Load(), node), origin, node))
        made.append(_delete(shared, node))
        return made

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is None:
            return node
        if not isinstance(node.target, ast.Name):
            origin = self._origin(node.value)
            return self._assign(node.target, self.visit(node.value), origin, node)
        number = self._assigns("annassign", node, (self.script.number(node.value),), node.target)
        node.value = self.visit(node.value)
        return [node, _do(self._named(number, node.target), node)]

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        target: Any = node.target
        kind = "augassign:" + type(node.op).__name__
        read = self.script.number(target)
        number = self._assigns(kind, node, (read, self.script.number(node.value)), target)
        operation = _constant(type(node.op).__name__, node)
        if isinstance(target, ast.Name):
            old = self._named(read, target)
            value = _hook("augment", operation, old, self.visit(node.value))
            assigned = ast.copy_location(ast.Assign([target], value), node)
            return [assigned, _do(self._named(number, target), node)]
        again = self._read_again(kind, node, self.script.nodes[number]["children"], target)
        self._held(read, target)
        what, container = self._container(target)
        loaded = _hook(
            "load_" + what, _constant(read, node), container, self._key(target), at=target
        )
        stored = _do(
            _hook(
                "augment_" + what,
                _constant(number, node),
                operation,
                loaded,
                self.visit(node.value),
            ),
            node,
        )
        return [stored, *again]

    def visit_For(self, node: ast.For) -> Any:
        number = self.script.number(node)
        before = self._frame(node), _constant(self._loops, node)
        iterable = self.visit(node.iter)
        node.iter = _hook("turns", _constant(number, node), iterable, at=node.iter)
        if self._is_generator:
            node.iter.args.extend(copy.deepcopy(before))
        target, head = self._received(node.target, "for", node.target)
        node.target = target
        self._loops += 1
        node.body = head + self._body(node.body)
        self._loops -= 1
        node.orelse = self._body(node.orelse)
        return [node, _do(_hook("back", *before), node)]

    def visit_While(self, node: ast.While) -> Any:
        number = self.script.number(node)
        before = self._frame(node), _constant(self._loops, node)
        turn = _hook("turn", _constant(number, node), *before, at=node.test)
        self._loops += 1
        test = ast.copy_location(ast.BoolOp(ast.And(), [turn, self.visit(node.test)]), node.test)
        node.test = test
        node.body = self._body(node.body)
        self._loops -= 1
        node.orelse = self._body(node.orelse)
        back = _hook("back", copy.deepcopy(before[0]), copy.deepcopy(before[1]))
        return [node, _do(back, node)]

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
                node.value = _hook("returned", self._frame(node), node.value, at=node.value)
        return node

    def visit_Delete(self, node: ast.Delete) -> Any:
        return node

    def visit_FunctionDef(self, node: Any) -> Any:
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        self._defaults(node.args)
        is_around, self._is_generator = self._is_generator, _has_yield(node)
        with _Inside(self, "function", node):
            start = 1 if _is_docstring(node.body, 0) else 0
            document, body = node.body[:start], node.body[start:]
            entered = ast.copy_location(
                ast.Assign([_name(self._frame_name(), ast.Store(), node)], self._enter(node)), node
            )
            given = self._given(node)
            node.body = [*document, entered, *[_do(part, node) for part in given]]
            node.body.extend(self._body(body))
        self._is_generator = is_around
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        self._defaults(node.args)
        with _Inside(self, "function", node):
            entered = ast.NamedExpr(_name(self._frame_name(), ast.Store(), node), self._enter(node))
            parts = [entered, *self._given(node), self.visit(node.body)]
            node.body = _hook("last", *parts, at=node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        node.bases = [self.visit(part) for part in node.bases]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        self._classes.append(node.name)
        with _Inside(self, "class", node):
            start = 1 if _is_docstring(node.body, 0) else 0
            node.body = node.body[:start] + self._body(node.body[start:])
        self._classes.pop()
        return node

    # Expressions.

    def _value(self, node: Any, number: int) -> ast.expr:
        return _hook("value", _constant(number, node), node, at=node)

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
        inner = [part.elts if isinstance(part, ast.List) else None for part in node.elts]
        self.generic_visit(node)
        for at, part in enumerate(inner):
            # Of a table that is written out only the whole is recorded.
            call = node.elts[at]
            if part is not None and isinstance(call, ast.Call):
                node.elts[at] = call.args[1]
        return self._value(node, number)

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
        return _hook(
            "attribute", _constant(number, node), self.visit(node.value), self._key(node), at=node
        )

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        if not isinstance(node.ctx, ast.Load):
            return node
        number = self.script.number(node)
        self._held(number, node)
        return _hook(
            "item", _constant(number, node), self.visit(node.value), self._key(node), at=node
        )

    def visit_Call(self, node: ast.Call) -> Any:
        number = self.script.number(node)
        function = node.func
        is_own = isinstance(function, ast.Name) and function.id in _OWN_FRAME
        setting = None
        if isinstance(function, ast.Name) and function.id == "setattr" and len(node.args) == 3:
            value = self.script.number(node.args[2])
            setting = self.script.add("setattr", node, (value,), number)
            self.containers[setting] = self.script.simple_text(node.args[0])
        elif isinstance(function, ast.Name) and function.id == "getattr" and node.args:
            self.containers[number] = self.script.simple_text(node.args[0])
        if isinstance(function, ast.Attribute) and not _is_module(function.value, self._modules):
            function.value = self.visit(function.value)
        elif not isinstance(function, (ast.Name, ast.Attribute)):
            node.func = self.visit(function)
        node.args = [self.visit(part) for part in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        if is_own:
            return self._value(node, number)
        if setting is not None:
            number = setting
            return _hook("set", _constant(number, node), node.func, *node.args, at=node)
        if isinstance(function, ast.Name) and function.id == "getattr" and not node.keywords:
            return _hook("get", _constant(number, node), node.func, *node.args, at=node)
        called = _hook("call", _constant(number, node), node.func, *node.args, at=node)
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
                generator.iter = _hook("turns", _constant(loop, node), iterable, at=iterable)
            seen = [self._named(part, name) for part, name in self._leaves(generator.target, "for")]
            tests = [self.visit(test) for test in generator.ifs]
            generator.ifs = ([_hook("true", *seen, at=generator.target)] if seen else []) + tests
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
        tail = _hook("suspended", _constant(self._loops, node), at=node)
        return _hook("resumed", self._frame(node), tail, node, at=node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> Any:
        node.value = self.visit(node.value)
        tail = _hook("suspended", _constant(self._loops, node), at=node)
        return _hook("resumed", self._frame(node), tail, node, at=node)

    def visit_Constant(self, node: ast.Constant) -> Any:
        return node

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

    # Places.

    def _origin(self, value: Any) -> _Origin:
        """Return where the parts of a value come from, before it is rewritten."""
        parts = []
        if isinstance(value, (ast.Tuple, ast.List)):
            parts = [self._origin(part) for part in value.elts]
            if any(isinstance(part, ast.Starred) for part in value.elts):
                parts = []
        return _Origin((self.script.number(value),), parts)

    def _assign(self, target: Any, value: ast.expr, origin: _Origin, node: Any) -> list[Any]:
        """Return the statements that give a target its value, and record it."""
        if isinstance(target, ast.Name):
            number = self._assigns("assign", node, origin.nodes, target)
            stored = ast.copy_location(ast.Assign([target], value), node)
            return [stored, _do(self._named(number, target), node)]
        if isinstance(target, (ast.Attribute, ast.Subscript)):
            number = self._assigns("assign", node, origin.nodes, target)
            again = self._read_again("assign", node, origin.nodes, target)
            what, container = self._container(target)
            key = self._key(target)
            hook = _hook("store_" + what, _constant(number, node), value, container, key, at=node)
            return [_do(hook, node), *again]
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
            return target, [_do(self._named(number, target), target)]
        name = self._temporary(target)
        again = self._read_again(kind, shown, children, target)
        what, container = self._container(target)
        value = _name(name, ast.Load(), target)
        hook = _hook(
            "store_" + what, _constant(number, target), value, container, self._key(target)
        )
        after = [_do(hook, target), _delete(name, target), *again]
        return _name(name, ast.Store(), target), after

    def _leaves(self, target: ast.AST, kind: str) -> list[tuple[int, ast.Name]]:
        return [
            (self._assigns(kind, name, (), name), name)
            for name in ast.walk(target)
            if isinstance(name, ast.Name)
        ]

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
            return _constant(name, target)
        return self._index(target.slice)

    def _index(self, part: Any) -> ast.expr:
        """Return an index as an expression; a slice is written as the object that it makes."""
        if type(part).__name__ == "Index":
            return self._index(part.value)
        if isinstance(part, ast.Slice):
            ends = [
                self.visit(end) if end is not None else _constant(None, part)
                for end in (part.lower, part.upper, part.step)
            ]
            return _hook("slice", *ends, at=part)
        if type(part).__name__ == "ExtSlice":
            parts = [self._index(inner) for inner in part.dims]
            return ast.Tuple(parts, ast.Load())
        if isinstance(part, ast.Tuple):
            parts = [self._index(inner) for inner in part.elts]
            return ast.copy_location(ast.Tuple(parts, ast.Load()), part)
        return self.visit(part)  # type: ignore[no-any-return]

    def _read_again(
        self, kind: str, shown: ast.AST, children: tuple[int, ...], target: Any
    ) -> list[Any]:
        """Return what records an array or a list after one of its elements was stored."""
        made: list[Any] = []
        while isinstance(target, ast.Subscript) and _can_be_peeked(target.value):
            target = target.value
            number = self._assigns(kind, shown, children, target)
            if isinstance(target, ast.Name):
                made.append(_do(self._named(number, target), target))
            else:
                made.append(_do(self._peek(number, target), target))
        return made

    def _peek(self, number: int, part: Any) -> ast.expr:
        """Return what reads a place once more without calling anything of the script's."""
        if isinstance(part, ast.Name):
            return _name(part.id, ast.Load(), part)
        what = "attribute" if isinstance(part, ast.Attribute) else "item"
        key = self._key(part) if what == "attribute" else copy.deepcopy(_bare(part.slice))
        container = self._peek(-1, part.value)
        return _hook("peek_" + what, _constant(number, part), container, key, at=part)

    def _named(self, number: int, name: ast.Name) -> ast.expr:
        read = _name(name.id, ast.Load(), name)
        return self._placed(number, name.id, read, self._scope.find(name.id))

    def _placed(self, number: int, text: str, value: Any, scope: Scope) -> ast.expr:
        while len(self.places) <= number:
            self.places.append(("", ""))
        if scope.kind == "module":
            self.places[number] = (text, text)
            return _hook("name", _constant(number, value), value, at=value)
        is_own = scope.kind != "function"
        self.places[number] = (text, "%s@%d" % (text, scope.number) if is_own else text)  # noqa: UP031
        function = scope.function()
        frame = self._frame_of(function, value)
        return _hook("local", _constant(number, value), value, frame, at=value)

    # Frames.

    def _frame_name(self) -> str:
        function = self._scope.function()
        return "@%d" % function.number if function else ""  # noqa: UP031

    def _frame(self, node: ast.AST) -> ast.expr:
        return self._frame_of(self._scope.function(), node)

    def _frame_of(self, function: Scope | None, node: ast.AST) -> ast.expr:
        if function is None:
            return _constant(None, node)
        return _name("@%d" % function.number, ast.Load(), node)  # noqa: UP031

    def _enter(self, node: ast.AST) -> ast.expr:
        return _hook("enter", at=node)

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

    def _back(self, node: ast.AST) -> ast.stmt:
        return _do(_hook("back", self._frame(node), _constant(self._loops, node)), node)

    def _temporary(self, node: ast.AST) -> str:
        self._temporaries += 1
        return "@t%d" % self._temporaries  # noqa: UP031


class _Origin:
    """The node of a value, and those of its parts where it is written as a tuple."""

    def __init__(self, nodes: tuple[int, ...], parts: list[_Origin]) -> None:
        self.nodes = nodes
        self.parts = parts


class _Inside:
    """Goes into a function or a class, and out again."""

    def __init__(self, rewriter: Rewriter, kind: str, node: Any) -> None:
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


def _hook(name: str, *arguments: ast.expr, at: ast.AST | None = None) -> ast.Call:
    call = ast.Call(ast.Name("@" + name, ast.Load()), list(arguments), [])
    if at is not None:
        ast.copy_location(call, at)
        ast.copy_location(call.func, at)
    return call


def _do(expression: ast.expr, at: ast.AST) -> ast.stmt:
    if not hasattr(expression, "lineno"):
        ast.copy_location(expression, at)
    return ast.copy_location(ast.Expr(expression), at)


def _name(name: str, context: ast.expr_context, at: ast.AST) -> ast.Name:
    return ast.copy_location(ast.Name(name, context), at)


def _delete(name: str, at: ast.AST) -> ast.stmt:
    return ast.copy_location(ast.Delete([_name(name, ast.Del(), at)]), at)


def _constant(value: Any, at: ast.AST) -> ast.Constant:
    return ast.copy_location(ast.Constant(value), at)


def _has_yield(function: ast.AST) -> bool:
    return any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in ast.walk(function))


def _is_docstring(body: list[Any], at: int) -> bool:
    first = body[at] if at == 0 and body else None
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return is_text and isinstance(first.value.value, str)  # type: ignore[union-attr]


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _bare(index: Any) -> Any:
    """Return an index without what Python 3.8 wraps it in."""
    return index.value if type(index).__name__ == "Index" else index


def _can_be_peeked(part: ast.AST) -> bool:
    """Whether it is a name, or an attribute or element of one, with an index of plain names."""
    while isinstance(part, (ast.Attribute, ast.Subscript)):
        if isinstance(part, ast.Subscript):
            kinds = (ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
            for child in ast.walk(part.slice):
                if not isinstance(child, (*kinds, ast.Load)) and type(child).__name__ != "Index":
                    return False
        part = part.value
    return isinstance(part, ast.Name)


def _is_module(part: ast.AST, modules: Any) -> bool:
    while isinstance(part, ast.Attribute):
        part = part.value
    return isinstance(part, ast.Name) and part.id in modules


def _imported(tree: ast.AST) -> Any:
    """Return the names of imported modules that are nothing else."""
    names: set[str] = set()
    for part in ast.walk(tree):
        if isinstance(part, ast.Import):
            names.update((alias.asname or alias.name).split(".")[0] for alias in part.names)
    for part in ast.walk(tree):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            names.discard(part.id)
        elif isinstance(part, ast.arg):
            names.discard(part.arg)
    return names

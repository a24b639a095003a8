"""Which names of a function are its own, those of a function around it, or of the module."""

from __future__ import annotations

import ast
from typing import Any

from .syntax import Comprehensions, Functions


class Scope:
    """A module, class, function or comprehension, with the names that are bound in it.

    Args:
        kind: "module", "class", "function", "lambda" or "comprehension".
        number: The number of its node.
        bound: The names.
        outside: The names that a function declares to be the module's.
        around: The scope around it.
    """

    def __init__(
        self,
        kind: str,
        number: int,
        bound: set[str],
        outside: set[str],
        around: Scope | None,
    ) -> None:
        self.kind = kind
        self.number = number
        self.bound = bound
        self.outside = outside
        self.around = around

    def find(self, name: str) -> Scope:
        """Return the scope whose name it is when it is read here."""
        scope: Scope = self
        is_inner = False
        while scope.around is not None:
            if name in scope.outside:
                break
            if name in scope.bound and not (is_inner and scope.kind == "class"):
                return scope
            is_inner = is_inner or scope.kind != "class"
            scope = scope.around
        while scope.around is not None:
            scope = scope.around
        return scope

    def function(self) -> Scope | None:
        """Return the function in which its statements run; None where that is the module."""
        scope: Scope | None = self
        while scope is not None and scope.kind != "function":
            scope = scope.around
        return scope


def bound_in(part: Any) -> tuple[set[str], set[str]]:
    """Return the names that a function or class binds, and those it declares global."""
    collected = _Bound()
    arguments = getattr(part, "args", None)
    if isinstance(arguments, ast.arguments):
        collected.bound.update(argument.arg for argument in parameters(arguments))
    body = part.body if isinstance(part.body, list) else [part.body]
    for statement in body:
        collected.visit(statement)
    return collected.bound - collected.outside - collected.enclosing, collected.outside


def targets_of(part: ast.AST) -> set[str]:
    """Return the names that the targets of a comprehension bind."""
    return {name.id for name in ast.walk(part) if isinstance(name, ast.Name)}


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return the parameters of a function, in order."""
    given = [*arguments.posonlyargs, *arguments.args]
    if arguments.vararg:
        given.append(arguments.vararg)
    given.extend(arguments.kwonlyargs)
    if arguments.kwarg:
        given.append(arguments.kwarg)
    return given


class _Bound(ast.NodeVisitor):
    """Collects the names that statements bind, without those of inner scopes."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.outside: set[str] = set()
        self.enclosing: set[str] = set()

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, (ast.Store, ast.Del)):
                self.bound.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.bound.add(node.name)
        elif isinstance(node, ast.Global):
            self.outside.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            self.enclosing.update(node.names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.bound.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler):
            if node.name:
                self.bound.add(node.name)
            self.generic_visit(node)
        elif isinstance(node, Comprehensions):
            for child in ast.walk(node):
                if isinstance(child, ast.NamedExpr):
                    self.visit(child.target)
        elif not isinstance(node, Functions):
            self.generic_visit(node)
            for field in ("name", "rest"):
                # A pattern of `match` binds by plain text.
                name = getattr(node, field, None)
                if isinstance(name, str) and type(node).__name__.startswith("Match"):
                    self.bound.add(name)

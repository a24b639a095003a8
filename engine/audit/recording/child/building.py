"""Small parts of syntax trees: made for the hooks, or looked for in a script."""

from __future__ import annotations

import ast
from typing import Any


def hook(name: str, *arguments: ast.expr, at: ast.AST | None = None) -> ast.Call:
    """Return the call of a hook, at the place of a part of the script."""
    call = ast.Call(ast.Name("@" + name, ast.Load()), list(arguments), [])
    if at is not None:
        ast.copy_location(call, at)
        ast.copy_location(call.func, at)
    return call


def do(expression: ast.expr, at: ast.AST) -> ast.stmt:
    """Return an expression as a statement."""
    if not hasattr(expression, "lineno"):
        ast.copy_location(expression, at)
    return ast.copy_location(ast.Expr(expression), at)


def name_of(name: str, context: ast.expr_context, at: ast.AST) -> ast.Name:
    """Return a name that is read, stored or deleted."""
    return ast.copy_location(ast.Name(name, context), at)


def delete(name: str, at: ast.AST) -> ast.stmt:
    """Return the statement that deletes a name."""
    return ast.copy_location(ast.Delete([name_of(name, ast.Del(), at)]), at)


def constant(value: Any, at: ast.AST) -> ast.Constant:
    """Return a constant."""
    return ast.copy_location(ast.Constant(value), at)


def has_yield(function: ast.AST) -> bool:
    """Tell whether a function is a generator."""
    return any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in ast.walk(function))


def is_docstring(body: list[Any], at: int) -> bool:
    """Tell whether a statement is the text that documents what it is the first of."""
    first = body[at] if at == 0 and body else None
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return is_text and isinstance(first.value.value, str)  # type: ignore[union-attr]


def is_future(statement: ast.stmt) -> bool:
    """Tell whether a statement imports from the future."""
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def is_module(part: ast.AST, modules: Any) -> bool:
    """Tell whether it is a module, or an attribute of one."""
    while isinstance(part, ast.Attribute):
        part = part.value
    return isinstance(part, ast.Name) and part.id in modules


def imported(tree: ast.AST) -> Any:
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

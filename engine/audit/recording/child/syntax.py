"""The parts of a script: a number for each expression, with its place in the text and operands."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .precision import compute_in_full, is_computed_in_full

if TYPE_CHECKING:
    from collections.abc import Iterable

Functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Comprehensions = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LONG = 64


class Script:
    """A script's syntax tree and the table of its parts.

    Args:
        text: The source.
        name: The name of the file, for the compiler.
    """

    def __init__(self, text: str, name: str) -> None:
        self.tree = ast.parse(text, name)
        if is_computed_in_full(text):
            compute_in_full(self.tree)
        self.lines = text.split("\n")
        self.nodes: list[dict[str, Any]] = []
        self.tables: set[int] = set()
        """The ids of long tables of constants, of which the parts have no numbers."""
        self._numbers: dict[int, int] = {}
        self._scope: list[str] = []
        self._loops: list[int] = []
        self._in_text = 0
        self._columns: dict[int, list[int]] = {}
        self._describe(self.tree)

    def number(self, part: ast.AST) -> int:
        """Return the number of an expression, loop or function of the original tree."""
        return self._numbers[id(part)]

    def add(
        self,
        kind: str,
        at: ast.AST,
        children: tuple[int, ...],
        like: int,
    ) -> int:
        """Add a part that assigns, in the scope and the loops of another one."""
        other = self.nodes[like]
        return self._add(kind, at, children, "", other["scope"], list(other["loops"]))

    def text(self, part: ast.AST) -> str:
        """Return the source of a part, as it is written."""
        line, column, end_line, end_column = self._extent(part)
        lines = self.lines[line - 1 : end_line]
        if not lines or self._in_text:
            return _written(part)
        if len(lines) == 1:
            return lines[0][column:end_column]
        return "\n".join([lines[0][column:], *lines[1:-1], lines[-1][:end_column]])

    def simple_text(self, part: ast.AST) -> str:
        """Return the source of a name, or of an attribute or element of one; "" otherwise."""
        inner = part
        while isinstance(inner, (ast.Attribute, ast.Subscript)):
            inner = inner.value
        text = self.nodes[self.number(part)]["source"] if isinstance(inner, ast.Name) else ""
        return "".join(text.split())[:200]

    def _describe(self, part: Any) -> None:
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            self._number(part, "def", ())
            self._describe_scope(part)
            return
        if isinstance(part, (ast.For, ast.AsyncFor, ast.While)):
            self._number(part, "loop:" + type(part).__name__.replace("Async", ""), ())
            if isinstance(part, ast.While):
                self._within(part, [part.test, *part.body])
            else:
                self._describe(part.target)
                self._describe(part.iter)
                self._within(part, part.body)
            self._describe_all(part.orelse)
            return
        if isinstance(part, Comprehensions):
            before = len(self._loops)
            for generator in part.generators:
                self._describe(generator.iter)
                self._number(generator, "loop:comprehension", ())
                self._loops.append(self.number(generator))
                self._describe_all([generator.target, *generator.ifs])
            for field in ("key", "value", "elt"):
                if hasattr(part, field):
                    self._describe(getattr(part, field))
            del self._loops[before:]
            self._number(part, type(part).__name__, ())
            return
        if _is_long_table(part):
            self.tables.add(id(part))
            self._number(part, type(part).__name__, ())
            return
        self._in_text += isinstance(part, ast.JoinedStr)
        self._describe_all(ast.iter_child_nodes(part))
        if isinstance(part, ast.expr):
            self._number(part, _kind(part), self._children(part))
        self._in_text -= isinstance(part, ast.JoinedStr)

    def _within(self, loop: ast.AST, body: list[Any]) -> None:
        self._loops.append(self.number(loop))
        self._describe_all(body)
        self._loops.pop()

    def _describe_all(self, parts: Iterable[ast.AST]) -> None:
        for part in parts:
            self._describe(part)

    def _describe_scope(self, part: Any) -> None:
        inside: list[ast.AST] = part.body if isinstance(part.body, list) else [part.body]
        self._describe_all(child for child in ast.iter_child_nodes(part) if child not in inside)
        loops, self._loops = self._loops, []
        self._scope.append(getattr(part, "name", "<lambda>"))
        self._describe_all(inside)
        self._scope.pop()
        self._loops = loops

    def _children(self, part: Any) -> tuple[int, ...]:
        number = self._numbers.get
        if isinstance(part, ast.Call):
            receiver: ast.AST | None = part.func
            if isinstance(receiver, ast.Attribute):
                receiver = receiver.value
            given = [*part.args, *[keyword.value for keyword in part.keywords]]
            is_bare = isinstance(part.func, ast.Name)
            first = -1 if is_bare else number(id(receiver), -1)
            return (first, *[number(id(child), -1) for child in given])
        children = [child for child in ast.iter_child_nodes(part) if isinstance(child, ast.expr)]
        return tuple(number(id(child), -1) for child in children)

    def _number(self, part: ast.AST, kind: str, children: tuple[int, ...]) -> None:
        function = ""
        if isinstance(part, ast.Call) and isinstance(part.func, (ast.Name, ast.Attribute)):
            function = " ".join(self.text(part.func).split())
        scope = ".".join(self._scope)
        self._numbers[id(part)] = self._add(kind, part, children, function, scope, self._loops)

    def _add(
        self,
        kind: str,
        at: ast.AST,
        children: tuple[int, ...],
        function: str,
        scope: str,
        loops: list[int],
    ) -> int:
        line, column, end_line, end_column = self._extent(at)
        constant = None
        if isinstance(at, ast.Constant) and type(at.value) in (bool, int, float):
            constant = at.value
        self.nodes.append(
            {
                "kind": kind,
                "line": line,
                "column": column,
                "end_line": end_line,
                "end_column": end_column,
                "source": self.text(at)[:2000],
                "children": children,
                "function": function[:200],
                "scope": scope[:500],
                "loops": tuple(loops),
                "constant": constant,
            }
        )
        return len(self.nodes) - 1

    def _extent(self, part: Any) -> tuple[int, int, int, int]:
        first = last = part
        if isinstance(part, ast.comprehension):
            first, last = part.target, part.iter
        elif isinstance(part, (ast.For, ast.AsyncFor)):
            last = part.iter
        elif isinstance(part, ast.While):
            last = part.test
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            # A function is told by its first line.
            end = len(self.lines[part.lineno - 1])
            return part.lineno, self.column(part.lineno, part.col_offset), part.lineno, end
        end_line, end_column = last.end_lineno or last.lineno, last.end_col_offset or 0
        return (
            first.lineno,
            self.column(first.lineno, first.col_offset),
            end_line,
            self.column(end_line, end_column),
        )

    def column(self, line: int, offset: int) -> int:
        """Return the column in characters; the syntax tree counts bytes."""
        if not 0 < line <= len(self.lines):
            return offset
        if line not in self._columns:
            text = self.lines[line - 1]
            # The characters of each byte, where they differ.
            self._columns[line] = (
                [column for column, letter in enumerate(text) for _ in letter.encode()]
                if not text.isascii()
                else []
            )
        columns = self._columns[line]
        if offset < len(columns):
            return columns[offset]
        return len(self.lines[line - 1]) if columns else offset


def _is_long_table(part: ast.AST) -> bool:
    """Whether it is a list of constants that is written out, and long."""
    if not isinstance(part, (ast.List, ast.Tuple)) or len(part.elts) < _LONG:
        return False
    kinds = (ast.List, ast.Tuple, ast.Constant, ast.UnaryOp, ast.unaryop, ast.Load)
    return all(isinstance(child, kinds) for child in ast.walk(part))


def _kind(part: ast.expr) -> str:
    name = type(part).__name__
    if isinstance(part, (ast.BinOp, ast.UnaryOp, ast.BoolOp)):
        return name + ":" + type(part.op).__name__
    if isinstance(part, ast.Compare):
        return name + ":" + type(part.ops[0]).__name__
    return name


def _written(part: ast.AST) -> str:
    unparse = getattr(ast, "unparse", None)
    try:
        return str(unparse(part)) if unparse else ""
    except (ValueError, RecursionError):
        return ""

"""Turns the text of an expression into Python's syntax tree, within limits."""

from __future__ import annotations

import ast
import re
import warnings

from engine.errors import QueryError
from engine.text import MINUS, clean

LONGEST = 400
"""Characters."""
_MOST_NODES = 240
_LINE_BREAK = re.compile(r"[\r\n\f]")


_DERIVATIVE = re.compile(r"∂([^\W\d_]\w*)/∂([^\W\d_]\w*)")
_HINTS = (
    (re.compile(r"&&|\|\|"), "; and, or, not combine conditions"),
    (re.compile(r"[^<>=!]=(?!=)"), "; == compares"),
    (
        re.compile(r"\sover\b"),
        "; in the prompt (:) an expression may end with over 1000.. or over 10..20 or over all",
    ),
)


def _plain(text: str) -> str:
    """Write the symbols of the screen as identifiers: ∂E/∂ŷ as dE_dyhat."""

    def identifier(match: re.Match[str]) -> str:
        of, by = (symbol.replace("ŷ", "yhat") for symbol in match.groups())
        return f"d{of}_d{by}"

    return _DERIVATIVE.sub(identifier, text.replace("f₀", "f0").replace(MINUS, "-"))


def parse(text: str) -> ast.expr:
    """Return the syntax tree of an expression, the columns being those of the text.

    Raises:
        QueryError: It is no expression, or too long.
    """
    if len(text) > LONGEST:
        raise QueryError(f"an expression has at most {LONGEST} characters")
    if not text.strip():
        raise QueryError("an expression is needed, for example norm(dE_dw) < 0.001")
    indent = len(text) - len(text.lstrip())
    source = _plain(_LINE_BREAK.sub(" ", text.strip()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, mode="eval")
    except SyntaxError as error:
        # Python tells no place where something is missing at the end.
        column = indent + (error.offset or len(source) + 1)
        hint = next((hint for sign, hint in _HINTS if sign.search(source)), "")
        raise QueryError(f"column {column}: {clean(error.msg)}{hint}") from None
    except (ValueError, RecursionError, MemoryError):
        raise QueryError("this cannot be read as an expression") from None
    if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
        raise QueryError("this expression is too long: split it")
    encoded = source.encode()
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            # Python counts bytes, from the first that is no blank.
            node.col_offset = indent + len(encoded[: node.col_offset].decode())
    return tree.body


def described(node: ast.AST) -> str:
    """Return what a node of the tree is, in the words of a user."""
    if isinstance(node, ast.Constant):
        return "text" if isinstance(node.value, (str, bytes)) else "this constant"
    return {
        "Attribute": "a dot",
        "Lambda": "lambda",
        "IfExp": "if",
        "NamedExpr": ":=",
        "JoinedStr": "text",
        "Tuple": "a comma",
    }.get(type(node).__name__, "this")


def refusal(node: ast.AST, problem: str) -> QueryError:
    """Return the error that tells a problem with a node and where it stands."""
    column = getattr(node, "col_offset", None)
    return QueryError(f"column {column + 1}: {problem}" if column is not None else problem)

"""Turns the text of an expression into Python's syntax tree, within limits."""

from __future__ import annotations

import ast
import re
import warnings

from engine.common.errors import QueryError
from engine.common.numbers import MINUS
from engine.common.text import clean, without_subscripts
from engine.formula.tensor import NOUNS

LONGEST = 400
"""Characters."""
_MOST_NODES = 240
_LINE_BREAK = re.compile(r"[\r\n\f]")
_SHOWN = re.compile(
    r"∂(?P<of>[^\W\d_]\w*)/∂(?P<by>[^\W\d_]\w*)"
    rf"|(?<=[\[,])\s*(?P<name>(?:{'|'.join(NOUNS.values())})\s+[^\s\[\],][^\[\],]*|g\d+\.\d+)"
)
"""Names as the screen writes them: ∂E/∂ŷ, and in an index obs 4 and g2.1."""
PRODUCT = "a product is written with *"
_HINTS = (
    (re.compile(r"&&|\|\|"), "; and, or, not combine conditions"),
    (re.compile(r"[^<>=!]=(?!=)"), "; == compares"),
    (
        re.compile(r"\sover\b"),
        "; in the prompt (:) an expression may end with over 1000.. or over 10..20 or over all",
    ),
)


def _plain(text: str) -> tuple[str, list[int]]:
    """Write what is written as on the screen as Python can read it: ∂E/∂ŷ as dE_dyhat.

    Returns:
        The source, and for each of its characters and its end the place in the text.
    """
    source, places, end = "", list[int](), 0
    text = without_subscripts(text).replace(MINUS, "-")
    for match in _SHOWN.finditer(text):
        is_name = match["name"] is not None
        start = match.start("name" if is_name else 0)
        written = _quoted(match["name"]) if is_name else _identifier(match)
        source += text[end : match.start()] + written
        places += [*range(end, match.start()), *[start] * len(written)]
        end = match.end()
    return source + text[end:], [*places, *range(end, len(text) + 1)]


def _quoted(name: str) -> str:
    return repr(" ".join(name.split(maxsplit=1)).rstrip())


def _identifier(derivative: re.Match[str]) -> str:
    of, by = (derivative[name].replace("ŷ", "yhat") for name in ("of", "by"))
    return f"d{of}_d{by}"


def parse(text: str) -> ast.expr:
    """Return the syntax tree of an expression, with the columns of the text.

    Raises:
        QueryError: It is not an expression, or too long.
    """
    if len(text) > LONGEST:
        raise QueryError(f"an expression has at most {LONGEST} characters")
    if not text.strip():
        raise QueryError("an expression is needed, for example norm(dE_dw) < 0.001")
    indent = len(text) - len(text.lstrip())
    source, places = _plain(_LINE_BREAK.sub(" ", text.strip()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, mode="eval")
    except SyntaxError as error:
        # Python tells no place where something is missing at the end.
        place = (error.offset or len(source) + 1) - 1
        column = indent + places[min(place, len(source))] + 1
        hint = next((hint for sign, hint in _HINTS if sign.search(source)), "")
        if place >= len(source) and not hint:
            hint = ": something is missing at the end"
        words = PRODUCT if "decimal literal" in error.msg else f"{clean(error.msg)}{hint}"
        raise QueryError(f"column {column}: {words}") from None
    except (ValueError, RecursionError, MemoryError):
        raise QueryError("this cannot be read as an expression") from None
    if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
        raise QueryError("this expression is too long: split it")
    encoded = source.encode()
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            # Python counts bytes, from the first that is no blank.
            place = len(encoded[: _start(node, encoded)].decode())
            node.col_offset = indent + places[place]
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name | ast.Attribute):
            raise refusal(node, PRODUCT)
    return tree.body


def _start(node: ast.expr, encoded: bytes) -> int:
    """Return the byte at which a node begins, or at which the trouble with it does."""
    if isinstance(node, ast.Attribute):
        return encoded.rindex(b".", 0, node.end_col_offset)
    return node.col_offset


def described(node: ast.AST) -> str:
    """Describe a node of the syntax tree in the user's words."""
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
    """Return an error with a problem and the column of its node."""
    column = getattr(node, "col_offset", None)
    return QueryError(f"column {column + 1}: {problem}" if column is not None else problem)

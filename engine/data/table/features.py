"""Inputs computed from the columns of the table, in the expression language."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import InputError, QueryError
from engine.common.numbers import grouped
from engine.common.text import clean, normalised
from engine.language.compiler import compile_query
from engine.language.functions import FUNCTIONS
from engine.language.parsing import parse
from engine.language.term import Term

_MOST = 1000
_NO_NAME = re.compile(r"\W+")


class _Columns:
    """The inputs by name; what is no letter, digit or _ in a name is written as _."""

    def __init__(self, names: Sequence[str], x: NDArray[np.float64]) -> None:
        self._columns: dict[str, list[tuple[str, NDArray[np.float64]]]] = {}
        for own, column in zip(names, x.T, strict=True):
            self._columns.setdefault(identifier(own), []).append((own, column))

    def term(self, name: str) -> Term:
        meant = self._columns.get(name)
        if meant is None:
            known = clean(", ".join(self._columns), 400)
            raise QueryError(f"no input {clean(name, 40)!r}; there are {known}")
        if len(meant) > 1:
            names = " and ".join(repr(clean(own, 40)) for own, _ in meant)
            raise QueryError(f"{clean(name, 40)!r} can mean {names}; rename one")
        ((_, column),) = meant
        return Term(lambda: column, column.shape)

    def yours(self, name: str) -> Term:
        raise QueryError("yours has no meaning for a column")

    def previous(self, name: str) -> Term:
        raise QueryError("prev has no meaning for a column")


def identifier(name: str) -> str:
    """Write a column's name as an expression can name it."""
    plain = _NO_NAME.sub("_", normalised(name))
    return f"_{plain}" if plain[:1].isdigit() else plain


def compute_features(
    text: str, names: Sequence[str], x: NDArray[np.float64], lines: Sequence[int]
) -> tuple[list[str], NDArray[np.float64]]:
    """Compute expressions of the inputs, separated by commas.

    Args:
        text: E.g. ``input1*input2, sin(input1)``.
        names: The I names of the inputs.
        x: N × I.
        lines: For each observation, its line in the file.

    Returns:
        The F expressions and their values, N × F.

    Raises:
        InputError: An expression cannot be read, mixes observations, or is not finite.
    """
    columns = _Columns(names, x)
    parts = _split(text)
    if len(parts) > _MOST:
        raise InputError(
            f"--features: {grouped(len(parts))} of them; at most {grouped(_MOST)} are possible"
        )
    computed = np.empty((len(x), len(parts)))
    for k, part in enumerate(parts):
        shown = clean(part, 60)
        if part in names or part in parts[:k]:
            raise InputError(f"--features {shown}: this input is there already")
        try:
            _refuse_mixing(parse(part))
            query = compile_query(part, columns)
            if query.term.shape != (len(x),):
                raise QueryError("it names no input, so that it is the same for every observation")
            computed[:, k] = query.value()
        except QueryError as error:
            raise InputError(f"--features {shown}: {error}") from None
        bad = ~np.isfinite(computed[:, k])
        if bad.any():
            line = lines[int(np.argmax(bad))]
            raise InputError(f"--features {shown}: no finite number in line {line} of the table")
    return [clean(part) for part in parts], computed


def features_at(
    expressions: Sequence[str], names: Sequence[str], x: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Compute the same expressions, already known to be good, for other points.

    Args:
        expressions: The F expressions.
        names: The I names of the inputs.
        x: P × I.

    Returns:
        P × F; not finite where an expression has no value.
    """
    columns = _Columns(names, x)
    with np.errstate(all="ignore"):
        values = [compile_query(text, columns).value() for text in expressions]
    return np.array(values, dtype=np.float64).reshape(len(values), len(x)).T


def _split(text: str) -> list[str]:
    """Cut at the commas that stand in no brackets."""
    parts, depth = [""], 0
    for character in text.replace("²", "**2").replace("³", "**3"):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    stripped = [part.strip() for part in parts]
    return stripped[:-1] if stripped and not stripped[-1] else stripped


def _refuse_mixing(tree: ast.expr) -> None:
    """Refuse what computes one observation's value from others, perhaps held-out ones."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            function = FUNCTIONS.get(node.func.id)
            if function is not None and function.reduces:
                raise QueryError(f"{node.func.id} would mix the observations")
        if isinstance(node, ast.Subscript) or (
            isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
        ):
            raise QueryError("[ ] and @ would mix the observations")

"""A compiled part of an expression, and the names that it can use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from engine.formula.tensor import Axis
from engine.language.lowering import Lower

Shape = tuple[int, ...]
Index = int | slice | Callable[[], int]
"""Rows or columns; a function finds the row anew in each batch."""


@dataclass(frozen=True)
class Term:
    """A compiled part of an expression.

    Attributes:
        evaluate: Computes the value from what the tensors hold now.
        shape: The shape of the value.
        is_truth: Whether the value is true or false and not a number.
        work: The number of elements that it computes or copies itself, without its parts.
        lower: Adds the calls that compute it; None where these depend on the batch at hand.
        axes: What each dimension counts, for a tensor; None where it has no names.
    """

    evaluate: Callable[[], Any]
    shape: Shape = ()
    is_truth: bool = False
    axes: tuple[Axis | None, ...] = ()
    work: int = 0
    lower: Lower | None = None


class Names(Protocol):
    """The names that an expression can use."""

    def term(self, name: str) -> Term:
        """Return the term that a name stands for, or raise QueryError."""

    def yours(self, name: str) -> Term:
        """Return what the user's script has for a name, or raise QueryError."""

    def previous(self, name: str) -> Term:
        """Return the value of a name one iteration ago, or raise QueryError."""

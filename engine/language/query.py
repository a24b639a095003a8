"""An expression that is ready to be evaluated, any number of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.common.errors import NotComputedError, QueryError
from engine.common.numbers import dimensions
from engine.language.term import Term


@dataclass(frozen=True)
class Query:
    """An expression that is ready to be evaluated.

    Attributes:
        text: As it was typed, cleaned.
        term: The compiled expression; `term.evaluate` may raise NotComputedError, and
            wants NumPy's warnings to be off.
    """

    text: str
    term: Term

    @property
    def is_condition(self) -> bool:
        """Whether the value is a single boolean."""
        return self.term.is_truth and self.term.shape == ()

    def require_condition(self) -> None:
        """Raise an error unless the expression is a condition.

        Raises:
            QueryError: It is not a single boolean.
        """
        if self.is_condition:
            return
        kind, like = "a number", "E < 0.1"
        shape = dimensions(self.term.shape)
        if self.term.is_truth:
            kind, like = f"{shape} truth values", f"any({self.text})"
        elif self.term.shape:
            kind, like = f"{shape} numbers", f"max({self.text}) < 0.1"
        raise QueryError(f"{self.text}: is {kind}, not a condition like {like}")

    def value(self) -> np.ndarray[Any, Any]:
        """Evaluate the expression.

        Returns:
            A copy, of dtype float64 or bool; a scalar has the shape ``()``.

        Raises:
            QueryError: It has no value now.
        """
        try:
            with np.errstate(all="ignore"):
                return np.array(self.term.evaluate())
        except NotComputedError as error:
            raise QueryError(str(error)) from None
        except MemoryError:
            raise QueryError(f"{self.text}: not enough memory") from None

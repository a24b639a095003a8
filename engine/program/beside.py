"""A user's own numbers beside the numbers of a program."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from engine.formula.tensor import Array


class Beside(Protocol):
    """Another program's values of the tensors of ours."""

    @property
    def names(self) -> Collection[str]:
        """The tensors that it has in some iteration."""

    def told(self, name: str) -> str:
        """Say whether it has an operation right, and where; "" where that is unknown."""

    def value(self, name: str, iteration: int) -> Array | None:
        """Return its value of a tensor in an iteration, from 0 on; None where that is unknown."""

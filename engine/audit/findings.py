"""Findings of an audit: the place, the mistake in words, and one cell both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.audit.passes.one_pass import Found
from engine.formula.tensor import Array
from engine.mistakes import Mistake


@dataclass(frozen=True)
class Cell:
    """The first cell that differs.

    Attributes:
        index: Its place in the tensor as our program holds it.
        yours: The script's number.
        right: Ours, with the script's operands.
    """

    index: tuple[int, ...]
    yours: float
    right: float


@dataclass(frozen=True, eq=False)
class Finding:
    """One thing that is wrong.

    Attributes:
        operation: The operation, named as in our program; "" where it is none.
        kind: What sort of mistake it is, in a word.
        says: What is wrong, in words.
        repair: What to do.
        iteration: The first pass in which it shows.
        found: The array of the script that is wrong, where there is one.
        cell: The first cell that differs.
        reads: The operation whose value was compared, where it is another.
        line: The line, where no array tells it.
        variable: The variable, where no array tells it.
        mistake: The mistaken formula, where there is one.
        values: The script's values in that pass by the names of the tensors, as it reads them.
    """

    operation: str
    kind: str
    says: str
    repair: str = ""
    iteration: int = 0
    found: Found | None = None
    cell: Cell | None = None
    reads: str = ""
    line: int = 0
    variable: str = ""
    mistake: Mistake | None = None
    values: Mapping[str, Array] = field(default_factory=dict)

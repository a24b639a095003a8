"""What a report of an audit is made of: problems and matches, each with its line of the script."""

from __future__ import annotations

from dataclasses import dataclass

from engine.audit.report.working import BothWays
from engine.common.numbers import general, true_minus

_SAME = 1e-9


@dataclass(frozen=True)
class Line:
    """A place of the script.

    Attributes:
        number: The line, from 1; 0 where there is none.
        where: The line in words, e.g. ``line 30``.
        text: What stands there.
        variable: The name, or the expression, that has the value.
    """

    number: int = 0
    where: str = ""
    text: str = ""
    variable: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, as it is reported.

    Attributes:
        operation: The operation, named as in our program; "" where it is none.
        symbol: Its symbol.
        kind: What sort of mistake it is.
        says: What is wrong.
        repair: What to do.
        iteration: The first pass in which it shows.
        line: Where it stands.
        cell: The names of the cell that is worked out; "" where there is none.
        yours: The script's number in it.
        right: The right number, from the script's own operands.
        reads: The operation whose value was compared, where it is another.
        worked: The cell worked out, the right way and the script's, where both are known.
    """

    operation: str
    symbol: str
    kind: str
    says: str
    repair: str
    iteration: int
    line: Line
    cell: str = ""
    yours: float | None = None
    right: float | None = None
    worked: BothWays | None = None
    reads: str = ""


@dataclass(frozen=True)
class Matched:
    """An operation that was found in the script.

    Attributes:
        operation: The operation, named as in our program.
        symbol: Its symbol.
        line: Where the script makes it.
        factor: The script's, divided by ours, from the loss on.
        transposed: Whether rows and columns are the other way round.
        inherits: The symbol of what is wrong in the script and enters here; "" where nothing is.
    """

    operation: str
    symbol: str
    line: Line
    factor: float
    transposed: bool
    inherits: str = ""

    @property
    def apart(self) -> str:
        """What is another convention, in words; "" where nothing is."""
        words = []
        if abs(self.factor - 1.0) > _SAME:
            words.append(f"{true_minus(general(self.factor))} times ours")
        if self.transposed:
            words.append("transposed")
        if self.inherits:
            words.append(f"with your own {self.inherits}")
        return ", ".join(words)
